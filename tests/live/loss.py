#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every packet that was sent is counted, or told as lost; prints TAP.

    loss.py PORTSNIFF SEND
"""

import signal
import sys
import time

from lab import accounted, exact, lost, run_cases, unlike

WATCH = ("-i", "right", "-f", "json", "--view", "ports,ledger", "--top", "0")
# Fewer than the ring holds by default, whoever else keeps the machine busy: none of them may be lost.
FIT = 50_000
# More than the ring holds by default, twice over.
FLOOD = 600_000
KERNEL = ("-m", "kernel")


def none_lost(*options, threads=None):
    """A number of packets that fits is counted exactly, port by port."""

    def case(lab):
        watch = lab.watch(*WATCH, *(["--threads", threads] if threads else []))
        before = lab.counter()
        lab.send_packets(FIT, *options)
        wrong = unlike("packets that arrived", lab.counter() - before, FIT)
        document = watch.finish()[-1]
        wrong += unlike("lost", lost(document), 0) + accounted(document, FIT)
        return wrong + exact(document, lab.expected(FIT, *options))

    return case


def full_speed(*watch_options, rows="0"):
    """As fast as the kernel makes them, with every port there is."""

    def case(lab):
        watch = lab.watch(*WATCH[:-1], rows, *watch_options)
        before = lab.counter()
        options = (*KERNEL, "-p", "65536", "-b", "0")
        sent = lab.send_packets(FLOOD, *options)
        arrived = lab.counter() - before
        document = watch.finish()[-1]
        rate = sent["sent"] / sent["seconds"] / 1e6
        print(f"# {rate:.2f} million packets/s, {document['capture']['packets']} counted, {lost(document)} lost")
        wrong = accounted(document, arrived)
        if rows == "0" and not lost(document) and arrived == FLOOD:
            wrong += exact(document, lab.expected(FLOOD, *options))
        return wrong

    return case


def reader_stopped(packets, must_lose):
    """The reader sleeps for two seconds while packets come."""

    def case(lab):
        watch = lab.watch(*WATCH)
        watch.kill(signal.SIGSTOP)
        before, began = lab.counter(), time.monotonic()
        lab.send_packets(packets, *KERNEL)
        arrived = lab.counter() - before
        time.sleep(max(0, began + 2 - time.monotonic()))
        watch.kill(signal.SIGCONT)
        time.sleep(0.3)
        lab.send_packets(1000)
        document = watch.finish()[-1]
        wrong = accounted(document, arrived + 1000)
        wrong += unlike("packets were lost", lost(document) > 0, must_lose)
        return wrong

    return case


def tiny_ring(lab):
    """The smallest ring, and a reader that sleeps: nearly everything is lost, and told."""
    watch = lab.watch(*WATCH, "-B", "1M")
    watch.kill(signal.SIGSTOP)
    before = lab.counter()
    lab.send_packets(200_000, *KERNEL)
    watch.kill(signal.SIGCONT)
    lab.send_packets(200_000)
    arrived = lab.counter() - before
    document = watch.finish()[-1]
    return accounted(document, arrived) + unlike("packets were lost", lost(document) > 0, True)


def stop_drains(number):
    """What lies in the ring when the reader is told to stop is counted."""

    def case(lab):
        watch = lab.watch(*WATCH)
        watch.kill(signal.SIGSTOP)
        lab.send_packets(FIT, "-k", "udp,tcp,ipv6")
        watch.kill(number)
        watch.kill(signal.SIGCONT)
        document = watch.finish(0)[-1]
        return accounted(document, FIT) + unlike("lost", lost(document), 0)

    return case


def losses_of_intervals_add_up(lab):
    """What was lost stands beside the interval in which it was lost."""
    watch = lab.watch(*WATCH, "-f", "jsonl", "-t", "500ms", "-B", "1M")
    before = lab.counter()
    lab.send_packets(1000)
    time.sleep(0.6)
    watch.kill(signal.SIGSTOP)
    lab.send_packets(200_000, *KERNEL)
    watch.kill(signal.SIGCONT)
    time.sleep(1.2)
    arrived = lab.counter() - before
    *intervals, final = watch.finish()
    wrong = accounted(final, arrived)
    for what in ("dropped_by_kernel", "packets"):
        got = sum(document["capture"][what] or 0 for document in intervals)
        wrong += unlike(f"{what} of all intervals", got, final["capture"][what])
    with_loss = [document for document in intervals if lost(document)]
    wrong += unlike("only some intervals have losses", 0 < len(with_loss) < len(intervals), True)
    return wrong


# --- interfaces that go and come ---------------------------------------------------


def ring_outlives_interface(lab):
    """The interface is deleted while its packets wait in the ring: they are counted."""
    lab.join("left2", "right2")
    watch = lab.watch("-i", "right2", *WATCH[2:])
    watch.kill(signal.SIGSTOP)
    lab.send_packets(FIT, interface="left2")
    lab.link("delete", "right2")
    watch.kill(signal.SIGCONT)
    time.sleep(0.5)
    document = watch.finish()[-1]
    return accounted(document, FIT) + exact(document, lab.expected(FIT))


def removed_while_sending(lab):
    """The interface is deleted under full traffic: the run goes on, and tells no more than was sent."""
    lab.join("left2", "right2")
    watch = lab.watch("-i", "right2", *WATCH[2:])
    sending = lab.sending(20_000_000, *KERNEL, interface="left2")
    time.sleep(0.5)
    before_the_end = lab.counter("right2")
    lab.link("delete", "right2")
    sending.kill()
    sending.communicate()
    time.sleep(0.5)
    wrong = unlike("it still runs", watch.process.poll(), None)
    document = watch.finish()[-1]
    known = document["capture"]["packets"] + lost(document)
    wrong += unlike(f"counted + lost ({known}) reach {before_the_end}", known >= before_the_end, True)
    return wrong + unlike("ledger", sum(row["packets"] for row in document["ledger"]), document["capture"]["packets"])


def comes_back(away, back):
    """Packets before and after the gap are counted, and the gap is told."""

    def case(lab):
        lab.join("left2", "right2")
        watch = lab.watch("-i", "right2", *WATCH[2:])
        lab.send_packets(5000, interface="left2")
        time.sleep(0.2)
        away(lab)
        watch.wait_for("word about the gap", lambda: "right2" in watch.said())
        back(lab)
        time.sleep(2.5)  # it is looked for once a second
        lab.send_packets(5000, "-f", "5000", interface="left2")
        time.sleep(0.3)
        document = watch.finish()[-1]
        wrong = accounted(document, 10_000) + exact(document, lab.expected(10_000))
        gaps = document["capture"]["sources"][0].get("gaps")
        lab.link("delete", "right2")
        return wrong + unlike("gaps", bool(gaps), True)

    return case


CASES = [
    ("socket, 60 bytes: none lost", none_lost()),
    ("kernel, 60 bytes, 65,536 ports: none lost", none_lost(*KERNEL, "-p", "65536", "-b", "0")),
    ("mixed frames: none lost", none_lost("-k", "udp,tcp,ipv6,vlan,qinq,fragment,icmp", "-l", "imix", "-a", "16")),
    ("two capturing threads: none lost", none_lost("-k", "udp,tcp,ipv6,fragment", "-a", "256", threads="2")),
    ("full speed: sent = counted + lost", full_speed()),
    ("full speed with intervals of 100 ms", full_speed("-t", "100ms", "-f", "jsonl", rows="3")),
    ("full speed in immediate mode", full_speed("--immediate")),
    ("full speed with two capturing threads", full_speed("--threads", "2")),
    ("reader stopped, ring full: sent = counted + lost", reader_stopped(FLOOD, True)),
    ("reader stopped, ring large enough: none lost", reader_stopped(FIT, False)),
    ("tiny ring: sent = counted + lost", tiny_ring),
    ("SIGINT drains the ring", stop_drains(signal.SIGINT)),
    ("SIGTERM drains the ring", stop_drains(signal.SIGTERM)),
    ("losses of intervals add up", losses_of_intervals_add_up),
    ("interface deleted before its ring is read", ring_outlives_interface),
    ("interface deleted under full traffic", removed_while_sending),
    ("interface down and up", comes_back(lambda lab: lab.link("set", "right2", "down"),
                                         lambda lab: lab.link("set", "right2", "up"))),
    ("interface deleted and made again", comes_back(lambda lab: lab.link("delete", "right2"),
                                                    lambda lab: lab.join("left2", "right2"))),
]

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
