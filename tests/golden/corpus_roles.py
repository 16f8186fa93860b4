#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds the roles against what SYNs and requests settle in a corpus of other projects' captures; prints TAP.

    corpus_roles.py PORTSNIFF SOURCE_ROOT

The corpus is ../shared/corpus and the judge ../shared/tools/check_roles.py, both seen from the source root; it needs
tshark.  They are not part of the project: without them the test is skipped.  All captures take many minutes, so only
the first LIMIT are judged, unless the environment variable PORTSNIFF_SLOW_TESTS is set.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from tap import Tap

SLOW = "PORTSNIFF_SLOW_TESTS"
LIMIT = 40
SUMMARY = re.compile(r"(\d+) right, (\d+) wrong, (\d+) missing$")


def judge(tap, command):
    """Every mistake is a case of its own; the last line counts them all."""
    summary = None
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as run:
        for line in map(str.rstrip, run.stdout):
            summary = SUMMARY.match(line)
            if not summary:
                tap.case(line.split(":")[0], False, line)
    right, wrong, missing = map(int, summary.groups()) if summary else (0, 0, 0)
    print(f"# {right} roles right, {wrong} wrong, {missing} missing")
    tap.case("roles were judged", right > 0, f"exit status {run.returncode}")
    tap.case("no role is wrong", summary is not None and wrong == 0, f"{wrong} wrong")
    tap.case("no flow is missing", summary is not None and missing == 0, f"{missing} missing")
    tap.case("check_roles.py is content", run.returncode == 0, f"exit status {run.returncode}")


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    program, root = arguments
    shared = Path(root).resolve().parent / "shared"
    script, corpus, tap = shared / "tools" / "check_roles.py", shared / "corpus", Tap()
    if not script.exists() or not corpus.is_dir():
        tap.skip("roles in captures of others", f"no {script} or no {corpus}")
        return tap.finish()
    if not shutil.which("tshark"):
        tap.skip("roles in captures of others", "no tshark")
        return tap.finish()
    command = [sys.executable, str(script), "--portsniff", str(Path(program).resolve())]
    if not os.environ.get(SLOW):
        command += ["--limit", str(LIMIT)]
        tap.skip("all captures", f"takes many minutes; set {SLOW}=1")
    judge(tap, command + [str(corpus)])
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
