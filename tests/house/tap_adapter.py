#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs one test program and turns cmocka's TAP into TAP that meson reads right.

cmocka 1.1 reports a skipped case as "not ok 2 # SKIP name"; by the TAP rules
that is a failure. Here it becomes "ok 2 - name # SKIP". The closing line of a
failed group, "not ok - name", has no number and would count as one more case:
it becomes a comment. Every other line, and the exit status or signal of the
program, pass unchanged.

Of a failed program meson shows standard error only, so what a failed case
explains, the comments behind its "not ok", is repeated there.
"""

import os
import re
import signal
import subprocess
import sys

SKIPPED = re.compile(r"^not ok (\d+) # SKIP ?(.*)$")
GROUP = re.compile(r"^(not ok - .*)$")


def translate(line):
    line = SKIPPED.sub(r"ok \1 - \2 # SKIP", line)
    return GROUP.sub(r"# \1", line)


def explains_failure(line, explaining):
    """Whether the line belongs to a failed case; `explaining` is the answer before."""
    if line.startswith("not ok"):
        return "# TODO" not in line
    return explaining and line.startswith("#")


def die_by(number):
    """End as the program did, so that the runner sees the signal itself."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: tap_adapter.py PROGRAM [ARGUMENT...]")
    with subprocess.Popen(
        sys.argv[1:], stdout=subprocess.PIPE, text=True, errors="replace"
    ) as program:
        explaining = False
        for line in program.stdout:
            line = translate(line.rstrip("\n"))
            print(line, flush=True)
            explaining = explains_failure(line, explaining)
            if explaining:
                print(line, file=sys.stderr, flush=True)
    if program.returncode < 0:
        if -program.returncode in (signal.SIGKILL, signal.SIGSTOP):
            sys.exit(128 - program.returncode)
        die_by(-program.returncode)
    sys.exit(program.returncode)


if __name__ == "__main__":
    main()
