#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The servers that pcaps/EXPECTED.tsv knows of are found; prints TAP.

    truth.py PORTSNIFF
"""

import sys

from program import PCAPS, bundled, check, main_of


def expected_servers():
    """{capture: [(protocol, port, layer, outcome)]} of pcaps/EXPECTED.tsv; ranges of ports are left out."""
    found, columns = {}, None
    for line in (PCAPS / "EXPECTED.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if columns is None:
            columns = cells
            continue
        row = dict(zip(columns, cells))
        if "-" not in row["port"]:
            key = (row["protocol"], int(row["port"]), row["layer"], row["outcome"])
            found.setdefault(row["capture"], set()).add(key)
    return found


def servers_are_found(program, name, servers):
    wrong = []
    for layer, tunnels in (("outer", "outer"), ("inner", "inner"), ("ip", "inner")):
        wanted = [row for row in servers if row[2] == layer]
        document = program.document("-r", PCAPS / name, "--top", "0", "--tunnels", tunnels)
        ports = {(row["protocol"], row["port"]): row for row in document["ports"]}
        for protocol, port, _, outcome in wanted:
            row = ports.get((protocol, port))
            if row is None or row["received"]["packets"] == 0:
                wrong.append(f"{layer} {port}/{protocol} received nothing")
            elif outcome == "answered" and row["sent"]["packets"] == 0:
                wrong.append(f"{layer} {port}/{protocol} sent nothing")
    return wrong


def truth(program, tap):
    servers = expected_servers()
    for name in bundled():
        tap.case(f"{name}: is in EXPECTED.tsv", name in servers)
        check(tap, f"{name}: servers are found", servers_are_found, program, name, sorted(servers.get(name, ())))


if __name__ == "__main__":
    sys.exit(main_of(truth))
