# SPDX-License-Identifier: BSD-3-Clause
"""Pieces of capture files that say what they like: pcap records and pcapng blocks (draft-ietf-opsawg-pcap,
draft-ietf-opsawg-pcapng), little-endian, with lengths that need not be true.
"""

import struct

SECTION, INTERFACE, SIMPLE, NAMES, STATISTICS, ENHANCED, SECRETS = 0x0A0D0D0A, 1, 3, 4, 5, 6, 10
UNKNOWN = 0x00C0FFEE
RAW_IP = 101

# A UDP packet of 28 bytes: 10.0.0.1:40000 to 192.0.2.53:53.
PACKET = bytes.fromhex("4500001c0000000040110000" "0a000001" "c0000235" "9c400035" "00080000")


def pcap_header(snapshot_length=262144, link_type=RAW_IP):
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snapshot_length, link_type)


def record(data=PACKET, captured=None, original=None, seconds=1_700_000_000):
    claimed = len(data) if captured is None else captured
    return struct.pack("<IIII", seconds, 0, claimed, claimed if original is None else original) + data


def block(kind, body=b"", first=None, second=None):
    """A block; `first` and `second` are the lengths that it claims."""
    body += b"\0" * (-len(body) % 4)
    length = len(body) + 12
    first = length if first is None else first
    return struct.pack("<II", kind, first) + body + struct.pack("<I", first if second is None else second)


def section(length=-1):
    return block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, length))


def interface(link_type=RAW_IP, snapshot_length=0, options=b""):
    return block(INTERFACE, struct.pack("<HHI", link_type, 0, snapshot_length) + options)


def enhanced(data=PACKET, number=0, time=1_700_000_000_000_000, captured=None, options=b""):
    claimed = len(data) if captured is None else captured
    padded = data + b"\0" * (-len(data) % 4)
    head = struct.pack("<IIIII", number, time >> 32, time & 0xFFFFFFFF, claimed, len(data))
    return block(ENHANCED, head + padded + options)


def option(code, value=b"", length=None):
    return struct.pack("<HH", code, len(value) if length is None else length) + value + b"\0" * (-len(value) % 4)
