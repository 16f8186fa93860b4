#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures portsniff next to other programs on the same captures.

    bench/run.py [OPTION]... [CAPTURE]...

Programs take turns, so that whatever else the machine does meets all of them;
what counts is the ratio within one run. Without captures the reference traces
are made in the cache folder. README.md explains the table.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Reference traces: name, options of generate.
TRACES = {
    "imix": ["-n", "5000000", "-f", "500000", "-m", "imix", "-s", "1"],
    "min": ["-n", "10000000", "-f", "500000", "-m", "min", "-s", "2"],
    "hdr": ["-n", "10000000", "-f", "500000", "-m", "hdr", "-s", "3"],
    "scan": ["-n", "5000000", "-m", "scan", "-s", "4"],
    "hostile": ["-n", "5000000", "-m", "hostile", "-s", "5"],
}

# Other programs: command for a capture FILE, with TEMP a folder to write to.
# Each is asked for the least that is comparable: counting, or a flow record.
PEERS = {
    "cat": ["cat", "FILE"],
    "capinfos": ["capinfos", "-c", "FILE"],
    "tcpdump": ["tcpdump", "-r", "FILE", "-w", "/dev/null", "port 1"],
    "nfpcapd": ["nfpcapd", "-r", "FILE", "-w", "TEMP"],
    "softflowd": ["softflowd", "-d", "-r", "FILE", "-m", "2000000", "-p", "TEMP/pid", "-c", "none"],
    "argus": ["argus", "-r", "FILE", "-w", "TEMP/argus"],
    "ndpiReader": ["ndpiReader", "-i", "FILE", "-q"],
    "tshark": ["tshark", "-r", "FILE", "-q", "-z", "conv,tcp"],
}


class Failure(Exception):
    """A sentence for whoever runs this."""


class Run:
    """One run of one program: seconds of wall and CPU time, bytes of memory."""

    def __init__(self, wall, cpu, memory, complete):
        self.wall, self.cpu, self.memory, self.complete = wall, cpu, memory, complete


def measure(command, patience):
    """Runs a command to its end, or kills it after `patience` seconds."""
    with tempfile.TemporaryFile() as complaints:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=complaints, start_new_session=True
        )
        # Only this child and what it started: they are a session of their own.
        alarm = threading.Timer(patience, os.killpg, (child.pid, signal.SIGKILL))
        alarm.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        alarm.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, -signal.SIGKILL):
            complaints.seek(0)
            said = complaints.read()[-300:].decode(errors="replace").strip()
            raise Failure(f"`{' '.join(command)}` failed with status {child.returncode}: {said}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, child.returncode == 0)


class Program:
    def __init__(self, name, command):
        self.name, self.command, self.runs = name, command, []

    def run(self, capture, patience):
        """One more run; none any more after one that took too long."""
        if self.runs and not self.runs[-1].complete:
            return
        with tempfile.TemporaryDirectory(prefix="portsniff-bench-") as temp:
            filled = [part.replace("FILE", str(capture)).replace("TEMP", temp) for part in self.command]
            self.runs.append(measure(filled, patience))

    @property
    def complete(self):
        return all(run.complete for run in self.runs)

    def spread(self, what):
        """(median, lowest, highest) of wall, cpu or memory."""
        values = [getattr(run, what) for run in self.runs]
        return (statistics.median(values), min(values), max(values))


def portsniff_commands(options):
    """{row name: command}: once plain, and once for every --args."""
    commands = {"portsniff": [str(options.portsniff), "-q", "-r", "FILE"]}
    for extra in options.args:
        commands[f"portsniff {extra}"] = [*commands["portsniff"], *extra.split()]
    return commands


def chosen_programs(options):
    programs = [Program(name, command) for name, command in portsniff_commands(options).items()]
    wanted = options.programs.split(",") if options.programs else list(PEERS)
    unknown = set(wanted) - set(PEERS) - {""}
    if unknown:
        raise Failure(f"nothing is known of {', '.join(sorted(unknown))}; choose from {', '.join(PEERS)}.")
    for name in wanted:
        if name and shutil.which(name):
            programs.append(Program(name, PEERS[name]))
    return programs


def touch(capture):
    """Reads the file, so that the page cache holds it."""
    with open(capture, "rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def take_turns(programs, capture, options):
    touch(capture)
    for number in range(options.rounds):
        # Another one begins every round, so that nobody always follows the same neighbour.
        shift = number % len(programs)
        for program in programs[shift:] + programs[:shift]:
            program.run(capture, options.patience)


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


def print_machine(about):
    print(
        f"{about['cores']} cores, {about['memory_bytes'] / 2**30:.0f} GiB memory, {about['processor']}, "
        f"{about['system']} {about['kernel']}, load {about['load']:.1f}"
    )


def ratios(ours, other, what):
    """Ours by the other's, round by round: what a round met, both met."""
    return [getattr(a, what) / getattr(b, what) for a, b in zip(ours.runs, other.runs)]


def print_table(capture, programs, rounds):
    reference = programs[0]
    print(f"\n{capture.name}: {capture.stat().st_size / 1e6:.0f} MB, {rounds} rounds, ratios are portsniff / program")
    print(f"{'':24} {'wall s':>8} {'lowest-highest':>16} {'CPU s':>8} {'lowest-highest':>16} {'MB':>7} "
          f"{'wall':>7} {'CPU':>7}")
    for program in programs:
        cells = [f"{program.name:24}"]
        for what in ("wall", "cpu"):
            median, low, high = program.spread(what)
            mark = "" if program.complete else ">"
            cells.append(f"{mark + format(median, '.3f'):>8} {f'{low:.3f}-{high:.3f}':>16}")
        cells.append(f"{program.spread('memory')[0] / 1e6:7.0f}")
        for what in ("wall", "cpu"):
            mark = "" if program.complete else "<"
            cells.append(f"{mark + format(statistics.median(ratios(reference, program, what)), '.3f'):>7}")
        print(" ".join(cells), flush=True)


def as_data(capture, programs):
    return {
        "capture": capture.name,
        "bytes": capture.stat().st_size,
        "programs": [
            {
                "name": program.name,
                "complete": program.complete,
                **{what: [getattr(run, what) for run in program.runs] for what in ("wall", "cpu", "memory")},
            }
            for program in programs
        ],
    }


def compare_peers(captures, options):
    results = []
    for capture in captures:
        programs = chosen_programs(options)
        take_turns(programs, capture, options)
        results.append((capture, programs))
        if not options.json:
            print_table(capture, programs, options.rounds)
    return [as_data(capture, programs) for capture, programs in results]


def compare_builds(captures, options):
    """Pairs of runs, each build first in every other pair; the ratio of each pair, and their median."""
    results = []
    for capture in captures:
        touch(capture)
        for name, command in portsniff_commands(options).items():
            ours = Program(name, command)
            other = Program("other", [str(options.against), *command[1:]])
            for number in range(options.rounds):
                for program in (ours, other) if number % 2 == 0 else (other, ours):
                    program.run(capture, options.patience)
            if not options.json:
                print_pairs(capture, ours, other)
            results.append(as_data(capture, [ours, other]))
    return results


def print_pairs(capture, ours, other):
    print(f"\n{capture.name}, {ours.name}: {len(ours.runs)} pairs, ratios are this build / the other")
    print(f"{'pair':>6} {'wall s':>8} {'other':>8} {'ratio':>7}   {'CPU s':>8} {'other':>8} {'ratio':>7}")
    pairs = list(zip(ours.runs, other.runs))
    for number, (a, b) in enumerate(pairs, 1):
        print(f"{number:6} {a.wall:8.3f} {b.wall:8.3f} {a.wall / b.wall:7.3f}   "
              f"{a.cpu:8.3f} {b.cpu:8.3f} {a.cpu / b.cpu:7.3f}")
    for what in ("wall", "cpu"):
        each = ratios(ours, other, what)
        print(f"{what}: median ratio {statistics.median(each):.3f}, {min(each):.3f}-{max(each):.3f}")
    print(f"memory: {ours.spread('memory')[0] / 1e6:.0f} MB, other {other.spread('memory')[0] / 1e6:.0f} MB", flush=True)


def find_generator(options):
    """generate as it was built beside portsniff."""
    generator = options.generate or options.portsniff.resolve().parent.parent / "bench" / "generate"
    if not os.access(generator, os.X_OK):
        raise Failure(f"there is no generator at {generator}; build the project, or name one with --generate.")
    return generator


def reference_traces(options):
    options.cache.mkdir(parents=True, exist_ok=True)
    captures = []
    for name in options.traces.split(","):
        if name not in TRACES:
            raise Failure(f"there is no trace {name}; choose from {', '.join(TRACES)}.")
        capture = options.cache / f"{name}.pcap"
        if not capture.exists():
            print(f"making {capture}", file=sys.stderr)
            unfinished = capture.with_suffix(".unfinished")
            subprocess.run([find_generator(options), *TRACES[name], unfinished], check=True)
            unfinished.rename(capture)
        captures.append(capture)
    return captures


def parse():
    parser = argparse.ArgumentParser(description="measure portsniff next to other programs", allow_abbrev=False)
    parser.add_argument("captures", nargs="*", type=Path, metavar="CAPTURE")
    parser.add_argument("--portsniff", type=Path, default=ROOT / "build/release/src/portsniff", metavar="PROGRAM")
    parser.add_argument("--args", action="append", default=[], metavar="ARGS",
                        help="measure portsniff also with these options; --args=-fjson")
    parser.add_argument("--against", type=Path, metavar="PROGRAM", help="another build of portsniff, pair by pair")
    parser.add_argument("--programs", metavar="LIST", help="other programs, of: " + ",".join(PEERS))
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--patience", type=float, default=120, metavar="SECONDS",
                        help="a program that takes longer is stopped and not run again (120)")
    parser.add_argument("--traces", default="imix", metavar="LIST", help="reference traces, of: " + ",".join(TRACES))
    parser.add_argument("--cache", type=Path, default=ROOT / "build/bench", metavar="FOLDER")
    parser.add_argument("--generate", type=Path, metavar="PROGRAM", help="generator of traces")
    parser.add_argument("--json", action="store_true", help="every single figure, as JSON")
    options = parser.parse_args()
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
        if not options.json:
            print_machine(about)
        results = (compare_builds if options.against else compare_peers)(captures, options)
        if options.json:
            print(json.dumps({"machine": about, "rounds": options.rounds, "results": results}, indent=1))
    except (Failure, OSError, subprocess.CalledProcessError) as problem:
        print(f"run.py: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
