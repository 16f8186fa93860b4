#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tests and files that documents about safety name are there.

A test is named in backticks as meson knows it (`guard-calls`). It is there when a meson.build below tests/ has that name, or
the part before the hyphen as the beginning of a made-up name ('guard-' +) and the rest in the list that is put behind it.
"""

import re

import house

DOCUMENTS = ("SECURITY.md", "doc/hostile.md")
PATH = re.compile(r"`((?:tests|src|data|doc|fuzz)/[^`\s]+)`")
NAME = re.compile(r"`([a-z]+)-([a-z_-]+)`")


def test_files(tree):
    return {name: "\n".join(tree.lines(name)) for name in tree.below(["tests"], ["meson.build"])}


def is_test(suite, rest, files):
    for text in files.values():
        if f"'{suite}-{rest}'" in text:
            return True
        if f"'{suite}-' +" in text and (f"'{rest}'" in text or f"'{rest.replace('-', '_')}'" in text):
            return True
    return False


def suites(tree):
    """The folders of tests: only names that begin with one of them can be meant."""
    return {name.split("/")[1] for name in tree.below(["tests"], ["meson.build"]) if name.count("/") == 2}


def check(tree):
    files, known = test_files(tree), suites(tree)
    names = [name for name in DOCUMENTS if name in tree.files]

    def check_tests(name):
        found = [(suite, rest) for suite, rest in NAME.findall("\n".join(tree.lines(name))) if suite in known]
        if not found:
            yield "names no test"
        for suite, rest in found:
            if not is_test(suite, rest, files):
                yield f"there is no test {suite}-{rest}"

    def check_paths(name):
        for path in PATH.findall("\n".join(tree.lines(name))):
            if not (tree.root / path).exists():
                yield f"there is no {path}"

    yield house.per_file("tests that documents name are there", names, check_tests)
    yield house.per_file("files that documents name are there", names, check_paths)


if __name__ == "__main__":
    house.run(check)
