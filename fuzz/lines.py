#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Which lines of src/ the fuzz targets and the ordinary tests run.

    lines.py [-t PROFILES] [--json FILE] [--missing ROOM]... STATE BUILD

BUILD is a folder made by clang with coverage (README.md says how), STATE that of run.py: each target runs once over all
that it found and over its seeds.  PROFILES holds what the ordinary tests of BUILD left (LLVM_PROFILE_FILE).  A line
counts when a compiler made code of it.  The table has a row a file and a sum a room; --missing lists the lines of a room
that neither side ran.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from run import seeds_of, targets_of

INPUTS_AT_A_TIME = 2000
# Our own files by their place in the source tree, wherever that lies.
OURS = re.compile(r"(?:^|/)((?:src|include/portsniff)/[^/]+(?:/[^/]+)?)$")


def tool(name):
    """llvm-cov and llvm-profdata, by the name that the system gives them."""
    for candidate in (name, f"{name}-14"):
        if shutil.which(candidate):
            return candidate
    raise SystemExit(f"lines: {name} is missing; it comes with clang's llvm package.")


def quietly(command, environment=None):
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"lines: {command[0]} failed: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


# --- profiles ------------------------------------------------------------------------


def run_target(name, program, state, folder):
    """Runs the target over its inputs; returns the profiles."""
    inputs = [path for where in (Path(state) / "corpus" / name, *seeds_of(name)) if where.is_dir()
              for path in sorted(where.iterdir()) if path.is_file()]
    for at in range(0, len(inputs), INPUTS_AT_A_TIME):
        profile = folder / f"{name}-{at}.profraw"
        quietly([program, *inputs[at : at + INPUTS_AT_A_TIME]], dict(os.environ, LLVM_PROFILE_FILE=str(profile)))
    return sorted(folder.glob(f"{name}-*.profraw"))


def lines_of(profiles, programs, folder):
    """{file: {line: count}} of all profiles together."""
    if not profiles:
        return {}
    listed, merged = folder / "profiles.txt", folder / "merged.profdata"
    listed.write_text("\n".join(map(str, profiles)) + "\n")
    quietly([tool("llvm-profdata"), "merge", "--sparse", "--failure-mode=all", "-f", listed, "-o", merged])
    first, *others = programs
    objects = [word for program in others for word in ("-object", program)]
    text = quietly([tool("llvm-cov"), "export", "--format=lcov", f"--instr-profile={merged}", first, *objects])
    found, lines = {}, None
    for row in text.decode().splitlines():
        if row.startswith("SF:"):
            ours = OURS.search(row[3:])
            lines = found.setdefault(ours[1], collections.Counter()) if ours else None
        elif row.startswith("DA:") and lines is not None:
            number, count = row[3:].split(",")[:2]
            lines[int(number)] += int(count)
    return found


def programs_of(build):
    """Everything that was linked; llvm-cov passes over what has no coverage."""
    return [path for path in sorted(Path(build).rglob("*"))
            if path.is_file() and os.access(path, os.X_OK) and path.read_bytes()[:4] == b"\x7fELF" and ".so" not in path.name
            and b"__llvm_covmap" in path.read_bytes()]


# --- figures -------------------------------------------------------------------------


class Sight:
    """Lines of one file, and who ran them."""

    def __init__(self, fuzzed, tested):
        self.fuzzed = {line for line, count in fuzzed.items() if count}
        self.tested = {line for line, count in tested.items() if count}
        self.lines = set(fuzzed) | set(tested)

    def figures(self):
        both = self.fuzzed | self.tested
        return {"lines": len(self.lines), "fuzz": len(self.fuzzed), "tests": len(self.tested), "together": len(both),
                "missing": ranges(self.lines - both)}


def ranges(lines):
    """3, 4, 5, 9: "3-5", "9"."""
    found = []
    for line in sorted(lines):
        if found and found[-1][1] == line - 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return [str(first) if first == last else f"{first}-{last}" for first, last in found]


def add(rows):
    return {key: sum(row[key] for row in rows) for key in ("lines", "fuzz", "tests", "together")}


def row_of(name, figures):
    shares = (figures[key] * 100 / figures["lines"] if figures["lines"] else 0 for key in ("fuzz", "tests", "together"))
    return f"{name:44} {figures['lines']:>6} " + " ".join(f"{share:>8.1f}%" for share in shares)


def show(files, missing):
    rooms = collections.defaultdict(dict)
    for name, figures in files.items():
        rooms[str(Path(name).parent)][name] = figures
    print(f"{'':44} {'lines':>6} {'fuzzed':>9} {'tested':>9} {'together':>9}")
    for room, members in sorted(rooms.items()):
        for name, figures in sorted(members.items()):
            print(row_of(f"  {name}", figures))
            if figures["missing"] and Path(room).name in missing:
                print(f"    not run: {', '.join(figures['missing'])}")
        print(row_of(room, add(members.values())))
    return {room: add(members.values()) for room, members in rooms.items()}


def arguments_of():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-t", dest="profiles", type=Path, help="folder with the profiles of the ordinary tests")
    parser.add_argument("-j", dest="processes", type=int, default=1)
    parser.add_argument("--json", type=Path, help="the figures, also there")
    parser.add_argument("--missing", action="append", default=[], help="list lines of this room that were not run")
    parser.add_argument("state")
    parser.add_argument("build")
    return parser.parse_args()


def main():
    options = arguments_of()
    targets = targets_of(options.build)
    programs = programs_of(options.build)
    if not programs or not targets:
        raise SystemExit(f"lines: {options.build} holds no fuzz targets with coverage.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with concurrent.futures.ThreadPoolExecutor(options.processes) as pool:
            runs = [pool.submit(run_target, target, program, options.state, folder) for target, program in targets.items()]
            profiles = [profile for run in runs for profile in run.result()]
        fuzzed = lines_of(profiles, list(targets.values()), folder)
        tested = lines_of(sorted(options.profiles.glob("*.profraw")) if options.profiles else [], programs, folder)
    files = {name: Sight(fuzzed.get(name, {}), tested.get(name, {})).figures() for name in {**fuzzed, **tested}}
    rooms = show(files, options.missing)
    if options.json:
        options.json.write_text(json.dumps({"files": files, "rooms": rooms}, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
