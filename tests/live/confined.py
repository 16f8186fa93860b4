#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A running capture has given up what it does not need; prints TAP.

    confined.py PORTSNIFF SEND
"""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from lab import LabError, Skip, Watch, accounted, run_cases, unlike

# None of them may be called any more once the filter of system calls is in place.
FORBIDDEN = {
    "open", "openat", "openat2", "creat", "socket", "socketpair", "connect", "listen", "accept", "accept4", "execve",
    "execveat", "ptrace", "fork", "vfork", "kill", "tkill", "process_vm_readv", "process_vm_writev", "mount", "bpf",
    "setuid", "setresuid", "setgid", "setresgid", "capset", "unlink", "unlinkat", "chmod", "fchmod", "chown", "fchown",
    "link", "linkat", "symlink", "symlinkat", "mkdir", "mkdirat", "init_module", "finit_module", "keyctl",
    "io_uring_setup",
}
CALL = re.compile(r"^\d+ +(\w+)\(")
# libc asks this by itself when it gives memory back, and does without the answer.
LIBC_ASKS = re.compile(r"openat\(AT_FDCWD, \"/proc/sys/vm/overcommit_memory\", .* = -1 ENOSYS")


def status_of(watch):
    """Lines of /proc/PID/status of every thread, one dictionary each."""
    tasks = []
    for task in Path(f"/proc/{watch.pid}/task").iterdir():
        lines = (task / "status").read_text(encoding="utf-8").splitlines()
        tasks.append({name: value.strip() for name, _, value in (line.partition(":") for line in lines)})
    return tasks


def gave_up(*options):
    """No capability, no way back, a filter of system calls: in every thread."""

    def case(lab):
        watch = lab.watch("-i", "right", "-f", "json", *options)
        lab.send_packets(1000)
        time.sleep(0.3)
        wrong = []
        for task in status_of(watch):
            name = f"{task['Name']} {task['Pid']}"
            for what in ("CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd"):
                wrong += unlike(f"{name}: {what}", int(task[what], 16), 0)
            wrong += unlike(f"{name}: NoNewPrivs", task["NoNewPrivs"], "1")
            wrong += unlike(f"{name}: Seccomp", task["Seccomp"], "2")
            wrong += unlike(f"{name}: is root", "0" in task["Uid"].split(), False)
            wrong += unlike(f"{name}: groups", task["Groups"], "")
        return wrong + accounted(watch.finish()[-1], 1000)

    return case


def no_forbidden_call(*options):
    """strace of a whole run: behind the filter there is no call that it should refuse."""

    def case(lab):
        if not shutil.which("strace"):
            raise Skip("strace is not installed")
        trace = lab.folder / "trace"
        watch = Watch(lab, ["strace", "-f", "-o", trace, lab.portsniff, "-i", "right", "-f", "jsonl", "-t", "200ms",
                            "-a", "2s", *options]).wait_until_ready()
        lab.send_packets(2000)
        watch.end(0)
        lines = trace.read_text(encoding="utf-8", errors="replace").splitlines()
        return calls_behind_filter(lines)

    return case


def calls_behind_filter(lines):
    filters = [number for number, line in enumerate(lines)
               if "SECCOMP_SET_MODE_FILTER" in line and line.rstrip().endswith("= 0")]
    if not filters:
        return ["no filter of system calls was set"]
    behind = [line for line in lines[filters[-1] + 1 :] if CALL.match(line)]
    if len(behind) < 20:
        raise LabError(f"only {len(behind)} calls behind the filter: did it capture?")
    return [line for line in behind if CALL.match(line)[1] in FORBIDDEN and not LIBC_ASKS.search(line)]


def sandbox_is_shown(lab):
    done = subprocess.run(["ip", "netns", "exec", lab.watcher, lab.portsniff, "--show-sandbox", "-i", "right"],
                          capture_output=True, text=True, timeout=20, check=False)
    wrong = unlike("exit status", done.returncode, 0)
    return wrong + [f"no {word} in: {done.stdout}" for word in ("system calls", "Landlock", "capabilities")
                    if word.lower() not in done.stdout.lower()]


def sandbox_off(lab):
    """--sandbox=off is what it says, so that the other cases prove something."""
    watch = lab.watch("-i", "right", "-f", "json", "--sandbox=off")
    wrong = unlike("Seccomp", {task["Seccomp"] for task in status_of(watch)}, {"0"})
    watch.finish()
    return wrong


CASES = [
    ("capabilities, user, filter of system calls", gave_up()),
    ("the same in strict mode", gave_up("--sandbox=strict")),
    ("no forbidden system call", no_forbidden_call()),
    ("--show-sandbox", sandbox_is_shown),
    ("--sandbox=off", sandbox_off),
]

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
