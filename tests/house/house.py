# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the source tree share: listing its files, and TAP.

A check is a function that takes a Tree and returns (case name, problems)
pairs; a case without problems passes. self_test.py shows every check a small
broken tree, so that none of them can pass by looking at nothing.
"""

import subprocess
import sys
from pathlib import Path

# Folders that hold no source: build output and git's own.
IGNORED = {".git", "build", "builddir", "__pycache__", ".cache"}


class Tree:
    """A source tree. Paths are given relative to its root, with slashes."""

    def __init__(self, root):
        self.root = Path(root)
        self.files = sorted(self._tracked() or self._walked())

    def _tracked(self):
        """What git knows or would add; nothing outside a git checkout."""
        if not (self.root / ".git").exists():
            return []
        command = ["git", "-C", str(self.root), "ls-files", "-z", "-co", "--exclude-standard"]
        try:
            listing = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        except (OSError, subprocess.CalledProcessError):
            return []
        return [name for name in listing.split("\0") if name and (self.root / name).is_file()]

    def _walked(self):
        return [
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*")
            if path.is_file() and not IGNORED.intersection(path.relative_to(self.root).parts)
        ]

    def below(self, folders, suffixes):
        """Files in one of the folders ("" is the root) that end in one of the suffixes."""
        return [
            name
            for name in self.files
            if name.startswith(tuple(folder + "/" if folder else "" for folder in folders))
            and name.endswith(tuple(suffixes))
        ]

    def lines(self, name):
        return (self.root / name).read_text(encoding="utf-8").splitlines()


def per_file(title, names, check):
    """One case for many files: check(name) yields what is wrong with one."""
    problems = [f"{name}: {problem}" for name in names for problem in check(name)]
    if not names:
        problems.append("there is no file to look at")
    return (f"{title} ({len(names)} files)", problems)


def print_tap(cases):
    """Prints the cases as TAP; returns the exit status."""
    cases = list(cases)
    print(f"1..{len(cases)}")
    for number, (name, problems) in enumerate(cases, 1):
        # A "#" in a name would begin a TAP directive.
        print(f"{'not ok' if problems else 'ok'} {number} - {name.replace('#', '(hash)')}")
        for problem in problems:
            print(f"# {problem}")
    return 1 if any(problems for _, problems in cases) else 0


def run(check):
    """The main() of a check: its only argument is the root of the tree."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} SOURCE_ROOT")
    sys.exit(print_tap(check(Tree(sys.argv[1]))))
