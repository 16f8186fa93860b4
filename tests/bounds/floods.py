#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Floods of flows, ports, hosts, services, fragments and tunnels in bounded memory.

Each flood is read with --max-memory, where it has to keep within the bound, to say what it folded and to count every
packet; and without it, where most need more than that: the bound is what keeps them small.

    floods.py PORTSNIFF FLOOD MEASURE (measure | sanitized) [--full] [NAME...]

--full: millions, and figures.  NAME: only these floods.
"""

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab import MEGABYTE, SLACK, above, figures, main_of, slower, says, status, within

BOUND = 64 * MEGABYTE  # the least that --max-memory takes
LEFT = "left the full table"
NOBODY_WAITS = "could not wait for their first fragment"
# Without --max-memory a flow takes so many bytes at most: itself, what is kept of former connections, and its rows.
FLOW_BYTES = 1300
BASE_BYTES = 64 * MEGABYTE
CALM_PACKETS = 3_000_000  # which ordinary ones are measured with


@dataclass
class Flood:
    name: str
    count: int  # numbers of the attack in the ordinary run
    full: int
    packets: int  # for each number
    note: str  # what the report has to say
    slower: float  # times the processor time of ordinary packets, each
    bites: bool  # without the bound it takes more


# fmt: off
FLOODS = (
    Flood("flows",      400_000,  5_000_000, 1, LEFT, 40, True),
    Flood("flows6",     300_000,  5_000_000, 1, LEFT, 60, True),
    Flood("scan",       300_000,  5_000_000, 1, LEFT, 40, True),
    Flood("scans",      300_000,  5_000_000, 2, LEFT, 30, True),
    Flood("again",      300_000,  1_000_000, 8, LEFT, 20, True),
    Flood("handshakes", 150_000,  1_000_000, 6, LEFT, 20, True),
    Flood("ports",      327_680,    327_680, 1, LEFT, 60, True),
    Flood("pairs",      400_000,  5_000_000, 1, LEFT, 60, True),
    Flood("hosts",      400_000,  5_000_000, 1, LEFT, 20, True),
    Flood("hosts6",     400_000,  5_000_000, 1, LEFT, 20, True),
    Flood("services",   400_000,  1_000_000, 2, LEFT, 40, True),
    Flood("crowds",     800_000,  6_000_000, 1, LEFT, 40, True),
    Flood("quoted",     600_000,  5_000_000, 1, "", 60, True),
    Flood("names",      300_000,  5_000_000, 1, LEFT, 50, True),
    Flood("ethertypes", 200_000,  1_000_000, 1, "", 50, False),
    Flood("tunnels",    600_000,  5_000_000, 1, LEFT, 20, False),
    Flood("ends",       400_000,  2_000_000, 1, NOBODY_WAITS, 50, True),
    Flood("beginnings", 400_000,  2_000_000, 1, "", 40, True),
    Flood("tiny",        40_000,  1_000_000, 15, "", 30, False),
    Flood("wrapping",   262_144,  2_000_000, 1, NOBODY_WAITS, 40, False),
    Flood("backwards",  200_000,  1_000_000, 1, NOBODY_WAITS, 50, False),
    Flood("chains",     500_000,  2_000_000, 1, NOBODY_WAITS, 80, False),
)
# fmt: on


def packets_in(flood, count):
    """Each number of "backwards" is two packets, but for the first 100,000."""
    return count * flood.packets + (count - 100_000 if flood.name == "backwards" else 0)


def counted(text, packets):
    found = re.search(r"([\d,]+) packets", text)
    got = int(found[1].replace(",", "")) if found else 0
    return [] if got == packets else [f"{got:,} packets, {packets:,} were sent"]


def bounded(lab, flood, path, packets, calm):
    run = lab.run("-q", "-r", path, "--max-memory", "64M")
    wrong = status(run, 0) + within(lab, run, BOUND + SLACK) + counted(run.output, packets) + says(run.output, flood.note)
    return run, wrong + slower(lab, run, calm, flood.slower, CALM_PACKETS / packets)


def one(lab, tap, flood, full, calm):
    count = flood.full if full else flood.count
    if lab.sanitized:
        count //= 8 if flood.name != "backwards" else 1
    packets = packets_in(flood, count)
    path = lab.attack(flood.name, count)
    run, wrong = bounded(lab, flood, path, packets, calm)
    if lab.sanitized:
        wrong = [what for what in wrong if LEFT not in what and NOBODY_WAITS not in what]  # it is a smaller flood
    tap.case(f"{flood.name}: within --max-memory 64M, every packet counted, and told", not wrong, *wrong)
    if full:
        print(f"# {flood.name}: {packets:,} packets, bounded: {figures(run, packets)}", flush=True)
    free = lab.run("-q", "-r", path)
    wrong = status(free, 0) + counted(free.output, packets) + within(lab, free, BASE_BYTES + packets * FLOW_BYTES)
    wrong += above(lab, free, BOUND + SLACK) if flood.bites else []
    tap.case(f"{flood.name}: without a bound, so many bytes for each packet at most", not wrong, *wrong)
    if full:
        print(f"# {flood.name}: {packets:,} packets, free: {figures(free, packets)}", flush=True)
    path.unlink()


def with_intervals(lab, tap):
    """The bound holds for the whole, the present interval and those that wait for fragments, together."""
    path = lab.attack("again", 20_000 if lab.sanitized else 200_000)
    run = lab.run("-q", "-r", path, "--max-memory", "64M", "-t", "1")
    wrong = status(run, 0) + within(lab, run, BOUND + SLACK)
    tap.case("flows in intervals: within the bound", not wrong, *wrong)
    path.unlink()


def collisions(lab, tap):
    """Keys that were chosen to meet somewhere cost what others cost, or nearly: not the square of their number."""
    count = 30_000 if lab.sanitized else 300_000
    for name, other in (("one-part", "spread"), ("guessed-seed", "spread"), ("powers", "strangers"), ("clients", "clients-calm")):
        path, calm_path = lab.attack(name, count), lab.attack(other, count)
        for bound in (("--max-memory", "64M"), ("--threads", "1")):
            more = (*bound, "--view", "services", "--top", "0")
            run, calm = (lab.run("-q", "-r", each, *more) for each in (path, calm_path))
            wrong = status(run, 0) + counted(run.output, count) + slower(lab, run, calm, 5)
            wrong += within(lab, run, BOUND + SLACK if bound[0] == "--max-memory" else 2 * calm.peak)
            tap.case(f"{name}: no more time and memory than flows that were not chosen take, {' '.join(bound)}", not wrong, *wrong)
        path.unlink()
        calm_path.unlink()


def group(lab, tap, full):
    chosen = [name for name in sys.argv[5:] if not name.startswith("-")]
    calm = lab.run("-q", "-r", lab.attack("calm", 1000 if lab.sanitized else CALM_PACKETS), "--threads", "1")
    for flood in FLOODS:
        if not chosen or flood.name in chosen:
            one(lab, tap, flood, full, calm)
    if not chosen or "intervals" in chosen:
        with_intervals(lab, tap)
    if not chosen or "collisions" in chosen:
        collisions(lab, tap)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        status_of_all = main_of(group, Path(name), sys.argv)
    sys.exit(status_of_all)
