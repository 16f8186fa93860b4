# SPDX-License-Identifier: BSD-3-Clause
"""Runs portsniff with calls that fail (fault.c). What a run may never do, whatever fails, is in rules.py."""

import ctypes
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
sys.path.insert(0, str(HERE.parent / "golden"))

from tap import Tap

LIMIT_SECONDS = 300
# As in fault.h.
KINDS = ("memory", "thread", "read", "write", "open", "close", "file", "wait")
SITES = 1_000_000
WHERE = 1024
HEAD = struct.Struct(f"<Q{len(KINDS)}QQQQQ{WHERE}s")
TALLY_SIZE = HEAD.size + 8 * SITES
ADDR_NO_RANDOMIZE = 0x0040000
OLD = b"an older report\n"


@dataclass
class Case:
    """A command line to be tried. `output`: the file of -o; `saved`: that of -w; `stdin`: bytes for its pipe."""

    name: str
    arguments: list
    form: str = "json"
    output: str = ""
    saved: str = ""
    stdin: bytes = b""
    streams: bool = False  # intervals: what is written is not taken back
    partial: bool = False  # it shows how far it came

    def command(self):
        more = ["-f", self.form] if self.form else []
        more += ["-o", self.output] if self.output else []
        return [*map(str, self.arguments), *more, *(["-w", self.saved] if self.saved else [])]


@dataclass
class Done:
    status: int
    out: bytes
    err: bytes
    report: bytes = b""  # what is in the -o file; b"" without one
    saved: bytes = b""
    left: list = field(default_factory=list)  # files in the folder that should not be there
    calls: dict = field(default_factory=dict)
    struck: int = 0
    ended: bool = False
    confined: bool = False
    where: str = ""

    def answer(self):
        return self.report if self.report != OLD and self.report else self.out


class Bench:
    """The program, the library, and a folder in which they run."""

    def __init__(self, program, library, folder, sanitized):
        self.program, self.library = str(Path(program).resolve()), str(Path(library).resolve())
        self.folder, self.sanitized = Path(folder), sanitized
        self.work = self.folder / "work"
        self.tally = self.folder / "tally"
        self.suppressions = self.folder / "suppressions"
        # What the dynamic linker loads for the fault library, which looks at stacks.
        self.suppressions.write_text("leak:_dl_map_object_deps\n", encoding="utf-8")
        self.runs = 0
        self.libc = ctypes.CDLL(None)

    def environment(self, leaks=False, **more):
        """Looking for leaks takes most of the time of a run, so it is asked for."""
        options = [word for word in os.environ.get("ASAN_OPTIONS", "").split(":") if word]
        options += ["verify_asan_link_order=0", "allocator_may_return_null=1"]
        options += [] if leaks else ["detect_leaks=0"]
        return dict(os.environ, LC_ALL="C.UTF-8", ASAN_OPTIONS=":".join(options),
                    LSAN_OPTIONS=f"suppressions={self.suppressions}:print_suppressions=0", **more)

    def works(self):
        """Whether calls are seen: a sanitizer that is linked in (clang) has its own before everything that is loaded."""
        return self.run(Case("probe", ["--version"], form="")).calls["memory"] > 0

    def prepare(self, case):
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir()
        if case.output:
            (self.work / case.output).write_bytes(OLD)

    def clear_tally(self, kind=""):
        with open(self.tally, "wb") as file:
            file.write(HEAD.pack(1 + KINDS.index(kind) if kind else 0, *[0] * (len(KINDS) + 4), b""))
            file.truncate(TALLY_SIZE)

    def run(self, case, plan="", noted="", leaks=False):
        """One run. `plan`: what fails, as fault.c has it; `noted`: the kind whose sites are noted, else nothing."""
        self.prepare(case)
        self.clear_tally(noted)
        environment = self.environment(leaks, LD_PRELOAD=self.library, FAULTS_TALLY=str(self.tally))
        if plan:
            environment["FAULTS"] = plan
        # The same addresses in each run, so that sites can be told apart over many.
        fixed = (lambda: self.libc.personality(ADDR_NO_RANDOMIZE)) if noted else None
        with open(self.folder / "out", "w+b") as out, open(self.folder / "err", "w+b") as err:
            done = subprocess.run([self.program, *case.command()], cwd=self.work, env=environment, stdout=out, stderr=err,
                                  input=case.stdin, timeout=LIMIT_SECONDS, check=False, preexec_fn=fixed)
        self.runs += 1
        return self.collect(case, done.returncode)

    def collect(self, case, status):
        _, *numbers, where = HEAD.unpack(self.tally_head())
        calls = dict(zip(KINDS, numbers))
        struck, _, ended, confined = numbers[len(KINDS):]

        def content(name):
            path = self.work / name
            return path.read_bytes() if name and path.exists() else b""

        expected = {name for name in (case.output, case.saved) if name}
        return Done(
            status=status, out=(self.folder / "out").read_bytes(), err=(self.folder / "err").read_bytes(),
            report=content(case.output), saved=content(case.saved),
            left=sorted({path.name for path in self.work.iterdir()} - expected), calls=calls, struck=struck,
            ended=bool(ended), confined=bool(confined), where=where.rstrip(b"\0").decode(errors="replace"),
        )

    def tally_head(self):
        with open(self.tally, "rb") as file:
            return file.read(HEAD.size)

    def sites(self, count):
        """The site of each call of the noted kind."""
        with open(self.tally, "rb") as file:
            file.seek(HEAD.size)
            count = min(count, SITES)
            return struct.unpack(f"<{count}Q", file.read(8 * count))

    def read_saved(self, data):
        """What portsniff itself, without faults, finds in a saved file: (exit status, document or None, stderr)."""
        path = self.folder / "again.pcapng"
        path.write_bytes(data)
        done = subprocess.run([self.program, "-r", path, "-f", "json", "--top", "1"], cwd=self.folder,
                              env=self.environment(), capture_output=True, timeout=LIMIT_SECONDS, check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    # --- many runs ---

    def sweep(self, tap, name, case, good, plans, why="", statuses=(0, 1, 3), gone=False, leaks=False):
        """One TAP case: the command line under each plan. `good`: its run without faults."""
        from rules import judge  # it needs this module as well

        wrong, struck = [], 0
        for plan in plans:
            try:
                done = self.run(case, plan, leaks=leaks)
            except subprocess.TimeoutExpired:
                wrong.append(f"{plan}: it does not end")
                continue
            struck += done.struck > 0
            faults = judge(self, case, done, good, why=why, gone=gone, torn=plan.startswith("write:"))
            if done.status not in statuses:
                faults.append(f"exit status {done.status}, allowed {statuses}")
            wrong += [f"{plan}: {fault}\n  from {done.where}\n  said {done.err[:300]!r}" for fault in faults]
        if plans and not struck:
            wrong.append("nothing was made to fail")
        if plans:
            tap.case(f"{name} ({len(plans)} runs)", not wrong, *wrong[:8])

    def note(self, text):
        print(f"# {text}, {self.runs} runs", flush=True)


def plan_of(kind, first, count, how, step=1):
    """See fault.c: call `first`, first + step, ... fail, `count` of them (0: all), with an errno, or short (0)."""
    return f"{kind}:{first}:{count}:{step}:{how}"


def spread(numbers, most):
    """At most so many of them, evenly, the first and the last among them."""
    numbers = list(numbers)
    if len(numbers) <= most:
        return numbers
    return [numbers[i * (len(numbers) - 1) // (most - 1)] for i in range(most)]


def main_of(*groups):
    """The main() of a test: PORTSNIFF FAULT_LIBRARY plain|sanitized [--all]; each group is called with (bench, tap, all)."""
    if len(sys.argv) not in (4, 5):
        print(sys.modules["__main__"].__doc__, file=sys.stderr)
        return 2
    import cases  # it needs this module as well

    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="portsniff-faults-") as name:
        bench = Bench(sys.argv[1], sys.argv[2], name, sys.argv[3] == "sanitized")
        cases.make_inputs(bench.folder)
        if not bench.works():
            tap.skip("calls that fail", "the library cannot come before this program's own allocator")
            return tap.finish()
        for group in groups:
            group(bench, tap, "--all" in sys.argv)
        bench.note("in all")
    return tap.finish()
