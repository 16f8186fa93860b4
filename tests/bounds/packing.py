# SPDX-License-Identifier: BSD-3-Clause
"""Compressed data made for attacks: bombs, empty members, headers that ask for memory.

gzip, bzip2 and xz come from Python's library; zstd (RFC 8878) and the lz4 frame format are written here, as far as runs of
one byte need them.
"""

import bz2
import gzip
import lzma
import struct
import zlib


def packed_gzip(data):
    return gzip.compress(data, 6, mtime=0)


def packed_xz(data):
    return lzma.compress(data, preset=6)


# --- zstd: raw blocks, and blocks that say "this byte so often" -------------------

ZSTD_BLOCK = 128 * 1024
RAW, REPEATED = 0, 1


def zstd_block(kind, size, content, last=False):
    return struct.pack("<I", int(last) | kind << 1 | size << 3)[:3] + content


def zstd_frame(blocks, window_log=20):
    """A frame without a content size or a checksum."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([window_log - 10 << 3]) + b"".join(blocks) + zstd_block(RAW, 0, b"", True)


def packed_zstd(data, window_log=20):
    blocks = []
    for at in range(0, len(data), ZSTD_BLOCK):
        piece = data[at : at + ZSTD_BLOCK]
        same = piece.count(piece[:1]) == len(piece)
        blocks.append(zstd_block(REPEATED, len(piece), piece[:1]) if same else zstd_block(RAW, len(piece), piece))
    return zstd_frame(blocks, window_log)


# --- lz4 frames of 4 MiB blocks ---------------------------------------------------

LZ4_BLOCK = 4 * 1024 * 1024


def rotate(x, bits):
    return (x << bits | x >> 32 - bits) & 0xFFFFFFFF


def header_checksum(flags):
    """xxHash32 of fewer than four bytes, seed 0."""
    prime = (2654435761, 2246822519, 3266489917, 668265263, 374761393)
    hashed = (prime[4] + len(flags)) & 0xFFFFFFFF
    for byte in flags:
        hashed = rotate((hashed + byte * prime[4]) & 0xFFFFFFFF, 11) * prime[0] & 0xFFFFFFFF
    hashed = (hashed ^ hashed >> 15) * prime[1] & 0xFFFFFFFF
    hashed = (hashed ^ hashed >> 13) * prime[2] & 0xFFFFFFFF
    return (hashed ^ hashed >> 16) >> 8 & 0xFF


def lz4_run(byte, size):
    """One literal, a match that repeats it, and five literals, which every block ends with."""
    rest = size - 6 - 4 - 15
    return b"\x1f" + byte + b"\x01\x00" + b"\xff" * (rest // 255) + bytes([rest % 255]) + b"\x50" + byte * 5


def packed_lz4(data):
    flags = b"\x60\x70"  # version 1, independent blocks; 4 MiB
    out = [b"\x04\x22\x4d\x18", flags, bytes([header_checksum(flags)])]
    for at in range(0, len(data), LZ4_BLOCK):
        piece = data[at : at + LZ4_BLOCK]
        if len(piece) > 64 and piece.count(piece[:1]) == len(piece):
            block = lz4_run(piece[:1], len(piece))
            out += [struct.pack("<I", len(block)), block]
        else:
            out += [struct.pack("<I", len(piece) | 1 << 31), piece]
    return b"".join(out) + bytes(4)


PACKED = {
    "gzip": packed_gzip,
    "bzip2": bz2.compress,
    "xz": packed_xz,
    "zstd": packed_zstd,
    "lz4": packed_lz4,
}


# --- headers that ask for memory ---------------------------------------------------


def xz_with_dictionary(data, megabytes):
    """xz data that ask for a dictionary of 2 to the n or 3 times 2 to the n megabytes, whatever is in them."""
    packed = bytearray(lzma.compress(data, preset=0, check=lzma.CHECK_CRC32))
    begin, size = 12, (packed[12] + 1) * 4  # behind the stream header: the block header
    if packed[begin + 2 : begin + 4] != b"\x21\x01":  # the LZMA2 filter with one byte
        raise ValueError("this is not the block header that was expected")
    sizes = {(2 | bits & 1) << bits // 2 + 11: bits for bits in range(40)}
    packed[begin + 4] = sizes[megabytes << 20]
    packed[begin + size - 4 : begin + size] = struct.pack("<I", zlib.crc32(packed[begin : begin + size - 4]))
    return bytes(packed)
