#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""UDP-Lite (RFC 3828) echo server and client over the kernel's own UDP-Lite sockets.

usage: udplite_echo.py serve ADDRESS PORT | udplite_echo.py ask ADDRESS PORT COUNT
"""

import socket
import sys

IPPROTO_UDPLITE = 136
UDPLITE_SEND_CSCOV = 10
COVERAGE = 20  # bytes of the datagram under the checksum: header and 12 bytes of data


def open_socket(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM, IPPROTO_UDPLITE)
    sock.setsockopt(IPPROTO_UDPLITE, UDPLITE_SEND_CSCOV, COVERAGE)
    return sock


def serve(address, port):
    sock = open_socket(address)
    sock.bind((address, port))
    print("ready", flush=True)
    while True:
        data, peer = sock.recvfrom(2048)
        sock.sendto(data, peer)


def ask(address, port, count):
    sock = open_socket(address)
    sock.settimeout(3)
    sock.connect((address, port))
    for number in range(count):
        sock.send(b"sample %04d " % number + b"v" * 188)
        sock.recv(2048)


def main():
    mode, address, port, *rest = sys.argv[1:]
    if mode == "serve":
        serve(address, int(port))
    else:
        ask(address, int(port), int(rest[0]))


if __name__ == "__main__":
    main()
