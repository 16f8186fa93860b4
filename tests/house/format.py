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


def check_format(formatter, tree, name):
    command = [formatter, "--dry-run", "--style=file", str(tree.root / name)]
    result = subprocess.run(command, capture_output=True, text=True)
    lines = re.findall(r":(\d+):\d+: warning:", result.stderr)
    if lines:
        yield f"line {lines[0]} and {len(lines) - 1} other places (./dev format sets them right)"
    elif result.returncode != 0:
        yield result.stderr.strip()


def check(tree):
    formatter = find_formatter()
    names = tree.below(["include", "src", "tests", "fuzz", "bench"], [".c", ".h"])
    yield house.per_file(
        "C files are formatted", names, lambda name: check_format(formatter, tree, name)
    )


if __name__ == "__main__":
    if find_formatter() is None:
        print(f"1..1\nok 1 - C files are formatted # SKIP clang-format {VERSION} is not installed")
        sys.exit(0)
    house.run(check)
