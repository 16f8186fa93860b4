#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A function fits on a page, a file has one purpose.

Counted from the first line of the function's head to its closing brace, as
.clang-format lays them out: both braces of a function stand alone in column 0.
Tables are exempt: files named *_table.c, *_table.h and *.def.
"""

import house

FUNCTION_MOST = 100
NINE_OF_TEN_WITHIN = 50
HALF_WITHIN = 15
FILE_MOST = 400

TABLES = ("_table.c", "_table.h", ".def")


def head_start(lines, brace):
    """Index of the first line of the head whose body opens at lines[brace]."""
    start = brace
    while start > 0:
        above = lines[start - 1].rstrip()
        if not above or above.startswith(("}", "#")) or above.endswith((";", "*/")):
            break
        start -= 1
    return start


def functions(lines):
    """Yields (index of the first line, number of lines) of every function."""
    start = None
    for index, line in enumerate(lines):
        if line == "{":
            start = head_start(lines, index)
        elif line == "}" and start is not None:
            yield (start, index - start + 1)
            start = None


def check_functions(tree, name):
    for start, length in functions(tree.lines(name)):
        if length > FUNCTION_MOST:
            yield f"line {start + 1}: a function of {length} lines, {FUNCTION_MOST} is the most"


def check_file(tree, name):
    length = len(tree.lines(name))
    if length > FILE_MOST:
        yield f"{length} lines, {FILE_MOST} is the most"


def check_spread(tree, names):
    """The lengths in general: a quantile and what it may be."""
    lengths = sorted(length for name in names for _, length in functions(tree.lines(name)))
    if not lengths:
        yield "there is no function to look at"
        return
    for share, most in ((0.5, HALF_WITHIN), (0.9, NINE_OF_TEN_WITHIN)):
        found = sum(1 for length in lengths if length <= most) / len(lengths)
        if found < share:
            yield f"only {found:.0%} of {len(lengths)} functions fit in {most} lines, {share:.0%} should"


def check(tree):
    sources = [name for name in tree.below(["src"], [".c", ".h"]) if not name.endswith(TABLES)]
    everything = [
        name
        for name in tree.below(["include", "src", "tests", "fuzz", "bench"], [".c", ".h"])
        if not name.endswith(TABLES)
    ]
    yield house.per_file(
        f"no function over {FUNCTION_MOST} lines",
        everything,
        lambda name: check_functions(tree, name),
    )
    yield house.per_file(
        f"no file over {FILE_MOST} lines", sources, lambda name: check_file(tree, name)
    )
    yield (
        f"half of the functions within {HALF_WITHIN} lines, nine of ten within {NINE_OF_TEN_WITHIN}",
        list(check_spread(tree, sources)),
    )


if __name__ == "__main__":
    house.run(check)
