#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The generator and the lab prove themselves, with tcpdump as the one who watches; prints TAP.

    generator.py PORTSNIFF SEND

What the other tests of this folder find is worth as much as this.
"""

import shutil
import signal
import subprocess
import sys
import time

from lab import LabError, Skip, Watch, check, run_cases, unlike

KINDS = "udp,tcp,ipv6,vlan,qinq,fragment,icmp"


def record(lab, path, *options, interface="left", host=None, packets=20_000):
    """tcpdump records what is sent; returns the packets that reached the interface."""
    if not shutil.which("tcpdump"):
        raise Skip("tcpdump is not installed")
    before = lab.counter()
    watch = Watch(lab, ["tcpdump", "-Z", "root", "-i", "right", "-B", "32768", "-w", path]).wait_until_open()
    lab.send_packets(packets, *options, interface=interface, host=host)
    time.sleep(1.3)  # tcpdump gets what waits in the ring once a second, and drops it when told to stop
    if watch.end(signal.SIGINT) != 0 or "0 packets dropped" not in watch.said():
        raise LabError(f"tcpdump: {watch.said()}")
    return lab.counter() - before


def recorded_is_expected(*options, road="socket"):
    def case(lab):
        path = lab.folder / "recorded.pcap"
        there = {"interface": "right", "host": lab.watcher} if road == "received" else {}
        arrived = record(lab, path, "-m", road, *options, **there)
        wrong = [] if road == "received" else unlike("packets that arrived", arrived, 20_000)
        found = check.counted(lab.read(path))
        return wrong + list(check.differences(lab.expected(20_000, *options), found))

    return case


def other_seed_differs(lab):
    path = lab.folder / "recorded.pcap"
    record(lab, path, "-s", "2", packets=2000)
    found = check.counted(lab.read(path))
    problems = list(check.differences(lab.expected(2000, "-s", "3"), found))
    return [] if len(problems) > 100 else ["another seed gives the same counts", *problems]


def pace_is_kept(lab):
    result = lab.send_packets(500, "-r", "500")
    return [] if 0.9 < result["seconds"] < 2 else [f"500 packets at 500/s took {result['seconds']} s"]


def numbers_are_absolute(lab):
    """Packets 0 to 999 and 1000 to 1999 are packets 0 to 1999."""
    def counts(*options):
        return lab.expected(*options)[2]

    options = ["-k", KINDS, "-a", "16"]
    whole, first, second = counts(2000, *options), counts(1000, *options), counts(1000, "-f", "1000", *options)
    summed = {key: tuple(a + b for a, b in zip(first.get(key, (0,) * 4), second.get(key, (0,) * 4)))
              for key in {*first, *second}}
    return unlike("sum of two parts", summed, whole)


def usage_is_refused(lab):
    wrong = []
    for options in (["-p", "3"], ["-k", "snow"], ["-l", "59"], ["-p", "65536", "-b", "1"], ["-n", "1x"], ["more"],
                    ["-m", "kernel", "-k", "tcp"]):
        done = subprocess.run([lab.send, *options], capture_output=True, check=False)
        wrong += unlike(" ".join(options), done.returncode, 2)
    return wrong


CASES = [
    ("frames of every kind arrive as they were meant", recorded_is_expected("-k", KINDS, "-a", "16", "-l", "imix")),
    ("frames made in the kernel do", recorded_is_expected("-p", "65536", "-b", "0", road="kernel")),
    ("so do those made as if received", recorded_is_expected("-f", "77", road="received")),
    ("another seed gives other counts", other_seed_differs),
    ("packets are numbered, not chained", numbers_are_absolute),
    ("the pace is kept", pace_is_kept),
    ("wrong options are refused", usage_is_refused),
]

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
