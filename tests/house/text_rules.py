#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Rules that can be seen in the text of a file.

Licence line, first comment, white space, paths of somebody's own machine, and
functions of libc that this project does without.
"""

import re

import house

SPDX = "SPDX-License-Identifier: BSD-3-Clause"
C_SUFFIXES = [".c", ".h", ".def"]
TEXT_SUFFIXES = [*C_SUFFIXES, ".py", ".sh", ".md", ".build", ".txt", ".1", ".bash", ".fish"]
SCRIPT_NAMES = ["dev", ".ci/run", ".clang-format", ".clang-tidy"]

# Home directories and work folders mean nothing to anybody else.
MACHINE_PATH = re.compile(r"(?<![\w.])/(home|root|work|Users)/")

# Each has a bounded or checked counterpart.
BANNED_CALL = re.compile(
    r"\b(alloca|atof|atoi|atol|gets|popen|rand|sprintf|strcat|strcpy|strncpy|strtok|system|vsprintf)\s*\("
)
# Bytes from outside are read by the cursor, which knows lengths and byte order.
RAW_READ = re.compile(r"\b(ntoh[sl]|hton[sl]|be(16|32|64)toh|le(16|32|64)toh)\s*\(")


def without_comments(text):
    """Blanks comments, strings and characters; keeps the lines where they were."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
    return token.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def check_c_opening(tree, name):
    lines = tree.lines(name)
    if not lines or lines[0] != f"/* {SPDX} */":
        yield f"the first line must be `/* {SPDX} */`"
    elif len(lines) < 2 or not lines[1].startswith("/*"):
        yield "the second line must begin a comment that says what the file is for"


def check_script_opening(tree, name):
    if not any(SPDX in line for line in tree.lines(name)[:3]):
        yield f"one of the first three lines must say {SPDX}"


def check_white_space(tree, name):
    text = (tree.root / name).read_bytes()
    if text and not text.endswith(b"\n"):
        yield "does not end in a newline"
    if text.endswith(b"\n\n"):
        yield "ends in an empty line"
    if b"\r" in text:
        yield "contains a carriage return"
    for number, line in enumerate(text.split(b"\n"), 1):
        if line != line.rstrip():
            yield f"line {number} ends in white space"
        if line.startswith(b"\t"):
            yield f"line {number} begins with a tab"


def check_machine_paths(tree, name):
    for number, line in enumerate(tree.lines(name), 1):
        match = MACHINE_PATH.search(line)
        if match:
            yield f"line {number} names a path of somebody's machine: {match[0]}"


def check_calls(tree, name, pattern):
    text = without_comments("\n".join(tree.lines(name)))
    for number, line in enumerate(text.splitlines(), 1):
        match = pattern.search(line)
        if match:
            yield f"line {number} calls {match[1]}()"


def is_data(name):
    """Expected outputs show what the program prints, whatever that is."""
    return name.startswith(("tests/golden/", "pcaps/")) and not name.endswith((".py", ".md", ".build"))


def check(tree):
    c_files = tree.below(["include", "src", "tests", "fuzz", "bench"], C_SUFFIXES)
    sources = tree.below(["include", "src"], C_SUFFIXES)
    readers = tree.below(["src/decode", "src/capture", "src/account"], C_SUFFIXES)
    texts = [
        name
        for name in tree.files
        if (name.endswith(tuple(TEXT_SUFFIXES)) or name in SCRIPT_NAMES) and not is_data(name)
    ]
    scripts = [
        name
        for name in texts
        if name.endswith((".py", ".sh", "meson.build", "meson_options.txt")) or name in SCRIPT_NAMES
    ]
    for title, names, rule in (
        ("C files open with licence and purpose", c_files, check_c_opening),
        ("scripts and build files carry the licence", scripts, check_script_opening),
        ("white space", texts, check_white_space),
        ("no path of somebody's machine", texts, check_machine_paths),
        ("no banned libc call", sources, lambda tree, name: check_calls(tree, name, BANNED_CALL)),
        ("outside bytes go through the cursor", readers, lambda tree, name: check_calls(tree, name, RAW_READ)),
    ):
        yield house.per_file(title, names, lambda name, rule=rule: rule(tree, name))


if __name__ == "__main__":
    house.run(check)
