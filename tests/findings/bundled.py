#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The findings of every bundled capture: those that its traffic was made to show, and no other.

    bundled.py PORTSNIFF

What must be found follows from pcaps/EXPECTED.tsv, which was written when the traffic was made: ports that refuse or
never answer, and services on ports that are not theirs. The scans are told by their scanner.
"""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "golden"))

from program import PCAPS, Program, Tap, bundled, check, unlike

# Services of the captures that stand on other ports, by the port that is theirs.
HOME = {"ssh": "22", "http": "80"}
ANYWHERE = {"8000", "8080"}  # ports that nobody wonders about
SCANNERS = {"scan.pcap.zst": {("vertical-scan", "192.0.2.66", None), ("horizontal-scan", "192.0.2.67", "22/tcp")}}
UNREACHABLE = {"refused": "port-refuses", "silent": "port-silent"}


def expected():
    """Per capture: kind, address, and port of what must be found."""
    wanted = {name: set(SCANNERS.get(name, set())) for name in bundled()}
    for line in (PCAPS / "EXPECTED.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or line.startswith("capture\t"):
            continue
        capture, protocol, server, port, service, outcome = line.split("\t")[:6]
        place = (server, f"{port}/{protocol}")
        if outcome in UNREACHABLE and capture not in SCANNERS:
            wanted[capture].add((UNREACHABLE[outcome], *place))
        if service in HOME and port != HOME[service] and port not in ANYWHERE:
            wanted[capture].add(("service-on-other-port", *place))
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


def main():
    tap = Tap()
    wanted = expected()
    check(tap, "the captures hold something to find", lambda: unlike("captures", sum(map(bool, wanted.values())), 4))
    with tempfile.TemporaryDirectory() as folder:
        program = Program(Path(sys.argv[1]).resolve(), folder)
        for name in bundled():
            check(tap, name, law, program, name, wanted[name])
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
