#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The findings of every bundled capture: those that its traffic was made to show, and no other. And doc/findings.md
shows what the program says of them.

    bundled.py PORTSNIFF

What must be found follows from pcaps/EXPECTED.tsv, which was written when the traffic was made: ports that refuse or
never answer, services on ports that are not theirs, and logins in clear text. Failures of a scanner, or of a client that
fails everywhere, are told with the client. What EXPECTED.tsv has no column for stands here.
"""

import re
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "golden"))

from program import PCAPS, Program, Tap, bundled, check, unlike

# Services of the captures that stand on other ports, by the port that is theirs.
HOME = {"ssh": "22", "http": "80"}
ANYWHERE = {"http"}  # what runs on any port above 1023, and nobody wonders
FAILING_CLIENTS = {
    "scan.pcap.zst": {("vertical-scan", "192.0.2.66", None), ("horizontal-scan", "192.0.2.67", "22/tcp")},
    "old-peers.pcap": {("client-fails", "192.0.2.11", None)},
}
OTHERS = {
    "odd-clients.pcap": {
        ("client-port-below-1024", "192.0.2.11", "700/tcp"),
        ("client-port-below-1024", "2001:db8::11", "701/tcp"),
        ("port-zero", "192.0.2.12", "0/tcp"),
    },
    "exhaustion.pcap.xz": {("ephemeral-ports-low", "2001:db8::11", "443/tcp")},
    "mirrored.pcap.gz": {("duplicate-packets", None, None)},
    "two-clocks.pcap.xz": {("clock-disorder", None, None)},
}
LOGINS = {("ftp", "21"), ("telnet", "23"), ("pop3", "110"), ("imap", "143")}
KIND_IN_TABLE = re.compile(r"^\| `([a-z0-9-]+)` \|", re.MULTILINE)
KIND_IN_SOURCE = re.compile(r'\.kind = "([a-z0-9-]+)"')
EXAMPLE = re.compile(r"^```console\n\$ portsniff -r pcaps/(\S+) --view findings\n((?:.*\n)*?)```$", re.MULTILINE)
UNREACHABLE = {"refused": "port-refuses", "silent": "port-silent"}


def expected():
    """Per capture: kind, address, and port of what must be found."""
    wanted = {name: FAILING_CLIENTS.get(name, set()) | OTHERS.get(name, set()) for name in bundled()}
    for line in (PCAPS / "EXPECTED.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or line.startswith("capture\t"):
            continue
        capture, protocol, server, port, service, outcome = line.split("\t")[:6]
        place = (server, f"{port}/{protocol}")
        if outcome in UNREACHABLE and capture not in FAILING_CLIENTS:
            wanted[capture].add((UNREACHABLE[outcome], *place))
        if service in HOME and port != HOME[service] and not (service in ANYWHERE and int(port) > 1023):
            wanted[capture].add(("service-on-other-port", *place))
        if (service, port) in LOGINS:
            wanted[capture].add(("clear-text-login", *place))
    return wanted


def found(document):
    """The same of what the program tells."""
    return {
        (row["kind"], row["address"], None if row["port"] is None else f"{row['port']}/{row['protocol']}")
        for row in document["findings"]
    }


def sentences(document):
    for row in document["findings"]:
        for key in ("what", "why", "next"):
            if not row[key].endswith((".", "?")) or row[key][0].islower():
                yield f"{row['kind']}: {key} is no sentence: {row[key]}"


def law(program, name, wanted):
    document = program.document("-r", PCAPS / name, "--view", "findings", "--top", "0")
    return unlike("findings", sorted(map(str, found(document))), sorted(map(str, wanted))) + list(sentences(document))


def every_kind_is_shown(document, wanted):
    """The kinds that the document lists are those of the detectors, of the captures, and of its examples."""
    listed = sorted(KIND_IN_TABLE.findall(document))
    sources = sorted((ROOT / "src" / "findings").glob("detect_*.c"))
    told = sorted(kind for path in sources for kind in KIND_IN_SOURCE.findall(path.read_text(encoding="utf-8")))
    shown = sorted({kind for rows in wanted.values() for kind, _, _ in rows})
    seen = sorted({kind for name, _ in EXAMPLE.findall(document) for kind, _, _ in wanted[name]})
    return unlike("detectors", told, listed) + unlike("captures", shown, listed) + unlike("examples", seen, listed)


def example_is_so(program, name, rows):
    said = program.run("-r", PCAPS / name, "--view", "findings").stdout.decode()
    return [] if f"\nFINDINGS\n{rows}\n" in said else unlike("output", said.splitlines(), rows.splitlines())


def main():
    tap = Tap()
    wanted = expected()
    document = (ROOT / "doc" / "findings.md").read_text(encoding="utf-8")
    check(tap, "every kind of finding has a capture that shows it", every_kind_is_shown, document, wanted)
    with tempfile.TemporaryDirectory() as folder:
        program = Program(Path(sys.argv[1]).resolve(), folder)
        for name in bundled():
            check(tap, name, law, program, name, wanted[name])
        for name, rows in EXAMPLE.findall(document):
            check(tap, f"{name}: doc/findings.md shows its findings", example_is_so, program, name, rows)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
