#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Decompression bombs: small files with gigabytes in them, layers in layers, headers that ask for memory.

    bombs.py PORTSNIFF FLOOD MEASURE (measure | sanitized) [--full]

What is unpacked is read as a stream, so its size costs time and no memory; layers and what they may take are bounded.
--full: 8 GB in each file, a million empty members, and figures.
"""

import bz2
import gzip
import lzma
import resource
import sys
import tempfile
from pathlib import Path

from blocks import ENHANCED, UNKNOWN, block, enhanced, interface, pcap_header, record, section
from lab import MEGABYTE, Run, figures, main_of, slower, says, status, within
from packing import PACKED, packed_gzip, packed_xz, packed_zstd, xz_with_dictionary

DAMAGED = 3
SMALL = 48 * MEGABYTE
LAYERS_MAX = 8
BLOCK = 16 * MEGABYTE
UNPACKERS = {"gzip": gzip.decompress, "bzip2": bz2.decompress, "xz": lzma.decompress}
CAPTURE = pcap_header() + record() * 3
TOO_LARGE = "needs more than {} MB of memory"
ADVICE = "unpack it first, or allow more with --max-memory"


def both_roads(lab, tap, name, data, wanted, *words, most=SMALL, arguments=()):
    """The same from a file and from a pipe."""
    path = lab.folder / "bomb"
    path.write_bytes(data)
    runs = []
    for road, run in (("file", lab.run("-q", "-r", path, *arguments)),
                      ("pipe", lab.pipe(["cat", path], "-q", "-r", "-", *arguments))):
        wrong = status(run, wanted) + says(run.output + run.errors, *words) + within(lab, run, most)
        tap.case(f"{name}, {road}", not wrong, *wrong)
        runs.append(run)
    return runs[0]


def reference(unpack, data, times):
    """The processor time that the library itself takes, as a run."""
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    for _ in range(times):
        unpack(data)
    return Run(0, 0, int((resource.getrusage(resource.RUSAGE_SELF).ru_utime - begun) * 1e6), "", "", lambda: reference(unpack, data, times))


def large(lab, tap, full):
    """Blocks of 16 MiB that nobody reads: what they are packed in goes over and over, as members."""
    times = 512 if full else 4 if lab.sanitized else 16
    head = section() + interface() + enhanced()
    unread = block(UNKNOWN, bytes(BLOCK - 12))
    for name, pack in PACKED.items():
        first, member = pack(head), pack(unread)
        run = both_roads(lab, tap, f"{name}: {times * 16:,} MiB in {(len(first) + times * len(member)) // 1024:,} KiB",
                         first + member * times, 0, "1 packet ")
        if name in UNPACKERS:
            wrong = slower(lab, run, reference(UNPACKERS[name], member, times), 5)
            tap.case(f"{name}: at most five times the time that unpacking alone takes", not wrong, *wrong)
        if full:
            print(f"# {name}: {times * 16} MiB: {figures(run, times)}", flush=True)


def endless_packets(lab, tap, full):
    """Records of zeros: a packet every 16 bytes."""
    megabytes = 4096 if full else 4 if lab.sanitized else 64
    piece = bytes(16 * MEGABYTE if megabytes > 4 else 4 * MEGABYTE)
    data = packed_gzip(CAPTURE) + packed_gzip(piece) * (megabytes * MEGABYTE // len(piece))
    packets = 3 + megabytes * MEGABYTE // 16
    run = both_roads(lab, tap, f"gzip: {megabytes} MiB of empty packets", data, 0, f"{packets:,} packets")
    if full:
        print(f"# empty packets: {figures(run, packets)}", flush=True)


def claimed_and_there(lab, tap):
    """Lengths beyond the bounds, and all the bytes that they claim."""
    size = 32 * MEGABYTE if lab.sanitized else 256 * MEGABYTE
    content = packed_gzip(bytes(16 * MEGABYTE)) * (size // (16 * MEGABYTE))
    data = packed_gzip(CAPTURE + record(b"", captured=size)) + content
    both_roads(lab, tap, f"a record of {size:,} bytes that are there", data, DAMAGED,
               f"{size:,} captured bytes are claimed", "the 3 packets before it are counted")
    head = section() + interface() + enhanced()
    for kind in (ENHANCED, UNKNOWN):
        data = packed_gzip(head + block(kind, first=size)[:8]) + content
        both_roads(lab, tap, f"a block of type {kind:#x} of {size:,} bytes that are there", data, DAMAGED,
                   f"a length of {size:,} bytes is claimed", "the packet before it is counted")


def layers(lab, tap):
    def nest(data, count, packs):
        for number in range(count):
            data = packs[number % len(packs)](data)
        return data

    refused = f"compressed more than {LAYERS_MAX} times over; unpack it first"
    light = (packed_gzip, bz2.compress, packed_zstd, PACKED["lz4"])
    for name, packs in (("gzip", (packed_gzip,)), ("four formats", light)):
        both_roads(lab, tap, f"{LAYERS_MAX} layers, {name}", nest(CAPTURE, LAYERS_MAX, packs), 0, "3 packets")
        both_roads(lab, tap, f"{LAYERS_MAX + 1} layers, {name}", nest(CAPTURE, LAYERS_MAX + 1, packs), 1, refused)
    both_roads(lab, tap, "200 layers", nest(CAPTURE, 200, light), 1, "times over; unpack it first")
    # Each layer holds 8 MiB, so that it is unpacked in earnest, and the next one in its beginning.
    data = CAPTURE
    for number in range(LAYERS_MAX):
        pack = light[number % len(light)]
        data = pack(data) + pack(bytes(8 * MEGABYTE)) if number else pack(data + bytes(8 * MEGABYTE))
    both_roads(lab, tap, "a bomb in every layer", data, 0, "packets")


def empty_members(lab, tap, full):
    """Members of nothing, in front of the capture and behind it: for each, the library begins and ends."""
    count = 1_000_000 if full else 2_000 if lab.sanitized else 50_000
    for name in ("gzip", "bzip2", "xz", "zstd"):
        empty = PACKED[name](b"")
        data = empty * count + PACKED[name](CAPTURE) + empty * count
        run = both_roads(lab, tap, f"{2 * count:,} empty {name} members", data, 0, "3 packets")
        if name in UNPACKERS:
            wrong = slower(lab, run, reference(UNPACKERS[name], empty, 2 * count), 5)
            tap.case(f"{name}: at most five times the time that unpacking as many alone takes", not wrong, *wrong)
        if full:
            print(f"# empty members, {name}: {figures(run, 2 * count)}", flush=True)


def hungry(lab, tap):
    """Data that ask for more memory than a layer may have."""
    zeros = CAPTURE + bytes(32 * MEGABYTE)
    bound = ("--max-memory", "64M")
    both_roads(lab, tap, "xz: 96 MiB are allowed", xz_with_dictionary(CAPTURE, 96), 0, "3 packets")
    for megabytes in (128, 192, 1024, 1536):
        both_roads(lab, tap, f"xz: {megabytes:,} MiB are not", xz_with_dictionary(zeros, megabytes), 1,
                   TOO_LARGE.format(128), ADVICE)
    both_roads(lab, tap, "xz -6 in bounded memory", packed_xz(zeros), 0, "packets", arguments=bound)
    both_roads(lab, tap, "xz: 12 MiB in bounded memory", xz_with_dictionary(CAPTURE, 12), 0, "3 packets", arguments=bound)
    both_roads(lab, tap, "xz: 16 MiB in bounded memory", xz_with_dictionary(zeros, 16), 1, TOO_LARGE.format(16), ADVICE,
               arguments=bound)
    both_roads(lab, tap, "zstd: 128 MiB are allowed", packed_zstd(CAPTURE, 27), 0, "3 packets", most=4 * SMALL)
    both_roads(lab, tap, "zstd: 256 MiB are not", packed_zstd(zeros, 28), 1, TOO_LARGE.format(128), ADVICE)
    both_roads(lab, tap, "zstd: 16 MiB in bounded memory", packed_zstd(CAPTURE, 24), 0, "3 packets", arguments=bound)
    both_roads(lab, tap, "zstd: 32 MiB in bounded memory", packed_zstd(zeros, 25), 1, TOO_LARGE.format(16), ADVICE,
               arguments=bound)
    both_roads(lab, tap, "what a second layer asks for", packed_gzip(xz_with_dictionary(CAPTURE, 96)), 1,
               TOO_LARGE.format(64), ADVICE)
    later = packed_xz(CAPTURE) + xz_with_dictionary(bytes(1024), 1536)
    both_roads(lab, tap, "what a later member asks for", later, DAMAGED, "cannot be unpacked behind packet 3",
               "the 3 packets before it are counted")
    folder = lab.folder / "folder"
    folder.mkdir()
    (folder / "bomb.xz").write_bytes(xz_with_dictionary(zeros, 1536))
    (folder / "good.pcap").write_bytes(CAPTURE)
    run = lab.run("-q", "-r", folder)
    wrong = status(run, 1) + says(run.output + run.errors, "3 packets", TOO_LARGE.format(128)) + within(lab, run, SMALL)
    tap.case("xz: in a directory it is told, and the others are read", not wrong, *wrong)


def group(lab, tap, full):
    large(lab, tap, full)
    endless_packets(lab, tap, full)
    claimed_and_there(lab, tap)
    layers(lab, tap)
    empty_members(lab, tap, full)
    hungry(lab, tap)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        status_of_all = main_of(group, Path(name), sys.argv)
    sys.exit(status_of_all)
