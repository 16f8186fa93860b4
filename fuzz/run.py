#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs every libFuzzer target of a build for a given CPU time each, and keeps account of it.

    run.py [-c SECONDS | --more SECONDS] [-j PROCESSES] [-t TARGET]... [--json FILE] STATE BUILD

BUILD is a folder made as fuzz/README.md says; nothing is built here.  STATE is a folder with the corpus of each target,
the inputs that broke a rule, the output of the last run of each, and state.json with the figures.  A run that was
interrupted goes on where it was: time, executions and corpus are booked after each slice of SLICE_SECONDS.

CPU time is that of the process, user and system, not time that passed.  A target with a find that still fails is not run
any further before the find is mended; one that no longer fails counts as mended.  The exit status is 1 if there are
open finds.  report.py makes coverage and tables of the same folder.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SLICE_SECONDS = 180
LEAST_SECONDS = 3
# What an input of a target can sensibly be long, or few enough to take milliseconds; others are held to LENGTH.
LENGTHS = {
    "decode": 1024, "fragments": 64, "services": 2048, "application": 2048, "tunnels": 121, "reports": 2048, "whole": 2048,
}
LENGTH = 8192
STATISTIC = re.compile(rb"^stat::(\w+):\s+(\d+)$", re.M)
COVERAGE = re.compile(rb" cov: (\d+) ft: (\d+)")
FRESH = {
    "cpu_seconds": 0.0, "executions": 0, "new_units": 0, "slices": 0, "edges": 0, "peak_mib": 0,
    "builds": [], "finds": {},
}


class State:
    """Figures by target, written after every change and never half."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / "state.json"
        self.lock = threading.Lock()
        self.targets = json.loads(self.path.read_text())["targets"] if self.path.exists() else {}

    def of(self, name):
        with self.lock:
            return self.targets.setdefault(name, json.loads(json.dumps(FRESH)))

    def write(self):
        with self.lock:
            half = self.path.with_suffix(".new")
            half.write_text(json.dumps({"targets": self.targets}, indent=1, sort_keys=True) + "\n")
            half.replace(self.path)

    def place(self, kind, name):
        folder = self.folder / kind / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


class Children:
    """The fuzzers that run now, so that an interrupt reaches them."""

    def __init__(self):
        self.lock, self.running, self.stopping = threading.Lock(), set(), False

    def run(self, command, log, environment=None):
        """Returns exit status and CPU seconds."""
        with self.lock:
            if self.stopping:
                return None, 0.0
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment,
                start_new_session=True,
            )
            self.running.add(child)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        with self.lock:
            self.running.discard(child)
        return child.returncode, usage.ru_utime + usage.ru_stime

    def stop(self):
        with self.lock:
            self.stopping = True
            for child in self.running:
                child.send_signal(signal.SIGINT)


def seeds_of(name):
    """Folders with the inputs to begin with: those of the target, or the bundled captures; and what once broke it."""
    own = HERE / "corpus" / name
    folders = [own if own.is_dir() else HERE.parent / "pcaps", HERE / "regressions" / name]
    return [folder for folder in folders if folder.is_dir()]


def targets_of(build):
    """Programs by name of target."""
    folder = Path(build) / "fuzz"
    programs = sorted(p for p in folder.glob("fuzz_*") if p.is_file() and os.access(p, os.X_OK))
    return {program.name.removeprefix("fuzz_"): program for program in programs}


def length_of(name):
    return LENGTHS.get(name, LENGTH)


def environment_of():
    """What is not asked for otherwise: reports that end the program, and a search for leaks at its end."""
    environment = dict(os.environ)
    environment.setdefault("ASAN_OPTIONS", "detect_leaks=1:allocator_may_return_null=1")
    environment.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")
    return environment


class Target:
    def __init__(self, name, program, state, children):
        self.name, self.program, self.state, self.children = name, program, state, children
        self.figures = state.of(name)
        self.finds = state.place("finds", name)
        self.log = state.folder / f"{name}.log"
        self.build = hashlib.sha256(program.read_bytes()).hexdigest()[:16]

    def check_finds(self):
        """Inputs that broke a rule, run again: do they still?"""
        for path in sorted(p for p in self.finds.iterdir() if p.is_file()):
            with open(self.state.folder / f"{self.name}.find.log", "wb") as log:
                status, _ = self.children.run([self.program, "-timeout=60", path], log, environment_of())
            if status is not None:
                self.figures["finds"][path.name] = "mended" if status == 0 else "open"

    def is_open(self):
        return "open" in self.figures["finds"].values()

    def slice(self, seconds):
        """One process.  Returns whether to go on."""
        command = [
            self.program, f"-max_total_time={seconds}", f"-max_len={length_of(self.name)}", "-timeout=120",
            "-rss_limit_mb=3000", f"-seed={1 + self.figures['slices']}", f"-artifact_prefix={self.finds}/",
            # Leaks are looked for when the process ends: in between, targets may hold on to what they count in.
            "-detect_leaks=0", "-report_slow_units=1000000", "-print_final_stats=1",
            self.state.place("corpus", self.name), *seeds_of(self.name),
        ]
        with open(self.log, "wb") as log:
            status, cpu = self.children.run(command, log, environment_of())
        if status is None:
            return False
        self.book(self.log.read_bytes(), cpu)
        self.check_finds()
        self.state.write()
        if status not in (0, 72) and not self.is_open():
            print(f"{self.name}: ended with {status} and left nothing that repeats it; see {self.log}", flush=True)
            return False
        return True

    def book(self, output, cpu):
        said = {name.decode(): int(value) for name, value in STATISTIC.findall(output)}
        covered = COVERAGE.findall(output)
        figures = self.figures
        figures["cpu_seconds"] = round(figures["cpu_seconds"] + cpu, 2)
        figures["executions"] += said.get("number_of_executed_units", 0)
        figures["new_units"] += said.get("new_units_added", 0)
        figures["peak_mib"] = max(figures["peak_mib"], said.get("peak_rss_mb", 0))
        figures["edges"] = max([figures["edges"], *(int(edges) for edges, _ in covered)])
        figures["slices"] += 1
        if self.build not in figures["builds"]:
            figures["builds"].append(self.build)

    def budget(self, seconds, more):
        return seconds if more is None else self.figures["cpu_seconds"] + more

    def run(self, budget):
        self.check_finds()
        while not self.is_open() and not self.children.stopping:
            left = budget - self.figures["cpu_seconds"]
            if left <= 0:
                break
            before = self.figures["cpu_seconds"]
            # Time that passes is never less than CPU time, so this cannot run over by much.
            if not self.slice(max(LEAST_SECONDS, min(SLICE_SECONDS, int(left) + 1))):
                break
            if self.figures["cpu_seconds"] - before < 0.01:
                break
        print(f"{time.strftime('%H:%M:%S')} {line_of(self.name, self.figures)}", flush=True)


def line_of(name, figures):
    cpu, finds = figures["cpu_seconds"], list(figures["finds"].values())
    rate = figures["executions"] / cpu if cpu else 0
    return (
        f"{name:14} {figures['executions']:>12,} runs {cpu / 60:7.1f} CPU min {rate:>9,.0f}/s {figures['edges']:>6} edges "
        f"{figures['new_units']:>6} new {finds.count('open'):>3} open {finds.count('mended'):>3} mended"
    )


def arguments_of():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-c", dest="seconds", type=float, default=900, help="CPU seconds for each target, all runs together")
    parser.add_argument("--more", type=float, help="CPU seconds for each target, this run alone")
    parser.add_argument("-j", dest="processes", type=int, default=1)
    parser.add_argument("-t", dest="only", action="append", help="this target, and others named so")
    parser.add_argument("--json", type=Path, help="the figures, also there")
    parser.add_argument("state")
    parser.add_argument("build")
    options = parser.parse_args()
    options.programs = targets_of(options.build)
    if options.only:
        unknown = set(options.only) - set(options.programs)
        if unknown:
            parser.error(f"{options.build}/fuzz has no {', '.join(sorted(unknown))}")
        options.programs = {name: options.programs[name] for name in options.only}
    if not options.programs:
        parser.error(f"{options.build}/fuzz holds no fuzz_* program; build with -Dfuzz=true")
    return options


def main():
    options = arguments_of()
    state, children = State(options.state), Children()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: children.stop())
    targets = [Target(name, program, state, children) for name, program in options.programs.items()]
    with concurrent.futures.ThreadPoolExecutor(max(1, options.processes)) as pool:
        runs = [pool.submit(target.run, target.budget(options.seconds, options.more)) for target in targets]
        for done in runs:
            done.result()
    state.write()
    if options.json:
        options.json.write_text(json.dumps({"targets": state.targets}, indent=1, sort_keys=True) + "\n")
    for target in targets:
        print(line_of(target.name, target.figures))
    return 1 if any(target.is_open() for target in targets) else 0


if __name__ == "__main__":
    sys.exit(main())
