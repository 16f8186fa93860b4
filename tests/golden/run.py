#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs portsniff as a person would and compares what it says with files; prints TAP.

    run.py [--update] [--only TEXT] PORTSNIFF

cases.txt lists the cases. Each runs in a folder that holds the bundled captures
and the files of hostile.py, so that names in messages are short. Expected are
expected/NAME.stdout, .stderr and .file (what -o wrote), each only where there is
something; the exit status stands in cases.txt. The version is neutralised.
--update writes the expected files anew, except where the exit status is wrong:
review the difference like code.
"""

import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import hostile
from program import LIMIT_SECONDS, PCAPS, bundled
from tap import Tap

EXPECTED = HERE / "expected"
OUTPUT = "report.out"
VERSION = re.compile(rb"portsniff \d+\.\d+\.\d+[-+.\w]*")
DIFFERENCE_LINES = 40


class Case:
    def __init__(self, name, status, words):
        self.name, self.status = name, status
        self.environment, self.arguments, self.stdin = {}, [], None
        words = iter(words)
        for word in words:
            if word == "<":
                self.stdin = next(words)
            elif not self.arguments and re.fullmatch(r"[A-Z_]+=.*", word):
                key, _, value = word.partition("=")
                self.environment[key] = value
            else:
                self.arguments.append(word)


def read_cases():
    """The cases of cases.txt; one with {capture} stands for as many as there are bundled captures."""
    cases = []
    for line in (HERE / "cases.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, status, rest = (line.split(maxsplit=2) + [""])[:3]
        for capture in bundled() if "{capture}" in line else [""]:
            words = [word.replace("{capture}", capture) for word in shlex.split(rest)]
            cases.append(Case(name.replace("{capture}", capture), int(status), words))
    return cases


def fill(folder):
    """The folder that the cases run in."""
    for name in bundled():
        (folder / name).symlink_to(PCAPS / name)
    for name, data in hostile.files().items():
        (folder / name).write_bytes(data)
    (folder / "names").symlink_to(HERE / "names")
    (folder / "empty-folder").mkdir()
    (folder / "other-folder").mkdir()
    (folder / "other-folder" / "notes.txt").write_text("not a capture\n", encoding="utf-8")
    (folder / "control").mkdir()
    (folder / "control" / "cut\x1b[31m.pcap").write_bytes(hostile.files()["cut.pcap"])
    (folder / "parts").mkdir()
    (folder / "parts" / "1.pcap").write_bytes(hostile.files()["good.pcap"])
    (folder / "parts" / "2.pcapng").write_bytes(hostile.files()["good.pcapng"])
    (folder / "parts" / "notes.txt").write_text("not a capture\n", encoding="utf-8")


def run(program, case, folder):
    """{kind: bytes} of what the program said, and its exit status."""
    environment = {key: os.environ[key] for key in os.environ if key.startswith(("ASAN_", "UBSAN_"))}
    environment.update({"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo"})
    environment.update(case.environment)
    written = folder / OUTPUT
    written.unlink(missing_ok=True)
    stdin = (folder / case.stdin).open("rb") if case.stdin else subprocess.DEVNULL
    try:
        done = subprocess.run(
            [program, *case.arguments], cwd=folder, env=environment, stdin=stdin,
            capture_output=True, timeout=LIMIT_SECONDS, check=False,
        )
    finally:
        if case.stdin:
            stdin.close()
    said = {"stdout": done.stdout, "stderr": done.stderr}
    said["file"] = written.read_bytes() if written.exists() else b""
    return {kind: VERSION.sub(b"portsniff VERSION", text) for kind, text in said.items()}, done.returncode


def expected_path(case, kind):
    return EXPECTED / f"{case.name}.{kind}"


def difference(kind, wanted, got):
    lines = difflib.unified_diff(
        wanted.decode(errors="replace").splitlines(), got.decode(errors="replace").splitlines(),
        f"expected {kind}", f"{kind} now", lineterm="", n=1,
    )
    return list(lines)[:DIFFERENCE_LINES] or [f"{kind}: line ends differ"]


def compare(case, said, status, tap):
    notes = []
    if status != case.status:
        notes.append(f"exit status {status}, expected {case.status}")
    for kind, got in said.items():
        path = expected_path(case, kind)
        wanted = path.read_bytes() if path.exists() else b""
        if wanted != got:
            notes += difference(kind, wanted, got)
    tap.case(case.name, not notes, " ".join(map(shlex.quote, case.arguments)), *notes)


def update(case, said, status):
    """Writes what was said; returns whether the exit status is right."""
    if status != case.status:
        print(f"run.py: {case.name}: exit status {status}, expected {case.status}; not written", file=sys.stderr)
        sys.stderr.buffer.write(said["stderr"])
        return False
    for kind, text in said.items():
        path = expected_path(case, kind)
        if text:
            path.write_bytes(text)
        else:
            path.unlink(missing_ok=True)
    return True


def remove_strangers(cases):
    known = {expected_path(case, kind).name for case in cases for kind in ("stdout", "stderr", "file")}
    for path in EXPECTED.iterdir():
        if path.name not in known:
            path.unlink()


def parse_arguments(arguments):
    only, is_update = "", False
    while len(arguments) > 1:
        if arguments[0] == "--update":
            is_update, arguments = True, arguments[1:]
        elif arguments[0] == "--only" and len(arguments) > 2:
            only, arguments = arguments[1], arguments[2:]
        else:
            break
    if len(arguments) != 1:
        sys.exit(__doc__)
    return str(Path(arguments[0]).resolve()), only, is_update


def main(arguments):
    program, only, is_update = parse_arguments(arguments)
    cases, tap, good = read_cases(), Tap(), True
    EXPECTED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        fill(Path(name))
        for case in cases:
            if only not in case.name:
                continue
            said, status = run(program, case, Path(name))
            if is_update:
                good = update(case, said, status) and good
            else:
                compare(case, said, status, tap)
    if is_update:
        remove_strangers(cases)
        return 0 if good else 1
    strangers = {path.name.rpartition(".")[0] for path in EXPECTED.iterdir()} - {case.name for case in cases}
    tap.case("every expected file belongs to a case", not strangers, sorted(strangers))
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
