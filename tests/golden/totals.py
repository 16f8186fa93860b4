#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every table adds up to the packets read, in every view, mode and interval; prints TAP.

    totals.py PORTSNIFF
"""

import csv
import os
import subprocess
import sys
from collections import Counter

import capfile
from program import LIMIT_SECONDS, PCAPS, add_up, bundled, check, main_of, unlike, without_sources

MODES = [[], ["--tunnels", "outer"], ["--fragments", "header"], ["--tunnels", "outer", "--fragments", "header"]]


def totals_add_up(program, path):
    wrong = []
    for mode in MODES:
        for top in ("0", "1", "3"):
            for text in add_up(program.document("-r", path, "--top", top, *mode)):
                wrong.append(f"{' '.join(mode)} --top {top}: {text}")
    return wrong


def port_counts(document):
    """Everything that is counted by name, as one Counter."""
    found = Counter()
    for row in document["ports"]:
        for side in ("sent", "received"):
            for unit in ("packets", "bytes"):
                found[(row["protocol"], row["port"], side, unit)] += row[side][unit]
    for row in document["pairs"]:
        for side in ("a_to_b", "b_to_a"):
            for unit in ("packets", "bytes"):
                found[(row["protocol"], row["port_a"], row["port_b"], side, unit)] += row[side][unit]
    for row in document["ledger"]:
        found[(row["row"], row.get("detail"), "packets")] += row["packets"]
        found[(row["row"], row.get("detail"), "bytes")] += row["bytes"]
    for row in document["hosts"]:
        for side in ("sent", "received"):
            found[(row["address"], side)] += row[side]["bytes"]
    return found


def intervals_add_up(program, path, time):
    *intervals, final = program.documents("-r", path, "--top", "0", "-t", time)
    wrong = [] if intervals else ["there are no intervals"]
    for document in intervals:
        wrong += unlike("final", document["capture"]["final"], False)
        wrong += add_up(document)
    wrong += unlike("final", final["capture"]["final"], True)
    summed = sum(map(port_counts, intervals), Counter())
    whole = port_counts(final)
    for key in sorted(set(summed) | set(whole), key=str):
        wrong += unlike(f"intervals' {key}", summed[key], whole[key])
    alone = program.document("-r", path, "--top", "0")
    wrong += unlike("final without -t", without_sources(final), without_sources(alone))
    return wrong


# Columns of packets in each table, and what their sum is to be: the packets read, or those counted by port.
CSV_SUMS = {
    "ledger": (["packets"], "all"),
    "timeline": (["packets"], "timed"),
    "ranges": (["packets"], "ports"),
    "pairs": (["a_to_b_packets", "b_to_a_packets"], "ports"),
    "ports": (["sent_packets"], "ports"),
}


def csv_rows(program, *arguments):
    done = program.run(*arguments, "-f", "csv")
    if done.returncode != 0:
        raise RuntimeError(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')}")
    return list(csv.DictReader(done.stdout.decode().splitlines()))


def csv_adds_up(program, path):
    """The same sums in CSV, whole, cut, and by interval."""
    document, wrong = program.document("-r", path), []
    sums = {"all": document["capture"]["packets"]}
    sums["timed"] = sums["all"] - document["capture"]["untimed_packets"]
    sums["ports"] = sum(row["packets"] for row in document["ledger"] if row["row"] == "ports")
    for view, (columns, whole) in CSV_SUMS.items():
        for extra in (["--top", "0"], ["--top", "1"], ["-t", "1s", "--top", "2"]):
            rows = csv_rows(program, "-r", path, "--view", view, *extra)
            got = sum(int(row[column]) for row in rows for column in columns)
            wrong += unlike(f"{view} {' '.join(extra)}", got, sums[whole])
    return wrong


def filters_divide(program, path):
    """What a filter takes and what its opposite takes make the whole."""
    whole = program.document("-r", path)["capture"]
    parts = [program.document("-r", path, text)["capture"] for text in ("tcp", "not tcp")]
    wrong = []
    for unit in ("packets", "bytes"):
        wrong += unlike(unit, sum(part[unit] for part in parts), whole[unit])
    return wrong


def count_stops(program, path):
    whole = program.document("-r", path)["capture"]["packets"]
    wrong = []
    for limit in (1, 2, 255, 256, 257, whole - 1, whole, whole + 1):
        if limit > 0:
            document = program.document("-r", path, "-c", limit, "--top", "0")
            wrong += unlike(f"-c {limit}", document["capture"]["packets"], min(limit, whole)) + add_up(document)
    return wrong


def output_is_the_same(program, path):
    """-o writes what standard output would have got."""
    wrong = []
    for form in ("text", "json", "csv", "jsonl"):
        spoken = program.run("-r", path, "-f", form)
        written = program.run("-r", path, "-f", form, "-o", "written")
        wrong += unlike(f"{form} to standard output", written.stdout, b"")
        wrong += unlike(form, (program.folder / "written").read_bytes(), spoken.stdout)
    return wrong


def closed_pipe_is_quiet(program, path):
    """`portsniff ... | head -n 1` says nothing on standard error and does not die."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        command = [program.path, "-r", str(path), "-f", "csv", "--top", "0"]
        done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, timeout=LIMIT_SECONDS, check=False)
    finally:
        os.close(write_end)
    return unlike("exit status", done.returncode, 0) + unlike("standard error", done.stderr, b"")


def full_disk_is_told(program, path):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [program.path, "-r", str(path)], stdout=full, stderr=subprocess.PIPE, timeout=LIMIT_SECONDS, check=False
        )
    wrong = unlike("exit status", done.returncode, 1)
    return wrong + ([] if b"No space left" in done.stderr else [f"standard error: {done.stderr}"])


def untimed_add_up(program, path):
    """Packets of which none has a time are one interval without borders."""
    data = capfile.untimed(capfile.parse(capfile.unpacked(path)))
    (program.folder / "untimed.pcapng").write_bytes(data)
    wrong = intervals_add_up(program, program.folder / "untimed.pcapng", "1s")
    first, _ = program.documents("-r", program.folder / "untimed.pcapng", "-t", "1s")
    wrong += unlike("interval", first["interval"], {"number": 1, "start": None, "end": None})
    rows = csv_rows(program, "-r", program.folder / "untimed.pcapng", "-t", "1s", "--view", "ledger")
    wrong += unlike("borders in CSV", {(row["interval_start"], row["interval_end"]) for row in rows}, {("", "")})
    return wrong + csv_adds_up(program, program.folder / "untimed.pcapng")


def totals(program, tap):
    for name in bundled():
        path = PCAPS / name
        check(tap, f"{name}: tables add up", totals_add_up, program, path)
        for time in ("500ms", "1s", "1m"):
            check(tap, f"{name}: intervals of {time} add up", intervals_add_up, program, path, time)
        check(tap, f"{name}: CSV adds up", csv_adds_up, program, path)
        check(tap, f"{name}: filters divide", filters_divide, program, path)
    for name in ("web.pcap", "fragments-reversed.pcap.bz2", "two-interfaces.pcapng"):
        check(tap, f"{name}: -c stops", count_stops, program, PCAPS / name)
    check(tap, "no packet has a time: intervals add up", untimed_add_up, program, PCAPS / "dns.pcap")
    check(tap, "-o writes the same", output_is_the_same, program, PCAPS / "web.pcap")
    check(tap, "closed pipe", closed_pipe_is_quiet, program, PCAPS / "scan.pcap.zst")
    check(tap, "full disk", full_disk_is_told, program, PCAPS / "web.pcap")


if __name__ == "__main__":
    sys.exit(main_of(totals))
