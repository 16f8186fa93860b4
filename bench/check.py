#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares portsniff's counts with those that generate -e wrote.

    check.py EXPECTED PORTSNIFF -r TRACE [OPTION]...

Prints the differences; exit status 0 when there are none.
"""

import json
import subprocess
import sys

VIEWS = ["--format", "json", "--view", "ports,ledger", "--top", "0", "--numeric", "--quiet"]
SHOWN = 20


def expected(path):
    """Returns ((packets, bytes) of all, the same of those with ports, {(protocol, port): four counts})."""
    with open(path, encoding="ascii") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    totals = {row[0]: (int(row[2]), int(row[3])) for row in rows[:2]}
    ports = {(row[0], int(row[1])): tuple(map(int, row[2:])) for row in rows[2:]}
    return (totals["all"], totals["ports"], ports)


def found(command):
    """The same from a run of portsniff."""
    return counted(json.loads(subprocess.run(command + VIEWS, check=True, stdout=subprocess.PIPE).stdout))


def counted(document):
    """The same from portsniff's JSON with all its rows."""
    rows = document["ledger"]
    with_ports = [row for row in rows if row["row"] == "ports"]
    ports = {
        (row["protocol"], row["port"]): (
            row["sent"]["packets"],
            row["sent"]["bytes"],
            row["received"]["packets"],
            row["received"]["bytes"],
        )
        for row in document["ports"]
    }
    return (total(rows), total(with_ports), ports)


def total(rows):
    return (sum(row["packets"] for row in rows), sum(row["bytes"] for row in rows))


def differences(wanted, got):
    """Yields what differs, in words."""
    for what, want, have in (("all", wanted[0], got[0]), ("with ports", wanted[1], got[1])):
        if want != have:
            yield f"packets and bytes, {what}: {want} expected, {have} found"
    for key in sorted(set(wanted[2]) | set(got[2])):
        want, have = wanted[2].get(key), got[2].get(key)
        if want != have:
            yield f"{key[0]} {key[1]}: {want} expected, {have} found"


def main(arguments):
    if len(arguments) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    wanted = expected(arguments[0])
    problems = list(differences(wanted, found(arguments[1:])))
    for problem in problems[:SHOWN]:
        print(problem)
    if len(problems) > SHOWN:
        print(f"and {len(problems) - SHOWN} more")
    if not problems:
        print(f"equal: {wanted[0][0]} packets, {wanted[0][1]} bytes, {len(wanted[2])} ports")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
