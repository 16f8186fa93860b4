#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs tests and the whole program under valgrind's memcheck; prints TAP.

    memcheck.py BUILD_FOLDER SOURCE_ROOT [STEP]

BUILD_FOLDER is a build without sanitizers. Of its tests the C programs run, but not those that valgrind cannot follow:
guard (the sandbox shuts valgrind's own calls out) and fuzz (their point is number). The program reads every bundled
capture on two roads of five, damaged copies of some, and of the corpus beside the source (../shared/corpus), where there is
one, every STEP-th capture (default 25). Reads of uninitialised memory, bad accesses, overlaps and leaks fail a case.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from tap import Tap

FOUND = 99
VALGRIND = ["valgrind", "--quiet", f"--error-exitcode={FOUND}", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
            "--errors-for-leak-kinds=definite,indirect,possible", "--track-fds=no", "--read-var-info=no"]
LEFT_OUT = {"guard", "fuzz"}
ROADS = (
    ["--view", "summary,services,findings,flows,ephemeral,ports,pairs,ranges,hosts,timeline,tunnels,ledger"],
    ["-f", "json", "--threads", "3", "--top", "0"],
    ["-f", "jsonl", "-t", "1s"],
    ["-f", "csv", "--max-memory", "64M", "--tunnels", "outer", "--fragments", "header"],
    ["--reader", "libpcap", "-w", "saved.pcapng", "-o", "report"],
)


def tests_of(build):
    """(name, command) of the C tests that can run."""
    listing = subprocess.run(["meson", "introspect", "--tests", build], capture_output=True, check=True, text=True).stdout
    for test in json.loads(listing):
        suites = {suite.partition(":")[2] for suite in test["suite"]}
        # What is under the build folder is a program of ours; of folders of captures the bundled one is enough here.
        if test["cmd"][0].startswith(str(build)) and not suites & LEFT_OUT:
            yield test["name"], [word for word in test["cmd"] if "shared" not in word]


def damaged(captures, folder):
    """Copies that end in the middle or hold other bytes, the same in every run."""
    for path in captures[::3]:
        data = bytearray(path.read_bytes())
        cut = folder / f"cut-{path.name}"
        cut.write_bytes(data[: len(data) * 2 // 3 + 1])
        for at in range(30, len(data), 97):
            data[at] ^= 0xFF
        other = folder / f"other-{path.name}"
        other.write_bytes(data)
        yield from (cut, other)


def corpus(root, step):
    pcaps = root.parent / "shared" / "corpus" / "pcaps"
    return sorted(path for path in pcaps.rglob("*") if path.is_file())[::step] if pcaps.is_dir() else []


def under_valgrind(command, **more):
    done = subprocess.run(VALGRIND + [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          env={**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"}, check=False, **more)
    return done.returncode, done.stderr.decode(errors="replace")


def whole_program(program, number, path):
    """What valgrind found on the roads of this capture, or how the program ended that should not."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for road in (ROADS[number % len(ROADS)], ROADS[(number + 2) % len(ROADS)]):
            status, said = under_valgrind([program, "--sandbox=off", "-q", "-r", path, *road], cwd=folder)
            if status not in (0, 1, 3):
                wrong += [f"{' '.join(road)}: exit status {status}", *said.splitlines()[:40]]
    return wrong


def main(build, root, step=25):
    tap, build, root = Tap(), Path(build).resolve(), Path(root).resolve()
    program = build / "src" / "portsniff"
    captures = sorted(path for path in (root / "pcaps").iterdir() if ".pcap" in path.name)
    if not captures:
        sys.exit(f"{root} has no captures")
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        copies = list(damaged(captures, Path(name)))
        tests = list(tests_of(build))
        results = pool.map(lambda test: under_valgrind(test[1], cwd=build), tests)
        for (test, _), (status, said) in zip(tests, results):
            tap.case(f"memcheck: test {test}", status in (0, 77), f"exit status {status}", said)
        paths = [*captures, *copies, *corpus(root, int(step))]
        for path, wrong in zip(paths, pool.map(lambda numbered: whole_program(program, *numbered), enumerate(paths))):
            tap.case(f"memcheck: {path.name}", not wrong, *wrong)
    return tap.finish()


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: memcheck.py BUILD_FOLDER SOURCE_ROOT [STEP]")
    sys.exit(main(*sys.argv[1:]))
