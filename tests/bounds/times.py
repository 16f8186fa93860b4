#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Times that are far apart, run backwards, or are at the end of what can be said; and headers in headers.

    times.py PORTSNIFF FLOOD MEASURE (measure | sanitized) [--full]
"""

import struct
import sys
import tempfile
from pathlib import Path

from blocks import block, interface, option, section
from blocks import ENHANCED, PACKET
from lab import MEGABYTE, figures, main_of, slower, says, status, within

BOUND = 64 * MEGABYTE
SLACK = 16 * MEGABYTE
SMALL = 24 * MEGABYTE
IDLE_ALL = 100_000
SECOND = 10**9
NESTS = ("mpls", "vlan", "ip-in-ip", "gre", "vxlan", "gtp", "extensions")
HEADERS_MOST = 12  # times the processor time of a packet of equal size without headers in headers


def enhanced(time):
    time %= 2**64
    padded = PACKET + b"\0" * (-len(PACKET) % 4)
    return block(ENHANCED, struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(PACKET), len(PACKET)) + padded)


def capture(lab, name, times, offset=0):
    """A pcapng file with nanoseconds."""
    options = option(9, b"\x09") + option(14, struct.pack("<q", offset)) + option(0)
    path = lab.folder / name
    path.write_bytes(section() + interface(options=options) + b"".join(map(enhanced, times)))
    return path


def apart(lab, tap, full):
    """999 idle seconds between two packets, again and again: 100,000 are shown one by one, then each gap is one."""
    count = 200 if lab.sanitized else 10_000 if full else 400
    path = lab.attack("calm", count, 999 * SECOND)
    shown = min((count - 1) * 998, IDLE_ALL)
    for form in ("text", "jsonl"):
        run = lab.run("-q", "-r", path, "-t", "1", "-f", form)
        wrong = status(run, 0) + within(lab, run, SMALL)
        if shown == IDLE_ALL:
            wrong += says(run.errors, "more than 100,000 intervals held no packet; behind those, each gap is shown as one")
        size = (lab.folder / "output").stat().st_size
        most = (shown + 2 * count + 1) * 8_000
        wrong += [] if size <= most else [f"{size:,} bytes of output, {most:,} at most"]
        tap.case(f"{count:,} packets far apart, {form}", not wrong, *wrong)
        if full:
            print(f"# {count:,} packets far apart, {form}: {size:,} bytes, {figures(run, count)}", flush=True)
    path.unlink()


def long_gaps(lab, tap):
    """More than 1,000 idle intervals in a row are one."""
    path = lab.attack("calm", 500, 5_000 * SECOND)
    run = lab.run("-q", "-r", path, "-t", "1", "-f", "jsonl", keep=10_000_000)
    documents = (lab.folder / "output").read_bytes().count(b"\n")
    wrong = status(run, 0) + within(lab, run, SMALL)
    wrong += [] if documents == 500 + 499 + 1 else [f"{documents} documents"]
    tap.case("gaps of 5,000 seconds are one interval each", not wrong, *wrong)


def waiting(lab, tap):
    """A fragment waits in every interval: only so many intervals stay open, fewer where memory is bounded."""
    count = 300 if lab.sanitized else 1_500
    path = lab.attack("ends", count, SECOND)
    for bound, most in (((), BOUND + SLACK), (("--max-memory", "64M"), SMALL)):
        run = lab.run("-q", "-r", path, "-t", "1", *bound)
        wrong = status(run, 0) + says(run.output, f"{count:,} packets", "could not wait for their first fragment")
        wrong += within(lab, run, most)
        tap.case(f"{count:,} intervals that wait for a fragment{', bounded' if bound else ''}", not wrong, *wrong)
    path.unlink()


def odd(lab, tap):
    """Times from one end of what 64 bits say to the other."""
    end = 2**63 - 1
    rows = {
        "the end of time": ([end - 1, end, end], 0),
        "beyond the end of time": ([2**64 - 1] * 3, 0),
        "from one end to the other": ([0, end], -(2**33)),
        "before the beginning": ([0, 1, 2], -(2**63)),
        "back and forth": ([n % 2 * end for n in range(20_000)], 0),
        "backwards": ([(20_000 - n) * 10**15 for n in range(20_000)], 0),
        "every power of two": ([1 << n % 63 for n in range(2_000)], 0),
    }
    for name, (times, offset) in rows.items():
        path = capture(lab, "odd.pcapng", times, offset)
        for form in ("text", "jsonl"):
            for interval in ((), ("-t", "1"), ("-t", "3600")):
                run = lab.run("-q", "-r", path, "-f", form, *interval, keep=4_000_000)
                wrong = status(run, 0) + within(lab, run, SMALL)
                wrong += says(run.output, f"{len(times):,} packets" if form == "text" else f'"packets":{len(times)}')
                tap.case(f"{name}, {form}{' ' if interval else ''}{' '.join(interval)}", not wrong, *wrong)


def nests(lab, tap, full):
    """64 KB of headers: at most 32 are followed."""
    count = 300 if lab.sanitized else 16_000 if full else 2_000
    path = lab.attack("plain", count)
    plain = lab.run("-q", "-r", path, "--threads", "1")
    for name in NESTS:
        path = lab.attack(name, count)
        run = lab.run("-q", "-r", path, "--threads", "1")
        wrong = status(run, 0) + says(run.output, f"{count:,} packets") + within(lab, run, SMALL)
        wrong += slower(lab, run, plain, HEADERS_MOST)
        tap.case(f"{name}: 64 KB of headers in every packet", not wrong, *wrong)
        if full:
            print(f"# {name}: {figures(run, count)}; nothing nested: {figures(plain, count)}", flush=True)
        path.unlink()


def group(lab, tap, full):
    apart(lab, tap, full)
    long_gaps(lab, tap)
    waiting(lab, tap)
    odd(lab, tap)
    nests(lab, tap, full)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        status_of_all = main_of(group, Path(name), sys.argv)
    sys.exit(status_of_all)
