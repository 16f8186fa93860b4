# SPDX-License-Identifier: BSD-3-Clause
"""Holds the captures against EXPECTED.tsv, with tshark reading the packets.

For TCP a server port is one that was sent a SYN, for SCTP an INIT; for UDP and UDP-Lite, and for TCP cut off before
its flags, every packet must have an expected server port at one end. Rows that are missing, rows that nobody
expected, other outcomes and other clients are all reported.
"""

import os
import subprocess
import tempfile

from .catalogue import SCENES
from .lab import ENVIRONMENT, RecordError
from .tables import read_expected, unpacked

TRANSPORTS = {"tcp": "tcp", "udp": "udp", "udplite": "udp", "sctp": "sctp"}  # tshark's name of the port fields
UDP_TUNNELS = {"vxlan", "geneve"}
FIELDS = ["frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "udp.srcport",
          "udp.dstport", "sctp.srcport", "sctp.dstport", "tcp.flags", "sctp.chunk_type"]
SYN, RST, ACK = 0x02, 0x04, 0x10
SCTP_INIT, SCTP_INIT_ACK = "1", "2"


def frames(path):
    """Rows of FIELDS, one per frame, each field a list of its occurrences in order."""
    wanted = [word for field in FIELDS for word in ("-e", field)]
    result = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a", *wanted],
                            env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RecordError(f"tshark could not read {path}: {result.stderr.strip()}")
    for line in result.stdout.splitlines():
        yield dict(zip(FIELDS, ([part for part in field.split(",") if part] for field in line.split("\t"))))


def transports(row):
    """Yield (layer, protocol, source, source port, destination, destination port, in an ICMP error) of one frame."""
    fields = {name: iter(values) for name, values in row.items()}
    names = row["frame.protocols"][0].split(":")
    depth, inside, error = 0, False, False
    addresses = (None, None)
    for place, name in enumerate(names):
        if name in ("ip", "ipv6"):
            addresses = next(fields[f"{name}.src"]), next(fields[f"{name}.dst"])
            depth += not error
        elif name in ("icmp", "icmpv6"):
            error = True
        elif name in UDP_TUNNELS:
            inside = True
        elif name in TRANSPORTS:
            ports = [int(next(fields[f"{TRANSPORTS[name]}.{end}"])) for end in ("srcport", "dstport")]
            carries = UDP_TUNNELS.intersection(names[place + 1:])
            layer = "outer" if carries and not inside else "inner" if depth > 1 or inside else "ip"
            yield layer, name, addresses[0], ports[0], addresses[1], ports[1], error


class Seen:
    """What the packets of one capture say about its server ports; keys are (layer, protocol, address, port)."""

    def __init__(self, expected_keys):
        self.expected = expected_keys
        self.clients = {}
        self.answered = set()
        self.refused = set()
        self.strange = set()

    def add(self, row):
        flags = [int(value, 16) for value in row["tcp.flags"]]
        for layer, protocol, source, sport, target, dport, error in transports(row):
            to_key, from_key = (layer, protocol, target, dport), (layer, protocol, source, sport)
            if error:
                self.refused.add(to_key)
            elif protocol == "tcp" and flags:
                self.add_tcp(flags.pop(0), source, to_key, from_key)
            elif protocol == "sctp":
                self.add_sctp(row["sctp.chunk_type"], source, to_key, from_key)
            else:
                self.add_by_port((source, target), to_key, from_key)

    def add_tcp(self, flags, source, to_key, from_key):
        if flags & (SYN | ACK) == SYN:
            self.clients.setdefault(to_key, set()).add(source)
        elif flags & (SYN | ACK) == SYN | ACK:
            self.answered.add(from_key)
        elif flags & RST:
            self.refused.add(from_key)

    def add_sctp(self, chunks, source, to_key, from_key):
        if chunks[0] == SCTP_INIT:
            self.clients.setdefault(to_key, set()).add(source)
        elif chunks[0] == SCTP_INIT_ACK:
            self.answered.add(from_key)

    def add_by_port(self, ends, to_key, from_key):
        if to_key in self.expected:
            self.clients.setdefault(to_key, set()).add(ends[0])
        elif from_key in self.expected:
            self.clients.setdefault(from_key, set()).add(ends[1])
            self.answered.add(from_key)
        else:
            self.strange.add(f"{to_key}, from {ends[0]} port {from_key[3]}")

    def outcome(self, key):
        if key in self.answered:
            return "answered"
        return "refused" if key in self.refused else "silent"


def expand(rows):
    """{key: row}, with a range of ports as one key for each port."""
    keys = {}
    for row in rows:
        first, _, last = row.port.partition("-")
        for port in range(int(first), int(last or first) + 1):
            keys[(row.layer, row.protocol, row.address, port)] = row
    return keys


def complaints(path, rows):
    """Sentences about where the capture and the expectation differ."""
    expected = expand(rows)
    seen = Seen(expected)
    for row in frames(path):
        seen.add(row)
    found = [f"not expected: {key} from {sorted(clients)}" for key, clients in seen.clients.items()
             if key not in expected]
    found += [f"belongs to no expected port: {text}" for text in sorted(seen.strange)]
    for key, row in expected.items():
        if seen.clients.get(key) != set(row.clients):
            found.append(f"{key}: clients are {sorted(seen.clients.get(key, ()))}, expected {sorted(row.clients)}")
        if row.outcome != "one-way" and seen.outcome(key) != row.outcome:
            found.append(f"{key}: {seen.outcome(key)}, expected {row.outcome}")
    return found


def check_all(folder):
    """Check every capture of the catalogue; prints one line each, returns the exit status."""
    expected = read_expected(folder)
    status = 0
    for scene in SCENES.values():
        path = os.path.join(folder, scene.file)
        if not os.path.exists(path) or scene.file not in expected:
            found = ["the file or its rows in EXPECTED.tsv are missing; record it"]
        else:
            with tempfile.TemporaryDirectory(prefix="portsniff-record-") as temporary:
                found = complaints(unpacked(path, temporary), expected[scene.file])
        print(f"{scene.file}: {'as expected' if not found else 'DIFFERS'}")
        for text in found:
            print(f"  {text}")
        status |= bool(found)
    return int(status)
