# SPDX-License-Identifier: BSD-3-Clause
"""Captures in which every text that somebody else may choose is one that steers a terminal.

Payloads follow RFC 1035 (DNS), RFC 8446 and 6066 (TLS, server name), RFC 9112 (HTTP), RFC 4253 (SSH), RFC 5321 (SMTP) and
RFC 959 (FTP); block and option numbers are those of draft-ietf-opsawg-pcapng.
"""

import struct

from screen import EVERYTHING, TEXTS

CLIENT, SERVER = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
SYN, SYN_ACK, PUSH_ACK = 2, 18, 24


def ethernet(protocol, body, from_server):
    ends = SERVER + CLIENT if from_server else CLIENT + SERVER
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64, protocol, 0) + ends
    return bytes.fromhex("020000000001 020000000002 0800") + ip + body


def tcp(client, server, flags, sequence, payload=b"", from_server=False):
    ports = (server, client) if from_server else (client, server)
    return ethernet(6, struct.pack(">HHIIBBHHH", *ports, sequence, 1, 0x50, flags, 1024, 0, 0) + payload, from_server)


def udp(client, server, payload, from_server=False):
    ports = (server, client) if from_server else (client, server)
    return ethernet(17, struct.pack(">HHHH", *ports, 8 + len(payload), 0) + payload, from_server)


def dns(answer):
    name = b"".join(bytes([len(text[:63])]) + text[:63] for text in list(TEXTS.values())[:8]) + b"\0"
    head = struct.pack(">HHHHHH", 7, 0x8180 if answer else 0x0100, 1, 1 if answer else 0, 0, 0)
    question = name + struct.pack(">HH", 16, 1)
    text = bytes([len(EVERYTHING[:255])]) + EVERYTHING[:255]
    record = b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(text)) + text if answer else b""
    return head + question + record


def client_hello():
    name = struct.pack(">BH", 0, len(EVERYTHING)) + EVERYTHING
    extension = struct.pack(">HHH", 0, len(name) + 2, len(name)) + name
    body = b"\3\3" + bytes(32) + b"\0" + b"\0\2\x13\1" + b"\1\0" + struct.pack(">H", len(extension)) + extension
    handshake = b"\1" + len(body).to_bytes(3, "big") + body
    return b"\x16\3\1" + struct.pack(">H", len(handshake)) + handshake


TALKS = (
    # server port, what the client says, what the server says
    (443, client_hello(), b""),
    (8443, client_hello(), b""),
    (80, b"GET /" + EVERYTHING + b" HTTP/1.1\r\nHost: " + EVERYTHING + b"\r\nUser-Agent: " + EVERYTHING + b"\r\n\r\n",
     b"HTTP/1.1 200 " + EVERYTHING + b"\r\nServer: " + EVERYTHING + b"\r\n\r\n"),
    (22, b"SSH-2.0-" + EVERYTHING + b"\r\n", b"SSH-2.0-" + EVERYTHING + b"\r\n"),
    (2222, b"SSH-2.0-" + EVERYTHING + b"\r\n", b"SSH-2.0-" + EVERYTHING + b"\r\n"),
    (25, b"EHLO " + EVERYTHING + b"\r\n", b"220 " + EVERYTHING + b" ESMTP\r\n"),
    (21, b"USER " + EVERYTHING + b"\r\nPASS " + EVERYTHING + b"\r\n", b"220 " + EVERYTHING + b"\r\n"),
    (23, EVERYTHING, EVERYTHING),
    (4444, EVERYTHING, EVERYTHING),
)


def frames():
    found = [udp(40000, 53, dns(False)), udp(40000, 53, dns(True), True), udp(40001, 5353, dns(True))]
    for number, (port, request, answer) in enumerate(TALKS):
        client = 50000 + number
        found += [tcp(client, port, SYN, 0), tcp(client, port, SYN_ACK, 0, from_server=True)]
        found += [tcp(client, port, PUSH_ACK, 1, request), tcp(client, port, PUSH_ACK, 1, answer, True)]
    return found


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def options(*codes):
    """An option with everything for each code; the filter's begins with a zero that says: text."""
    found = b""
    for code in codes:
        value = (b"\0" if code == 11 else b"") + EVERYTHING
        found += struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)
    return found + struct.pack("<HH", 0, 0)


def pcapng(link_type=1, cut=0):
    """Section, interface, names, secrets, a block of somebody's own, packets, statistics: a text in each option."""
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + options(1, 2, 3, 4))
    out += block(1, struct.pack("<HHI", link_type, 0, 0) + options(1, 2, 3, 11, 12, 15))
    names = CLIENT + EVERYTHING + b"\0"
    record = struct.pack("<HH", 1, len(names)) + names + b"\0" * (-len(names) % 4)
    out += block(4, record + struct.pack("<HH", 0, 0) + options(1, 2))
    out += block(10, struct.pack("<II", 0x544C534B, len(EVERYTHING)) + EVERYTHING)
    out += block(0xBAD, struct.pack("<I", 32473) + EVERYTHING)
    for number, frame in enumerate(frames()):
        head = struct.pack("<IIIII", 0, 0, 1000 * number, len(frame), len(frame))
        out += block(6, head + frame + b"\0" * (-len(frame) % 4) + options(1))
    out += block(5, struct.pack("<III", 0, 0, 99999) + options(1))
    return out[: len(out) - cut]


def pcap(link_type=1, cut=0):
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link_type)
    for number, frame in enumerate(frames()):
        out += struct.pack("<IIII", 1767225600, number * 1000, len(frame), len(frame)) + frame
    return out[: len(out) - cut]
