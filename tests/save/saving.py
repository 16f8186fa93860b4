#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What portsniff saves (-w) it reads again as the same, also what a killed or hindered run left behind; prints TAP.

    saving.py PORTSNIFF
"""

import gzip
import json
import os
import resource
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden"))

import capfile
import hostile
from program import PCAPS, add_up, bundled, check, main_of, unlike

OFFICE = PCAPS / "office.pcapng"
ENHANCED = 6
WAIT_SECONDS = 20


def differences(after, before):
    """The parts of two documents that differ, but for those that say how they were asked for."""
    wrong = []
    for document in (after, before):
        for key in ("sources", "filter", "packets_not_saved"):
            document["capture"].pop(key, None)
    for key in {*after, *before}:
        wrong += [] if after.get(key) == before.get(key) else [f"{key} differs in what was saved"]
    return wrong


def saved_is_read(program, name, *arguments, saved="saved.pcapng", read=None):
    """Counts while saving, then counts what was saved: the same."""
    before = program.document("-r", PCAPS / name, "-w", saved, "--top", "0", *arguments)
    after = program.document("-r", read or saved, "--top", "0")
    return differences(after, before)


def several_inputs(program):
    paths = ("-r", PCAPS / "web.pcap", "-r", PCAPS / "cooked.pcap")
    before = program.document(*paths, "-w", "saved.pcapng")
    return differences(program.document("-r", "saved.pcapng"), before)


def rotated(program, *arguments):
    folder = program.folder / "rotated"
    folder.mkdir()
    wrong = saved_is_read(program, "office.pcapng", *arguments, saved="rotated/a", read="rotated")
    wrong += [] if len(list(folder.iterdir())) > 2 else ["there is one file only"]
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    return wrong


def through_a_pipe(program):
    """Packets on standard output, the report elsewhere."""
    done = program.run("-r", OFFICE, "-w", "-", "-o", "report", "-f", "json")
    before = json.loads((program.folder / "report").read_bytes())
    after = program.document("-r", "-", stdin=done.stdout)
    return unlike("exit status", done.returncode, 0) + differences(after, before)


def never_what_is_read(program):
    original = (PCAPS / "web.pcap").read_bytes()
    path = program.folder / "precious.pcap"
    path.write_bytes(original)
    (program.folder / "link.pcap").symlink_to("precious.pcap")
    wrong = []
    for target in ("precious.pcap", "./precious.pcap", "link.pcap"):
        done = program.run("-r", path, "-w", target)
        wrong += unlike(f"{target}: exit status", done.returncode, 1)
        wrong += [] if b"it is also read; save under another name." in done.stderr else [done.stderr]
        wrong += unlike(f"{target}: the file", path.read_bytes() == original, True)
    return wrong


def never_the_report(program):
    """Packets and report in one file would lose one of them."""
    wrong = []
    for report, packets in (("both", "both"), ("./both", "both"), ("both", program.folder / "both")):
        for more in ((), ("-t", "1s")):
            done = program.run("-r", OFFICE, "-w", packets, "-o", report, *more)
            wrong += unlike(f"-o {report}: exit status", done.returncode, 1)
            wrong += [] if b"is to hold both the packets (-w) and the report (-o)" in done.stderr else [done.stderr]
            (program.folder / "both").unlink(missing_ok=True)
    return wrong


# --- files that end too early -----------------------------------------------------


def block_ends(data):
    """Where each block of a pcapng file ends, and how many packets are before that."""
    ends, at, packets = {0: 0}, 0, 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        at += length
        packets += kind == ENHANCED
        ends[at] = packets
    return ends


def counted(program, path, allowed):
    """Reads a file that may be torn: packets counted, and what is wrong with how it was told."""
    done = program.run("-r", path, "-f", "jsonl", "--top", "0")
    if done.returncode not in allowed:
        return 0, [f"exit status {done.returncode}, allowed {allowed}: {done.stderr!r}"]
    document = json.loads(done.stdout)
    wrong = add_up(document)
    source = document["capture"]["sources"][0]
    wrong += unlike("damage told", source["damage"] is not None, done.returncode == 3)
    sentence = f"the {document['capture']['packets']:,} packets before it are counted.".encode()
    if done.returncode == 3 and document["capture"]["packets"] > 1 and sentence not in done.stderr:
        wrong.append(f"told as {done.stderr!r}")
    return document["capture"]["packets"], wrong


def cut_anywhere(program):
    """A plain file that was torn: every whole block counts."""
    program.run("-r", PCAPS / "dns.pcap", "-w", "whole.pcapng")
    data = (program.folder / "whole.pcapng").read_bytes()
    ends, wrong = block_ends(data), []
    for cut in sorted({*range(4, 24), *range(24, 400, 11), *range(4, len(data), 499), *list(ends)[:8]} - {0}):
        (program.folder / "torn.pcapng").write_bytes(data[:cut])
        packets, faults = counted(program, "torn.pcapng", (0,) if cut in ends else (3,))
        faults = faults or unlike("packets", packets, ends[max(end for end in ends if end <= cut)])
        wrong += [f"cut at {cut}: {fault}" for fault in faults]
    return wrong


def cut_packed(program, suffix):
    """A packed file without its end: what was packed before counts, and it is told that something is missing."""
    big_capture(program)
    done = program.run("-r", "big.pcap", "-w", f"whole.pcapng{suffix}")
    data = (program.folder / f"whole.pcapng{suffix}").read_bytes()
    wrong, last = unlike("exit status", done.returncode, 0), -1
    for eighths in (4, 6, 8):
        (program.folder / "torn").write_bytes(data[: len(data) * eighths // 8 - 1])
        packets, faults = counted(program, "torn", (3,))
        wrong += faults or ([] if packets > last else [f"{packets} packets, not more than {last}"])
        last = packets
    return wrong


def big_capture(program):
    path = program.folder / "big.pcap"
    if not path.exists():
        path.write_bytes(capfile.pcap(hostile.frames(100000)))
    return path.read_bytes()


# --- runs that are ended from outside ------------------------------------------------


def start(program, *arguments, **more):
    environment = dict(os.environ, LC_ALL="C.UTF-8")
    return subprocess.Popen(
        [program.path, *map(str, arguments)], cwd=program.folder, env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more,
    )


def wait_for_growth(path, least):
    """Until the file is that large and has stopped growing; the run waits for more input then."""
    size, end = -1, time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        now = path.stat().st_size if path.exists() else 0
        if now >= least and now == size:
            return True
        size = now
        time.sleep(0.2)
    return False


def ended_by(program, number, suffix):
    """A run that reads a pipe, which stays open behind so many packets, gets a signal."""
    data = big_capture(program)
    whole = capfile.PCAP_HEADER + (len(data) - capfile.PCAP_HEADER) // 2
    path = program.folder / f"ended.pcapng{suffix}"
    path.unlink(missing_ok=True)
    run = start(program, "-r", "-", "-w", path.name, "-f", "json")
    run.stdin.write(data[:whole])
    run.stdin.flush()
    grown = wait_for_growth(path, 4096)
    run.send_signal(number)
    out, err = run.communicate(timeout=WAIT_SECONDS)
    return path, run.returncode, out, err, [] if grown else ["nothing was saved while it ran"]


def killed(program, suffix, allowed):
    path, status, _, _, wrong = ended_by(program, signal.SIGKILL, suffix)
    packets, faults = counted(program, path.name, allowed)
    wrong += unlike("exit status of the killed run", status, -signal.SIGKILL) + faults
    return wrong + ([] if 1000 < packets <= 50000 else [f"{packets} packets can be read"])


def interrupted(program, suffix):
    """Ctrl-C: the report and the saved file hold the same."""
    path, status, out, err, wrong = ended_by(program, signal.SIGINT, suffix)
    if status != 0:
        return [*wrong, f"exit status {status}: {err!r}"]
    packets, faults = counted(program, path.name, (0,))
    return wrong + faults + unlike("packets saved", packets, json.loads(out)["capture"]["packets"])


def limited(program, suffix):
    """A file that may not grow: saving stops with a sentence, counting does not, and the file is whole."""
    whole = len(big_capture(program)) and 100000
    path = program.folder / f"limited.pcapng{suffix}"
    run = start(
        program, "-r", "big.pcap", "-w", path.name, "-f", "json",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300000, resource.RLIM_INFINITY)),
    )
    out, err = run.communicate(timeout=WAIT_SECONDS * 3)
    if run.returncode != 1:
        return [f"exit status {run.returncode}: {err!r}"]
    capture = json.loads(out)["capture"]
    packets, wrong = counted(program, path.name, (0,))
    wrong += unlike("packets counted", capture["packets"], whole)
    wrong += unlike("packets saved and not saved", packets + capture["packets_not_saved"], whole)
    sentence = f"portsniff: cannot write to {path.name}: File too large; {packets} packets are saved in it".encode()
    return wrong + ([] if err.startswith(sentence) else [f"told as {err!r}"])


def full_device(program):
    done = program.run("-r", OFFICE, "-w", "/dev/full")
    wrong = unlike("exit status", done.returncode, 1) + unlike("report", done.stdout, b"")
    return wrong + ([] if b"cannot write to /dev/full: No space left on device." in done.stderr else [done.stderr])


def packed_by_option(program):
    """Under a name that does not say so."""
    wrong = saved_is_read(program, "office.pcapng", "--compress", "gzip")
    with gzip.open(program.folder / "saved.pcapng") as file:
        return wrong + unlike("first block", file.read(4), b"\n\r\r\n")


def saving(program, tap):
    for name in bundled():
        check(tap, f"{name} saved and read again", saved_is_read, program, name)
    check(tap, "what a filter chose", saved_is_read, program, "office.pcapng", "tcp", "port", "443")
    check(tap, "the first packets", saved_is_read, program, "office.pcapng", "-c", "777")
    check(tap, "several inputs", several_inputs, program)
    for suffix in (".gz", ".zst"):
        name = f"saved.pcapng{suffix}"
        check(tap, f"as {suffix}", lambda name=name: saved_is_read(program, "office.pcapng", saved=name))
    check(tap, "packed by option", packed_by_option, program)
    check(tap, "files of so many packets", rotated, program, "--rotate-count", "500")
    check(tap, "files of some seconds", rotated, program, "--rotate-time", "10s")
    check(tap, "through a pipe", through_a_pipe, program)
    check(tap, "what is read is never overwritten", never_what_is_read, program)
    check(tap, "packets and report are never one file", never_the_report, program)
    check(tap, "a full device", full_device, program)
    check(tap, "torn anywhere", cut_anywhere, program)
    for suffix, allowed in (("", (0,)), (".gz", (0,)), (".zst", (3,))):
        if suffix:
            check(tap, f"torn, {suffix}", cut_packed, program, suffix)
        check(tap, f"killed{suffix and ', '}{suffix}", killed, program, suffix, allowed)
        check(tap, f"interrupted{suffix and ', '}{suffix}", interrupted, program, suffix)
        check(tap, f"not allowed to grow{suffix and ', '}{suffix}", limited, program, suffix)


if __name__ == "__main__":
    sys.exit(main_of(saving))
