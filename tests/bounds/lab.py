# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of bounds share: captures of attacks, and what the program needs to read them.

Memory is the peak of the process as the kernel counts it.  Time is processor time in the program itself, and is only ever
compared with that of another capture: machines differ.  They are busy, too, so what seems slow is measured again, and
limits are several times what a quiet machine shows: only another order of growth exceeds them.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from tap import Tap

MEGABYTE = 1 << 20
SLACK = 16 * MEGABYTE  # beside the bound that was asked for
# Further than this an attack must not get, also where a bound fails.
MEMORY_MOST = 4000  # megabytes
SECONDS_MOST = 600
LEAST_MICROSECONDS = 20_000  # below this, comparing times says nothing
TRIES = 5


@dataclass
class Run:
    status: int
    peak: int  # bytes
    cpu: int  # microseconds
    output: str
    errors: str
    again: Callable  # measures the same once more; what it read has to be there still

    def per(self, other):
        """How many times the processor time of the other run."""
        return self.cpu / max(other.cpu, LEAST_MICROSECONDS)


class Lab:
    def __init__(self, program, flood, measure, folder, sanitized):
        self.program, self.flood, self.measure = program, flood, measure
        self.folder, self.sanitized = folder, sanitized

    def attack(self, name, count, step=None):
        """The capture of an attack (see flood.c)."""
        path = self.folder / f"{name}-{count}.pcap"
        command = [self.flood, name, str(count), str(path), *([str(step)] if step else [])]
        subprocess.run(command, check=True)
        return path

    def run(self, *arguments, stdin=None, keep=100_000):
        """Runs the program; `stdin` is a path or bytes. Of the output, the first and the last `keep` characters."""
        if isinstance(stdin, bytes):
            piped = self.folder / "piped"
            piped.write_bytes(stdin)
            stdin = piped
        with open(stdin or os.devnull, "rb") as given:
            status, peak, cpu = self.measured(given, arguments)
        output, errors = (ends_of(self.folder / name, keep) for name in ("output", "errors"))
        return Run(status, peak, cpu, output, errors, lambda: self.run(*arguments, stdin=stdin, keep=keep))

    def pipe(self, command, *arguments):
        """Runs the program with the output of a command as its standard input."""
        with subprocess.Popen(command, stdout=subprocess.PIPE) as source:
            status, peak, cpu = self.measured(source.stdout, arguments)
            source.stdout.close()
        output, errors = (ends_of(self.folder / name, 100_000) for name in ("output", "errors"))
        return Run(status, peak, cpu, output, errors, lambda: self.pipe(command, *arguments))

    def measured(self, stdin, arguments):
        """(exit status, peak in bytes, microseconds); what was printed is in the files "output" and "errors"."""
        figures, output, errors = (self.folder / name for name in ("figures", "output", "errors"))
        memory = 0 if self.sanitized else MEMORY_MOST  # shadow memory would not fit
        command = [self.measure, figures, memory, SECONDS_MOST, self.program, *arguments]
        with open(output, "wb") as out, open(errors, "wb") as err:
            subprocess.run([str(part) for part in command], stdin=stdin, stdout=out, stderr=err, check=True)
        return map(int, figures.read_text().split())


def ends_of(path, keep):
    """A file's text with single spaces, without its middle when it is long."""
    data = path.read_bytes()
    if len(data) > 2 * keep:
        data = data[:keep] + b" ... " + data[-keep:]
    return " ".join(data.decode(errors="replace").split())


# --- what may be wrong: each returns a list of sentences ----------------------------


def status(run, wanted):
    return [] if run.status == wanted else [f"exit status {run.status}, wanted {wanted}: {run.errors[-400:]}"]


def says(text, *parts):
    return [f'no "{part}" in: {text[-600:]}' for part in parts if part not in text]


def within(lab, run, bytes_most):
    if lab.sanitized or run.peak <= bytes_most:
        return []
    return [f"{run.peak:,} bytes of memory, {bytes_most:,} at most"]


def above(lab, run, bytes_least):
    if lab.sanitized or run.peak > bytes_least:
        return []
    return [f"only {run.peak:,} bytes of memory: this is no attack on a bound of {bytes_least:,}"]


def slower(lab, run, other, times, scale=1.0):
    """Whether a run took more than so many times the processor time of another, in every one of several tries.

    `scale`: what the other is larger by, when not the runs are compared but each packet of theirs.
    """
    if lab.sanitized:
        return []
    found = [run.per(other) * scale]
    while found[-1] > times and len(found) < TRIES:
        run, other = run.again(), other.again()
        found.append(run.per(other) * scale)
    print(f"# {found[-1]:.1f} times the processor time, {times} at most", flush=True)
    if found[-1] <= times:
        return []
    return [f"{min(found):.1f} times the processor time, {times} at most, in each of {TRIES} tries"]


def main_of(group, folder, argv):
    """The main() of a script; arguments: PORTSNIFF FLOOD MEASURE (measure | sanitized) [--full]."""
    if len(argv) < 5 or argv[4] not in ("measure", "sanitized"):
        print(sys.modules["__main__"].__doc__, file=sys.stderr)
        return 2
    lab = Lab(*(str(Path(path).resolve()) for path in argv[1:4]), folder, argv[4] == "sanitized")
    tap = Tap()
    group(lab, tap, "--full" in argv[5:])
    return tap.finish()


def figures(run, packets):
    """For people who run a test with --full."""
    return f"{run.peak / 1e6:,.0f} MB, {run.cpu / 1e6:,.2f} s, {run.cpu * 1000 / max(packets, 1):,.0f} ns per packet"
