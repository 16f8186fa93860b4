#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Memory and threads that cannot be had, at every place where they are asked for; prints TAP.

    memory.py PORTSNIFF FAULT_LIBRARY plain|sanitized [--all]

Places are told apart by what is on the stack: of each, the first call fails, alone and with all that follow. --all: every
call, which takes hours.
"""

import errno
import sys

import cases
from fault import main_of, plan_of, spread

# Of the calls at places that were tried already, so many are tried again with each command line.
AGAIN = 6
# Failures behind which no other succeeds, for each command line.
ONWARDS = 40
# Under a sanitizer, runs after which leaks are looked for, for each command line: that takes half a second.
LEAKS = 5
WHY = "memory"


def memory(bench, tap, everything):
    seen = set()
    for case in [*cases.cases(bench.folder), *cases.answers()]:
        good = bench.run(case, noted="memory")
        count = good.calls["memory"]
        sites = bench.sites(count)
        # 0: a call that never fails, see fault.h.
        able = [number for number, site in enumerate(sites, 1) if site]
        new = [number for number in able if sites[number - 1] not in seen and not seen.add(sites[number - 1])]
        once = able if everything else sorted({*new, *spread(able, AGAIN)})
        onwards = able if everything else sorted({*spread(new, ONWARDS), *spread(able, AGAIN)})
        # libpcap, which lists the interfaces, tells of what it was doing.
        why = "" if case.name == "-D" else WHY
        for name, numbers, most in (("one failure", once, 1), ("none from there on", onwards, 0)):
            plans = [plan_of("memory", number, most, errno.ENOMEM) for number in numbers]
            bench.sweep(tap, f"{case.name}: {name}", case, good, plans, why)
        if bench.sanitized:
            plans = [plan_of("memory", number, 1, errno.ENOMEM) for number in (new if everything else spread(once, LEAKS))]
            bench.sweep(tap, f"{case.name}: no leak behind a failure", case, good, plans, why, leaks=True)
    tap.case("there are hundreds of places", len(seen) > 200, len(seen))
    bench.note(f"{len(seen)} places from which memory is asked for")


def threads(bench, tap, _everything):
    """Without threads the answer is the same."""
    for case in cases.cases(bench.folder):
        good = bench.run(case)
        count = good.calls["thread"]
        plans = [plan_of("thread", number, most, errno.EAGAIN) for number in range(1, count + 1) for most in (1, 0)]
        if plans:
            bench.sweep(tap, f"{case.name}: no thread", case, good, plans, statuses=(0,))


if __name__ == "__main__":
    sys.exit(main_of(memory, threads))
