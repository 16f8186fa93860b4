#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Several threads capture what one captures; prints TAP.

    threads.py PORTSNIFF SEND
"""

import signal
import sys
import time

from lab import accounted, exact, run_cases, unlike

MIX = ("-k", "udp,tcp,ipv6,vlan,qinq,fragment,icmp", "-l", "imix", "-a", "16")
PACKETS = 30_000


def same_counts(threads):
    def case(lab):
        watch = lab.watch("-i", "right", "-t", "300ms", "-f", "jsonl", "--top", "0", "--threads", str(threads))
        lab.send_packets(PACKETS, "-r", "20000", *MIX)
        time.sleep(0.4)
        *intervals, final = watch.finish()
        wrong = accounted(final, PACKETS) + exact(final, lab.expected(PACKETS, *MIX))
        numbers = [document["interval"]["number"] for document in intervals]
        wrong += unlike("numbers", numbers, list(range(1, len(numbers) + 1)))
        borders = [(document["interval"]["start"], document["interval"]["end"]) for document in intervals]
        wrong += unlike("each begins where the one before it ends", [start for start, _ in borders[1:]],
                        [end for _, end in borders[:-1]])
        for where, count in (("intervals", lambda document: document["capture"]["packets"]),
                             ("ledgers", lambda document: sum(row["packets"] for row in document["ledger"]))):
            wrong += unlike(f"sum of the {where}", sum(map(count, intervals)), count(final))
        return wrong + unlike("packets of the interface", final["capture"]["sources"][0]["packets"], PACKETS)

    return case


def count_ends_at(lab):
    """-c is for all threads together."""
    watch = lab.watch("-i", "right", "-f", "json", "-c", "1000", "--threads", "3")
    lab.send_packets(5000, *MIX)
    watch.process.wait(10)
    (document,) = watch.finish()
    wrong = unlike("packets", document["capture"]["packets"], 1000)
    return wrong + unlike("of the interface", document["capture"]["sources"][0]["packets"], 1000)


def loss_adds_up(lab):
    """A small buffer for each, and nobody who reads: what is lost is the sum over all."""
    watch = lab.watch("-i", "right", "-f", "json", "-B", "256K", "--threads", "2")
    watch.kill(signal.SIGSTOP)
    lab.send_packets(PACKETS, *MIX)
    watch.kill(signal.SIGCONT)
    (document,) = watch.finish()
    lost = document["capture"]["dropped_by_kernel"]
    wrong = unlike("something is lost", lost > 0, True)
    wrong += unlike("by the interface", document["capture"]["sources"][0]["dropped_by_kernel"], lost)
    return wrong + accounted(document, PACKETS)


def reports_go_on(lab):
    """SIGUSR1 shows everything up to the latest interval."""
    watch = lab.watch("-i", "right", "-f", "jsonl", "-t", "300ms", "--threads", "2")
    lab.send_packets(2000)
    time.sleep(1)
    watch.kill(signal.SIGUSR1)
    time.sleep(0.5)
    documents = watch.finish()
    now = [document for document in documents if "interval" not in document]
    wrong = unlike("final", [document["capture"]["final"] for document in now], [False, True])
    return wrong + unlike("packets", [document["capture"]["packets"] for document in now], [2000, 2000])


CASES = [
    ("two threads", same_counts(2)),
    ("five threads", same_counts(5)),
    ("-c is for all together", count_ends_at),
    ("what is lost adds up", loss_adds_up),
    ("SIGUSR1", reports_go_on),
]

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
