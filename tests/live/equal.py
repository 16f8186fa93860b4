#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""-i says what -r says of the same packets, saved with -w; prints TAP.

    equal.py PORTSNIFF SEND
"""

import json
import sys
import time

from lab import LabError, accounted, exact, lost, run_cases, unlike

PACKETS = 4000
VIEWS = "services,findings,flows,ephemeral,ports,pairs,ranges,hosts,timeline,tunnels,ledger"


def comparable(document):
    """The document without what tells by which road the packets came."""
    document = json.loads(json.dumps(document))
    document.pop("generator")
    document["capture"].pop("sources")
    # What a file cannot know.
    for name in [name for name in document["capture"] if name.startswith(("dropped_by_", "packets_not_saved"))]:
        document["capture"].pop(name)
    return document


def differences(live, saved, where=""):
    """Yields the places at which two documents differ."""
    if isinstance(live, dict) and isinstance(saved, dict):
        for key in sorted({*live, *saved}):
            yield from differences(live.get(key), saved.get(key), f"{where}.{key}")
    elif isinstance(live, list) and isinstance(saved, list) and len(live) == len(saved):
        for number, (a, b) in enumerate(zip(live, saved)):
            yield from differences(a, b, f"{where}[{number}]")
    elif live != saved:
        yield f"{where[1:]}: live {str(live)[:120]}, saved {str(saved)[:120]}"


def both(lab, interfaces, traffic, *options):
    """The documents of the live run and of reading what it saved."""
    path = lab.folder / "saved.pcapng"
    path.unlink(missing_ok=True)
    chosen = [word for interface in interfaces for word in ("-i", interface)]
    watch = lab.watch(*chosen, "-w", path, "-f", "json", "--top", "0", *options)
    traffic(lab)
    time.sleep(0.2)
    live = watch.finish()[-1]
    if lost(live) or live["capture"]["packets_not_saved"]:
        raise LabError(f"{lost(live)} packets were lost, {live['capture']['packets_not_saved']} not saved")
    return live, lab.read(path, *[word for word in options if word.startswith("--fragments=")])


def same(interfaces, traffic, *options):
    def case(lab):
        live, saved = both(lab, interfaces, traffic, *options)
        wrong = [] if live["capture"]["packets"] else ["nothing was captured"]
        return wrong + list(differences(comparable(live), comparable(saved)))

    return case


def sent(*options):
    """Numbered packets, whose counts are also known beforehand."""

    def case(lab):
        live, saved = both(lab, ["right"], lambda lab: lab.send_packets(PACKETS, *options))
        wrong = accounted(live, PACKETS) + exact(live, lab.expected(PACKETS, *options))
        return wrong + list(differences(comparable(live), comparable(saved)))

    return case


def two_wires(lab):
    """Numbered packets over two wires at once."""
    if "right2" not in lab.link("show"):
        lab.join("left2", "right2")
    processes = [lab.sending(PACKETS, "-k", "udp,vlan,qinq,ipv6,fragment", interface=left)
                 for left in ("left", "left2")]
    for process in processes:
        lab.sent(process)


def two_wires_counted(interfaces):
    """Both wires carry the same packets: every count is twice that of one."""

    def case(lab):
        if "right2" not in lab.link("show"):
            lab.join("left2", "right2")
        live, saved = both(lab, interfaces, two_wires)
        once = lab.expected(PACKETS, "-k", "udp,vlan,qinq,ipv6,fragment")
        return accounted(live, 2 * PACKETS) + twice(live, once) + list(differences(comparable(live), comparable(saved)))

    return case


def twice(document, once):
    """Packets per port; on `any` bytes are those of another link type."""
    wrong = []
    found = {(row["protocol"], row["port"]): (row["sent"]["packets"], row["received"]["packets"])
             for row in document["ports"]}
    for key, counts in once[2].items():
        wrong += unlike(f"{key[0]} {key[1]}", found.get(key), (2 * counts[0], 2 * counts[2]))
    return wrong + unlike("ports", len(found), len(once[2]))


# --- real programs on lo -------------------------------------------------------------


TALK = """
import socket, sys, threading
family, address = (socket.AF_INET6, "::1") if sys.argv[1] == "6" else (socket.AF_INET, "127.0.0.1")
server = socket.create_server((address, 18080), family=family)
def serve():
    for _ in range(5):
        connection, _ = server.accept()
        with connection:
            while connection.recv(65536):
                connection.sendall(b"x" * 3000)
thread = threading.Thread(target=serve)
thread.start()
for number in range(5):
    with socket.create_connection((address, 18080)) as client:
        client.sendall(b"y" * 100)
        client.recv(3000, socket.MSG_WAITALL)
        client.shutdown(socket.SHUT_WR)
        while client.recv(65536):
            pass
thread.join()
udp = socket.socket(family, socket.SOCK_DGRAM)
other = socket.socket(family, socket.SOCK_DGRAM)
other.bind((address, 18081))
for number in range(20):
    udp.sendto(b"z" * (100 if number % 2 else 5000), (address, 18081))
    other.recvfrom(65536)
"""


def talk(family):
    def traffic(lab):
        lab.inside(lab.watcher, "sysctl", "-q", "-w", "net.ipv6.conf.lo.disable_ipv6=0")
        lab.inside(lab.watcher, sys.executable, "-c", TALK, family)

    return traffic


def loopback_counts_once(lab):
    """What programs said on lo, against what they know themselves."""
    live, saved = both(lab, ["lo"], talk("4"))
    wrong = list(differences(comparable(live), comparable(saved)))
    services = {(row["protocol"], row["port"]): row for row in live["services"]}
    tcp, udp = services.get(("tcp", 18080)), services.get(("udp", 18081))
    if not tcp or not udp:
        return [*wrong, f"services: {sorted(services)}"]
    wrong += unlike("connections", tcp["flows"], 5) + unlike("datagrams", udp["to_server"]["packets"], 20)
    wrong += unlike("answers", tcp["outcomes"]["closed"], 5)
    return wrong + unlike("measured", tcp["measured_bytes"], tcp["bytes"])


def frames_on_loopback(lab):
    """Numbered frames on lo are counted once each."""
    options = ("-k", "udp,vlan,qinq,ipv6")
    live, saved = both(lab, ["lo"],
                       lambda lab: lab.send_packets(PACKETS, *options, interface="lo", host=lab.watcher))
    wrong = accounted(live, PACKETS) + exact(live, lab.expected(PACKETS, *options))
    return wrong + list(differences(comparable(live), comparable(saved)))


def filter_is_the_same(lab):
    """A filter on live packets chooses those that it chooses from a file of all."""
    path = lab.folder / "all.pcapng"
    path.unlink(missing_ok=True)
    wrong, expressions = [], ("udp port 20005", "tcp", "ip6", "portrange 20000-20100", "not ip")
    watches = [lab.watch("-i", "right", "-f", "json", "--top", "0", expression) for expression in expressions]
    everything = lab.watch("-i", "right", "-w", path, "-f", "json")
    lab.send_packets(PACKETS, "-k", "udp,tcp,ipv6,icmp,fragment")
    time.sleep(0.2)
    everything.finish()
    for expression, watch in zip(expressions, watches):
        live, saved = watch.finish()[-1], lab.read(path, expression)
        wrong += [f"{expression}: {text}" for text in differences(comparable(live), comparable(saved))]
    return wrong


CASES = [
    ("plain", sent("-k", "udp,tcp", "-a", "16")),
    ("60-byte frames of imix lengths", sent("-l", "imix")),
    ("VLAN", sent("-k", "vlan,udp")),
    ("QinQ", sent("-k", "qinq,vlan")),
    ("IPv6", sent("-k", "ipv6", "-a", "64")),
    ("fragments", sent("-k", "fragment,udp")),
    ("everything", sent("-k", "udp,tcp,ipv6,vlan,qinq,fragment,icmp", "-l", "imix", "-a", "256")),
    ("any", two_wires_counted(["any"])),
    ("two interfaces", two_wires_counted(["right", "right2"])),
    ("lo: IPv4 programs, each packet once", loopback_counts_once),
    ("lo: IPv6 programs", same(["lo"], talk("6"))),
    ("lo: numbered frames, tags included", frames_on_loopback),
    ("any: programs on lo", same(["any"], talk("4"))),
    ("filters", filter_is_the_same),
]

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
