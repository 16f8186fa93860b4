#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Made-up traffic: portsniff finds what the generator says it made.

Usage: generate.py GENERATE PORTSNIFF SOURCE_ROOT
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(sys.argv[3])
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "bench")]

import check  # noqa: E402
from tap import Tap  # noqa: E402

GENERATE, PORTSNIFF = sys.argv[1:3]
PACKETS = 20_000
MIXES = ("imix", "min", "big", "hdr", "scan", "hostile")
FORMS = {"pcap": [], "pcap nanoseconds": ["-N"], "pcapng": ["-p"], "pcapng nanoseconds": ["-p", "-N"]}


def generate(trace, *options):
    subprocess.run([GENERATE, "-n", str(PACKETS), *options, str(trace)], check=True)
    return trace.read_bytes()


def check_mix(tap, folder, mix, form, options):
    trace, expected = folder / "trace", folder / "expected"
    generate(trace, "-m", mix, "-e", str(expected), *options)
    wanted = check.expected(expected)
    problems = list(check.differences(wanted, check.found([PORTSNIFF, "-r", str(trace)])))
    tap.case(f"{mix}, {form}: counts", wanted[0][0] == PACKETS and not problems, *problems[:5])


def check_sums(tap, folder):
    """The expected counts themselves: each packet with ports was sent once and received once."""
    expected = folder / "expected"
    generate(folder / "trace", "-e", str(expected))
    _, with_ports, ports = check.expected(expected)
    sent = (sum(row[0] for row in ports.values()), sum(row[1] for row in ports.values()))
    received = (sum(row[2] for row in ports.values()), sum(row[3] for row in ports.values()))
    tap.case("both ends add up", 0 < with_ports[0] < PACKETS and sent == received == with_ports, sent, received)


def check_seeds(tap, folder):
    first = generate(folder / "a", "-s", "7")
    tap.case("the same seed gives the same bytes", generate(folder / "b", "-s", "7") == first)
    tap.case("another seed gives other bytes", generate(folder / "b", "-s", "8") != first)


def check_difference_shows(tap, folder):
    """A comparison that could not fail would be worth nothing."""
    expected = folder / "expected"
    generate(folder / "trace", "-s", "1", "-e", str(expected))
    generate(folder / "other", "-s", "2")
    wanted = check.expected(expected)
    problems = list(check.differences(wanted, check.found([PORTSNIFF, "-r", str(folder / "other")])))
    tap.case("the counts of another trace differ", len(problems) > 100, f"{len(problems)} differences")


def check_usage(tap):
    for name, arguments in (
        ("no output", []),
        ("unknown mix", ["-m", "many", "-"]),
        ("number with a tail", ["-n", "12x", "-"]),
        ("no flows", ["-f", "0", "-"]),
    ):
        run = subprocess.run([GENERATE, *arguments], capture_output=True, text=True)
        tap.case(f"usage: {name}", run.returncode == 2 and run.stderr.startswith("usage:"), run.stderr)


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for mix in MIXES:
            for form, options in FORMS.items():
                check_mix(tap, folder, mix, form, options)
        check_sums(tap, folder)
        check_seeds(tap, folder)
        check_difference_shows(tap, folder)
    check_usage(tap)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
