#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds portsniff against a corpus of other projects' captures, where there is one beside the source; prints TAP.

    corpus.py TOOL PORTSNIFF SOURCE_ROOT

The corpus is ../shared/corpus and TOOL one of the scripts in ../shared/tools, both
seen from the source root. They are not part of the project: without them the test
is skipped. A tool prints "exact", "differ" or "failed", the capture's name and why.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from tap import Tap


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    tool, program, root = arguments
    shared = Path(root).resolve().parent / "shared"
    script, corpus, tap = shared / "tools" / tool, shared / "corpus", Tap()
    if not script.exists() or not corpus.is_dir():
        tap.skip(tool, f"no {script} or no {corpus}")
        return tap.finish()
    command = [sys.executable, str(script), "--portsniff", str(Path(program).resolve()), "-v", str(corpus)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as run:
        for line in run.stdout:
            cells = line.rstrip("\n").split("\t")
            if len(cells) >= 2:
                tap.case(cells[1], cells[0] == "exact", " ".join(cells))
            else:
                print(f"# {line.rstrip()}")
    tap.case(f"{tool} is content", run.returncode == 0, f"exit status {run.returncode}")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
