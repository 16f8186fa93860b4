# SPDX-License-Identifier: BSD-3-Clause
"""Capture files as bytes: taken apart and put together in other ways, to ask the same question by another road.

Knows the pcap format (draft-ietf-opsawg-pcap) and as much of pcapng (draft-ietf-opsawg-pcapng) as is needed to write
it. Refuses everything else: the bundled captures are well formed.
"""

import bz2
import gzip
import lzma
import shutil
import struct
import subprocess
from dataclasses import dataclass

MAGIC_MICRO = 0xA1B2C3D4
MAGIC_NANO = 0xA1B23C4D
PCAP_HEADER = 24
RECORD_HEADER = 16


@dataclass
class Record:
    seconds: int
    fraction: int  # micro- or nanoseconds, as in its file
    original: int  # bytes on the wire
    data: bytes


@dataclass
class Pcap:
    nano: bool
    snapshot_length: int
    link_type: int
    records: list


def unpacked(path):
    """A file's bytes, decompressed by what its name says."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    if path.suffix == ".xz":
        return lzma.decompress(data)
    if path.suffix == ".bz2":
        return bz2.decompress(data)
    if path.suffix in (".zst", ".lz4"):
        command = {".zst": "zstd", ".lz4": "lz4"}[path.suffix]
        return subprocess.run([command, "-dc"], input=data, capture_output=True, check=True).stdout
    return data


def is_pcap(data):
    return data[:4] in (struct.pack("<I", MAGIC_MICRO), struct.pack("<I", MAGIC_NANO))


def parse(data):
    """A little-endian pcap file as a Pcap."""
    magic, _, _, _, _, snapshot_length, link_type = struct.unpack_from("<IHHiIII", data)
    records, at = [], PCAP_HEADER
    while at < len(data):
        seconds, fraction, captured, original = struct.unpack_from("<IIII", data, at)
        at += RECORD_HEADER
        records.append(Record(seconds, fraction, original, data[at : at + captured]))
        at += captured
    return Pcap(magic == MAGIC_NANO, snapshot_length, link_type, records)


def pcap(capture, records=None, order="<", nano=None):
    """pcap bytes of a Pcap, or of some of its records; `nano` converts times, `order` is "<" or ">"."""
    nano = capture.nano if nano is None else nano
    magic = MAGIC_NANO if nano else MAGIC_MICRO
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, capture.snapshot_length, capture.link_type)]
    for record in capture.records if records is None else records:
        fraction = record.fraction
        if nano and not capture.nano:
            fraction *= 1000
        if capture.nano and not nano:
            fraction //= 1000
        lengths = (record.seconds, fraction, len(record.data), record.original)
        out += [struct.pack(order + "IIII", *lengths), record.data]
    return b"".join(out)


def block(kind, body, order):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def option(code, value, order):
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def section(order):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(capture, order, resolution=9):
    options = option(9, bytes([resolution]), order) + option(0, b"", order)
    head = struct.pack(order + "HHI", capture.link_type, 0, capture.snapshot_length)
    return block(1, head + options, order)


def packet(capture, record, order, resolution=9):
    """An enhanced packet block of the section's first interface."""
    nanoseconds = record.fraction if capture.nano else record.fraction * 1000
    time = record.seconds * 10**resolution + nanoseconds * 10**resolution // 10**9
    head = (0, time >> 32, time & 0xFFFFFFFF, len(record.data), record.original)
    return block(6, struct.pack(order + "IIIII", *head) + record.data, order)


def pcapng(capture, order="<", sections=1, resolution=9):
    """pcapng bytes of a Pcap, cut into sections that each begin anew."""
    out, count = [], len(capture.records)
    for part in range(sections):
        out += [section(order), interface(capture, order, resolution)]
        for record in capture.records[count * part // sections : count * (part + 1) // sections]:
            out.append(packet(capture, record, order, resolution))
    return b"".join(out)


def untimed(capture, order="<"):
    """pcapng bytes of a Pcap with whole packets, as simple packet blocks: they have no time."""
    blocks = [block(3, struct.pack(order + "I", record.original) + record.data, order) for record in capture.records]
    return b"".join([section(order), interface(capture, order), *blocks])


def is_ordered(capture):
    times = [(record.seconds, record.fraction) for record in capture.records]
    return times == sorted(times)


def packed(data):
    """{suffix: bytes} of the same file compressed in every way, also in two members one after the other."""
    half = len(data) // 2
    found = {
        "gz": gzip.compress(data, mtime=0),
        "two.gz": gzip.compress(data[:half], mtime=0) + gzip.compress(data[half:], mtime=0),
        "xz": lzma.compress(data),
        "bz2": bz2.compress(data),
    }
    for command, suffix in (("zstd", "zst"), ("lz4", "lz4")):
        if shutil.which(command):
            run = subprocess.run([command, "-c"], input=data, capture_output=True, check=True)
            found[suffix] = run.stdout
    return found
