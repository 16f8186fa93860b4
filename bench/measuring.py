# SPDX-License-Identifier: BSD-3-Clause
"""Runs programs in turns and keeps what each run took. Says nothing about what the figures mean."""

import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass

FIGURES = ("wall", "cpu", "memory", "faults")


class Failure(Exception):
    """A sentence for whoever runs this."""


@dataclass(frozen=True)
class Run:
    """One run of one program."""

    wall: float  # seconds
    cpu: float  # seconds, user and system, all threads
    memory: int  # bytes, the peak; not below what this script itself uses
    faults: int  # page faults, minor and major
    complete: bool  # False: it was stopped, so every figure is a lower bound


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
    return Run(
        wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, usage.ru_minflt + usage.ru_majflt,
        child.returncode == 0,
    )


class Program:
    """A command with the places FILE and TEMP (a folder to write to), and its runs."""

    def __init__(self, name, command, once=False):
        self.name, self.command, self.once, self.runs = name, command, once, []

    def run(self, capture, patience):
        """One more run; none any more after one that took too long, or when one is enough."""
        if self.runs and (self.once or not self.complete):
            return
        with tempfile.TemporaryDirectory(prefix="portsniff-bench-") as temp:
            filled = [part.replace("FILE", str(capture)).replace("TEMP", temp) for part in self.command]
            self.runs.append(measure(filled, patience))

    @property
    def complete(self):
        return all(run.complete for run in self.runs)

    def values(self, what):
        return [getattr(run, what) for run in self.runs]

    def median(self, what):
        return statistics.median(self.values(what))


def ratios(ours, other, what):
    """Ours by the other's, round by round: what a round met, both met."""
    return [a / b for a, b in zip(ours.values(what), other.values(what))]


def ratio(ours, other, what):
    """Median of the rounds' ratios; of a program that ran once, our median by its figure."""
    if len(other.runs) < len(ours.runs):
        return ours.median(what) / other.median(what)
    return statistics.median(ratios(ours, other, what))


def touch(capture):
    """Reads the file, so that the page cache holds it."""
    with open(capture, "rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def take_turns(programs, capture, rounds, patience):
    """Each round runs every program; another one begins it, so that nobody always follows the same neighbour."""
    touch(capture)
    for number in range(rounds):
        shift = number % len(programs)
        for program in programs[shift:] + programs[:shift]:
            program.run(capture, patience)
