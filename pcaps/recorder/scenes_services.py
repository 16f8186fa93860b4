# SPDX-License-Identifier: BSD-3-Clause
"""Scenes with one service each, spoken as it should be: web, names, login, mail, time, development, SCTP, UDP-Lite."""

import os
import time

from . import clients, servers
from .catalogue import pair_up, scene, single
from .programs import PYTHON, USRSCTP
from .sniffer import tcpdump


def people(lab, count, first=11):
    """`count` client hosts: client1 is 192.0.2.11 and 2001:db8::11, and so on."""
    return [lab.add_host(f"client{n + 1}", first + n) for n in range(count)]


def literal(address):
    """An address as it is written in a URL."""
    return f"[{address}]" if ":" in address else address


@scene("web.pcap", "Ethernet",
       "HTTP and HTTPS from three clients to one server, on IPv4 and IPv6", "nginx, curl",
       "80/tcp and 443/tcp answered, three clients each per family; client ports from Linux's 32768-60999")
def web(lab, path):
    server = lab.add_host("web", 80)
    guests = people(lab, 3)
    servers.nginx(server)
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        for round_number, guest in enumerate(guests):
            for address in server.addresses():
                host = literal(address)
                clients.web_page(guest, f"http://{host}", "index.html", "style.css", "script.js")
                named = clients.at("www.example.com", 443, address)
                clients.web_page(guest, "https://www.example.com", "index.html", "notes.txt", options=named)
                if round_number == 0:
                    clients.web_page(guest, f"http://{host}", "report.txt", "missing.html")
    both = [guest.addresses() for guest in guests]
    return (pair_up("tcp", server.addresses(), 80, "http", both)
            + pair_up("tcp", server.addresses(), 443, "https", both))


NAMES = ("--address=/www.example.com/198.51.100.80",
         "--address=/www.example.com/2001:db8:100::80", "--mx-host=example.com,mail.example.com,10",
         "--address=/mail.example.com/203.0.113.25", "--ptr-record=80.100.51.198.in-addr.arpa,www.example.com",
         "--txt-record=long.example.com," + ",".join(f"part {n:02d} " + "t" * 200 for n in range(6)),
         "--address=/example.net/")


@scene("dns.pcap", "Ethernet, nanosecond times",
       "Questions for A, AAAA, MX, PTR, TXT and unknown names; answers too long for UDP that are asked again over TCP",
       "dnsmasq, dig", "53/udp and 53/tcp are two services and both answered; most clients' ports are used once")
def dns(lab, path):
    server = lab.add_host("names", 53)
    guests = people(lab, 2)
    servers.dnsmasq(server, *NAMES)
    questions = (("www.example.com", "A"), ("www.example.com", "AAAA"), ("example.com", "MX"),
                 ("mail.example.com", "A"), ("unknown.example.net", "A"))
    lab.settle()
    with tcpdump(lab.switch, "lan", path, "--time-stamp-precision=nano"):
        for guest in guests:
            for address in server.addresses():
                for name, kind in questions:
                    clients.dig(guest, f"@{address}", name, kind)
                clients.dig(guest, f"@{address}", "-x", "198.51.100.80")
                clients.dig(guest, f"@{address}", "+bufsize=512", "long.example.com", "TXT")
                clients.dig(guest, f"@{address}", "+tcp", "www.example.com", "A")
    both = [guest.addresses() for guest in guests]
    return (pair_up("udp", server.addresses(), 53, "domain", both)
            + pair_up("tcp", server.addresses(), 53, "domain", both))


@scene("ssh.pcap.gz", "Ethernet", "Logins, a remote command with much output and a file sent through SSH",
       "OpenSSH sshd and ssh", "22/tcp answered; one connection carries most of the bytes, towards the client")
def ssh(lab, path):
    server = lab.add_host("shell", 22)
    guests = people(lab, 2)
    servers.sshd(server)
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        clients.ssh(guests[0], server.v4, "uname -s")
        clients.ssh(guests[0], server.v4, "seq 1 8000")
        clients.ssh(guests[1], server.v6, "cat > /dev/null", text="one line of a file\n" * 800)
        clients.ssh(guests[1], server.v4, "date -u")
    return [single("tcp", server.v4, 22, "ssh", [guest.v4 for guest in guests]),
            single("tcp", server.v6, 22, "ssh", guests[1].v6)]


@scene("smtp.pcap", "Ethernet",
       "Mail between servers (25), handed in with STARTTLS (587) and inside TLS from the start (465)",
       "aiosmtpd, swaks, curl", "25/tcp smtp, 587/tcp submission and 465/tcp submissions, all answered")
def smtp(lab, path):
    server = lab.add_host("mail", 25)
    relay, desk = lab.add_host("relay", 26), lab.add_host("desk", 11)
    for port, tls in ((25, "starttls"), (587, "starttls"), (465, "implicit")):
        servers.mail(server, port, tls)
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        clients.swaks(relay, server.v4)
        for address in server.addresses():
            clients.send_mail(relay, f"smtp://{literal(address)}:25/relay.example.com", size=6000)
            for scheme, port in (("smtp", 587), ("smtps", 465)):
                named = clients.at("mail.example.com", port, address)
                url = f"{scheme}://mail.example.com:{port}/desk.example.com"
                clients.send_mail(desk, url, "--ssl-reqd", *named)
    rows = pair_up("tcp", server.addresses(), 25, "smtp", [relay.addresses()])
    rows += pair_up("tcp", server.addresses(), 587, "submission", [desk.addresses()])
    return rows + pair_up("tcp", server.addresses(), 465, "submissions", [desk.addresses()])


@scene("ntp.pcap", "Ethernet", "Time asked from port 123 and from temporary ports", "chronyd as server and as client",
       "123/udp answered; one client uses port 123 on its side too, so both ends are well-known")
def ntp(lab, path):
    server = lab.add_host("time", 123 - 100)
    guests = people(lab, 3)
    servers.chrony_server(server)
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        clients.ask_time(guests[0], server.v4)
        clients.ask_time(guests[1], server.v6)
        clients.ask_time(guests[2], server.v4, 12, "acquisitionport 123")
    return [single("udp", server.v4, 123, "ntp", [guests[0].v4, guests[2].v4]),
            single("udp", server.v6, 123, "ntp", guests[1].v6)]


@scene("dev-servers.pcap", "Ethernet, loopback interface",
       "Two development servers on one machine, localhost:8000 and localhost:8080, recorded on lo",
       "Python's http.server, busybox httpd, curl",
       "8000/tcp and 8080/tcp, class registered, address 127.0.0.1 and ::1; each packet once")
def dev_servers(lab, path):
    machine = lab.add_namespace("machine", 1)
    root = servers.web_root(lab)
    machine.start(PYTHON, "-m", "http.server", "--directory", root, "--bind", "127.0.0.1", "8000")
    machine.start(PYTHON, "-m", "http.server", "--directory", root, "--bind", "::1", "8000")
    machine.start("busybox", "httpd", "-f", "-p", "127.0.0.1:8080", "-h", root)
    for port in (8000, 8080):
        machine.wait_for_port("tcp", port)
    time.sleep(0.5)  # the second server on 8000
    with tcpdump(machine, "lo", path):
        for base in ("http://127.0.0.1:8000", "http://127.0.0.1:8080", "http://[::1]:8000"):
            for name in ("index.html", "style.css", "script.js", "report.txt"):
                clients.web_page(machine, base, name)
    return [single("tcp", "127.0.0.1", 8000, "http", "127.0.0.1"),
            single("tcp", "127.0.0.1", 8080, "http", "127.0.0.1"),
            single("tcp", "::1", 8000, "http", "::1")]


@scene("odd-ports.pcap", "Ethernet", "A web server on port 22 and an SSH server on port 443", "nginx, curl, OpenSSH",
       "HTTP spoken on 22/tcp (ssh) and SSH spoken on 443/tcp (https): a service on a port that is not its own")
def odd_ports(lab, path):
    server = lab.add_host("odd", 66)
    guests = people(lab, 2)
    servers.nginx(server, plain=(22,), tls=())
    servers.sshd(server, 443)
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        for guest in guests:
            for address in server.addresses():
                clients.web_page(guest, f"http://{literal(address)}:22", "index.html", "notes.txt")
                clients.ssh(guest, address, "seq 1 40", port=443)
    both = [guest.addresses() for guest in guests]
    return (pair_up("tcp", server.addresses(), 22, "http", both)
            + pair_up("tcp", server.addresses(), 443, "ssh", both))


@scene("sctp.pcap", "Ethernet", "SCTP associations: short echo messages and a bulk transfer, on IPv4 and IPv6",
       "usrsctp's echo_server, client and tsctp (SCTP in user space)",
       "7/sctp (echo) and 5001/sctp answered; a packet may hold several chunks")
def sctp(lab, path):
    # The programs read all SCTP packets of their host, so each server has a host of its own.
    echo, sink = lab.add_host("echo", 7), lab.add_host("sink", 50)
    guest = people(lab, 1)[0]
    echo.start(f"{USRSCTP}/echo_server")
    sink.start(f"{USRSCTP}/tsctp", "-p", "5001")
    time.sleep(1)
    lab.settle()
    talk = f"(for word in one two three; do echo $word; sleep 0.3; done) | {USRSCTP}/client"
    with tcpdump(lab.switch, "lan", path):
        for address in echo.addresses():
            guest.run("sh", "-c", f"{talk} {address} 7")
        guest.run(f"{USRSCTP}/tsctp", "-p", "5001", "-n", "60", "-l", "800", sink.v4)
    return pair_up("sctp", echo.addresses(), 7, "echo", [guest.addresses()]) + [
        single("sctp", sink.v4, 5001, "tsctp", guest.v4)]


@scene("udplite.pcap", "Ethernet", "UDP-Lite datagrams whose checksum covers the first 20 bytes only",
       "two small Python programs on the kernel's UDP-Lite sockets", "5004/udplite answered; UDP-Lite is not UDP")
def udplite(lab, path):
    server, guest = lab.add_host("media", 54), people(lab, 1)[0]
    script = os.path.join(servers.HELPERS, "udplite_echo.py")
    for address in server.addresses():
        server.wait_for_log(server.start(PYTHON, script, "serve", address, 5004), "ready")
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        for address in server.addresses():
            clients.helper(guest, "udplite_echo.py", "ask", address, 5004, 20)
    return pair_up("udplite", server.addresses(), 5004, "media", [guest.addresses()])
