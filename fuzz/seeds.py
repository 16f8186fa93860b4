#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes seeds for fuzz_decode out of captures, and some for fuzz_fragments.

usage: seeds.py PCAPS_FOLDER CORPUS_FOLDER

Reads plain pcap and pcapng files and those packed by gzip, bzip2 or xz; others are passed over. Of all frames it takes
one of each kind: link type and the headers' first numbers. Writes CORPUS_FOLDER/decode and CORPUS_FOLDER/fragments.
"""

import bz2
import gzip
import lzma
import pathlib
import struct
import sys

FRAME_MAX = 160  # a seed holds no more of a frame
SEEDS_MAX = 60


def unpack(path):
    data = path.read_bytes()
    for magic, opener in ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ", lzma.decompress)):
        if data.startswith(magic):
            return opener(data)
    return data


def pcap_frames(data, order):
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        captured = struct.unpack_from(order + "I", data, at + 8)[0]
        yield link, data[at + 16 : at + 16 + captured]
        at += 16 + captured


def pcapng_frames(data):
    links, at = [], 0
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 1:
            links.append(struct.unpack_from("<H", data, at + 8)[0])
        elif kind == 6:
            interface, captured = struct.unpack_from("<I8xI", data, at + 8)
            yield links[interface], data[at + 28 : at + 28 + captured]
        at += max(size, 12)


def frames(data):
    if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        return pcap_frames(data, "<")
    if data[:4] in (b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d"):
        return pcap_frames(data, ">")
    if data[:4] == b"\n\r\r\n" and data[8:12] == b"\x4d\x3c\x2b\x1a":
        return pcapng_frames(data)
    return iter(())


def kind_of(link, frame):
    """Frames that look alike at the places where headers have their types."""
    return link, frame[12:16], frame[20:22], frame[23:24], frame[36:38] if frame[12:14] == b"\x08\x00" else b""


def decode_seeds(folder):
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in (".py", ".md", ".tsv") or not path.is_file():
            continue
        for link, frame in frames(unpack(path)):
            found.setdefault(kind_of(link, frame), (link, frame[:FRAME_MAX]))
    step = max(1, -(-len(found) // SEEDS_MAX))
    for number, (link, frame) in enumerate(list(found.values())[::step]):
        yield bytes([7 | number % 2 * 8]) + struct.pack("<H", link | 0x8000) + bytes([number]) + frame


def fragment_seeds():
    """First byte of a packet: 1 ports, 2 later, 4 and 8 first fragments, 16 and 32 how many hold the ports."""
    first, later, nested = b"\x15\x08", b"\x02\x01", b"\x17\x0a"
    yield b"\x02" + first + later + later
    yield b"\x01" + later + later + first
    yield b"\x02" + later + nested + later + b"\x15\x10" + later
    yield b"\x03" + b"\x17\x0a" + b"\x17\x11" + later + b"\x02\x02"  # a circle
    yield b"\x01" + b"\x1b\x51" + b"\x07\x09" + later + first


def main():
    source, target = map(pathlib.Path, sys.argv[1:])
    for name, seeds in (("decode", decode_seeds(source)), ("fragments", fragment_seeds())):
        folder = target / name
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds):
            (folder / f"seed{number:02}").write_bytes(seed)


if __name__ == "__main__":
    main()
