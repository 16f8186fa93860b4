#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A small multicast DNS speaker (RFC 6762): joins the group, and either answers for one name or asks for it.

The kernel sends the IGMP and MLD reports for the membership. One query form (QM, type A) and one answer form.

usage: mdns.py answer NAME ADDRESS | mdns.py ask NAME ADDRESS     (ADDRESS: IPv4 address of this host)
"""

import socket
import struct
import sys

GROUP, PORT = "224.0.0.251", 5353
TYPE_A, CLASS_IN, CACHE_FLUSH = 1, 1, 0x8000
TTL_SECONDS = 120


def encode(name):
    """DNS wire form of a name (RFC 1035 section 3.1)."""
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def question(name):
    return struct.pack("!6H", 0, 0, 1, 0, 0, 0) + encode(name) + struct.pack("!2H", TYPE_A, CLASS_IN)


def answer(name, address):
    record = struct.pack("!2HIH", TYPE_A, CLASS_IN | CACHE_FLUSH, TTL_SECONDS, 4) + socket.inet_aton(address)
    return struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + encode(name) + record


def join(address):
    """A socket in the multicast DNS group on the interface that has `address`."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", PORT))
    membership = socket.inet_aton(GROUP) + socket.inet_aton(address)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    return sock


def main():
    mode, name, address = sys.argv[1:]
    sock = join(address)
    print("ready", flush=True)
    if mode == "ask":
        sock.settimeout(2)
        sock.sendto(question(name), (GROUP, PORT))
        sock.recvfrom(9000)
        return
    while True:
        packet, _ = sock.recvfrom(9000)
        if packet[2] & 0x80 == 0 and encode(name) in packet:
            sock.sendto(answer(name, address), (GROUP, PORT))


if __name__ == "__main__":
    main()
