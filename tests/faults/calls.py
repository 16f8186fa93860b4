#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Reading, writing, opening and closing that fail, do less than they were asked to, or are interrupted; prints TAP.

    calls.py PORTSNIFF FAULT_LIBRARY plain|sanitized [--all]

Every call of each command line fails once. --all is the same here: they are few.
"""

import errno
import os
import sys

import cases
from fault import main_of, plan_of, spread

SHORT = 0
# A run that reads or writes byte by byte takes long.
BYTEWISE_MOST = 300_000
READ_MOST = 40


def small(case):
    paths = [word for word in map(str, case.arguments) if os.path.isfile(word)]
    return sum(map(os.path.getsize, paths)) < BYTEWISE_MOST and "long" not in " ".join(paths)


def each(kind, how, count, most=1):
    return [plan_of(kind, number, most, how) for number in spread(range(1, count + 1), READ_MOST)]


def harmless(bench, tap, case, good):
    """What may happen to any call, and changes nothing."""
    for kind in ("read", "write"):
        count = good.calls[kind]
        plans = each(kind, SHORT, count) + each(kind, errno.EINTR, count) + [plan_of(kind, 1, 0, errno.EINTR, 2)]
        if small(case):
            plans.append(plan_of(kind, 1, 0, SHORT))
        if kind == "write":
            plans += each(kind, errno.EAGAIN, count)
        bench.sweep(tap, f"{case.name}: {kind}s are short or interrupted", case, good, plans, statuses=(0,))
    if good.calls["wait"]:
        bench.sweep(tap, f"{case.name}: waiting is interrupted", case, good,
                    each("wait", errno.EINTR, good.calls["wait"]), statuses=(0,))


def harmful(bench, tap, case, good):
    """What cannot be made good, and has to be told."""
    why = {
        "read": ((errno.EIO, "Input/output error|cannot be|end"),),
        "write": ((errno.ENOSPC, "No space left"), (errno.EIO, "Input/output error"), (errno.EFBIG, "too large")),
        "open": ((errno.EMFILE, ""), (errno.EACCES, "")),
        "close": ((errno.EIO, ""),),
        "file": ((errno.EIO, ""),),
    }
    for kind, ways in why.items():
        for how, sentence in ways:
            plans = each(kind, how, good.calls[kind])
            bench.sweep(tap, f"{case.name}: {kind} fails ({os.strerror(how)})", case, good, plans, sentence)
    plans = [plan_of("write", number, 0, errno.ENOSPC) for number in range(1, good.calls["write"] + 1)]
    bench.sweep(tap, f"{case.name}: the disk stays full", case, good, plans, "No space left")


def reader_gone(bench, tap, case, good):
    """Whoever reads the report closes the pipe: it ends quietly, and a file that is saved is whole."""
    if not case.output:
        bench.sweep(tap, f"{case.name}: the reader has gone", case, good,
                    each("write", errno.EPIPE, good.calls["write"], 0), statuses=(0, 1), gone=True)


def calls(bench, tap, _everything):
    for case in cases.cases(bench.folder):
        good = bench.run(case)
        harmless(bench, tap, case, good)
        harmful(bench, tap, case, good)
        reader_gone(bench, tap, case, good)


if __name__ == "__main__":
    sys.exit(main_of(calls))
