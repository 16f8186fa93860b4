#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Whole captures with changed bytes, through the whole program.

    mutate.py [-n COUNT] [-s SEED] [-m MEBIBYTES] [-k FOLDER] [--state FILE] [--many MANY] PORTSNIFF CAPTURE...

Every run takes a capture (or one out of a folder), changes it (changes.py), chooses a mode, a format, a bound and an
interval, and holds what portsniff does against its promises (holds.py).  The same seed makes the same changes.  What
breaks a rule is kept in FOLDER as a capture and a text.  -m bounds the address space; leave it out for builds with
sanitizers.

--state makes it resumable: runs 0 to COUNT - 1 are done once, whatever interrupts them, and FILE holds the figures.
--many is fuzz/many of the same build: the program runs in forks of it, at a fraction of the time; PORTSNIFF then only
stands in what is kept.
"""

import argparse
import collections
import hashlib
import json
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from changes import changed
from holds import HOLDS, ending_holds

LIMIT_SECONDS = 10
LARGEST = 4 << 20
# Of most captures only the beginning is taken, so that many are run rather than large ones.
BEGINNING = 1 << 16
BEGINNINGS = 0.95
BOOK_EVERY = 100
MODES = [[], ["--tunnels", "outer"], ["--fragments", "header"], ["--tunnels", "outer", "--fragments", "header"]]
# Short ones make tens of thousands of reports of one capture.
TIMES, TIME_WEIGHTS = ("1ms", "100ms", "1s", "1m", "1h"), (1, 8, 30, 30, 30)
VIEWS = ["services", "findings", "flows", "ephemeral", "ports", "pairs", "ranges", "hosts", "timeline", "tunnels", "ledger"]


class Late(Exception):
    """A run took too long."""


class Done:
    """A run that is over, and how it was asked for."""

    def __init__(self, returncode, stdout, stderr):
        self.returncode, self.stdout, self.stderr = returncode, stdout, stderr


# --- ways to run ---------------------------------------------------------------------


class Alone:
    """A process of its own for every run."""

    def __init__(self, options, folder):
        self.options = options

    def run(self, arguments, columns):
        environment = dict(os.environ, LC_ALL="C.UTF-8", COLUMNS=columns)
        try:
            done = subprocess.run(
                [self.options.portsniff, *arguments], stdin=subprocess.DEVNULL, capture_output=True, env=environment,
                timeout=LIMIT_SECONDS * self.options.patience, check=False, preexec_fn=self.limits,
            )
        except subprocess.TimeoutExpired as late:
            raise Late(str(late)) from late
        return Done(done.returncode, done.stdout, done.stderr)

    def limits(self):
        if self.options.mebibytes:
            resource.setrlimit(resource.RLIMIT_AS, (self.options.mebibytes << 20,) * 2)

    def spent(self):
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    def close(self):
        pass


class Many:
    """Forks of one process, see many.c."""

    def __init__(self, options, folder):
        self.out, self.err = folder / "out", folder / "err"
        self.seconds = 0.0
        environment = dict(os.environ, LC_ALL="C.UTF-8")
        self.process = subprocess.Popen(
            [options.many, self.out, self.err, str(LIMIT_SECONDS * options.patience)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env=environment, start_new_session=True,
        )

    def run(self, arguments, columns):
        job = b"".join(os.fsencode(text) + b"\0" for text in (columns, *arguments))
        self.process.stdin.write(struct.pack("=I", len(job)) + job)
        self.process.stdin.flush()
        answer = self.process.stdout.read(12)
        if len(answer) < 12:
            raise SystemExit("mutate: fuzz/many went away.")
        status, microseconds = struct.unpack("=IQ", answer)
        self.seconds = microseconds / 1e6
        status = os.waitstatus_to_exitcode(status)
        if status in (-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL):
            raise Late(f"ended by signal {-status}: it took too long")
        return Done(status, self.out.read_bytes(), self.err.read_bytes())

    def spent(self):
        return self.seconds

    def close(self):
        self.process.stdin.close()
        self.process.wait()


# --- one run ------------------------------------------------------------------------


def choose(dice):
    """Arguments, and what the checks need to know of them."""
    form = dice.choice(("json", "json", "jsonl", "csv", "text"))
    top = dice.choice(("0", "0", "1", "10"))
    arguments = ["--top", top, *dice.choice(MODES)]
    view = dice.choice(VIEWS)
    shown = ["-f", form]
    if form == "csv":
        shown += ["--view", view]
    elif form == "text" and dice.random() < 0.7:
        shown += ["--view", ",".join(dice.sample(VIEWS, dice.randrange(1, len(VIEWS))))]
    intervals = form != "json" and dice.random() < 0.4
    if intervals:
        shown += ["-t", dice.choices(TIMES, TIME_WEIGHTS)[0]]
    if dice.random() < 0.2:
        arguments += ["--max-memory", "64M"]
    if dice.random() < 0.15:
        arguments += ["--reader", "libpcap"]
    if dice.random() < 0.2:
        arguments += ["--sort", dice.choice(("bytes", "packets", "flows", "clients", "port"))]
    if dice.random() < 0.1:
        arguments += ["-c", str(dice.randrange(1, 500))]
    if dice.random() < 0.1:
        arguments += ["--", dice.choice(("udp", "not tcp", "port 53 or port 443", "ip6"))]
    return {"form": form, "top": top, "view": view, "intervals": intervals}, shown, arguments


def run(way, path, dice):
    """The run, and that of the same as one document where a table is to be held against it."""
    chosen, shown, arguments = choose(dice)
    columns = str(dice.choice((1, 40, 80, 200)))
    command = ["-r", str(path), *shown, *arguments]
    done = way.run(command, columns)
    done.command, done.whole = command, None
    vars(done).update(chosen)
    if done.form == "csv" and done.top == "0" and done.returncode in (0, 3):
        done.whole = way.run(["-r", str(path), "-f", "json", *arguments], columns)
    return done


def trial(options, path, dice):
    """What is wrong, as lines."""
    done, wrong = None, []
    try:
        done = run(options.way, path, dice)
        options.statuses[str(done.returncode)] += 1
        wrong += ending_holds(done)
        if done.whole:
            wrong += ending_holds(done.whole)
        if done.returncode in (0, 3):
            wrong += HOLDS[done.form](done)
    except Late as late:
        return [str(late)]
    except (ValueError, KeyError, IndexError) as error:
        wrong.append(f"{type(error).__name__}: {error}")
    if wrong:
        wrong.insert(0, " ".join([options.portsniff, *done.command]))
        wrong.append(done.stderr.decode(errors="replace")[:6000])
    return wrong


# --- all runs -----------------------------------------------------------------------


class State:
    """How far it is and what came out, kept in a file if there is one."""

    def __init__(self, options):
        self.path, self.begun = options.state, time.process_time()
        self.figures = {"seed": options.seed, "done": 0, "statuses": {}, "found": [], "cpu_seconds": 0.0, "builds": [],
                        "captures": len(options.paths)}
        if self.path and self.path.exists():
            self.figures = json.loads(self.path.read_text())
            if (self.figures["seed"], self.figures["captures"]) != (options.seed, len(options.paths)):
                raise SystemExit(f"mutate: {self.path} is of another seed or other captures.")
        self.before = self.figures["cpu_seconds"]
        build = hashlib.sha256(Path(options.many or options.portsniff).read_bytes()).hexdigest()[:16]
        if build not in self.figures["builds"]:
            self.figures["builds"].append(build)
        options.statuses = collections.Counter(self.figures["statuses"])

    def book(self, options, done):
        spent = time.process_time() - self.begun + options.way.spent()
        self.figures.update(done=done, statuses=dict(options.statuses), cpu_seconds=round(self.before + spent, 1))
        if self.path:
            half = self.path.with_suffix(".new")
            half.write_text(json.dumps(self.figures, indent=1, sort_keys=True) + "\n")
            half.replace(self.path)


def keep(options, number, data, wrong):
    name = f"{options.seed}-{number}"
    options.keep.mkdir(parents=True, exist_ok=True)
    (options.keep / f"{name}.capture").write_bytes(data)
    (options.keep / f"{name}.txt").write_text("\n".join(wrong) + "\n")
    print(f"{name}: {wrong[1] if len(wrong) > 1 else wrong[0]}"[:300], flush=True)
    return name


def one(options, number, folder):
    """Returns whether it broke a rule."""
    dice = random.Random(f"{options.seed} {number}")
    data = dice.choice(options.paths).read_bytes()
    if dice.random() < BEGINNINGS:
        data = data[:BEGINNING]
    data = changed(data, dice)
    path = folder / "changed"
    path.write_bytes(data)
    wrong = trial(options, path, dice)
    return keep(options, number, data, wrong) if wrong else None


def captures_of(names):
    paths = []
    for name in map(Path, names):
        paths += sorted(path for path in name.iterdir() if path.is_file()) if name.is_dir() else [name]
    return [path for path in paths if path.stat().st_size <= LARGEST and path.suffix not in (".md", ".tsv", ".py")]


def arguments_of():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", dest="count", type=int, default=1000)
    parser.add_argument("-s", dest="seed", type=int, default=1)
    parser.add_argument("-m", dest="mebibytes", type=int, default=0)
    parser.add_argument("-p", dest="patience", type=int, default=1)
    parser.add_argument("-k", dest="keep", type=Path, default=Path("found"))
    parser.add_argument("--state", type=Path)
    parser.add_argument("--many")
    parser.add_argument("--only", type=int, help="the run of this number and no other")
    parser.add_argument("portsniff")
    parser.add_argument("captures", nargs="+")
    options = parser.parse_args()
    options.paths = captures_of(options.captures)
    return options


def main():
    options = arguments_of()
    stop = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.append(True))
    with tempfile.TemporaryDirectory() as name:
        options.way = (Many if options.many else Alone)(options, Path(name))
        state = State(options)
        first, end = state.figures["done"], options.count
        if options.only is not None:
            first, end, state.path = options.only, options.only + 1, None
        for number in range(first, end):
            if stop:
                break
            found = one(options, number, Path(name))
            if found:
                state.figures["found"].append(found)
            if found or number % BOOK_EVERY == BOOK_EVERY - 1 or number == end - 1:
                state.book(options, number + 1)
        options.way.close()
    figures = state.figures
    print(
        f"{figures['done']} runs, {len(figures['found'])} broke a rule; exit statuses {dict(options.statuses)}; "
        f"{figures['cpu_seconds'] / 60:.1f} CPU minutes"
    )
    return 1 if figures["found"] else 0


if __name__ == "__main__":
    sys.exit(main())
