# SPDX-License-Identifier: BSD-3-Clause
"""Behind its filter of system calls, a run makes those that --show-sandbox lists, and no other.

usage: calls.py PORTSNIFF SOURCE_ROOT

strace(1) writes down what each run does.  So a call that a library starts to make is noticed here, and not by somebody
whose run it spoils.
"""

import gzip
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
import tap  # noqa: E402

FILTER = re.compile(r"seccomp\(SECCOMP_SET_MODE_FILTER, [^,]*TSYNC[^,]*, \{len")
CALL = re.compile(r"^\d+ +(\w+)\(")
REFUSED = re.compile(r"= -1 (ENOSYS|EPERM)\b")
# What libraries try, and do without: clone3(2), whose arguments no filter can see, for threads; to give up a ring that
# goes with its socket anyway; sockets for names.
USUAL = re.compile(r"clone3\(|PACKET_RX_RING, \{tp_block_size=0,")
NAMES = re.compile(r"clone3\(|socket\(")


def listed(program, arguments):
    """Names of calls that --show-sandbox says are left; None: they are not filtered here."""
    done = subprocess.run([program, "--show-sandbox", *arguments], capture_output=True, text=True, check=True)
    head, found, tail = done.stdout.partition("System calls that are left:\n")
    if not found or "instrumented" in head:
        return None
    return set(re.findall(r"(\w+)(?: \([^)]*\))?[,\n]", tail))


def traced(program, arguments, folder, stdin=None):
    """The finished run, and its lines of strace behind the filter."""
    trace = folder / "trace"
    done = subprocess.run(["strace", "-f", "-q", "-o", trace, program, *arguments], stdin=stdin, capture_output=True,
                          text=True, check=False)
    lines = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines):
        if FILTER.search(line):
            return done, lines[number + 1 :]
    return done, None


def wrong_calls(lines, allowed, usual):
    wrong = []
    for line in lines:
        call = CALL.match(line)
        if not call:
            continue
        if usual.search(line):
            continue
        if REFUSED.search(line):
            wrong.append(f"refused: {line}")
        elif call[1] not in allowed:
            wrong.append(f"not in the list: {line}")
    return wrong


def can_trace():
    return shutil.which("strace") and subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True,
                                                     check=False).returncode == 0


def saved_roads(root, folder):
    """(name, arguments, what standard input reads)"""
    pcaps = root / "pcaps"
    web = pcaps / "web.pcap"
    (folder / "web.pcap.gz").write_bytes(gzip.compress(web.read_bytes()))
    report = folder / "report"
    yield "one capture", ["-r", web], None
    yield "gzip", ["-r", folder / "web.pcap.gz"], None
    yield "zstd", ["-r", pcaps / "scan.pcap.zst"], None
    yield "lz4", ["-r", pcaps / "vxlan.pcap.lz4"], None
    yield "xz", ["-r", pcaps / "fragments.pcap.xz"], None
    yield "bzip2", ["-r", pcaps / "fragments-reversed.pcap.bz2"], None
    yield "pcapng", ["-r", pcaps / "office.pcapng"], None
    yield "a folder", ["-r", pcaps], None
    yield "several captures", ["-r", web, "-r", pcaps / "dns.pcap"], None
    yield "standard input", ["-r", "-"], web
    yield "JSON into a file", ["-r", web, "-f", "json", "-o", report], None
    yield "a file is replaced", ["-r", web, "-o", report], None
    yield "intervals into a file", ["-r", web, "-t", "10ms", "-o", report], None
    yield "all tables", ["-r", pcaps / "office.pcapng", "--view", "services,findings,flows,ephemeral,ports,pairs,"
                         "ranges,hosts,timeline,tunnels,ledger"], None
    yield "libpcap's reader", ["-r", web, "--reader", "libpcap"], None
    yield "numbers in a filter", ["-r", web, "tcp port 80"], None
    yield "names in a filter", ["-r", web, "port http or ip proto ospf"], None
    yield "bounded memory", ["-r", pcaps / "office.pcapng", "--max-memory", "64M"], None
    yield "one thread", ["-r", pcaps, "--threads", "1"], None
    yield "four threads", ["-r", pcaps, "--threads", "4"], None
    yield "saving", ["-r", web, "-w", folder / "saved.pcapng"], None
    yield "saving compressed parts", ["-r", web, "-w", folder / "part.pcapng.gz", "--rotate-count", "100",
                                      "--rotate-keep", "2"], None


def live_roads(folder):
    os.chmod(folder, 0o777)
    yield "an interface", ["-q", "-i", "lo", "-a", "1s", "-t", "300ms"]
    yield "all interfaces", ["-q", "-i", "any", "-a", "1s", "--self"]
    yield "an interface, JSON into a file", ["-q", "-i", "lo", "-a", "1s", "-f", "json", "-o", folder / "live.json"]
    yield "an interface, intervals into a file", ["-q", "-i", "lo", "-a", "1s", "-t", "300ms", "-o", folder / "live.txt"]
    yield "an interface, saving parts", ["-q", "-i", "lo", "-a", "1s", "-t", "300ms", "-w", folder / "live.pcapng",
                                         "--rotate-count", "10", "--rotate-keep", "2"]
    yield "an interface, a filter", ["-q", "-i", "lo", "-a", "1s", "udp port 9"]


def chatter(stop):
    """Datagrams to nobody, on lo."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        while not stop.is_set():
            sender.sendto(b"x" * 50, ("127.0.0.1", 9))
            time.sleep(0.02)


def check(out, program, folder, name, arguments, capture=None):
    arguments = [str(argument) for argument in arguments]
    allowed = listed(program, arguments)
    if allowed is None:
        out.skip(name, "system calls are not filtered here")
        return
    stdin = open(capture, "rb") if capture else subprocess.DEVNULL
    done, lines = traced(program, arguments, folder, stdin)
    wrong = [] if done.returncode == 0 and not done.stderr else [f"status {done.returncode}: {done.stderr}"]
    if lines is None:
        wrong.append("no filter was set")
    else:
        wrong += wrong_calls(lines, allowed, NAMES if name == "names in a filter" else USUAL)
        if not any("exit_group" in line for line in lines):
            wrong.append("the end of the run was not seen")
    out.case(name, not wrong, *wrong[:20])


def main():
    program, root = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    out = tap.Tap()
    if not can_trace():
        out.skip("all roads", "strace is not installed, or tracing is forbidden")
        return out.finish()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for road, arguments, capture in saved_roads(root, folder):
            check(out, program, folder, road, arguments, capture)
        if os.geteuid() != 0:
            out.skip("live roads", "only root can capture")
            return out.finish()
        stop = threading.Event()
        threading.Thread(target=chatter, args=(stop,), daemon=True).start()
        for road, arguments in live_roads(folder):
            check(out, program, folder, road, arguments)
        stop.set()
    return out.finish()


if __name__ == "__main__":
    sys.exit(main())
