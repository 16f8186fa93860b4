#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Bounded memory: a million flows of one packet each, and flows that were chosen to collide, counted in the least memory
that --max-memory takes.  What found no room is folded; every port and every sum stays exact.

Usage: memory.py PORTSNIFF GENERATE (measure | sanitized)
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from program import HERE, check, counts, table, unlike
from tap import Tap

sys.path.insert(0, str(HERE.parents[1] / "bench"))

from check import differences, expected, total  # noqa: E402

PACKETS = 1_000_000
MIXES = ("scan", "hostile")
LIMIT = "64M"
PEAK_BYTES = 80_000_000
TIMEOUT = 500
# An allocator that fills what it gives makes memory that is merely reserved count.
UNFILLED = dict(os.environ, MALLOC_PERTURB_="0")

# The peak of a process counts the memory of the one it was forked from; so a small one forks.
MEASURE = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""


class Counted:
    """A trace, counted in bounded memory."""

    def __init__(self, portsniff, generate, folder, mix):
        self.trace, wanted, answer = (folder / f"{mix}.{what}" for what in ("pcap", "expected", "json"))
        self.command = [portsniff, "-r", str(self.trace), "--max-memory", LIMIT]
        subprocess.run(
            [generate, "-n", str(PACKETS), "-m", mix, "-e", str(wanted), str(self.trace)], check=True, timeout=TIMEOUT
        )
        whole = [*self.command, "--top", "0", "-n", "-f", "json", "-o", str(answer)]
        done = subprocess.run([sys.executable, "-c", MEASURE, *whole], env=UNFILLED, stdout=subprocess.PIPE, check=True,
                              timeout=TIMEOUT)
        self.peak = int(done.stdout) * 1024  # bytes
        self.document = json.loads(answer.read_bytes())
        self.wanted = expected(wanted)

    def text(self):
        return subprocess.run(self.command, stdout=subprocess.PIPE, check=True, timeout=TIMEOUT).stdout.decode()


# --- laws: each returns what is wrong ----------------------------------------------


def exact_totals(counted):
    capture = counted.document["capture"]
    wrong = unlike("capture", (capture["packets"], capture["bytes"]), counted.wanted[0])
    return wrong + unlike("packets", capture["packets"], PACKETS)


def exact_ports(counted):
    document = counted.document
    if "ports" in document["other"]:
        return ["some ports were folded"]
    ports = {
        (row["protocol"], row["port"]): (
            row["sent"]["packets"], row["sent"]["bytes"], row["received"]["packets"], row["received"]["bytes"],
        )
        for row in document["ports"]
    }
    with_ports = [row for row in document["ledger"] if row["row"] == "ports"]
    return list(differences(counted.wanted, (total(document["ledger"]), total(with_ports), ports)))


def sums_are_whole(counted, name, *members):
    with_ports = counted.wanted[1]
    if not counted.document[name]:
        return [f"no {name} at all"]
    return unlike(f"{name} and others", counts(table(counted.document, name), *members), with_ports)


def something_was_folded(counted):
    """Else this would be a test of nothing."""
    document = counted.document
    folded = document["capture"]["evicted_flows"]
    rows = {name: document["other"].get(name, {}).get("rows", 0) for name in ("flows", "pairs", "hosts")}
    wrong = unlike("folded flows", rows["flows"], folded)
    return wrong + [f"few {name} were folded: {count}" for name, count in rows.items() if count < PACKETS // 100]


def text_says_it(counted):
    folded = counted.document["capture"]["evicted_flows"]
    said = f"{folded:,} flows left the full table"
    text = " ".join(counted.text().split())
    return [] if said in text else [f"no \"{said}\" in:", text[-500:]]


def small_peak(counted):
    return [f"{counted.peak} bytes"] if counted.peak > PEAK_BYTES else []


def too_small(portsniff, trace):
    done = subprocess.run([portsniff, "-r", str(trace), "--max-memory", "63M"], capture_output=True, timeout=TIMEOUT)
    wrong = unlike("exit status", done.returncode, 2) + unlike("output", done.stdout, b"")
    said = b"--max-memory 63M is too small"
    return wrong + ([] if said in done.stderr else [f"no {said} in {done.stderr}"])


def check_mix(tap, mix, counted, sanitized):
    check(tap, f"{mix}: packets and bytes", exact_totals, counted)
    check(tap, f"{mix}: every port", exact_ports, counted)
    check(tap, f"{mix}: services and the others", sums_are_whole, counted, "services")
    check(tap, f"{mix}: directions of services", sums_are_whole, counted, "services", "to_server", "to_client")
    check(tap, f"{mix}: pairs and the others", sums_are_whole, counted, "pairs", "a_to_b", "b_to_a")
    check(tap, f"{mix}: flows and the others", sums_are_whole, counted, "flows", "to_server", "to_client")
    check(tap, f"{mix}: sent and received by hosts", lambda: unlike(
        "received", counts(table(counted.document, "hosts"), "received"), counts(table(counted.document, "hosts"), "sent")))
    check(tap, f"{mix}: something was folded", something_was_folded, counted)
    check(tap, f"{mix}: the text says what was folded", text_says_it, counted)
    if sanitized:
        tap.skip(f"{mix}: at most 80 MB", "sanitizers need memory of their own")
    else:
        check(tap, f"{mix}: at most 80 MB", small_peak, counted)


def main():
    if len(sys.argv) != 4 or sys.argv[3] not in ("measure", "sanitized"):
        print(__doc__, file=sys.stderr)
        return 2
    portsniff, generate = (str(Path(argument).resolve()) for argument in sys.argv[1:3])
    tap = Tap()
    with tempfile.TemporaryDirectory() as name:
        for mix in MIXES:
            counted = Counted(portsniff, generate, Path(name), mix)
            check_mix(tap, mix, counted, sys.argv[3] == "sanitized")
        check(tap, "63M is too small", too_small, portsniff, counted.trace)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
