# SPDX-License-Identifier: BSD-3-Clause
"""Scenes in which something is wrong or hard to read: refused and silent ports, port scans, fragments."""

from . import clients, servers
from .capfile import reverse_fragments
from .catalogue import pair_up, scene, single
from .scenes_services import literal, people
from .sniffer import tcpdump

FIREWALL = """\
table inet filter {{
  chain input {{
    type filter hook input priority 0;
    {rules}
  }}
}}
"""
IPERF_PORT = 5201


def firewall(host, *rules):
    """Load nftables rules for what comes in to the host."""
    host.run("nft", "-f", "-", text=FIREWALL.format(rules="\n    ".join(rules)))


@scene("refused-silent.pcap", "Ethernet",
       "Ports that refuse (RST; ICMP port unreachable; ICMP prohibited) and ports that never answer (dropped by a "
       "firewall), beside one that works", "nftables, nginx, curl, dig",
       "80/tcp answered; 8443/tcp, 3306/tcp and 5300/udp refused; 3389/tcp and 53/udp silent with repeated tries")
def refused_silent(lab, path):
    server, guests = lab.add_host("server", 80), people(lab, 2)
    servers.nginx(server, tls=())
    firewall(server, "tcp dport 3389 drop", "udp dport 53 drop", "tcp dport 3306 reject with icmpx admin-prohibited")
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        for guest in guests:
            for address in server.addresses():
                clients.web_page(guest, f"http://{literal(address)}", "index.html")
                for port, seconds in ((8443, 1), (3306, 1), (3389, 3)):
                    clients.expect_failure(guest, "curl", "-q", "-m", seconds, f"https://{literal(address)}:{port}/")
                for port in (5300, 53):
                    clients.expect_failure(guest, "dig", f"@{address}", "-p", port, "+tries=2", "+time=1",
                                           "www.example.com")
    both = [guest.addresses() for guest in guests]
    rows = pair_up("tcp", server.addresses(), 80, "http", both)
    for protocol, port, outcome in (("tcp", 8443, "refused"), ("tcp", 3306, "refused"), ("udp", 5300, "refused"),
                                    ("tcp", 3389, "silent"), ("udp", 53, "silent")):
        rows += pair_up(protocol, server.addresses(), port, "-", both, outcome)
    return rows


@scene("scan.pcap.zst", "Ethernet",
       "nmap tries ports 1 to 500 of one host (SYN scan), another host tries port 22 of eight hosts (connect scan), "
       "and one client uses the web server before and after", "nmap, nginx, OpenSSH, nftables, curl",
       "192.0.2.66 tries many ports of one host; 192.0.2.67 tries one port of many hosts; "
       "only 22, 80 and 443 are open, 135-139 are silent")
def scan(lab, path):
    target = lab.add_host("target", 80)
    others = [lab.add_host(f"host{n}", n) for n in range(31, 38)]
    deep, wide, guest = lab.add_host("deep", 66), lab.add_host("wide", 67), people(lab, 1)[0]
    servers.nginx(target)
    for host in (target, others[2], others[4]):
        servers.sshd(host)
    firewall(target, "tcp dport 135-139 drop")
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        clients.web_page(guest, f"http://{target.v4}", "index.html", "report.txt")
        deep.run("nmap", "-n", "-Pn", "-sS", "-p", "1-500", "--max-retries", "1", target.v4)
        hosts = [other.v4 for other in others]
        wide.run("nmap", "-n", "-Pn", "-sT", "-p", "22", target.v4, *hosts)
        clients.web_page(guest, f"http://{target.v4}", "style.css")
    rows = [single("tcp", target.v4, port, "-", deep.v4, "refused")
            for port in ("1-21", "23-79", "81-134", "140-442", "444-500")]
    rows += [single("tcp", target.v4, "135-139", "-", deep.v4, "silent"),
             single("tcp", target.v4, 22, "ssh", [deep.v4, wide.v4]),
             single("tcp", target.v4, 80, "http", [guest.v4, deep.v4]), single("tcp", target.v4, 443, "https", deep.v4)]
    for other in others:
        up = other in (others[2], others[4])
        rows.append(single("tcp", other.v4, 22, "ssh" if up else "-", wide.v4, "answered" if up else "refused"))
    return rows


def fragment_traffic(lab, path):
    """Record UDP datagrams larger than a frame in both families; returns what is known about the ports."""
    server, guest = lab.add_host("server", 52), people(lab, 1)[0]
    servers.iperf3(server)
    strings = ",".join(f"part {n:02d} " + "t" * 200 for n in range(14))
    servers.dnsmasq(server, f"--txt-record=long.example.com,{strings}")
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        for address in server.addresses():
            guest.run("iperf3", "-c", address, "-u", "-l", "4000", "-k", "12", "-b", "1M", "-p", IPERF_PORT)
            guest.run("iperf3", "-c", address, "-u", "-l", "6000", "-k", "4", "-b", "1M", "-R", "-p", IPERF_PORT)
            clients.dig(guest, f"@{address}", "+bufsize=4096", "long.example.com", "TXT")
    one = [guest.addresses()]
    return (pair_up("udp", server.addresses(), IPERF_PORT, "iperf3", one)
            + pair_up("tcp", server.addresses(), IPERF_PORT, "iperf3", one)
            + pair_up("udp", server.addresses(), 53, "domain", one))


@scene("fragments.pcap.xz", "Ethernet",
       "Datagrams of 3000 to 6000 bytes in fragments of at most 1500, IPv4 and IPv6, both ways; a long DNS answer too",
       "iperf3, dnsmasq, dig", "later fragments have no ports of their own: credited to 5201/udp and 53/udp, with "
       "--fragments header they are the ledger's later-fragment")
def fragments(lab, path):
    return fragment_traffic(lab, path)


@scene("fragments-reversed.pcap.bz2", "Ethernet",
       "The same kind of traffic with the fragments of every datagram in reverse order, the first one last",
       "as fragments; the order was reversed in the file afterwards (recorder/capfile.py)",
       "the same totals as if they were in order")
def fragments_reversed(lab, path):
    rows = fragment_traffic(lab, path)
    reverse_fragments(path)
    return rows
