#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Signals at every kind of moment: a run that is told to end reports, one that is killed leaves whole files; prints TAP.

    signals.py PORTSNIFF FAULT_LIBRARY plain|sanitized [--all]

A moment is a call: the run sends the signal to itself right before it. --all: before every call.
"""

import json
import re
import shutil
import signal
import subprocess
import sys

import cases
from fault import KINDS, OLD, Case, main_of, plan_of, spread
from rules import SANITIZER, documents, packets_of

# Moments of each kind; memory is asked for most often.
MOMENTS = {"memory": 16}
MOMENTS_OTHER = 12
TOLD = re.compile(r"stopped by a signal; the report holds the ([0-9]+) packets")


def moments(good, everything):
    for kind in KINDS:
        count = good.calls[kind]
        yield from ((kind, n) for n in spread(range(1, count + 1), count if everything else MOMENTS.get(kind, MOMENTS_OTHER)))


def left_alone(case, done, killed):
    """The -o file is old or whole. What a killed run leaves beside it has its name and six characters more."""
    left = [name for name in done.left if not (killed and re.fullmatch(re.escape(case.output) + r"\.\w{6}", name))]
    return [f"left behind: {name}" for name in left if case.output]


def output_is_whole(case, done, good):
    """Old, new, or the report of a run that was stopped."""
    if not case.output or case.streams or done.report in (OLD, good.report):
        return []
    if not done.report:
        return [f"{case.output} is gone or empty"]
    documents(done.report)  # raises when it is torn
    return []


def saved_is_readable(bench, case, done, good, wanted=None):
    """Up to the last block; `wanted`: packets that it must hold."""
    if not case.saved or len(done.saved) < 4:
        return []
    status, document, err = bench.read_saved(done.saved)
    if status not in (0, 3) or document is None:
        return [] if status == 1 and b"no packet" in err else [f"what was saved cannot be read: {err!r}"]
    wrong = [] if wanted in (None, packets_of(document)) else [f"{packets_of(document)} packets saved, not {wanted}"]
    if packets_of(document) > packets_of(documents(good.answer())[-1]):
        wrong.append("more packets were saved than there are")
    return wrong


def killed(bench, case, good, plan):
    done = bench.run(case, plan)
    if done.struck and done.status != -signal.SIGKILL:
        return [f"exit status {done.status}"]
    return left_alone(case, done, True) + output_is_whole(case, done, good) + saved_is_readable(bench, case, done, good)


def reported(bench, case, done, good):
    """A run that was stopped after it had begun to read: what is told, shown and saved is the same."""
    document = documents(done.answer())[-1]
    packets = packets_of(document)
    told = TOLD.search(done.err.decode())
    wrong = [] if told and int(told[1]) == packets else [f"{packets} packets, told as {done.err!r}"]
    wrong += [] if sum(row["packets"] for row in document["ledger"]) == packets else ["the ledger does not add up"]
    wrong += [] if packets <= packets_of(documents(good.answer())[-1]) else ["there are not so many"]
    return wrong + saved_is_readable(bench, case, done, good, packets)


def stopped(bench, case, good, plan, number):
    done = bench.run(case, plan)
    wrong = left_alone(case, done, False) + output_is_whole(case, done, good)
    wrong += ["a sanitizer complains"] if SANITIZER.search(done.err) else []
    if done.status == -number:  # there was nothing to report yet, or it was the second signal
        return wrong + ([] if done.out in (b"", good.out) else ["a part of a report"])
    if done.status != 0:
        return [*wrong, f"exit status {done.status}: {done.err!r}"]
    same = [json.dumps(one) for one in documents(done.answer())] == [json.dumps(one) for one in documents(good.answer())]
    return wrong if same and not TOLD.search(done.err.decode()) else wrong + reported(bench, case, done, good)


def try_all(tap, name, runs):
    """One TAP case; runs are (label, function)."""
    wrong, count = [], 0
    for label, run in runs:
        count += 1
        try:
            wrong += [f"{label}: {fault}" for fault in run()]
        except (ValueError, KeyError, IndexError, subprocess.TimeoutExpired) as error:
            wrong.append(f"{label}: {type(error).__name__}: {error}")
    tap.case(f"{name} ({count} runs)", count and not wrong, *wrong[:8])


def command_lines(folder):
    long = folder / "long.pcap"
    return [
        Case("-o", ["-r", long, "--threads", "2", "--view", "ledger"], output="report.json"),
        Case("-o and -w", ["-r", long, "--view", "ledger"], output="report.json", saved="saved.pcapng"),
        Case("-w, zstd", ["-r", long, "--view", "ledger"], saved="saved.pcapng.zst"),
        Case("-w, gzip", ["-r", long, "--view", "ledger"], saved="saved.pcapng.gz"),
        Case("unpacked ahead", ["-r", folder / "long.pcap.gz", "--view", "ledger"], output="report.json"),
        Case("a pipe", ["-r", "-", "--view", "ledger"], stdin=cases.long_capture()),
        Case("several", ["-r", long, "-r", cases.DNS, "--view", "ledger"], output="report.json"),
    ]


def signals(bench, tap, everything):
    for case in command_lines(bench.folder):
        good = bench.run(case)
        at = list(moments(good, everything))
        for name, most, number in (("SIGTERM", 1, signal.SIGTERM), ("SIGINT twice", 2, signal.SIGINT)):
            try_all(tap, f"{case.name}: {name}", (
                (f"{kind} {n}", lambda kind=kind, n=n: stopped(bench, case, good, plan_of(kind, n, most, -number), number))
                for kind, n in at))
        try_all(tap, f"{case.name}: SIGKILL", (
            (f"{kind} {n}", lambda kind=kind, n=n: killed(bench, case, good, plan_of(kind, n, 1, -signal.SIGKILL)))
            for kind, n in at))


def others_read(bench, tap, _everything):
    """What a killed run saved, as tcpdump has it: the packets that portsniff finds, and then perhaps the end of the file."""
    if not shutil.which("tcpdump"):
        tap.skip("tcpdump reads what a killed run saved", "tcpdump is not installed")
        return
    case = Case("-w", ["-r", bench.folder / "long.pcap"], saved="saved.pcapng")
    good = bench.run(case)
    wrong, some = [], False
    for n in range(1, good.calls["write"] + 1):
        done = bench.run(case, plan_of("write", n, 1, -signal.SIGKILL))
        if len(done.saved) < 4:
            continue
        _, document, _ = bench.read_saved(done.saved)
        listed = subprocess.run(["tcpdump", "-nn", "-t", "-q", "-r", bench.folder / "again.pcapng"], capture_output=True,
                                check=False).stdout.count(b"\n")
        some = some or listed > 0
        wrong += [] if document and listed == packets_of(document) else [f"write {n}: tcpdump lists {listed} packets"]
    tap.case("tcpdump reads what a killed run saved", some and not wrong, *wrong)


if __name__ == "__main__":
    sys.exit(main_of(signals, others_read))
