#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every server of pcaps/EXPECTED.tsv is named, with its outcome and its clients, and no other; prints TAP.

    roles.py PORTSNIFF

Two things are allowed, and why:
  A port that answered may show every ending of a conversation, one that was given up after the SYN-ACK too (that is
  what a SYN scan does): established, closed, reset, half_open.
  A question to everybody is answered from an address of its own (DHCP, RFC 2131): its two flows have one direction
  each, so the answer too is one_way.
"""

import ipaddress
import sys

from program import PCAPS, bundled, check, counts, main_of, unlike

GOT_THROUGH = {"established", "closed", "reset", "half_open"}
STATES = {"answered": GOT_THROUGH, "refused": {"refused"}, "silent": {"unanswered"}, "one-way": {"one_way"}}
DHCP_STATES = {"answered": {"one_way"}, "one-way": {"one_way"}}
DHCP = ("udp", 67)


def expected():
    """{capture: {(protocol, address, port): (outcome, layer, clients)}} of pcaps/EXPECTED.tsv."""
    found, columns = {}, None
    for line in (PCAPS / "EXPECTED.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if columns is None:
            columns = cells
            continue
        row = dict(zip(columns, cells))
        first, _, last = row["port"].partition("-")
        clients = {ipaddress.ip_address(text) for text in row["clients"].split(",")}
        for port in range(int(first), int(last or first) + 1):
            server = (row["protocol"], ipaddress.ip_address(row["server"]), port)
            found.setdefault(row["capture"], {})[server] = (row["outcome"], row["layer"], clients)
    return found


def shown(document):
    """{(protocol, server address, port): flows}"""
    found = {}
    for flow in document["flows"]:
        server = (flow["protocol"], ipaddress.ip_address(flow["server_address"]), flow["server_port"])
        found.setdefault(server, []).append(flow)
    return found


def text_of(server):
    return f"{server[1]} port {server[2]}/{server[0]}"


def servers_are_right(program, name, wanted, tunnels):
    """Exactly the wanted servers, as flows and as services."""
    document = program.document("-r", PCAPS / name, "--top", "0", "--tunnels", tunnels)
    got = shown(document)
    wrong = [f"{text_of(server)} is missing" for server in wanted if server not in got]
    wrong += [f"{text_of(server)} is no server" for server in got if server not in wanted]
    ports = sorted({(protocol, port) for protocol, _, port in wanted})
    services = sorted((row["protocol"], row["port"]) for row in document["services"])
    wrong += unlike("services", services, ports)
    for row in document["services"]:
        addresses = {server[1] for server in wanted if (server[0], server[2]) == (row["protocol"], row["port"])}
        wrong += unlike(f"servers of {row['port']}/{row['protocol']}", row["servers"], len(addresses))
    by_port = counts([row for row in document["ledger"] if row["row"] == "ports"])
    return wrong + unlike("services' sum", counts(document["services"]), by_port)


def outcomes_are_right(program, name, wanted, tunnels):
    got = shown(program.document("-r", PCAPS / name, "--top", "0", "--tunnels", tunnels))
    wrong = []
    for server, (outcome, _, clients) in wanted.items():
        allowed = (DHCP_STATES if (server[0], server[2]) == DHCP else STATES)[outcome]
        for flow in got.get(server, []):
            seen = {state for state, count in flow["outcomes"].items() if count}
            if not seen <= allowed or flow["state"].replace("-", "_") not in allowed:
                wrong.append(f"{text_of(server)} from port {flow['client_port']}: {sorted(seen)}, wanted {outcome}")
        callers = {ipaddress.ip_address(flow["client_address"]) for flow in got.get(server, [])}
        wrong += unlike(f"clients of {text_of(server)}", sorted(map(str, callers)), sorted(map(str, clients)))
    return wrong


def roles(program, tap):
    servers = expected()
    for name in bundled():
        wanted = servers.get(name, {})
        check(tap, f"{name}: servers", servers_are_right, program, name, wanted, "inner")
        check(tap, f"{name}: outcomes and clients", outcomes_are_right, program, name, wanted, "inner")
        outer = {server: row for server, row in wanted.items() if row[1] == "outer"}
        if outer:
            check(tap, f"{name}: servers, outer tunnels", servers_are_right, program, name, outer, "outer")
            check(tap, f"{name}: outcomes, outer tunnels", outcomes_are_right, program, name, outer, "outer")


if __name__ == "__main__":
    sys.exit(main_of(roles))
