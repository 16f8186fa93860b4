#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What goes wrong around a run: readers that go, disks that fill, clocks that jump; prints TAP.

    trouble.py PORTSNIFF SEND
"""

import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager

from lab import Skip, accounted, command, run_cases, unlike

WATCH = ("-i", "right", "-f", "jsonl", "--top", "0")
CLOCK_MODULE = "PORTSNIFF_TEST_CLOCK"  # where meson put the module of clock.c


def reader_leaves(lab):
    """`portsniff ... | head -n 3` ends by itself, and quietly."""
    read_end, write_end = os.pipe()
    process = lab.start(lab.watcher, [lab.portsniff, *WATCH, "-t", "200ms"], stdout=write_end, stderr=subprocess.PIPE)
    os.close(write_end)
    with os.fdopen(read_end) as lines:
        for _ in range(3):
            json.loads(lines.readline())
    _, complaints = process.communicate(timeout=5)
    return unlike("exit status", process.returncode, 0) + unlike("standard error", b"rror" in complaints, False)


@contextmanager
def small_disk(lab, size="512k"):
    """A file system of its own that is soon full."""
    place = lab.folder / "small"
    place.mkdir(exist_ok=True)
    command("mount", "-t", "tmpfs", "-o", f"size={size}", "portsniff-test", place)
    try:
        yield place
    finally:
        command("umount", "-l", place)


def told_once(watch, words):
    """One complaint holds all the words."""
    said = [line for _, line in watch.complaints if all(word in line for word in words)]
    return unlike(f"complaints with {words}", len(said), 1) + ([watch.said()] if len(said) != 1 else [])


def disk_full(lab):
    """Saving stops with one message; counting goes on, and what was saved can be read."""
    with small_disk(lab) as place:
        saved = place / "saved.pcapng"
        watch = lab.watch(*WATCH, "-w", saved)
        lab.send_packets(20_000)
        watch.wait_for("message", lambda: "No space left" in watch.said(), 5)
        lab.send_packets(20_000, "-f", "20000")
        time.sleep(0.5)
        wrong = unlike("it still runs", watch.process.poll(), None)
        document = watch.finish(status=(0, 1, 3))[-1]
        wrong += accounted(document, 40_000) + told_once(watch, ["No space left"])
        kept = lab.read(saved)["capture"]
        wrong += unlike("damage in the file", kept["sources"][0]["damage"], None)
        return wrong + unlike("some packets were saved", 0 < kept["packets"] < 40_000, True)


def folder_vanishes(lab):
    """The folder of -w is deleted while files rotate."""
    place = lab.folder / "vanishing"
    place.mkdir()
    watch = lab.watch(*WATCH, "-w", place / "saved.pcapng", "--rotate-count", "1000")
    lab.send_packets(2500)
    watch.wait_for("three files", lambda: len(list(place.iterdir())) >= 3, 5)
    shutil.rmtree(place)
    lab.send_packets(5000, "-f", "2500")
    watch.wait_for("message", lambda: "saved.pcapng" in watch.said() or str(place) in watch.said(), 5)
    lab.send_packets(2500, "-f", "7500")
    time.sleep(0.3)
    wrong = unlike("it still runs", watch.process.poll(), None)
    return wrong + accounted(watch.finish(status=(0, 1, 3))[-1], 10_000)


def rotation(lab):
    """Files that follow each other hold every packet once."""
    place = lab.folder / "rotating"
    place.mkdir()
    watch = lab.watch(*WATCH, "-w", place / "saved.pcapng", "--rotate-count", "1000")
    lab.send_packets(4500, "-k", "udp,tcp,vlan")
    time.sleep(0.3)
    live = watch.finish()[-1]
    files = sorted(place.iterdir())
    counts = sorted(lab.read(path)["capture"]["packets"] for path in files)
    wrong = unlike("packets in the files", counts, [500, 1000, 1000, 1000, 1000])
    together = lab.read(place)
    return wrong + unlike("ports", together["ports"], live["ports"])


def output_on_a_full_disk(lab):
    """-o on a full disk: told, and the status says so."""
    with small_disk(lab, "64k") as place:
        watch = lab.watch(*WATCH, "-t", "100ms", "-o", place / "log.jsonl")
        lab.send_packets(2000, "-r", "1000", "-p", "65536", "-b", "0")
        status = watch.end()
        wrong = unlike("exit status", status != 0, True)
        return wrong + unlike("it is told", "No space left" in watch.said(), True)


# --- the clock ---------------------------------------------------------------------


def clock_jumps(by):
    """The system's clock jumps by so many seconds: summaries go on, and their sum is the whole."""

    def case(lab):
        module = os.environ.get(CLOCK_MODULE)
        if not module:
            raise Skip(f"{CLOCK_MODULE} names no module")
        offset = lab.folder / "offset"
        offset.write_bytes(struct.pack("<q", 0))
        watch = lab.watch(*WATCH, "-t", "500ms", environment={
            "LD_PRELOAD": module, "CLOCK_OFFSET_FILE": str(offset),
            "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")})
        lab.send_packets(1000)
        watch.wait_for_lines(2, 4)
        with offset.open("r+b") as file:
            file.write(struct.pack("<q", by))
        before = len(watch.lines)
        lab.send_packets(1000, "-f", "1000")
        watch.wait_for_lines(before + 3, 6)
        lab.send_packets(1000, "-f", "2000")
        time.sleep(1)
        *intervals, final = watch.finish()
        wrong = accounted(final, 3000)
        wrong += unlike("sum of the intervals", sum(d["capture"]["packets"] for d in intervals), 3000)
        return wrong + unlike("no flood of summaries", len(intervals) < 60, True)

    return case


# --- a terminal ----------------------------------------------------------------------


def set_columns(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))


def read_terminal(terminal, until):
    """What was shown up to a point in monotonic time."""
    shown = b""
    os.set_blocking(terminal, False)
    while time.monotonic() < until:
        try:
            shown += os.read(terminal, 65536)
        except BlockingIOError:
            time.sleep(0.02)
        except OSError:
            break
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode(errors="replace")).replace("\r", "\n")


def terminal_resized(lab):
    """Lines keep to the width that the terminal has now."""
    here, there = pty.openpty()
    set_columns(there, 120)
    process = lab.start(lab.watcher, [lab.portsniff, "-i", "right", "-t", "500ms", "--view", "services"],
                        stdin=there, stdout=there, stderr=there)
    try:
        time.sleep(1.5)
        sending = lab.sending(6000, "-r", "2000", "-k", "udp,tcp")
        wide = read_terminal(here, time.monotonic() + 1.6)
        set_columns(there, 48)
        process.send_signal(28)  # SIGWINCH; the terminal is not its controlling one
        read_terminal(here, time.monotonic() + 0.7)  # what was written before
        narrow = read_terminal(here, time.monotonic() + 1.6)
        lab.sent(sending)
        process.send_signal(2)
        last = read_terminal(here, time.monotonic() + 1.5)
        process.wait(5)
    finally:
        os.close(here)
        os.close(there)
    widest = max(map(len, narrow.splitlines()), default=0)
    wrong = unlike("exit status", process.returncode, 0)
    wrong += unlike("wide summaries appeared", "packets/s" in wide, True)
    wrong += unlike("narrow ones too", "packets/s" in narrow, True)
    wrong += unlike("a report at the end", "6,000 packets" in last, True)
    return wrong if widest <= 48 else [*wrong, f"a line of {widest} columns on a terminal of 48", narrow]


CASES = [
    ("the reader of the output leaves", reader_leaves),
    ("the disk of -w is full", disk_full),
    ("the folder of -w vanishes", folder_vanishes),
    ("rotated files hold every packet once", rotation),
    ("the disk of -o is full", output_on_a_full_disk),
    ("the clock jumps an hour ahead", clock_jumps(3600)),
    ("the clock jumps an hour back", clock_jumps(-3600)),
    ("the clock jumps ten years ahead", clock_jumps(10 * 365 * 86400)),
    ("the terminal becomes narrow", terminal_resized),
]

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
