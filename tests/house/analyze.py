#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What gcc -fanalyzer says, less what is known to be wrong, each with its reason.

    analyze.py LOG

LOG is what a build of everything with -fanalyzer printed. A warning that is not listed here fails, and so does a listed
one that is no longer said, so that the list cannot grow stale. The list is for gcc 12, whose analyzer is sure of little
where a pointer to the inside of a block leaves a function, or where a condition tests two allocations at once.
"""

import re
import sys
from pathlib import Path

WARNING = re.compile(r"^(?:\S*/)?((?:src|include)/\S+?\.[ch]):\d+:\d+: warning: (.*) \[-W([\w-]+)\]$")

INSIDE = "the caller gets a pointer into the block, and frees it by that"
HANDED_ON = "the block belongs to a structure that outlives the function, and is freed with it"
TESTED = "the allocation was tested together with another one; both are there where this is reached"
KNOWN = {
    ("src/capture/unpack_archive.c", "analyzer-malloc-leak"): INSIDE,
    ("src/capture/unpack_direct.c", "analyzer-malloc-leak"): INSIDE,
    ("src/cli/storage.c", "analyzer-malloc-leak"): INSIDE,
    ("src/capture/timeline.c", "analyzer-malloc-leak"): HANDED_ON,
    ("src/findings/findings.c", "analyzer-malloc-leak"): HANDED_ON,
    ("src/engine/intervals.c", "analyzer-possible-null-dereference"): TESTED,
    ("src/engine/watch_parts.c", "analyzer-possible-null-dereference"): TESTED,
}


def warnings(log):
    """{(file, kind): what it says} of a build's output."""
    found = {}
    for line in log.splitlines():
        match = WARNING.match(line)
        if match:
            found.setdefault((match[1], match[3].split("=")[0]), match[2])
    return found


def judge(log):
    """What is wrong, one line each."""
    found = warnings(log)
    wrong = [f"{file}: {text} [{kind}]" for (file, kind), text in found.items() if (file, kind) not in KNOWN]
    return wrong + [f"{file}: {kind} is listed and not said any more" for file, kind in KNOWN if (file, kind) not in found]


def main(path):
    wrong = judge(Path(path).read_text(encoding="utf-8", errors="replace"))
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"gcc -fanalyzer: {len(KNOWN)} known to be wrong, {len(wrong)} to be looked at")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: analyze.py LOG")
    sys.exit(main(sys.argv[1]))
