#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Borders change nothing: neither those of intervals, wherever they cut a connection, nor those of files; prints TAP.

    borders.py PORTSNIFF SOURCE_ROOT

With -t the final document is the one without -t, whole: flows, connections, outcomes, bytes sent again, handshake
times.  A capture in several files gives the same answer.  Captures of other projects are asked too, a selection of
../shared/corpus (seen from the source root) where it is there.
"""

import csv
import sys
import tempfile
from pathlib import Path

import capfile
from mangle import DAMAGES, differences, intervals_add_up, servers_of
from program import PCAPS, Program, bundled, check, without_sources

from tap import Tap
import records

WIDTHS = ("1ms", "2ms", "5ms", "13ms", "37ms", "100ms", "333ms", "1s", "2500ms", "7s", "20s", "2m")
MILLISECONDS = {"ms": 1, "s": 1000, "m": 60000}
MOST_INTERVALS = 700
PARTS = (2, 3, 7, 16)
DAMAGED = ("every second packet", "mirrored in time", "shuffled", "shuffled times")
# A capture of so many packets takes long here.
LARGE = 10_000
LARGE_WIDTHS = ("13ms", "1s")
DAMAGED_WIDTHS = ("1ms", "10ms", "50ms")

CORPUS_CAPTURES = 100
CORPUS_LARGEST = 300000
CORPUS_CUTS = (3, 17, 150)  # intervals in a capture
LONGEST_MILLISECONDS = 87600 * 3600000


def milliseconds(width):
    number = width.rstrip("ms")
    return int(number) * MILLISECONDS[width[len(number) :]]


# --- intervals -------------------------------------------------------------------


def widths_change_nothing(program, path, widths):
    alone = program.document("-r", path, "--top", "0")
    duration = alone["capture"]["duration_seconds"] * 1000
    wrong = []
    for width in widths:
        if duration / milliseconds(width) <= MOST_INTERVALS:
            wrong += [f"-t {width}: {line}" for line in intervals_add_up(program, path, alone, width)]
    return wrong


def damaged_widths(program, tap, name):
    capture = records.parse(capfile.unpacked(PCAPS / name))
    servers = servers_of(program.document("-r", PCAPS / name, "--top", "0"))
    for way in DAMAGED:
        path = program.folder / "damaged.pcapng"
        path.write_bytes(records.pcapng(DAMAGES[way](capture, servers)))
        check(tap, f"{name}, {way}: intervals", widths_change_nothing, program, path, DAMAGED_WIDTHS)


# --- files -----------------------------------------------------------------------


def write_parts(program, capture, borders):
    """Files of the records between borders; the words that read them."""
    words = []
    for i, (begin, end) in enumerate(zip([0, *borders], [*borders, len(capture.records)])):
        path = program.folder / f"part{i:03}.pcapng"
        path.write_bytes(records.pcapng(capture.of(capture.records[begin:end])))
        words += ["-r", path]
    return words


def file_borders_change_nothing(program, capture, all_borders, *arguments):
    whole = write_parts(program, capture, [])
    wanted = [without_sources(one) for one in program.documents(*whole, "--top", "0", *arguments)]
    wrong = []
    for borders in all_borders:
        parts = write_parts(program, capture, borders)
        got = [without_sources(one) for one in program.documents(*parts, "--top", "0", *arguments)]
        wrong += differences(got, wanted, f"cut at {borders[:20]}")
    return wrong


def split(program, tap, name):
    capture = records.parse(capfile.unpacked(PCAPS / name))
    count, times = len(capture.records), [record.time for record in capture.records]
    if times != sorted(times):
        tap.skip(f"{name}: in several files", "its packets are not in order of time")
        return
    even = [[count * i // parts for i in range(1, parts)] for parts in PARTS]
    law = file_borders_change_nothing
    check(tap, f"{name}: in several files", law, program, capture, even)
    check(tap, f"{name}: in several files, intervals", law, program, capture, even, "-t", "50ms")
    ones = [[border] for border in range(1, count, max(1, count // 30))]
    check(tap, f"{name}: in two files, cut anywhere", law, program, capture, ones)


# --- captures of others ----------------------------------------------------------


def selection(corpus):
    """Captures that can be read whole, of all sizes up to a limit, spread over the list."""
    with open(corpus / "INDEX.tsv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [row for row in rows if row["kind"] == "truth" and row["reader"] == "ok"]
    rows = [row for row in rows if int(row["size"]) <= CORPUS_LARGEST and int(row["frames_truth"]) > 20]
    return [row["file"] for row in rows[:: len(rows) // CORPUS_CAPTURES + 1]]


def cut_in_time(program, path):
    alone = program.document("-r", path, "--top", "0")
    duration = int(alone["capture"]["duration_seconds"] * 1000)
    wrong = []
    for width in sorted({min(max(1, duration // cuts), LONGEST_MILLISECONDS) for cuts in CORPUS_CUTS}):
        wrong += [f"-t {width}ms: {line}" for line in intervals_add_up(program, path, alone, f"{width}ms")]
    return wrong


def borders(program, tap, root):
    for name in bundled():
        if len(records.parse(capfile.unpacked(PCAPS / name)).records) > LARGE:
            check(tap, f"{name}: intervals", widths_change_nothing, program, PCAPS / name, LARGE_WIDTHS)
            continue
        check(tap, f"{name}: intervals", widths_change_nothing, program, PCAPS / name, WIDTHS)
        damaged_widths(program, tap, name)
        split(program, tap, name)
    corpus = root.parent / "shared" / "corpus"
    if not (corpus / "INDEX.tsv").exists():
        tap.skip("captures of others", f"no {corpus}")
        return
    for name in selection(corpus):
        check(tap, f"{name}: intervals", cut_in_time, program, corpus / "pcaps" / name)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        borders(Program(str(Path(arguments[0]).resolve()), Path(folder)), tap, Path(arguments[1]).resolve())
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
