#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What a captured packet costs: portsniff next to tcpdump, which counts nothing, on the same traffic. Needs root.

    bench/live_speed.py [--build FOLDER] [--packets N] [--rounds N] [--flows PORTS,...] [--json FILE]

Readers take turns on a veth pair between two network namespaces. Each round sends the same 60-byte frames as fast as
the kernel makes them. CPU is that of the reading process; on a veth the kernel's part of capturing is paid by the
sender, whose CPU is shown beside.
"""

import argparse
import json
import os
import resource
import signal
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "live"))

from lab import Lab, Watch, lost, why_not  # noqa: E402

READERS = {
    "portsniff": ["PORTSNIFF", "-i", "right", "-f", "json", "--view", "ledger"],
    "portsniff -t 1": ["PORTSNIFF", "-i", "right", "-f", "jsonl", "-t", "1"],
    "with 2G": ["PORTSNIFF", "-i", "right", "-f", "json", "--view", "ledger", "--max-memory", "2G"],
    "tcpdump": ["tcpdump", "-Z", "root", "-i", "right", "-w", "/dev/null"],
}
# tcpdump asks the ring once a second and forgets what waits there when it ends.
TCPDUMP_WAITS = 1.3


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def one_run(lab, name, packets, ports):
    """Figures of one reader in one round; packets lost as the reader tells, CPU as the system does."""
    argv = [part.replace("PORTSNIFF", lab.portsniff) for part in READERS[name]]
    watch = Watch(lab, argv)
    if "tcpdump" in argv:
        watch.wait_until_open()
    else:
        watch.wait_until_ready()
    before = lab.counter()
    sent = lab.send_packets(packets, "-m", "kernel", "-p", ports, "-b", 65536 - ports if ports < 65536 else 0)
    arrived = lab.counter() - before
    time.sleep(TCPDUMP_WAITS)
    used = cpu_of_children()
    watch.end(signal.SIGINT)
    used = cpu_of_children() - used
    counted, dropped = told(name, watch)
    return {
        "arrived": arrived, "counted": counted, "lost": dropped, "unexplained": arrived - counted - dropped,
        "packets_per_second": sent["sent"] / sent["seconds"],
        "ns_per_packet": used * 1e9 / max(counted, 1),
        "sender_ns_per_packet": sent["cpu_seconds"] * 1e9 / sent["sent"],
    }


def told(name, watch):
    """(packets counted, packets lost) by the reader's own word."""
    if "tcpdump" in READERS[name]:
        words = {line.split(" packets ")[1]: int(line.split()[0])
                 for _, line in watch.complaints if " packets " in line and line[0].isdigit()}
        return words["captured"], words["dropped by kernel"]
    document = watch.documents()[-1]
    return document["capture"]["packets"], lost(document)


def show(ports, runs):
    base = statistics.median(run["ns_per_packet"] for run in runs["tcpdump"]) if "tcpdump" in runs else None
    print(f"\n{ports} x {ports} ports, medians of {len(next(iter(runs.values())))} rounds")
    print(f"{'':16} {'million/s':>9} {'lost':>9} {'unexplained':>11} {'ns/packet':>9} {'lowest-highest':>16} "
          f"{'by tcpdump':>10} {'sender ns':>9}")
    for name, rows in runs.items():
        cost = [run["ns_per_packet"] for run in rows]
        median = {what: statistics.median(run[what] for run in rows) for what in rows[0]}
        print(f"{name:16} {median['packets_per_second'] / 1e6:9.2f} {sum(run['lost'] for run in rows):9} "
              f"{sum(abs(run['unexplained']) for run in rows):11} {statistics.median(cost):9.0f} "
              f"{f'{min(cost):.0f}-{max(cost):.0f}':>16} {statistics.median(cost) / base if base else 0:10.2f} "
              f"{median['sender_ns_per_packet']:9.0f}", flush=True)


def parse():
    parser = argparse.ArgumentParser(description="cost of a captured packet", allow_abbrev=False)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", metavar="FOLDER")
    parser.add_argument("--packets", type=int, default=4_000_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=7, metavar="N")
    parser.add_argument("--flows", default="16,256,65536", metavar="PORTS,...",
                        help="ports on either side: 16 and 256 make 256 and 65,536 flows, 65536 as many as packets")
    parser.add_argument("--readers", default="portsniff,tcpdump", metavar="LIST", help="of: " + ", ".join(READERS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single figure to FILE")
    return parser.parse_args()


def main():
    options = parse()
    reason = why_not()
    if reason:
        print(f"live_speed.py: {reason}", file=sys.stderr)
        return 1
    names, results = options.readers.split(","), {}
    print(f"{len(os.sched_getaffinity(0))} cores, Linux {os.uname().release}, load {os.getloadavg()[0]:.1f}, "
          f"{options.packets} frames of 60 bytes per run")
    with Lab(options.build / "src" / "portsniff", options.build / "tests" / "live" / "send") as lab:
        for ports in map(int, options.flows.split(",")):
            runs = results[ports] = {name: [] for name in names}
            for number in range(options.rounds):
                shift = number % len(names)
                for name in names[shift:] + names[:shift]:
                    runs[name].append(one_run(lab, name, options.packets, ports))
            show(ports, runs)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
