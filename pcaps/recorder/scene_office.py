# SPDX-License-Identifier: BSD-3-Clause
"""One minute in a small office: the capture that the documentation uses as its first example.

    LAN 192.0.2.0/24, 2001:db8::/64          beyond the router
    router .1 (names, addresses, gateway)    near: 198.51.100.0/24, 2001:db8:100::/64, 9 ms away: two web servers
    ann .21, bob .22, eve .23                far:  203.0.113.0/24, 2001:db8:203::/64, 35 ms away: mail, time, SSH on 443
    files .50 (intranet web, SSH)
    printer .40 (multicast DNS), guest (DHCP)

Recorded on the LAN's switch, so everything that stays behind the router is not in it.
"""

import concurrent.futures
import os
import types

from . import clients, servers
from .catalogue import scene, single
from .sniffer import dumpcap, sort_by_time

WWW = ("198.51.100.80", "2001:db8:100::80")
CDN = ("198.51.100.81", "2001:db8:100::81")
MAIL = ("203.0.113.25", "2001:db8:203::25")
TIME = ("203.0.113.123", "2001:db8:203::123")
SHELL = ("203.0.113.44", "2001:db8:203::44")
NAMES = {"www.example.com": WWW, "cdn.example.com": CDN, "mail.example.com": MAIL, "time.example.net": TIME,
         "shell.example.net": SHELL, "intranet.example.org": ("192.0.2.50", "2001:db8::50")}
MDNS_GROUP = "224.0.0.251"
GUEST_ADDRESS = "192.0.2.150"

DHCP_SCRIPT = """\
#!/bin/sh
[ "$1" = bound ] || exit 0
ip address add "$ip/24" dev "$interface"
ip route add default via 192.0.2.1
"""


def build(lab):
    """Make the hosts, cables and servers; returns them by name."""
    place = types.SimpleNamespace()
    place.router = lab.add_host("router", 1)
    place.near, place.far = lab.add_namespace("near", 80), lab.add_namespace("far", 25)
    for number, name in ((21, "ann"), (22, "bob"), (23, "eve"), (50, "files"), (40, "printer")):
        setattr(place, name, lab.add_host(name, number))
    place.guest = lab.add_host("guest", 150, address=False)
    place.guest.sysctl("net.ipv6.conf.eth0.disable_ipv6", 1)
    servers.long_cable(place.router, place.near, "wan1", 9)
    servers.long_cable(place.router, place.far, "wan2", 35)
    place.router.give("wan1", ("198.51.100.1", "2001:db8:100::1"))
    place.router.give("wan2", ("203.0.113.1", "2001:db8:203::1"))
    for address in (WWW, CDN):
        place.near.give("wan1", address)
    for address in (MAIL, TIME, SHELL):
        place.far.give("wan2", address)
    route(place)
    serve(lab, place)
    return place


def route(place):
    """Let the router forward and everybody else send to it."""
    place.router.sysctl("net.ipv4.ip_forward", 1)
    place.router.sysctl("net.ipv6.conf.all.forwarding", 1)
    gateways = [(host, "192.0.2.1", "2001:db8::1") for host in
                (place.ann, place.bob, place.eve, place.files, place.printer)]
    gateways += [(place.near, "198.51.100.1", "2001:db8:100::1"), (place.far, "203.0.113.1", "2001:db8:203::1")]
    for host, gateway4, gateway6 in gateways:
        host.ip("route", "add", "default", "via", gateway4)
        host.ip("-6", "route", "add", "default", "via", gateway6)


def serve(lab, place):
    """Start the servers."""
    options = [f"--address=/{name}/{address}" for name, both in NAMES.items() for address in both]
    servers.dnsmasq(place.router, *options, "--dhcp-authoritative", "--no-ping",
                    "--dhcp-option=option:router,192.0.2.1",
                    f"--dhcp-range={GUEST_ADDRESS},{GUEST_ADDRESS},255.255.255.0,1h")
    servers.nginx(place.near)
    servers.nginx(place.files, tls=())
    servers.sshd(place.files)
    servers.sshd(place.far, 443)
    servers.mail(place.far, 25)
    servers.mail(place.far, 587)
    servers.chrony_server(place.far)
    for host in (place.ann, place.bob, place.files, place.guest):
        host.resolve_with("192.0.2.1")
    place.eve.resolve_with("2001:db8::1")
    with open(lab.path("dhcp.sh"), "w", encoding="ascii") as file:
        file.write(DHCP_SCRIPT)
    os.chmod(lab.path("dhcp.sh"), 0o755)


def browse(host, *family):
    """One visit: a page with its style and script, and a longer text from the second server."""
    clients.web_page(host, "https://www.example.com", "index.html", "style.css", "script.js", options=family)
    clients.web_page(host, "https://cdn.example.com", "report.txt", options=family)


def ann_works(lab, place):
    """Web all the time, IPv4; two mails; the intranet now and then."""
    clients.ask_time(place.ann, TIME[0], 15)
    for turn in range(6):
        browse(place.ann, "-4")
        lab.pause(3)
        clients.web_page(place.ann, "http://intranet.example.org", "index.html", "notes.txt", options=("-4",))
        lab.pause(5)
        if turn % 2 == 0:
            clients.send_mail(place.ann, "smtp://mail.example.com:587/ann.example.com", "--ssl-reqd", "-4", size=4000)


def bob_works(lab, place):
    """Logged in on the file server, with a web page between; one service he tries refuses him."""
    for turn in range(7):
        clients.ssh(place.bob, place.files.v4, "for n in 1 2 3 4 5 6; do date; sleep 0.7; done")
        lab.pause(2)
        if turn in (1, 4):
            clients.web_page(place.bob, "http://www.example.com", "index.html", "script.js", options=("-4",))
        if turn in (0, 2, 3):
            clients.expect_failure(place.bob, "curl", "-q", "-4", "-m", "2", "https://intranet.example.org:8443/")
        lab.pause(2)


def eve_works(lab, place):
    """IPv6 throughout; an SSH server on port 443; a printer to look for; a port that never answers."""
    lab.pause(2)
    place.eve.run("ping", "-c", "4", "-i", "0.8", WWW[1])
    clients.ask_time(place.eve, TIME[1], 15)
    for turn in range(4):
        browse(place.eve, "-6")
        lab.pause(3)
        if turn in (0, 2):
            clients.helper(place.eve, "mdns.py", "ask", "printer.local", place.eve.v4)
        clients.ssh(place.eve, SHELL[1], "seq 1 100; sleep 1; seq 1 200", port=443)
        lab.pause(2)
    clients.expect_failure(place.eve, "curl", "-q", "-6", "-m", "3", "http://cdn.example.com:8080/")


def guest_arrives(lab, place):
    """A telephone that joins, is given an address, and reads one page."""
    lab.pause(8)
    place.guest.run("busybox", "udhcpc", "-f", "-q", "-n", "-i", "eth0", "-s", lab.path("dhcp.sh"))
    lab.pause(1)
    for _ in range(2):
        browse(place.guest, "-4")
        lab.pause(9)


def files_works(lab, place):
    """Reports by mail to the outside; the gateway is checked with ping."""
    for _ in range(3):
        lab.pause(11)
        clients.swaks(place.files, MAIL[0])
        place.files.run("ping", "-c", "3", "-i", "1", "192.0.2.1")


def work(lab, place):
    """Everybody at once; the first failure ends the recording."""
    pool = concurrent.futures.ThreadPoolExecutor()
    jobs = [pool.submit(job, lab, place) for job in (ann_works, bob_works, eve_works, guest_arrives, files_works)]
    try:
        for job in concurrent.futures.as_completed(jobs):
            job.result()
    except BaseException:
        lab.close()
        raise
    finally:
        pool.shutdown()


def known(place):
    """The ports that the work above leaves behind."""
    ann, bob, eve, files, guest = place.ann, place.bob, place.eve, place.files, GUEST_ADDRESS
    rows = [single("tcp", WWW[0], 443, "https", [ann.v4, guest]), single("tcp", WWW[1], 443, "https", eve.v6),
            single("tcp", CDN[0], 443, "https", [ann.v4, guest]), single("tcp", CDN[1], 443, "https", eve.v6),
            single("tcp", WWW[0], 80, "http", bob.v4), single("tcp", files.v4, 80, "http", ann.v4),
            single("tcp", files.v4, 22, "ssh", bob.v4), single("tcp", SHELL[1], 443, "ssh", eve.v6),
            single("tcp", MAIL[0], 587, "submission", ann.v4), single("tcp", MAIL[0], 25, "smtp", files.v4),
            single("tcp", files.v4, 8443, "-", bob.v4, "refused"),
            single("tcp", CDN[1], 8080, "-", eve.v6, "silent")]
    rows += [single("udp", "192.0.2.1", 53, "domain", [ann.v4, bob.v4, guest]),
             single("udp", "2001:db8::1", 53, "domain", eve.v6),
             single("udp", TIME[0], 123, "ntp", ann.v4), single("udp", TIME[1], 123, "ntp", eve.v6),
             single("udp", MDNS_GROUP, 5353, "mdns", [eve.v4, place.printer.v4], "one-way"),
             single("udp", "255.255.255.255", 67, "dhcp", "0.0.0.0", "one-way"),
             single("udp", "192.0.2.1", 67, "dhcp", guest)]
    return rows


@scene("office.pcapng", "Ethernet",
       "A minute in a small office: web, names, SSH, mail, time, DHCP, multicast DNS, ping, ARP; IPv4 and IPv6",
       "dumpcap; nginx, curl, dnsmasq, OpenSSH, aiosmtpd, swaks, chronyd, udhcpc, ping, helpers/mdns.py",
       "443/tcp carries most; SSH on 443/tcp at 2001:db8:203::44; 8443/tcp at 192.0.2.50 refuses; "
       "8080/tcp at 2001:db8:100::81 is silent; ARP, ICMP, ICMPv6 and IGMP have no ports")
def office(lab, path):
    place = build(lab)
    place.near.run("nft", "-f", "-", text="table inet f { chain input { type filter hook input priority 0; "
                                          "tcp dport 8080 drop; }; }")
    lab.settle(2.5)
    with dumpcap(lab.switch, ("lan",), path):
        answer = place.printer.start(servers.PYTHON, os.path.join(servers.HELPERS, "mdns.py"), "answer",
                                     "printer.local", place.printer.v4)
        place.printer.wait_for_log(answer, "ready")
        work(lab, place)
    sort_by_time(lab, path)
    return known(place)
