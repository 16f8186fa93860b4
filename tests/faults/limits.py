#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Too little of something, really: disks, memory, descriptors, standard streams, readers; prints TAP.

    limits.py PORTSNIFF FAULT_LIBRARY plain|sanitized [--all]

Disks are small file systems in memory, which takes root. Limits of memory cannot be tried under a sanitizer.
"""

import fcntl
import os
import re
import resource
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import cases
from fault import LIMIT_SECONDS, OLD, main_of
from rules import SENTENCE, documents, packets_of

KIB, MIB = 1024, 1024 * 1024
DISK_KIB = 64
PIPE_BYTES = 4096
# Address space: from what the loader alone needs to what is enough.
MEMORY_STEPS = 60


def start(bench, *arguments, **more):
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.Popen([bench.program, *map(str, arguments)], cwd=bench.folder, env=bench.environment(), **more)


def run(bench, *arguments, **more):
    process = start(bench, *arguments, **more)
    out, err = process.communicate(timeout=LIMIT_SECONDS)
    return process.returncode, out or b"", err or b""


def limit(what, value):
    return lambda: resource.setrlimit(what, (value, value))


def refused(done, why):
    """Status 1, no report, a sentence that says why."""
    status, out, err = done
    lines = err.decode(errors="replace").splitlines()
    wrong = [] if status == 1 and not out else [f"exit status {status}, {len(out)} bytes of report"]
    wrong += [] if lines and all(map(SENTENCE.match, lines)) else [f"not a sentence: {lines}"]
    return wrong + ([] if re.search(why, err.decode(errors="replace")) else [f"nothing is said of {why!r}: {err!r}"])


# --- disks ------------------------------------------------------------------------


def on_small_disk(bench, law):
    """The law in a folder of its own file system of 64 KiB."""
    folder = bench.folder / "disk"
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_KIB}k", "tmpfs", folder], check=True, capture_output=True)
    try:
        return law(bench, folder)
    finally:
        subprocess.run(["umount", folder], check=True)


def report_on_full_disk(bench, folder):
    (folder / "report.json").write_bytes(OLD)
    (folder / "rest").write_bytes(bytes((DISK_KIB - 8) * KIB))
    done = run(bench, "-r", cases.OFFICE, "-f", "json", "--top", "0", "-o", folder / "report.json")
    wrong = refused(done, "No space left on device")
    wrong += [] if (folder / "report.json").read_bytes() == OLD else ["the old report is gone"]
    return wrong + ([] if len(list(folder.iterdir())) == 2 else ["something is left behind"])


def packets_on_full_disk(bench, folder, suffix=""):
    name = folder / f"saved.pcapng{suffix}"
    status, out, err = run(bench, "-r", cases.OFFICE, "-f", "json", "-w", name)
    capture = documents(out)[0]["capture"]
    code, saved, _ = bench.read_saved(name.read_bytes())
    wrong = [] if status == 1 and b"No space left on device" in err else [f"exit status {status}: {err!r}"]
    wrong += [] if code in (0, 3) else [f"what was saved ends with status {code}"]
    total = (packets_of(saved) if saved else 0) + capture["packets_not_saved"]
    return wrong + ([] if total == capture["packets"] else [f"saved and not saved are {total}, not {capture['packets']}"])


def disks(bench, tap, _everything):
    laws = {
        "a report": report_on_full_disk, "packets": packets_on_full_disk,
        "packets, gzip": lambda *where: packets_on_full_disk(*where, ".gz"),
        "packets, zstd": lambda *where: packets_on_full_disk(*where, ".zst"),
    }
    for name, law in laws.items():
        try:
            wrong = on_small_disk(bench, law)
        except (OSError, subprocess.CalledProcessError):
            tap.skip(f"a full disk: {name}", "this user cannot mount a file system")
            continue
        tap.case(f"a full disk: {name}", not wrong, *wrong)


# --- limits of the process ----------------------------------------------------------


def with_memory(bench, size, *arguments):
    return run(bench, *arguments, preexec_fn=limit(resource.RLIMIT_AS, size))


def loader_fails(bench, size):
    """Whether the dynamic loader alone, or a library that it loads, has too little; it may say so or crash."""
    loader = dict(bench.environment(), LD_TRACE_LOADED_OBJECTS="1")
    done = subprocess.run([bench.program], env=loader, preexec_fn=limit(resource.RLIMIT_AS, size), capture_output=True,
                          check=False)
    return done.returncode != 0


def memory_steps(bench, *arguments):
    """Address space that grows until it is enough: before that, refusals; then the answer. Finely where main() begins."""
    _, wanted, _ = run(bench, *arguments)
    wrong, answers, refusals = [], 0, 0
    first = next(size for size in range(8, 256) if with_memory(bench, size * MIB, *arguments)[0] != 127)
    coarse = [first * MIB + step * MIB // 2 for step in range(-2, MEMORY_STEPS)]
    fine = [first * MIB + step * 24 * KIB for step in range(-MEMORY_STEPS, MEMORY_STEPS)]
    for step in sorted(coarse + fine):
        done = with_memory(bench, step, *arguments)
        status, out, err = done
        if status == 127 or (status < 0 and loader_fails(bench, step)):  # it does not even come to main()
            continue
        answers += status == 0
        refusals += status == 1
        if status == 0:
            wrong += [] if out == wanted else [f"step {step}: another answer"]
        else:
            wrong += [f"step {step}: {fault}" for fault in refused(done, "memory|Cannot allocate")]
    wrong += [] if answers and refusals else [f"{answers} answers, {refusals} refusals: the steps miss the border"]
    return wrong


def file_limits(bench):
    (bench.folder / "report.json").write_bytes(OLD)
    done = run(bench, "-r", cases.OFFICE, "-f", "json", "-o", "report.json", preexec_fn=limit(resource.RLIMIT_FSIZE, 4096))
    kept = (bench.folder / "report.json").read_bytes() == OLD
    left = [path.name for path in bench.folder.glob("report.json.*")]
    return refused(done, "File too large") + ([] if kept and not left else [f"kept: {kept}, left: {left}"])


def descriptor_limits(bench):
    """With few descriptors: a refusal or the answer."""
    wrong, statuses = [], set()
    _, wanted, _ = run(bench, "-r", bench.folder / "several", "-f", "json")
    for most in range(3, 12):
        done = run(bench, "-r", bench.folder / "several", "-f", "json", preexec_fn=limit(resource.RLIMIT_NOFILE, most))
        status, out, err = done
        statuses.add(status)
        # Not even the loader, or a sanitizer, has enough.
        if status == 127 or b"error while loading" in err:
            continue
        if status == 0 and out != wanted:
            wrong.append(f"{most} descriptors: another answer")
        elif status not in (0, 1) or (status == 1 and not err.startswith(b"portsniff: ")):
            wrong.append(f"{most} descriptors: exit status {status}: {err!r}")
        elif status == 1 and out and packets_of(documents(out)[0]) < packets_of(documents(wanted)[0]) and b"open" not in err:
            wrong.append(f"{most} descriptors: a smaller total, told as {err!r}")
    return wrong + ([] if 0 in statuses else ["it never worked"])


def process_limits(bench, tap, _everything):
    if bench.sanitized:
        tap.skip("little memory", "a sanitizer needs terabytes of address space")
    else:
        for name, arguments in {
            "pcap": ("-r", cases.WEB, "-f", "json", "--threads", "1"),
            "a filter": ("-r", cases.DNS, "-f", "json", "--threads", "1", "port", "domain"),
            "lz4": ("-r", cases.PCAPS / "vxlan.pcap.lz4", "-f", "json", "--threads", "1"),
        }.items():
            wrong = memory_steps(bench, *arguments)
            tap.case(f"little memory: {name}", not wrong, *wrong[:8])
    for name, law in {"files may not grow": file_limits, "few descriptors": descriptor_limits}.items():
        wrong = law(bench)
        tap.case(name, not wrong, *wrong)


# --- standard streams and readers ------------------------------------------------------


def closed_streams(bench):
    """0, 1 and 2 closed, in all combinations: nothing that is opened takes their place."""
    wrong = []
    for closed in range(1, 8):
        target = bench.folder / "closed.json"
        target.write_bytes(OLD)
        numbers = [fd for fd in range(3) if closed & 1 << fd]
        status, _, _ = run(bench, "-r", cases.DNS, "-f", "json", "-o", target,
                           preexec_fn=lambda numbers=numbers: [os.close(fd) for fd in numbers])
        whole = target.read_bytes() != OLD and packets_of(documents(target.read_bytes())[0]) > 0
        wrong += [] if status == 0 and whole else [f"closed {numbers}: exit status {status}, a whole report: {whole}"]
        status, out, err = run(bench, "-r", cases.DNS, preexec_fn=lambda numbers=numbers: [os.close(fd) for fd in numbers])
        wrong += [] if status == (1 if 1 in numbers else 0) else [f"closed {numbers}: exit status {status}: {err!r}"]
    return wrong


def full_device(bench):
    with open("/dev/full", "wb") as full:
        done = run(bench, "-r", cases.OFFICE, "-f", "json", stdout=full)
        wrong = refused(done, "No space left on device")
        status, _, _ = run(bench, "-r", cases.DNS, "-f", "json", stderr=full)
    return wrong + ([] if status == 0 else [f"nobody to complain to: exit status {status}"])


def reader_gone(bench):
    """It has seen enough: quietly, and what is saved is whole."""
    wrong = []
    for more in ((), ("-t", "50ms"), ("-w", "gone.pcapng")):
        form = "jsonl" if "-t" in more else "json"
        process = start(bench, "-r", cases.OFFICE, "-f", form, "--top", "0", *more)
        process.stdout.close()
        err = process.stderr.read()
        status = process.wait(LIMIT_SECONDS)
        wrong += [] if status == 0 and not err else [f"{more}: exit status {status}: {err!r}"]
    saved = bench.read_saved((bench.folder / "gone.pcapng").read_bytes())
    return wrong + ([] if saved[0] == 0 else ["what was saved cannot be read"])


def wait_for(what):
    """Until it is so, or far too long."""
    end = time.monotonic() + LIMIT_SECONDS
    while not what() and time.monotonic() < end:
        time.sleep(0.02)


def bytes_in(pipe):
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]


def waiting_signals(process):
    """Whether one was sent and not taken yet."""
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    return any(int(line.split()[1], 16) for line in lines if line.startswith("ShdPnd:"))


def reader_asleep(bench):
    """The pipe is full and nobody reads: it waits, and goes when it is told to for the second time."""
    process = start(bench, "-r", cases.OFFICE, "-f", "json", "--top", "0", pipesize=PIPE_BYTES)
    wait_for(lambda: bytes_in(process.stdout) == PIPE_BYTES or process.poll() is not None)
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: process.poll() is not None or not waiting_signals(process))
    time.sleep(0.2)
    wrong = [] if process.poll() is None else ["it did not wait"]
    process.send_signal(signal.SIGTERM)
    status = process.wait(LIMIT_SECONDS)
    wrong += [] if status == -signal.SIGTERM else [f"exit status {status}"]
    process.communicate()
    return wrong


def reader_slow(bench):
    """A pipe that somebody else made non-blocking, and a reader that takes its time: all of it arrives."""
    _, wanted, _ = run(bench, "-r", cases.OFFICE, "-f", "json", "--top", "0")
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    process = start(bench, "-r", cases.OFFICE, "-f", "json", "--top", "0", stdout=write_end)
    os.close(write_end)
    time.sleep(0.3)
    with open(read_end, "rb") as pipe:
        got = pipe.read()
    err = process.stderr.read()
    status = process.wait(LIMIT_SECONDS)
    return [] if (status, got) == (0, wanted) else [f"exit status {status}, {len(got)} of {len(wanted)} bytes: {err!r}"]


def streams(bench, tap, _everything):
    laws = {
        "standard streams are closed": closed_streams, "a full device": full_device, "a reader that goes": reader_gone,
        "a reader that sleeps": reader_asleep, "a slow reader, a pipe that does not block": reader_slow,
    }
    for name, law in laws.items():
        try:
            wrong = law(bench)
        except (ValueError, IndexError, KeyError, subprocess.TimeoutExpired) as error:
            wrong = [f"{type(error).__name__}: {error}"]
        tap.case(name, not wrong, *wrong)


if __name__ == "__main__":
    sys.exit(main_of(disks, process_limits, streams))
