#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The runner of bench/: its arithmetic on invented runs, and one short run of it; prints TAP.

Usage: runner.py GENERATE PORTSNIFF SOURCE_ROOT
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(sys.argv[3])
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "bench")]

import measuring  # noqa: E402
import targets  # noqa: E402
from tap import Tap  # noqa: E402

GENERATE, PORTSNIFF = sys.argv[1:3]
MEBIBYTE = 1 << 20


def invented(name, *walls, memory=MEBIBYTE, complete=True, once=False):
    program = measuring.Program(name, ["true"], once)
    program.runs = [measuring.Run(wall, wall / 2, memory, 10, complete) for wall in walls]
    return program


def check_ratios(tap):
    ours = invented("portsniff", 1, 4, 9)
    # Round by round 1/2, 4/1, 9/9: the median is 1; the medians' ratio would be 4/2.
    tap.case("median of the rounds' ratios", measuring.ratio(ours, invented("cat", 2, 1, 9), "wall") == 1)
    tap.case("one run: median by figure", measuring.ratio(ours, invented("tshark", 8, once=True), "wall") == 0.5)


def verdict_of(name, capture="imix", flows=None, ours=None, *, programs=()):
    rows = targets.of_capture(capture, [ours or invented("portsniff", 1), *programs], flows)
    return next((row for row in rows if name in row["target"]), None)


def check_borders(tap):
    """Each target from both sides of its border."""
    for name, peer, met, stretch in (
        ("tcpdump's", invented("tcpdump", 1 / 0.599), True, False),
        ("tcpdump's", invented("tcpdump", 1 / 0.601), False, False),
        ("tcpdump's", invented("tcpdump", 1 / 0.349), True, True),
        ("nfpcapd's", invented("nfpcapd", 12.01), True, False),
        ("nfpcapd's", invented("nfpcapd", 11.99), False, False),
        ("nfpcapd's", invented("nfpcapd", 20.01), True, True),
        ("cat's", invented("cat", 1 / 2.99), True, False),
        ("cat's", invented("cat", 1 / 3.01), False, False),
        ("times as fast as one", invented("portsniff --threads 1", 1.71), True, None),
        ("times as fast as one", invented("portsniff --threads 1", 1.69), False, None),
        ("--max-memory", invented("portsniff --max-memory 64M", 1, memory=79 * MEBIBYTE), True, None),
        ("--max-memory", invented("portsniff --max-memory 64M", 1, memory=81 * MEBIBYTE), False, None),
    ):
        row = verdict_of(name, programs=[peer])
        good = row and (row["met"], row["stretch_met"]) == (met, stretch)
        tap.case(f"{name} with {peer.runs[0].wall:.3f} s, {peer.runs[0].memory // MEBIBYTE} MiB", good, row)
    flows = 1 << 20  # 128 MiB of flows
    for memory, met in ((191, True), (193, False)):
        row = verdict_of("peak memory, ", flows=flows, ours=invented("portsniff", 1, memory=memory * MEBIBYTE))
        tap.case(f"a million flows in {memory} MiB", row and row["met"] == met, row)


def check_silence(tap):
    """Nothing is claimed that was not measured."""
    tap.case("no program, no verdict", targets.of_capture("imix", [invented("portsniff", 1)], None) == [])
    stopped = invented("nfpcapd", 120, complete=False)
    tap.case("a stopped program proves nothing", verdict_of("nfpcapd's", programs=[stopped]) is None)
    tap.case("cat counts on imix alone", verdict_of("cat's", "min", programs=[invented("cat", 1)]) is None)


def check_patience(tap):
    run = measuring.measure(["sleep", "20"], 0.2)
    tap.case("a slow program is stopped", not run.complete and run.wall < 10, run)
    try:
        measuring.measure(["sh", "-c", "echo broken >&2; exit 5"], 20)
        said = ""
    except measuring.Failure as failure:
        said = str(failure)
    tap.case("a failing program is told", "status 5" in said and "broken" in said, said)


def check_run(tap, folder):
    """The whole script on a small trace."""
    trace, figures = folder / "imix.pcap", folder / "figures.json"
    subprocess.run([GENERATE, "-n", "20000", "-f", "2000", trace], check=True)
    command = [sys.executable, ROOT / "bench" / "run.py", "--portsniff", PORTSNIFF, "--rounds", "2",
               "--programs", "cat", "--args=-f json", "--json", figures, trace]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    tap.case("run.py ends well", done.returncode == 0, done.stdout, done.stderr)
    if done.returncode:
        return
    document = json.loads(figures.read_text(encoding="utf-8"))
    result = document["results"][0]
    names = [program["name"] for program in result["programs"]]
    tap.case("packets are counted", result["packets"] == 20000, result["packets"])
    tap.case("rows", names[0] == "portsniff" and {"portsniff -f json", "cat"} <= set(names), names)
    rounds = {program["name"]: len(program["wall"]) for program in result["programs"]}
    tap.case("rounds", rounds["portsniff"] == rounds["cat"] == 2, rounds)
    positive = all(figure > 0 for program in result["programs"] for what in ("wall", "memory", "faults")
                   for figure in program[what])
    tap.case("every run was measured", positive, result)
    tap.case("the table names them", all(name in done.stdout for name in names), done.stdout)
    cat = [row for row in document["targets"] if "cat's" in row["target"]]
    tap.case("targets are judged", len(cat) == 1 and cat[0]["limit"] == 3, document["targets"])


def check_refusals(tap):
    for name, arguments, word in (
        ("unknown program", ["--programs", "wc"], "wc"),
        ("unknown trace", ["--traces", "many"], "many"),
        ("no rounds", ["--rounds", "0"], "--rounds"),
    ):
        command = [sys.executable, ROOT / "bench" / "run.py", "--portsniff", PORTSNIFF, *arguments]
        if "--traces" not in arguments:
            command.append(ROOT / "pcaps" / "web.pcap")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        tap.case(f"refused: {name}", done.returncode == 1 and word in done.stderr, done.stderr)


def main():
    tap = Tap()
    check_ratios(tap)
    check_borders(tap)
    check_silence(tap)
    check_patience(tap)
    with tempfile.TemporaryDirectory() as name:
        check_run(tap, Path(name))
    check_refusals(tap)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
