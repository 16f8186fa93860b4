#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A live source over veth pairs in network namespaces of its own: every packet that is sent is counted or reported lost.

Needs root (and says so when it is not); nothing leaves the namespaces, and they are gone when it ends. live_probe does
the capturing, this program sends and judges.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tap import Tap  # noqa: E402

SENDER, WATCHER = f"psl-{os.getpid()}-s", f"psl-{os.getpid()}-w"
PATIENCE = 20  # seconds
NOBODY = "65534"

MAC = bytes.fromhex("020000000002" "020000000001")
# UDP 4000 -> 53 with four bytes of payload, over IPv4; its checksums are right.
DATAGRAM = bytes.fromhex("45000020000100004011 66ca 0a000001 0a000002 0fa00035000c0000 41424344".replace(" ", ""))
PLAIN = MAC + b"\x08\x00" + DATAGRAM
ONE_TAG = MAC + bytes.fromhex("81000064" "0800") + DATAGRAM
TWO_TAGS = MAC + bytes.fromhex("88a8000a" "81000064" "0800") + DATAGRAM


def run(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip()}")
    return done.stdout


def make_pair():
    """wire (at the sender) and eth (at the watcher), both up and silent."""
    run("ip", "-n", SENDER, "link", "add", "wire", "type", "veth", "peer", "name", "eth", "netns", WATCHER)
    run("ip", "-n", WATCHER, "link", "set", "eth", "up", "arp", "off")
    run("ip", "-n", SENDER, "link", "set", "wire", "up", "arp", "off")


def make_lab():
    for name in (SENDER, WATCHER):
        run("ip", "netns", "add", name)
        run("ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1",
            "net.ipv6.conf.default.disable_ipv6=1")
        run("ip", "-n", name, "link", "set", "lo", "up")
    make_pair()


def remove_lab():
    for name in (SENDER, WATCHER):
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def send(count, frame=PLAIN, device="wire", where=SENDER):
    run("ip", "netns", "exec", where, sys.executable, __file__, "--send", device, str(count), frame.hex())


def send_now(device, count, frame):
    """Runs inside the namespace."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as out:
        out.bind((device, 0))
        for _ in range(count):
            out.send(frame)


def talk_now(count):
    """Runs inside the namespace: datagrams over loopback that somebody takes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        taker.bind(("127.0.0.1", 7777))
        for _ in range(count):
            out.sendto(b"hello", ("127.0.0.1", 7777))


class Probe:
    """live_probe at the watcher; what it printed is in `inputs`, `notices`, `packets` once it ended."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", WATCHER, PROBE, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = []
        self.until("ready")

    def until(self, pattern):
        """Reads until a line matches."""
        impatience = threading.Timer(PATIENCE, self.process.kill)
        impatience.start()
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if re.search(pattern, line):
                impatience.cancel()
                return
        impatience.cancel()
        raise RuntimeError(f"live_probe never said {pattern}: {self.lines} {self.process.stderr.read()}")

    def stop(self):
        self.process.stdin.close()
        impatience = threading.Timer(PATIENCE, self.process.kill)
        impatience.start()
        self.lines += self.process.stdout.read().splitlines()
        errors = self.process.stderr.read()
        impatience.cancel()
        if self.process.wait():
            raise RuntimeError(f"live_probe ended with {self.process.returncode}: {errors}")
        self.notices = [line[7:] for line in self.lines if line.startswith("notice ")]
        self.inputs = [self.words(line) for line in self.lines if line.startswith("input ")]
        self.packets = [self.words(line) for line in self.lines if line.startswith("packet ")]
        self.calls = int([line for line in self.lines if line.startswith("calls ")][0].split()[1])
        self.usage = self.words([line for line in self.lines if line.startswith("usage ")][0])
        return self.inputs[0]

    @staticmethod
    def words(line):
        pairs = (word.split("=", 1) for word in line.split()[1:])
        return {key: int(value) if value.isdigit() and key != "bytes" or key == "bytes" and len(value) < 12 else value
                for key, value in pairs}


def every_packet(tap):
    probe = Probe("eth")
    send(5000)
    got = probe.stop()
    tap.case("what is sent right before the end is counted", got["packets"] == 5000 and got["kernel"] == 0, got)
    tap.case("bytes are those of the wire", got["bytes"] == 5000 * len(PLAIN), got)


def stopped_reader(tap):
    probe = Probe("-B", "300000", "eth")
    pid = probe.process.pid
    os.kill(pid, signal.SIGSTOP)
    send(40000)
    time.sleep(2)
    os.kill(pid, signal.SIGCONT)
    probe.until("buffer for eth was full")
    send(100)
    got = probe.stop()
    tap.case("a stopped reader with a tiny ring loses packets", got["kernel"] > 0 and got["freezes"] > 0, got)
    tap.case("and tells every one", got["packets"] + got["kernel"] == 40100, got)


def snapshot(tap):
    probe = Probe("-x", "-s", "40", "eth")
    send(3)
    probe.stop()
    tap.case("packets are cut at the snapshot length, their length is not",
             [(p["captured"], p["original"]) for p in probe.packets] == [(40, len(PLAIN))] * 3, probe.packets)


def whole_packets(tap):
    long = PLAIN + bytes(1400)
    probe = Probe("-x", "-s", "262144", "eth")
    send(700, long)
    probe.stop()
    tap.case("whole packets, more of them than fit into one batch", len(probe.packets) == 700 and
             all(p["captured"] == len(long) for p in probe.packets), probe.packets[:3])


def loopback(tap, device, immediate=()):
    probe = Probe(*immediate, device)
    run("ip", "netns", "exec", WATCHER, sys.executable, __file__, "--talk", "500")
    got = probe.stop()
    tap.case(f"loopback counts once on {device}{' immediately' * bool(immediate)}", got["packets"] == 500, got)


def loopback_lost(tap, device):
    probe = Probe("-B", "300000", device)
    os.kill(probe.process.pid, signal.SIGSTOP)
    run("ip", "netns", "exec", WATCHER, sys.executable, __file__, "--talk", "20000")
    os.kill(probe.process.pid, signal.SIGCONT)
    got = probe.stop()
    tap.case(f"what is lost of loopback on {device} counts once", got["kernel"] > 0 and
             got["packets"] + got["kernel"] == 20000, got)


def tags(tap):
    for name, frame in (("plain", PLAIN), ("a VLAN tag", ONE_TAG), ("two VLAN tags", TWO_TAGS)):
        probe = Probe("-x", "eth")
        send(1, frame)
        probe.stop()
        tap.case(f"{name} on an interface", [p["bytes"] for p in probe.packets] == [frame.hex()], probe.packets)
        probe = Probe("-x", "any")
        send(1, frame)
        probe.stop()
        # The cooked header has 14 bytes before its EtherType, Ethernet 12.
        tap.case(f"{name} on any", [p["bytes"][28:] for p in probe.packets] == [frame.hex()[24:]], probe.packets)


def filters(tap):
    for expression, frame, wanted in (("udp port 53", PLAIN, 20), ("udp port 54", PLAIN, 0), ("vlan 100", ONE_TAG, 20),
                                      ("vlan 101", ONE_TAG, 0), ("vlan and udp port 53", ONE_TAG, 20)):
        # libpcap cannot look for tags behind the cooked header of any.
        for device in ("eth",) if "vlan" in expression else ("eth", "any"):
            probe = Probe("-f", expression, device)
            send(20, frame)
            got = probe.stop()
            tap.case(f"filter {expression} on {device}", got["packets"] == wanted, got)


def down_and_up(tap):
    probe = Probe("-u", NOBODY, "eth")
    send(10)
    run("ip", "-n", WATCHER, "link", "set", "eth", "down")
    probe.until("eth is down")
    run("ip", "-n", WATCHER, "link", "set", "eth", "up")
    probe.until("eth is up")
    send(10)
    got = probe.stop()
    tap.case("down and up again: counting goes on, the gap is told", got["packets"] == 20 and got["gaps"] == 1 and
             got["gap_ms"] > 0 and got["state"] == "up", got, probe.notices)


def down_at_first(tap, privileges):
    run("ip", "-n", WATCHER, "link", "set", "eth", "down")
    probe = Probe(*privileges, "eth")
    probe.until("eth is down")
    run("ip", "-n", WATCHER, "link", "set", "eth", "up")
    probe.until("eth is up")
    send(30)
    got = probe.stop()
    tap.case(f"down at first{' and without privileges later' * bool(privileges)}: waited for",
             got["packets"] == 30 and got["gaps"] == 1, got, probe.notices)


def away_and_back(tap, privileges):
    probe = Probe(*privileges, "eth")
    send(40)
    run("ip", "-n", WATCHER, "link", "del", "eth")
    probe.until("eth is gone")
    time.sleep(0.6)
    make_pair()
    probe.until("eth is back")
    send(50)
    got = probe.stop()
    tap.case(f"deleted and back{' without privileges' * bool(privileges)}: counting goes on",
             got["packets"] == 90 and got["kernel"] == 0 and got["gaps"] == 1 and got["gap_ms"] >= 500, got, probe.notices)


def removed_at_once(tap):
    probe = Probe("eth")
    send(5000)
    run("ip", "-n", WATCHER, "link", "del", "eth")
    probe.until("eth is gone")
    time.sleep(1.5)
    got = probe.stop()
    make_pair()
    tap.case("an interface that is gone is waited for, not asked all the time", probe.calls < 120, probe.calls)
    tap.case("what was queued when the interface went is counted", got["packets"] + got["kernel"] == 5000 and
             got["state"] == "away", got)


def idle(tap):
    probe = Probe("eth")
    time.sleep(2)
    probe.stop()
    cpu = probe.usage["user_us"] + probe.usage["system_us"]
    tap.case("an idle interface is waited for, not asked all the time", 20 <= probe.calls <= 80, probe.calls)
    tap.case("and costs next to nothing", cpu < 100000, probe.usage)


def several(tap):
    probe = Probe("eth", "lo")
    send(300)
    run("ip", "netns", "exec", WATCHER, sys.executable, __file__, "--talk", "200")
    probe.stop()
    tap.case("two interfaces in one source", [i["packets"] for i in probe.inputs] == [300, 200], probe.inputs)


def fanout(tap):
    members = [Probe("-g", "77", "eth") for _ in range(2)]
    for port in range(64):
        send(10, PLAIN[:34] + (4000 + port).to_bytes(2, "big") + PLAIN[36:])
    counts = [member.stop()["packets"] for member in members]
    tap.case("members of a group share the packets", sum(counts) == 640 and min(counts) > 100, counts)


def fanout_away(tap):
    """A socket that shares packets cannot follow its interface, another has to be opened."""
    probe = Probe("-g", "78", "eth")
    run("ip", "-n", WATCHER, "link", "del", "eth")
    probe.until("eth is gone")
    make_pair()
    probe.until("eth is back")
    send(20)
    got = probe.stop()
    tap.case("a member of a group follows its interface", got["packets"] == 20 and got["state"] == "up", got)
    probe = Probe("-g", "79", "-u", NOBODY, "eth", "lo")
    run("ip", "-n", WATCHER, "link", "del", "eth")
    probe.until("eth is gone")
    make_pair()
    probe.until("eth is lost")
    run("ip", "netns", "exec", WATCHER, sys.executable, __file__, "--talk", "20")
    probe.stop()
    tap.case("what cannot be opened any more is told, the others go on",
             [(i["state"], i["packets"]) for i in probe.inputs] == [("lost", 0), ("up", 20)], probe.inputs, probe.notices)
    probe = Probe("-g", "80", "-u", NOBODY, "eth")
    run("ip", "-n", WATCHER, "link", "del", "eth")
    probe.until("eth is gone")
    make_pair()
    probe.until("^calls ")
    tap.case("when the last interface is lost it ends", any("state=lost" in line for line in probe.lines), probe.lines)
    probe.stop()


def promiscuous(tap):
    flags = ["ip", "netns", "exec", WATCHER, "cat", "/sys/class/net/eth/flags"]
    probe = Probe("eth")
    before = int(run(*flags), 16)
    probe.stop()
    tap.case("no promiscuous mode unasked", before & 0x100 == 0, hex(before))
    probe = Probe("-p", "eth")
    during = int(run(*flags), 16)
    probe.stop()
    tap.case("promiscuous mode when asked", during & 0x100 != 0, hex(during))
    probe = Probe("-p", "any")
    probe.stop()
    tap.case("any has none, and says so", any("promiscuous" in text for text in probe.notices), probe.notices)


def refusals(tap):
    def said(*argv):
        return subprocess.run(["ip", "netns", "exec", WATCHER, *argv], capture_output=True, text=True, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL, check=False).stderr

    text = said(PROBE, "teh")
    tap.case("an unknown interface: what was meant", '"teh"' in text and "Did you mean eth?" in text and "-D" in text, text)
    text = said("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", PROBE, "eth")
    tap.case("no permission: the commands that help", f"sudo {PROBE} -i eth" in text and
             f"sudo setcap cap_net_raw=ep {PROBE}" in text, text)
    text = said(PROBE, "-f", "tcp prot 80", "eth")
    tap.case("a filter that is not valid", 'the filter "tcp prot 80" is not valid' in text, text)
    text = said(PROBE, "eth", "eth")
    tap.case("an interface named twice", "twice" in text, text)
    text = said(PROBE, "any", "eth")
    tap.case("any beside another", "twice" in text, text)


def all_cases(tap):
    every_packet(tap)
    stopped_reader(tap)
    snapshot(tap)
    whole_packets(tap)
    for device in ("lo", "any"):
        loopback(tap, device)
        loopback(tap, device, ("-I",))
        loopback_lost(tap, device)
    tags(tap)
    filters(tap)
    down_and_up(tap)
    for privileges in ((), ("-u", NOBODY)):
        down_at_first(tap, privileges)
        away_and_back(tap, privileges)
    removed_at_once(tap)
    idle(tap)
    several(tap)
    fanout(tap)
    fanout_away(tap)
    promiscuous(tap)
    refusals(tap)


def main():
    tap = Tap()
    if os.geteuid() != 0:
        tap.skip("live capture", "network namespaces need root")
        return tap.finish()
    try:
        make_lab()
    except (RuntimeError, OSError) as why:
        remove_lab()
        tap.skip("live capture", f"no network namespaces here: {why}")
        return tap.finish()
    try:
        all_cases(tap)
    except (RuntimeError, subprocess.TimeoutExpired) as why:
        tap.case("the lab works", False, why)
    finally:
        remove_lab()
    return tap.finish()


if __name__ == "__main__":
    if sys.argv[1] == "--send":
        send_now(sys.argv[2], int(sys.argv[3]), bytes.fromhex(sys.argv[4]))
    elif sys.argv[1] == "--talk":
        talk_now(int(sys.argv[2]))
    else:
        PROBE = os.path.realpath(sys.argv[1])
        sys.exit(main())
