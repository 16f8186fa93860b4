#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every contract header compiles alone and has the guard its name implies.

    header_alone.py SOURCE_ROOT COMPILER [ARGUMENT...]
"""

import subprocess
import sys

import house

FLAGS = ["-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-D_GNU_SOURCE", "-fsyntax-only"]


def compile_alone(tree, compiler, header):
    """Yields the compiler's lines. Twice, so that the guard is tried as well."""
    command = [*compiler, *FLAGS, "-I", str(tree.root / "include"), "-x", "c", "-"]
    line = f'#include "{header.removeprefix("include/")}"\n'
    result = subprocess.run(command, input=line * 2, capture_output=True, text=True)
    if result.returncode != 0:
        yield from result.stderr.splitlines() or [f"exit status {result.returncode}"]


def check_guard(tree, header):
    name = header.rpartition("/")[2].removesuffix(".h").upper()
    guard = f"PORTSNIFF_{name}_H"
    text = "\n".join(tree.lines(header))
    if f"#ifndef {guard}\n#define {guard}\n" not in text:
        yield f"the include guard must be {guard}"


def check(tree, compiler):
    headers = tree.below(["include/portsniff"], [".h"])
    yield house.per_file("include guards", headers, lambda name: check_guard(tree, name))
    if not headers:
        yield ("headers compile alone", ["there is no header to look at"])
    for header in headers:
        yield (f"{header} compiles alone", list(compile_alone(tree, compiler, header)))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: header_alone.py SOURCE_ROOT COMPILER [ARGUMENT...]")
    sys.exit(house.print_tap(check(house.Tree(sys.argv[1]), sys.argv[2:])))
