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
        onwards = able if everything else sorted({*spread(new, 40), *spread(able, AGAIN)})
        for name, numbers, most in (("one failure", once, 1), ("none from there on", onwards, 0)):
            plans = [plan_of("memory", number, most, errno.ENOMEM) for number in numbers]
            # libpcap, which lists the interfaces, tells of what it was doing.
            bench.sweep(tap, f"{case.name}: {name}", case, good, plans, "" if case.name == "-D" else WHY)
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
