#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Summaries by the clock: on time, on idle links too, and their sum is the whole; prints TAP.

    intervals.py PORTSNIFF SEND
"""

import csv
import sys
import time
from collections import Counter
from datetime import datetime, timezone

from lab import ROOT, Watch, accounted, exact, run_cases, unlike

sys.path.append(str(ROOT / "tests" / "golden"))

from totals import port_counts  # noqa: E402

MIX = ("-k", "udp,tcp,ipv6,vlan,fragment,icmp", "-l", "imix", "-a", "16")
LATE = 0.35  # seconds after its end at which a summary is still on time


def seconds(text):
    """ISO 8601 with nanoseconds to seconds since 1970."""
    whole, fraction = text.rstrip("Z").split(".")
    return datetime.fromisoformat(whole).replace(tzinfo=timezone.utc).timestamp() + float("0." + fraction)


def changing_traffic(lab, packets):
    """All packets, in bursts with pauses between."""
    sent = 0
    for number in range(8):
        part = packets // 8
        lab.send_packets(part, "-f", sent, *MIX)
        sent += part
        time.sleep(0.25 if number % 3 else 0.7)
    return sent


def sums_are_totals(lab):
    watch = lab.watch("-i", "right", "-t", "500ms", "-f", "jsonl", "--top", "0")
    sent = changing_traffic(lab, 40_000)
    *intervals, final = watch.finish()
    wrong = unlike("final", [final["capture"]["final"], *{document["capture"]["final"] for document in intervals}],
                   [True, False])
    wrong += accounted(final, sent) + exact(final, lab.expected(sent, *MIX))
    summed, whole = sum(map(port_counts, intervals), Counter()), port_counts(final)
    for key in sorted(set(summed) | set(whole), key=str):
        wrong += unlike(f"intervals' {key}", summed[key], whole[key])
    return wrong


def csv_sums_are_totals(lab):
    watch = lab.watch("-i", "right", "-t", "500ms", "-f", "csv", "--view", "ports", "--top", "0")
    sent = changing_traffic(lab, 40_000)
    watch.end()
    _, ports, _ = lab.expected(sent, *MIX)
    rows = list(csv.DictReader(line for _, line in watch.lines))
    intervals = [row for row in rows if row["interval_start"]]
    wrong = unlike("several intervals", len({row["interval_start"] for row in intervals}) > 2, True)
    got = sum(int(row["sent_packets"]) for row in intervals), sum(int(row["sent_bytes"]) for row in intervals)
    return wrong + unlike("sum of the rows", got, ports)


def idle_link(lab):
    """Nothing comes, and every summary appears when it is due."""
    watch = lab.watch("-i", "right", "-t", "500ms", "-f", "jsonl")
    began = time.time() - (time.monotonic() - watch.began)
    watch.wait_for_lines(7, 6)
    stamped = list(zip(watch.lines, watch.documents()))
    watch.end()
    wrong, before = [], None
    for (after, _), document in stamped:
        start, end = (seconds(document["interval"][side]) for side in ("start", "end"))
        wrong += unlike("packets", document["capture"]["packets"], 0)
        late = began + after - end
        if not -0.01 <= late <= LATE:
            wrong.append(f"the summary that ends at {end} came {late:.3f} s after it")
        if end * 2 != int(end * 2):
            wrong.append(f"an interval ends at {end}, not at a multiple of half a second")
        if before not in (None, start):
            wrong.append(f"an interval begins at {start}, the one before ended at {before}")
        before = end
    return wrong


def first_line(lab):
    """A person sees within a second that it works."""
    watch = Watch(lab, [lab.portsniff, "-i", "right"])
    watch.wait_for("line", lambda: watch.lines or watch.complaints)
    after, line = (watch.lines or watch.complaints)[0]
    status = watch.end()
    wrong = unlike("exit status", status, 0) + unlike("the line names the interface", "right" in line, True)
    return wrong if after < 1 else [*wrong, f"the first line came after {after:.2f} s"]


def cut_at_the_clock(lab):
    """Each packet is in the interval of its time, however late it is read."""
    watch = lab.watch("-i", "right", "-t", "1s", "-f", "jsonl", "--top", "0")
    sending = lab.sending(6000, "-r", "2000")
    lab.sent(sending)
    time.sleep(1.2)
    *intervals, final = watch.finish()
    wrong = accounted(final, 6000)
    for document in intervals:
        capture = document["capture"]
        if not capture["packets"]:
            continue
        start, end = (seconds(document["interval"][side]) for side in ("start", "end"))
        first, last = seconds(capture["first_packet"]), seconds(capture["last_packet"])
        if not start <= first <= last < end:
            wrong.append(f"packets from {first} to {last} are in the interval from {start} to {end}")
    return wrong + unlike("several hold packets", sum(d["capture"]["packets"] > 0 for d in intervals) >= 3, True)


CASES = [
    ("sums of intervals are the totals: jsonl", sums_are_totals),
    ("sums of intervals are the totals: csv", csv_sums_are_totals),
    ("an idle link has summaries on time", idle_link),
    ("the first line comes within a second", first_line),
    ("packets are in the interval of their time", cut_at_the_clock),
]

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
