#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Roles in damaged captures are those of the whole capture wherever evidence remains; prints TAP.

    mangle.py PORTSNIFF

Every bundled capture loses every second packet, one direction, or its beginning, or is turned round or shuffled.
support/evidence.py says what counts as evidence; where none remains the role is a guess, and of all these guesses
at least 95 in 100 are to be right.  The tables still add up, in every interval too.
"""

import collections
import ipaddress
import random
import sys
from dataclasses import replace

import capfile
from program import PCAPS, add_up, bundled, check, counts, main_of, table, unlike, without_sources
from totals import port_counts

import dissect
import records
from evidence import Evidence

GUESSES_RIGHT = 0.95


# --- ways to damage a capture ----------------------------------------------------


def every_second(first):
    return lambda capture, servers: capture.of(capture.records[first::2])


def one_direction(to_server):
    """Packets with ports in one direction only, and everything without ports."""

    def damage(capture, servers):
        kept = []
        for record in capture.records:
            segment = dissect.frame(capture.link_type(record), record.data).segment
            if not segment or (segment.destination in servers[segment.flow]) == to_server:
                kept.append(record)
        return capture.of(kept)

    return damage


def cut_off(numerator, denominator):
    return lambda capture, servers: capture.of(capture.records[len(capture.records) * numerator // denominator :])


def first_missing(count):
    return lambda capture, servers: capture.of(capture.records[count:])


def mirrored(capture, servers):
    """The last packet comes first, and as long after the beginning as it came before the end."""
    both_ends = min(r.time for r in capture.records) + max(r.time for r in capture.records)
    return capture.of([replace(record, time=both_ends - record.time) for record in capture.records[::-1]])


def backwards(capture, servers):
    """The last packet comes first, with its own time."""
    return capture.of(capture.records[::-1])


def shuffled(capture, servers):
    return capture.of(random.Random(1).sample(capture.records, len(capture.records)))


def shuffled_times(capture, servers):
    """The same packets at each other's times: nothing follows from anything."""
    times = [record.time for record in capture.records]
    order = random.Random(2).sample(capture.records, len(capture.records))
    return capture.of([replace(record, time=time) for record, time in zip(order, times)])


DAMAGES = {
    "every second packet": every_second(0),
    "every other second packet": every_second(1),
    "to the server only": one_direction(True),
    "from the server only": one_direction(False),
    "without its first packet": first_missing(1),
    "without its first 10 packets": first_missing(10),
    "without its first quarter": cut_off(1, 4),
    "second half": cut_off(1, 2),
    "last quarter": cut_off(3, 4),
    "mirrored in time": mirrored,
    "backwards": backwards,
    "shuffled": shuffled,
    "shuffled times": shuffled_times,
}


# A capture of so many packets takes long here: it is damaged in fewer ways.
LARGE = 10_000
LARGE_WAYS = ("every second packet", "backwards")


# --- laws ------------------------------------------------------------------------


def servers_of(document):
    """{flow: servers}; a flow as dissect.Segment has it."""
    found = collections.defaultdict(set)
    for flow in document["flows"]:
        client, server = (
            dissect.End(ipaddress.ip_address(flow[f"{side}_address"]), flow[f"{side}_port"])
            for side in ("client", "server")
        )
        found[flow["protocol"], frozenset((client, server))].add(server)
    return found


def text_of(flow):
    return f"{flow[0]} " + " - ".join(sorted(f"{end.address} port {end.port}" for end in flow[1]))


def proved_roles(document, evidence, servers, guesses):
    """Every flow for which there is evidence has the server of the whole capture; the others are counted as guesses."""
    wrong = []
    for flow, got in servers_of(document).items():
        kind, server = evidence.of(flow)
        if server is None:
            guesses[got == servers[flow]] += 1
            continue
        if {server} != servers[flow]:
            wrong.append(f"{text_of(flow)}: the test's own {kind} says port {server.port}, which is wrong")
        if got != servers[flow]:
            wrong.append(f"{text_of(flow)}: {kind} is there, got {[end.port for end in got]}, wanted {server.port}")
    return wrong


def services_add_up(document):
    by_port = counts([row for row in document["ledger"] if row["row"] == "ports"])
    wrong = unlike("services' sum", counts(table(document, "services")), by_port)
    for row in document["services"]:
        parts = counts([row], "to_server", "to_client")
        wrong += unlike(f"{row['port']}/{row['protocol']}, both directions", parts, (row["packets"], row["bytes"]))
        by_evidence = counts(row["evidence"].values())
        wrong += unlike(f"{row['port']}/{row['protocol']}, evidence", by_evidence, (row["packets"], row["bytes"]))
    flows = counts(table(document, "flows"), "to_server", "to_client")
    return wrong + unlike("flows' sum", flows, by_port)


def intervals_add_up(program, path, alone, time):
    """Intervals add up, each alone and all together, and the final document is as if there were none."""
    *intervals, final = program.documents("-r", path, "--top", "0", "-t", time)
    wrong = [] if intervals else ["there are no intervals"]
    for document in intervals:
        wrong += add_up(document) + services_add_up(document)
    summed, whole = sum(map(everything, intervals), collections.Counter()), everything(final)
    for key in sorted(set(summed) | set(whole), key=str):
        wrong += unlike(f"intervals' {key}", summed[key], whole[key])
    final, alone = without_sources(final), without_sources(alone)
    wrong += duplicates_add_up(intervals, final, alone)
    return wrong + differences(final, alone, "final")


def duplicates_add_up(intervals, final, alone):
    """A copy is noticed when it is in the interval of its original: the final document may know of fewer, and then the
    finding that follows from their number may be missing.  What is judged here is taken out."""
    duplicates = [document["capture"].get("duplicate_packets") or 0 for document in intervals]
    in_final, in_alone = (document["capture"].pop("duplicate_packets", None) or 0 for document in (final, alone))
    wrong = unlike("intervals' duplicate packets", sum(duplicates), in_final)
    if in_final > in_alone:
        wrong.append(f"duplicate packets: {in_final} with intervals, {in_alone} without")
    if in_final != in_alone:
        for document in (final, alone):
            document["findings"] = [row for row in document["findings"] if row["kind"] != "duplicate-packets"]
    return wrong


def everything(document):
    """What intervals must sum to: all that is counted by packet."""
    found = port_counts(document)
    for row in document.get("tunnels", ()):
        key = tuple(value for value in row.values() if not isinstance(value, (int, dict)) or isinstance(value, bool))
        found[("tunnel", *key, row.get("port"), row.get("id"), "packets")] += row["packets"]
        found[("tunnel", *key, row.get("port"), row.get("id"), "bytes")] += row["bytes"]
    return found


def differences(got, wanted, where):
    """Where two documents differ, down to the member."""
    if got == wanted:
        return []
    if isinstance(got, dict) and isinstance(wanted, dict):
        pairs = [(f"{where}.{key}", got.get(key), wanted.get(key)) for key in {**got, **wanted}]
        return [line for place, one, other in pairs for line in differences(one, other, place)]
    if isinstance(got, list) and isinstance(wanted, list) and len(got) == len(wanted):
        return [line for i, pair in enumerate(zip(got, wanted)) for line in differences(*pair, f"{where}[{i}]")]
    return unlike(where, got, wanted)


# --- captures --------------------------------------------------------------------


def damaged(program, tap, name, guesses):
    capture = records.parse(capfile.unpacked(PCAPS / name))
    servers = servers_of(program.document("-r", PCAPS / name, "--top", "0"))
    ways = LARGE_WAYS if len(capture.records) > LARGE else DAMAGES
    for way, damage in ((way, DAMAGES[way]) for way in ways):
        part = damage(capture, servers)
        if not part.records:
            continue
        path = program.folder / "damaged.pcapng"
        path.write_bytes(records.pcapng(part))
        document = program.document("-r", path, "--top", "0")
        found = [dissect.frame(part.link_type(record), record.data) for record in part.records]
        check(tap, f"{name}, {way}: roles", proved_roles, document, Evidence(found), servers, guesses[way])
        check(tap, f"{name}, {way}: adds up", lambda: add_up(document) + services_add_up(document))
        for time in ("100ms", "1s"):
            check(tap, f"{name}, {way}: intervals of {time}", intervals_add_up, program, path, document, time)


def mangle(program, tap):
    guesses = collections.defaultdict(collections.Counter)
    for name in bundled():
        damaged(program, tap, name, guesses)
    for way, tally in guesses.items():
        print(f"# {way}: {tally[True]} of {tally.total()} guesses right")
    whole = sum(guesses.values(), collections.Counter())
    print(f"# without evidence: {whole[True]} of {whole.total()} flows have the server of the whole capture")
    tap.case("guesses are right", whole[True] >= whole.total() * GUESSES_RIGHT, dict(whole))


if __name__ == "__main__":
    sys.exit(main_of(mangle))
