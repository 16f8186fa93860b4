#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What live monitors show of the same 100,000 known packets. Needs root, and those of the programs that are to be seen.

    bench/live_beside.py [--build FOLDER]

Half UDP, half TCP, 32 ports on each side (1008 to 1039, so that half of them are above 1023), 2,048 flows; once at
20,000 packets/s, once as fast as they can be sent.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "live"))

from lab import Lab, Watch, command, lost, why_not  # noqa: E402

PACKETS, PORTS = 100_000, 32
TRAFFIC = ["-k", "udp,tcp", "-p", PORTS, "-b", 1008]
PACES = {"20,000 packets/s": ["-r", 20_000], "full speed": []}
WEB_PORT = 6667
IP_BYTES = 43  # of a packet, on average: a bare TCP header, or UDP up to Ethernet's least length
IFTOP_TRIES = 3


def send(lab, pace):
    time.sleep(1.5)
    lab.send_packets(PACKETS, *TRAFFIC, *pace)
    time.sleep(1.5)


def portsniff(lab, pace):
    watch = lab.watch("-i", "right", "-f", "json", "--top", "0")
    send(lab, pace)
    document = watch.finish()[-1]
    ports = {(row["protocol"], row["port"]) for row in document["ports"]}
    return document["capture"]["packets"], f"{len(ports)} of {2 * PORTS}, TCP and UDP apart", f"{lost(document)}"


def tcpdump(lab, pace):
    watch = Watch(lab, ["tcpdump", "-Z", "root", "-nn", "-q", "-l", "-i", "right"]).wait_until_open()
    send(lab, pace)
    watch.end(signal.SIGINT, 60)
    told = {line.split(" packets ")[1]: line.split()[0] for _, line in watch.complaints if " packets " in line}
    found = {match for _, line in watch.lines for match in re.findall(r"> [\d.]+\.(\d+): (tcp|UDP)", line)}
    return int(told["captured"]), f"no table; {len(found)} of {2 * PORTS} in its lines", told["dropped by kernel"]


def iptraf(lab, pace):
    log = lab.folder / "iptraf.log"
    log.unlink(missing_ok=True)
    lab.start(lab.watcher, ["iptraf-ng", "-s", "right", "-B", "-L", log], stdin=subprocess.DEVNULL,
              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, TERM="xterm")).wait()
    send(lab, pace)
    for pid in command("ip", "netns", "pids", lab.watcher).split():
        os.kill(int(pid), signal.SIGUSR2)  # it went into the background; this ends it
    time.sleep(1.5)
    rows = re.findall(r"^(TCP|UDP)/(\d+): (\d+) packets", log.read_text(encoding="utf-8"), re.MULTILINE)
    _, _, ports = lab.expected(PACKETS, *TRAFFIC)
    ends = sum(sent + received for (_, port), (sent, _, received, _) in ports.items() if port < 1024)
    counted = sum(int(row[2]) for row in rows)
    return f"no sum; {counted} of {ends} ends", f"{len(rows)} of {2 * PORTS}, those below 1024", "nothing"


def iftop(lab, pace):
    """Tried several times: sometimes it neither prints nor ends when its time is over."""
    for _ in range(IFTOP_TRIES):
        answer = try_iftop(lab, pace)
        if answer:
            return answer
    return f"no answer, {IFTOP_TRIES} times", "", "nothing"


def try_iftop(lab, pace):
    out = lab.folder / "iftop"
    argv = ["stdbuf", "-oL", "iftop", "-i", "right", "-t", "-s", "9", "-n", "-N", "-P", "-L", "2048"]
    # At the end of its input it would turn in circles.
    with out.open("w", encoding="utf-8") as file, open("/dev/zero", "rb") as zeros:
        process = lab.start(lab.watcher, argv, stdin=zeros, stdout=file, stderr=subprocess.STDOUT,
                            env=dict(os.environ, TERM="xterm"))
        send(lab, pace)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None
    text = out.read_text(encoding="utf-8")
    ports = {port for port in re.findall(r"10\.\d+\.0\.0:(\d+) ", text)}
    total = re.search(r"^Cumulative .* (\S+)$", text, re.MULTILINE)
    seen = f"{total[1]} of {PACKETS * IP_BYTES / 2**20:.2f}MB of IP" if total else "nothing"
    return f"no packets; {seen}", f"{len(ports)} of {PORTS}, in a list of flows", "nothing"


def darkstat(lab, pace):
    process = lab.start(lab.watcher, ["darkstat", "-i", "right", "--no-daemon", "-p", WEB_PORT],
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    send(lab, pace)
    time.sleep(1)

    def page(path):
        fetch = f"import urllib.request as r; print(r.urlopen('http://127.0.0.1:{WEB_PORT}/{path}').read().decode())"
        return re.sub(r"\s+", " ", re.sub("<[^>]*>", "", lab.inside(lab.watcher, sys.executable, "-c", fetch)))

    packets, dropped = re.search(r"in ([\d,]+) packets.*?([\d,]+) dropped", page("")).groups()
    counts = re.findall(r"(TCP|UDP) ports on this host \(1-\d+ of (\d+)\)", page("hosts/10.2.0.0/"))
    process.send_signal(signal.SIGINT)
    process.wait(10)
    ports = sum(int(count) for _, count in counts)
    return int(packets.replace(",", "")), f"{ports} of {2 * PORTS} of one host, on its page", dropped


MONITORS = {"portsniff": portsniff, "tcpdump": tcpdump, "iptraf-ng": iptraf, "iftop": iftop, "darkstat": darkstat}


def main():
    parser = argparse.ArgumentParser(description="what live monitors show of known packets", allow_abbrev=False)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", metavar="FOLDER")
    options = parser.parse_args()
    reason = why_not()
    if reason:
        print(f"live_beside.py: {reason}", file=sys.stderr)
        return 1
    with Lab(options.build / "src" / "portsniff", options.build / "tests" / "live" / "send") as lab:
        # iftop wants an address before it begins.
        command("ip", "-n", lab.watcher, "address", "add", "10.9.9.1/24", "dev", "right")
        for pace, words in PACES.items():
            print(f"\n{PACKETS} packets, {pace}\n| monitor | packets | ports | told lost |\n|---|---|---|---|")
            for name, watch in MONITORS.items():
                if name != "portsniff" and not shutil.which(name):
                    continue
                packets, ports, told = watch(lab, words)
                print(f"| {name} | {packets} | {ports} | {told} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
