#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Capture files that lie about lengths, and files of a million tiny pieces.

    formats.py PORTSNIFF FLOOD MEASURE (measure | sanitized) [--full]

A length that is merely claimed costs nothing and ends in a sentence that names it; what came before counts.  A piece
that nobody reads costs no more than an ordinary packet does, and no memory.  --full: millions, and figures.
"""

import sys
import tempfile
from pathlib import Path

from blocks import (
    ENHANCED, INTERFACE, NAMES, PACKET, SECRETS, SIMPLE, STATISTICS, UNKNOWN, block, enhanced, interface, option,
    pcap_header, record, section,
)
from lab import MEGABYTE, figures, main_of, slower, says, status, within

DAMAGED = 3
# The program itself, its buffers for each thread, and a record of the largest size.
SMALL = 48 * MEGABYTE
BLOCK_MAX = 16 * MEGABYTE
CAPTURED_MAX = 262_144
INTERFACES_MAX = 65_536
BEFORE = "the packet before it is counted"

HEAD = section() + interface()


def lies():
    """(name, bytes, exit status, words that the sentence has)."""
    claims = "captured bytes are claimed"
    first = pcap_header() + record()
    for name, length in (("4 GB", 0xFFFFFFFF), ("2 GB", 0x7FFFFFFF), ("one more than the most", CAPTURED_MAX + 1)):
        yield f"pcap: a record of {name}", first + record(captured=length), DAMAGED, (f"{length:,} {claims}", BEFORE)
    most = bytes(CAPTURED_MAX)
    yield "pcap: a record of the most", first + record(most), 0, ()
    yield "pcap: a record of the most that is cut", first + record(most)[:-1], DAMAGED, ("ends inside packet 2", BEFORE)
    yield "pcap: a snapshot length of 4 GB", pcap_header(0xFFFFFFFF) + record(), 0, ()
    yield "pcap: 4 GB on the wire", pcap_header() + record(original=0xFFFFFFFF) * 1000, 0, ()

    first = HEAD + enhanced()
    for length in (0, 1, 4, 11, 0xFFFFFFFF, 0xFFFFFFFC, 0x80000000, BLOCK_MAX + 1, BLOCK_MAX + 4):
        for kind in (ENHANCED, UNKNOWN):
            yield (f"pcapng: a block of type {kind:#x} of {length:,} bytes", first + block(kind, bytes(64), first=length),
                   DAMAGED, (f"a length of {length:,} bytes is claimed", BEFORE))
    yield "pcapng: a block of the most", first + block(UNKNOWN, bytes(BLOCK_MAX - 12)), 0, ()
    yield ("pcapng: a block of the most that is cut", first + block(ENHANCED, bytes(BLOCK_MAX - 12))[:100], DAMAGED,
           ("ends inside packet 2", BEFORE))
    yield ("pcapng: lengths that differ", first + block(UNKNOWN, bytes(64), second=72), DAMAGED,
           ("two lengths differ (76 and 72)", BEFORE))
    yield ("pcapng: a length that is no multiple of 4", first + block(UNKNOWN, bytes(64), first=75, second=75), 0, ())
    yield ("pcapng: a packet of 4 GB", first + enhanced(captured=0xFFFFFFFF), DAMAGED, (f"4,294,967,295 {claims}", BEFORE))
    yield ("pcapng: a packet longer than its block", first + enhanced(captured=33), DAMAGED, (f"33 {claims}", BEFORE))
    yield ("pcapng: interface 4,294,967,295", first + enhanced(number=0xFFFFFFFF), DAMAGED,
           ("a packet of interface 4,294,967,295, which it never describes", BEFORE))
    yield "pcapng: a section of 2^63 bytes", section(2**63 - 1) + interface() + enhanced(), 0, ()
    yield "pcapng: a snapshot length of 4 GB", section() + interface(snapshot_length=0xFFFFFFFF) + enhanced(), 0, ()
    yield ("pcapng: an option longer than its block", section() + interface(options=option(2, b"x", 0xFFFF)) + enhanced(), 0, ())
    described = section() + interface() * INTERFACES_MAX
    yield "pcapng: as many interfaces as are read", described + enhanced(number=INTERFACES_MAX - 1), 0, ()
    yield ("pcapng: one interface more", described + enhanced() + interface() + enhanced(), DAMAGED,
           ("describes more than 65,536 interfaces", BEFORE))


def check_lies(lab, tap):
    for name, data, wanted, words in lies():
        path = lab.folder / "lie"
        path.write_bytes(data)
        for road, run in (("file", lab.run("-q", "-r", path)), ("pipe", lab.run("-q", "-r", "-", stdin=path)),
                          ("threads", lab.run("-q", "-r", path, "--threads", "4"))):
            wrong = status(run, wanted) + says(run.errors, *words) + within(lab, run, SMALL)
            tap.case(f"{name}, {road}", not wrong, *wrong)
        run = lab.run("-q", "-r", path, "--reader", "libpcap")  # its sentences are its own
        wrong = within(lab, run, SMALL) + ([] if run.status in (0, DAMAGED) else [f"exit status {run.status}: {run.errors}"])
        tap.case(f"{name}, libpcap's reader", not wrong, *wrong)


def pieces(count):
    """(name, bytes, how many times the processor time of as many ordinary packets)."""
    packet = enhanced()
    yield "blocks of 12 bytes", HEAD + block(UNKNOWN) * count + packet, 2
    yield "sections", HEAD + section() * count + HEAD + packet, 2
    yield "sections with an interface each", HEAD + (section() + interface()) * count + packet, 4
    yield "sections with an interface and a packet each", HEAD + (section() + interface() + packet) * count, 8
    yield "statistics of interfaces", HEAD + block(STATISTICS, bytes(12)) * count + packet, 2
    yield "blocks of names", HEAD + block(NAMES, bytes(8)) * count + packet, 2
    yield "blocks of secrets", HEAD + block(SECRETS, bytes(8)) * count + packet, 2
    yield "simple packets of no bytes", HEAD + block(SIMPLE, bytes(4)) * count + packet, 3
    yield "packets of no bytes", HEAD + enhanced(b"") * count + packet, 3
    yield "records of no bytes", pcap_header() + record(b"") * count + record(), 3
    comments = option(1) * ((BLOCK_MAX - 64) // 4)
    yield "comments without end at a packet", HEAD + enhanced(options=comments) * (count // 200_000 or 1) + packet, 2
    yield "comments without end at an interface", HEAD + interface(options=comments) * (count // 200_000 or 1) + packet, 4
    longest = option(1, b"x" * 65_532) * 255
    yield "comments of the greatest length", HEAD + enhanced(options=longest) * (count // 200_000 or 1) + packet, 2


def check_pieces(lab, tap, full):
    count = 1_000_000 if full else 20_000 if lab.sanitized else 400_000
    path, calm_path = lab.folder / "pieces", lab.folder / "calm"
    calm_path.write_bytes(HEAD + enhanced() * count)
    calm = lab.run("-q", "-r", calm_path, "--threads", "1")
    for name, data, times in pieces(count):
        path.write_bytes(data)
        del data
        run = lab.run("-q", "-r", path, "--threads", "1")
        wrong = status(run, 0) + within(lab, run, SMALL) + slower(lab, run, calm, times)
        tap.case(f"{count:,} {name}", not wrong, *wrong)
        piped = lab.run("-q", "-r", "-", stdin=path)
        wrong = status(piped, 0) + within(lab, piped, SMALL)
        tap.case(f"{count:,} {name}, from a pipe", not wrong, *wrong)
        if full:
            print(f"# {name}: {figures(run, count)}; ordinary packets: {figures(calm, count)}", flush=True)


def check_interfaces(lab, tap):
    """A packet of each of 65,536 interfaces, every one of another link type: counted, filtered and saved."""
    kinds = range(INTERFACES_MAX)
    path, saved = lab.folder / "interfaces.pcapng", lab.folder / "saved.pcapng"
    path.write_bytes(section() + b"".join(map(interface, kinds)) + b"".join(enhanced(number=n) for n in kinds))
    run = lab.run("-q", "-r", path)
    wrong = status(run, 0) + says(run.output, "65,536 packets") + within(lab, run, SMALL)
    tap.case("65,536 link types", not wrong, *wrong)
    run = lab.run("-q", "-r", path, "udp")
    wrong = status(run, 1) + says(run.errors, "cannot be used for packets of link type") + within(lab, run, SMALL)
    tap.case("65,536 link types and a filter", not wrong, *wrong)
    run = lab.run("-q", "-r", path, "-w", saved)
    wrong = status(run, 0) + within(lab, run, SMALL)
    again = lab.run("-q", "-r", saved)
    wrong += status(again, 0) + says(again.output, "65,536 packets")
    tap.case("65,536 link types, saved", not wrong, *wrong)


def group(lab, tap, full):
    check_lies(lab, tap)
    check_pieces(lab, tap, full)
    check_interfaces(lab, tap)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        status_of_all = main_of(group, Path(name), sys.argv)
    sys.exit(status_of_all)
