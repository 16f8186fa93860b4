# SPDX-License-Identifier: BSD-3-Clause
"""Files that are not what they claim, made of a few frames; each is small and the same every time."""

import gzip
import struct

import capfile

ETHERNET = 1
UNKNOWN_LINK = 147  # LINKTYPE_USER0: reserved for private use, so no program can know it


def udp_frame(source_port, destination_port, payload=b"0123456789"):
    """Ethernet, IPv4, UDP; checksums are 0, which nobody here looks at."""
    udp = struct.pack(">HHHH", source_port, destination_port, 8 + len(payload), 0) + payload
    addresses = bytes([192, 0, 2, 1, 192, 0, 2, 2])
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + addresses
    return bytes.fromhex("020000000001 020000000002 0800") + ip + udp


def frames(count=6, link_type=ETHERNET):
    """A capture of DNS questions and answers, one every 0.1 s from 2026-01-01."""
    records = []
    for i in range(count):
        client = 40000 + i // 2 % 20000
        frame = udp_frame(53, client) if i % 2 else udp_frame(client, 53)
        records.append(capfile.Record(1767225600 + i // 10, i % 10 * 100000, len(frame), frame))
    return capfile.Pcap(False, 262144, link_type, records)


def record_claiming(captured, original):
    """Two good records, then one whose header claims these lengths."""
    return capfile.pcap(frames(2)) + struct.pack("<IIII", 1767225601, 0, captured, original) + b"\0" * 60


def block_claiming(length):
    """A pcapng file whose third packet claims this length of its block."""
    return capfile.pcapng(frames(2)) + struct.pack("<II", 6, length) + b"\0" * 60


def files():
    """{name: bytes}: what the golden cases read besides the bundled captures."""
    good = capfile.pcap(frames())
    good_ng = capfile.pcapng(frames())
    return {
        "good.pcap": good,
        "good.pcapng": good_ng,
        "none.pcap": capfile.pcap(frames(0)),
        "none.pcapng": capfile.pcapng(frames(0)),
        "empty": b"",
        "short": good[:3],
        "header.pcap": good[:20],
        "notes.txt": b"Dear reader, this is not a capture.\n" * 4,
        "cut.pcap": good[:-7],
        "cut-header.pcap": good + b"\1\2\3",
        "cut.pcapng": good_ng[:-7],
        "cut.pcap.gz": gzip.compress(good, mtime=0)[:-12],
        "long-captured.pcap": record_claiming(0xFFFFFFFF, 60),
        "long-original.pcap": capfile.pcap(frames(2)) + struct.pack("<IIII", 1767225601, 0, 60, 0xFFFFFFFF) + bytes(60),
        "long-block.pcapng": block_claiming(0xFFFFFFF0),
        "odd-block.pcapng": block_claiming(33),
        "tiny-block.pcapng": block_claiming(8),
        "unknown-link.pcap": capfile.pcap(frames(link_type=UNKNOWN_LINK)),
        "version-3.pcap": struct.pack("<IHHiIII", capfile.MAGIC_MICRO, 3, 0, 0, 0, 65535, 1),
    }
