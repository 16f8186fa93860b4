#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A long run under changing traffic: does memory stay flat, and is every second there? Needs root.

    bench/live_soak.py [--build FOLDER] [--minutes N] [--json FILE] [OPTION OF PORTSNIFF]...

Bursts of numbered packets of changing kind, rate and spread come over a veth pair; portsniff sums up every second.
Flows are new ones all the time, so tables without a bound would grow.
"""

import argparse
import json
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "live"))

from lab import Lab, lost, why_not  # noqa: E402

# (seconds, packets per second, options of send): one after the other, again and again.
SCENES = [
    (8, 2_000, ["-k", "udp,tcp,ipv6", "-l", "imix", "-p", "256", "-a", "64"]),
    (5, 10_000, ["-k", "udp,vlan,qinq", "-p", "65536", "-b", "0", "-a", "65536"]),
    (4, 20_000, ["-k", "tcp", "-p", "16", "-a", "4"]),
    (6, 500, ["-k", "fragment,icmp", "-a", "16"]),
    (7, 5_000, ["-k", "udp,tcp,ipv6,vlan,fragment", "-p", "4096", "-a", "1024"]),
]
PAUSE = 3  # seconds without a packet after each round
SAMPLE = 60  # seconds between two looks at memory


def memory(pid):
    """Resident memory in bytes, now and at its peak."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines())
    return [int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM")]


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


class Curve:
    """Memory and CPU of a process over time."""

    def __init__(self, pid):
        self.pid, self.began, self.rows = pid, time.monotonic(), []

    def look(self):
        now = time.monotonic() - self.began
        if not self.rows or now >= self.rows[-1][0] + SAMPLE:
            self.rows.append([round(now, 1), *memory(self.pid), cpu_seconds(self.pid)])
            print(f"{now / 60:6.1f} {self.rows[-1][1] / 2**20:7.1f} {self.rows[-1][2] / 2**20:8.1f} "
                  f"{self.rows[-1][3]:7.1f}", flush=True)


def send_until(lab, curve, watch, end):
    """Scenes until the time is over; returns the packets sent."""
    sent, number = 0, 0
    while time.monotonic() < end:
        seconds, rate, options = SCENES[number % len(SCENES)]
        number += 1
        process = lab.sending(seconds * rate, "-r", rate, "-f", sent, *options)
        while process.poll() is None:
            time.sleep(0.5)
            curve.look()
        sent += lab.sent(process)["sent"]
        if number % len(SCENES) == 0:
            time.sleep(PAUSE)
        if watch.process.poll() is not None:
            raise SystemExit(f"portsniff ended: {watch.said()}")
    return sent


def seconds_of(text):
    return datetime.fromisoformat(text[:19]).replace(tzinfo=timezone.utc).timestamp()


def judge(documents, sent):
    """What the intervals say: [(what, figure)]."""
    *intervals, final = documents
    spans = [(seconds_of(d["interval"]["start"]), seconds_of(d["interval"]["end"])) for d in intervals]
    return {
        "sent": sent,
        "counted": final["capture"]["packets"],
        "lost": lost(final),
        "sum_of_intervals": sum(d["capture"]["packets"] for d in intervals),
        "intervals": len(intervals),
        "seconds": spans[-1][1] - spans[0][0],
        "intervals_missing": sum(round(b[0] - a[1]) for a, b in zip(spans, spans[1:])),
        "evicted_flows": final["capture"].get("evicted_flows", 0),
    }


def main():
    parser = argparse.ArgumentParser(description="a long run under changing traffic", allow_abbrev=False)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", metavar="FOLDER")
    parser.add_argument("--minutes", type=float, default=30, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures and the memory curve to FILE")
    options, more = parser.parse_known_args()
    reason = why_not()
    if reason:
        print(f"live_soak.py: {reason}", file=sys.stderr)
        return 1
    with Lab(options.build / "src" / "portsniff", options.build / "tests" / "live" / "send") as lab:
        watch = lab.watch("-i", "right", "-t", "1s", "-f", "jsonl", "--top", "3", *more)
        print(f"{'minute':>6} {'MiB':>7} {'peak MiB':>8} {'CPU s':>7}")
        curve = Curve(watch.pid)
        sent = send_until(lab, curve, watch, time.monotonic() + options.minutes * 60)
        time.sleep(1)
        curve.look()
        began = time.monotonic()
        status = watch.end(timeout=300)
        ended = round(time.monotonic() - began, 2)
        figures = {**judge(watch.documents(), sent), "exit_status": status, "seconds_to_end": ended}
    for what, figure in figures.items():
        print(f"{what:20} {figure}")
    if options.json:
        options.json.write_text(json.dumps({"figures": figures, "curve": curve.rows}) + "\n", encoding="utf-8")
    return 0 if figures["sent"] == figures["counted"] + figures["lost"] and not figures["intervals_missing"] else 3


if __name__ == "__main__":
    sys.exit(main())
