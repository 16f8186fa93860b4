#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures portsniff next to other programs on the same captures.

    bench/run.py [OPTION]... [CAPTURE]...

Programs take turns, so that whatever else the machine does meets all of them;
what counts is the ratio within one run. Without captures the reference traces
are made in the cache folder. README.md explains the tables.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import tables
import targets
from measuring import Failure, Program, take_turns, touch
from programs import PEERS, SLOW, TRACES, count, peer_programs, portsniff_programs, reference_traces

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Result:
    """What was measured on one capture."""

    capture: Path
    packets: int
    flows: int
    programs: list

    @property
    def name(self):
        return self.capture.name.split(".")[0]


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": platform.system(),
        "kernel": platform.release(),
        "processor": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": memory,
        "load": os.getloadavg()[0],
    }


def compare_peers(captures, options):
    """Returns (results as data, verdicts on the targets)."""
    results, verdicts = [], []
    for capture in captures:
        packets, flows = count(options.portsniff, capture)
        programs = portsniff_programs(options) + peer_programs(options)
        take_turns(programs, capture, options.rounds, options.patience)
        result = Result(capture, packets, flows, programs)
        tables.print_table(capture, programs, packets)
        verdicts += targets.of_capture(result.name, programs, flows)
        results.append(result)
    verdicts += targets.of_scan(results)
    tables.print_verdicts(verdicts)
    data = [tables.as_data(result.capture, result.programs, packets=result.packets, flows=result.flows)
            for result in results]
    return data, verdicts


def compare_builds(captures, options):
    """Pairs of runs, each build first in every other pair; the ratio of each pair, and their median."""
    results = []
    for capture in captures:
        touch(capture)
        for extra in ["", *options.args]:
            ours, other = (
                Program(name, [str(path), "-q", "-r", "FILE", *extra.split()])
                for name, path in ((f"portsniff {extra}".rstrip(), options.portsniff), ("other", options.against))
            )
            for number in range(options.rounds):
                for program in (ours, other) if number % 2 == 0 else (other, ours):
                    program.run(capture, options.patience)
            tables.print_pairs(capture, ours, other)
            results.append(tables.as_data(capture, [ours, other]))
    return results, []


def parser():
    known = argparse.ArgumentParser(description="measure portsniff next to other programs", allow_abbrev=False)
    known.add_argument("captures", nargs="*", type=Path, metavar="CAPTURE")
    known.add_argument("--portsniff", type=Path, default=ROOT / "build/release/src/portsniff", metavar="PROGRAM")
    known.add_argument("--args", action="append", default=[], metavar="ARGS",
                       help="measure portsniff also with these options; --args=-fjson")
    known.add_argument("--against", type=Path, metavar="PROGRAM", help="another build of portsniff, pair by pair")
    known.add_argument("--programs", metavar="LIST", help="other programs, of: " + ",".join(PEERS))
    known.add_argument("--slow", action="store_true", help=f"also {' and '.join(SLOW)}, one run each")
    known.add_argument("--rounds", type=int, default=5, metavar="N")
    known.add_argument("--patience", type=float, default=120, metavar="SECONDS",
                       help="a program that takes longer is stopped and not run again (120)")
    known.add_argument("--traces", default="imix", metavar="LIST", help="reference traces, of: " + ",".join(TRACES))
    known.add_argument("--cache", type=Path, default=ROOT / "build/bench", metavar="FOLDER")
    known.add_argument("--generate", type=Path, metavar="PROGRAM", help="generator of traces")
    known.add_argument("--json", type=Path, metavar="FILE", help="write every single figure to FILE")
    known.add_argument("--strict", action="store_true", help="exit status 3 when a target is not met")
    return known


def parse():
    options = parser().parse_args()
    # A name without a slash would be looked for in PATH.
    options.portsniff = options.portsniff.absolute()
    options.against = options.against and options.against.absolute()
    for program in (options.portsniff, options.against):
        if program and not os.access(program, os.X_OK):
            raise Failure(f"there is no program {program}; build it, or name one with --portsniff.")
    if options.rounds < 1:
        raise Failure("at least one round is needed (--rounds).")
    return options


def main():
    try:
        options = parse()
        captures = options.captures or reference_traces(options)
        about = machine()
        tables.print_machine(about)
        results, verdicts = (compare_builds if options.against else compare_peers)(captures, options)
        if options.json:
            document = {"machine": about, "rounds": options.rounds, "results": results, "targets": verdicts}
            options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    except (Failure, OSError, subprocess.CalledProcessError) as problem:
        print(f"run.py: {problem}", file=sys.stderr)
        return 1
    return 3 if options.strict and not all(row["met"] for row in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
