#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""How a run ends, and what signals do that do not end it; prints TAP.

    endings.py PORTSNIFF SEND
"""

import json
import os
import pty
import signal
import sys
import time

from lab import accounted, exact, run_cases, unlike

# An interval so long that none ends by itself.
WATCH = ("-i", "right", "-f", "jsonl", "--top", "0", "-t", "24h")


def ends_by(number):
    def case(lab):
        watch = lab.watch(*WATCH)
        lab.send_packets(3000)
        documents = watch.finish(number)
        finals = [document["capture"]["final"] for document in documents]
        return unlike("only the last is final", finals.index(True), len(finals) - 1) + accounted(documents[-1], 3000)

    return case


def count_ends(lab):
    """-c N counts the first N packets, and no other."""
    kinds = ("-k", "udp,tcp")
    watch = lab.watch(*WATCH, "-c", "1000")
    lab.send_packets(5000, *kinds)
    document = watch.finish(0)[-1]
    return unlike("packets", document["capture"]["packets"], 1000) + exact(document, lab.expected(1000, *kinds))


def count_waits(lab):
    """-c N goes on until there are N."""
    watch = lab.watch(*WATCH, "-c", "1001")
    lab.send_packets(1000)
    time.sleep(0.5)
    wrong = unlike("it still runs", watch.process.poll(), None)
    lab.send_packets(1, "-f", "1000")
    return wrong + exact(watch.finish(0)[-1], lab.expected(1001))


def duration_ends(lab):
    """-a TIME ends an idle run as well."""
    began = time.monotonic()
    watch = lab.watch(*WATCH, "-a", "1500ms")
    lab.send_packets(100)
    documents = watch.finish(0)
    took = time.monotonic() - began
    wrong = accounted(documents[-1], 100)
    return wrong if 1.4 < took < 3.5 else [*wrong, f"it took {took:.2f} s"]


def report_now(lab):
    """SIGUSR1 shows the state and changes nothing."""
    watch = lab.watch(*WATCH)
    lab.send_packets(3000)
    time.sleep(0.3)
    watch.kill(signal.SIGUSR1)
    watch.wait_for_lines(1, 3)
    wrong = unlike("packets in between", watch.documents()[0]["capture"]["packets"], 3000)
    lab.send_packets(2000, "-f", "3000")
    documents = watch.finish()
    first, last = (documents[at]["capture"]["final"] for at in (0, -1))
    wrong += unlike("final", (first, last), (False, True))
    return wrong + accounted(documents[-1], 5000) + exact(documents[-1], lab.expected(5000))


def report_now_as_text(lab):
    watch = lab.watch("-i", "right")
    lab.send_packets(3000)
    time.sleep(0.3)
    watch.kill(signal.SIGUSR1)
    watch.wait_for("report", lambda: "3,000 packets" in watch.text(), 3)
    watch.end()
    return unlike("reports", watch.text().count("3,000 packets"), 2)


def hangup_begins_anew(lab):
    """SIGHUP with -o: the file is opened again, so that it can be moved away; nothing is lost between the two."""
    first, second = lab.folder / "log.jsonl", lab.folder / "log.jsonl.1"
    watch = lab.watch(*WATCH[:-1], "500ms", "-o", first)
    lab.send_packets(3000)
    time.sleep(1)
    first.rename(second)
    watch.kill(signal.SIGHUP)
    watch.wait_for("new file", first.exists, 3)
    lab.send_packets(2000, "-f", "3000")
    time.sleep(0.7)
    watch.finish()
    documents = [json.loads(line) for path in (second, first) for line in path.read_text(encoding="utf-8").splitlines()]
    *intervals, final = documents
    wrong = accounted(final, 5000) + unlike("final", final["capture"]["final"], True)
    return wrong + unlike("intervals", sum(document["capture"]["packets"] for document in intervals), 5000)


def hangup_of_a_service(lab):
    """SIGHUP to one that was not started on a terminal and has no file: nothing."""
    watch = lab.watch(*WATCH)
    lab.send_packets(100)
    watch.kill(signal.SIGHUP)
    time.sleep(0.3)
    wrong = unlike("it still runs", watch.process.poll(), None)
    lab.send_packets(100, "-f", "100")
    return wrong + accounted(watch.finish()[-1], 200)


def hangup_of_a_terminal(lab):
    """SIGHUP to one that was started on a terminal: nobody is there any more, so it ends."""
    here, there = pty.openpty()
    saved = lab.folder / "hangup.pcapng"
    # A terminal of its own, so that closing it hangs up.
    own = "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); " \
          "os.execvp(sys.argv[1], sys.argv[1:])"
    process = lab.start(lab.watcher, [sys.executable, "-c", own, lab.portsniff, "-i", "right", "-w", saved],
                        new_session=False, stdin=there, stdout=there, stderr=there)
    os.close(there)
    time.sleep(1.5)
    lab.send_packets(100)
    time.sleep(0.3)
    os.close(here)
    process.wait(5)
    return unlike("saved packets", lab.read(saved)["capture"]["packets"], 100)


def second_signal_ends_at_once(lab):
    """Whoever presses Ctrl-C twice does not wait."""
    watch = lab.watch(*WATCH)
    watch.kill(signal.SIGSTOP)
    lab.send_packets(20_000)
    watch.kill(signal.SIGINT)
    watch.kill(signal.SIGCONT)
    watch.kill(signal.SIGINT)
    status = watch.end(0, 5)
    return unlike("exit status", status in (0, -signal.SIGINT), True)


CASES = [
    ("SIGINT ends with a report", ends_by(signal.SIGINT)),
    ("SIGTERM ends with a report", ends_by(signal.SIGTERM)),
    ("-c counts that many", count_ends),
    ("-c waits for that many", count_waits),
    ("-a ends on time", duration_ends),
    ("SIGUSR1 reports and goes on", report_now),
    ("SIGUSR1 reports as text", report_now_as_text),
    ("SIGHUP opens the output file again", hangup_begins_anew),
    ("SIGHUP means nothing to a service without a file", hangup_of_a_service),
    ("a terminal that goes ends the run", hangup_of_a_terminal),
    ("the second Ctrl-C does not wait", second_signal_ends_at_once),
]

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
