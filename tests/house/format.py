#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every C file is laid out as .clang-format says; skipped without clang-format 14.

Other versions lay out some constructs differently, and only one can be right.
"""

import re
import shutil
import subprocess
import sys

import house

VERSION = "14"


def find_formatter():
    """The program's name, or None when the version asked for is not installed."""
    for name in (f"clang-format-{VERSION}", "clang-format"):
        if shutil.which(name):
            said = subprocess.run([name, "--version"], capture_output=True, text=True).stdout
            if re.search(rf"version {VERSION}\.", said):
                return name
    return None


def misplaced(formatter, tree, names):
    """{name: lines to lay out differently}; all files at once, as starting the program takes longest."""
    command = [formatter, "--dry-run", "--style=file", *names]
    result = subprocess.run(command, cwd=tree.root, capture_output=True, text=True)
    found = {}
    for name, line in re.findall(r"^(\S+?):(\d+):\d+: warning:", result.stderr, re.MULTILINE):
        found.setdefault(name, []).append(line)
    if result.returncode != 0 and not found:
        found = dict.fromkeys(names, [result.stderr.strip()])
    return found


def check(tree):
    names = tree.below(["include", "src", "tests", "fuzz", "bench"], [".c", ".h"])
    found = misplaced(find_formatter(), tree, names) if names else {}

    def check_format(name):
        lines = found.get(name)
        if lines:
            yield f"line {lines[0]} and {len(lines) - 1} other places (./dev format sets them right)"

    yield house.per_file("C files are formatted", names, check_format)


if __name__ == "__main__":
    if find_formatter() is None:
        print(f"1..1\nok 1 - C files are formatted # SKIP clang-format {VERSION} is not installed")
        sys.exit(0)
    house.run(check)
