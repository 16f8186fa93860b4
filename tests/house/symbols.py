#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the contracts promise exists, and nothing else leaves a room unnamed.

    symbols.py SOURCE_ROOT LIBRARY...

Every function that a contract header declares is defined in one of the
libraries, and every global symbol of theirs begins with ps_.
"""

import re
import subprocess
import sys

import house
from text_rules import without_comments

DECLARED = re.compile(r"\b(ps_\w+)\s*\(")
TYPE = re.compile(r"^typedef\b[^;{]*;", re.MULTILINE)  # of a function: its name is no symbol
INLINE = re.compile(r"static inline [^(;]*?\b(ps_\w+)\s*\(")

# What the compiler adds by itself begins with an underscore.
FOREIGN = re.compile(r"^_")


def declared(tree):
    """The functions that the contracts declare and do not define inline."""
    names = set()
    inline = set()
    for header in tree.below(["include/portsniff"], [".h"]):
        text = without_comments("\n".join(tree.lines(header)))
        names.update(DECLARED.findall(TYPE.sub("", text)))
        inline.update(INLINE.findall(text))
    return names - inline


def defined(libraries):
    """Yields the global symbols that the libraries define."""
    for file in libraries:
        command = ["nm", "--extern-only", "--defined-only", "--format=posix", file]
        listing = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        for line in listing.splitlines():
            fields = line.split()
            if len(fields) >= 2 and not FOREIGN.match(fields[0]):
                yield fields[0].partition("@")[0]


def check(promised, symbols):
    yield (
        f"every declared function exists ({len(promised)} functions)",
        [f"{name} is declared in a contract and defined nowhere" for name in sorted(promised - symbols)]
        if promised
        else ["no function is declared"],
    )
    yield (
        f"global symbols begin with ps_ ({len(symbols)} symbols)",
        [f"{name} is global" for name in sorted(symbols) if not name.startswith("ps_")],
    )


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: symbols.py SOURCE_ROOT LIBRARY...")
    source_tree = house.Tree(sys.argv[1])
    sys.exit(house.print_tap(check(declared(source_tree), set(defined(sys.argv[2:])))))
