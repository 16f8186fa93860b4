#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Thousands of inputs, and directories of names that are none.

    inputs.py PORTSNIFF FLOOD MEASURE (measure | sanitized) [--full]

--full: 10,000 inputs, a directory of a million names, and figures.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from blocks import pcap_header, record
from lab import MEGABYTE, figures, main_of, says, status, within

SMALL = 48 * MEGABYTE
INPUTS_MAX = 65_535
# An input costs its place in the list; while it is open, its packets that wait and the part of the file around them.
CLOSED_BYTES = 4_000
OPEN_BYTES = 300_000


def folder_of(lab, name, count, content):
    folder = lab.folder / name
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:07}").write_bytes(content(number))
    return folder


def one_after_another(number):
    return pcap_header() + record(seconds=1_700_000_000 + 2 * number) * 2


def all_at_once(number):
    return pcap_header() + record(seconds=1_700_000_000 + number % 7) + record(seconds=1_700_100_000 + number % 5) * 9


def many(lab, tap, full):
    count = 10_000 if full else 300 if lab.sanitized else 2_000
    for name, content, packets, each in (("one after another", one_after_another, 2, CLOSED_BYTES),
                                         ("all at once", all_at_once, 10, OPEN_BYTES)):
        folder = folder_of(lab, name, count, content)
        run = lab.run("-q", "-r", folder, "--view", "services")
        wrong = status(run, 0) + says(run.output, f"{count * packets:,} packets")
        wrong += within(lab, run, SMALL + count * each)
        tap.case(f"{count:,} inputs, {name}", not wrong, *wrong)
        if full:
            print(f"# {count:,} inputs, {name}: {figures(run, count)}", flush=True)
        shutil.rmtree(folder)


def names(lab, tap, full):
    """Only captures are kept of a directory."""
    count = 1_000_000 if full else 2_000 if lab.sanitized else 40_000
    folder = folder_of(lab, "names", count, lambda number: b"")
    (folder / "capture").write_bytes(pcap_header() + record() * 3)
    run = lab.run("-q", "-r", folder)
    wrong = status(run, 0) + says(run.output, "3 packets") + within(lab, run, 16 * MEGABYTE)
    tap.case(f"a directory of {count:,} names with one capture", not wrong, *wrong)
    if full:
        print(f"# {count:,} names: {figures(run, count)}", flush=True)
    shutil.rmtree(folder)


def too_many(lab, tap):
    """One more than is read: links, because files would take long to make."""
    folder = lab.folder / "links"
    folder.mkdir()
    (folder / "0").write_bytes(pcap_header())
    for number in range(1, INPUTS_MAX + 1):
        (folder / str(number)).symlink_to("0")
    run = lab.run("-q", "-r", folder)
    wrong = status(run, 1) + says(run.errors, "more than 65535 inputs are given; merge some of them first")
    wrong += within(lab, run, SMALL + INPUTS_MAX * CLOSED_BYTES)
    tap.case("65,536 inputs are too many", not wrong, *wrong)
    shutil.rmtree(folder)


def group(lab, tap, full):
    many(lab, tap, full)
    names(lab, tap, full)
    too_many(lab, tap)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        status_of_all = main_of(group, Path(name), sys.argv)
    sys.exit(status_of_all)
