# SPDX-License-Identifier: BSD-3-Clause
"""Scenes that somebody with experience would raise an eyebrow at: passwords in the clear, ports that no client uses,
a list of peers that is old, a client that runs out of ports, and recordings that are not as they should be."""

from . import clients, logins, servers
from .capfile import set_clock_back
from .catalogue import pair_up, scene, single
from .scenes_faults import firewall
from .scenes_services import literal, people
from .sniffer import dumpcap, tcpdump

# What ann types, each after so many seconds: telnet's server asks one thing after the other.
TYPED = ((1.5, logins.USER), (1.0, logins.PASSWORD), (1.5, "ls -l"), (0.5, "seq 1 60"), (0.5, "exit"))


def use_telnet(host, address):
    """Log in by telnet as ann, look around, and leave."""
    typing = "; ".join(f"sleep {seconds}; echo '{line}'" for seconds, line in TYPED)
    host.run("sh", "-c", f"({typing}; sleep 0.5) | inetutils-telnet {address}", check=False)


def fetch_as_ann(host, *arguments):
    clients.curl(host, "--user", f"{logins.USER}:{logins.PASSWORD}", *arguments)


@scene("cleartext.pcap.gz", "Ethernet",
       "Logins that anybody on the way can read: FTP, Telnet, POP3 and IMAP; beside them POP3 inside TLS",
       "vsftpd, GNU inetutils telnetd and telnet, dovecot, curl",
       "passwords in clear text on 21/tcp and 23/tcp, and on 110/tcp and 143/tcp unless TLS began later; nothing about "
       "995/tcp")
def cleartext(lab, path):
    files, shell, mail = lab.add_host("files", 21), lab.add_host("shell", 23), lab.add_host("mail", 25)
    guests = people(lab, 2)
    logins.ftpd(files)
    logins.telnetd(shell)
    logins.mailboxes(mail)
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        use_telnet(guests[0], shell.v4)
        for family, guest in enumerate(guests):
            fetch_as_ann(guest, f"ftp://{literal(files.addresses()[family])}/", "-o", "/dev/null",
                         f"ftp://{literal(files.addresses()[family])}/figures.txt")
            address = mail.addresses()[family]
            fetch_as_ann(guest, f"pop3://{literal(address)}/", "-o", "/dev/null", f"pop3://{literal(address)}/3")
            fetch_as_ann(guest, f"imap://{literal(address)}/INBOX;MAILINDEX=1")
            named = clients.at("mail.example.com", 995, address)
            fetch_as_ann(guest, *named, "pop3s://mail.example.com/2")
    rows = [single("tcp", shell.v4, 23, "telnet", guests[0].v4)]
    for host, port, service in ((files, 21, "ftp"), (files, logins.FTP_DATA_PORT, "ftp-data"), (mail, 110, "pop3"),
                                (mail, 143, "imap"), (mail, 995, "pop3s")):
        rows += [single("tcp", host.addresses()[family], port, service, guest.addresses()[family])
                 for family, guest in enumerate(guests)]
    return rows


@scene("odd-clients.pcap", "Ethernet",
       "A client that fetches web pages from its own ports 700 and 701, and one that sends from and to port 0",
       "nginx, curl, nping",
       "192.0.2.11 is a client on 700/tcp, 2001:db8::11 on 701/tcp; packets from and to port 0; 0/udp and 0/tcp refuse")
def odd_clients(lab, path):
    server, guests = lab.add_host("web", 80), people(lab, 2)
    servers.nginx(server)
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        for port, address in zip((700, 701), server.addresses()):
            clients.web_page(guests[0], f"http://{literal(address)}", "index.html", options=("--local-port", port))
            clients.web_page(guests[1], f"http://{literal(address)}", "index.html", "notes.txt")
        for transport in ("--udp", "--tcp"):
            guests[1].run("nping", transport, "-c", "3", "--delay", "300ms", "-g", "0", "-p", "0", server.v4)
    return pair_up("tcp", server.addresses(), 80, "http", [guest.addresses() for guest in guests]) + [
        single(protocol, server.v4, 0, "-", guests[1].v4, "refused") for protocol in ("udp", "tcp")]


# An old list: host number and ports. Nobody has moved to the port of another, as in a real list.
OLD_PEERS = {31: (6346, 41952, 16881, 51413), 32: (6881, 23399, 40418, 61120), 33: (7474, 28960, 34567, 45682),
             34: (8999, 12775, 37210, 58846), 35: (9001, 21413, 33330, 49160), 36: (9339, 17845, 42069, 55001)}
PEERS_THAT_DROP = (33, 36)
PEER_THAT_STAYED = (34, 8999)


@scene("old-peers.pcap", "Ethernet",
       "A client with an old list of peers: 24 ports of six hosts, of which one still answers", "busybox httpd, curl, "
       "nftables", "192.0.2.11 fails at 23 of 24 services; that is one finding and not 23")
def old_peers(lab, path):
    home, guest = lab.add_host("peers", min(OLD_PEERS)), people(lab, 1)[0]
    address = {number: f"192.0.2.{number}" for number in OLD_PEERS}
    home.give("eth0", [address[number] for number in OLD_PEERS if number != home.number])
    firewall(home, *(f"ip daddr {address[number]} tcp flags syn drop" for number in PEERS_THAT_DROP))
    number, port = PEER_THAT_STAYED
    home.start("busybox", "httpd", "-f", "-p", f"{address[number]}:{port}", "-h", servers.web_root(lab))
    home.wait_for_port("tcp", port)
    lab.settle()
    rows = []
    with tcpdump(lab.switch, "lan", path):
        for place in range(4):
            for number, ports in OLD_PEERS.items():
                peer, port = address[number], ports[place]
                if (number, port) == PEER_THAT_STAYED:
                    clients.web_page(guest, f"http://{peer}:{port}", "notes.txt")
                    rows.append(single("tcp", peer, port, "http", guest.v4))
                else:
                    clients.expect_failure(guest, "curl", "-q", "-m", "1.5", f"http://{peer}:{port}/")
                    outcome = "silent" if number in PEERS_THAT_DROP else "refused"
                    rows.append(single("tcp", peer, port, "-", guest.v4, outcome))
    return sorted(rows, key=lambda row: (row.address, int(row.port)))


EVERY_PORT = (49152, 65535)  # IANA's range, smaller than Linux's own
CONNECTIONS = 13200          # 80.6 % of it


@scene("exhaustion.pcap.xz", "Ethernet, snapshot length 68",
       "A client opens connection after connection to a server that does not answer any more, until most of its "
       "temporary ports are taken; only the first 68 bytes of each packet were kept",
       "dumpcap, helpers/many_connections.py, nginx, nftables, curl",
       f"2001:db8::11 uses {CONNECTIONS:,} temporary ports at once towards 443/tcp at 2001:db8::80, 80 % of 49152-65535; "
       "443/tcp is silent; other clients are well")
def exhaustion(lab, path):
    server, guests = lab.add_host("web", 80), people(lab, 2)
    servers.nginx(server)
    firewall(server, "tcp dport 443 drop")
    guests[0].sysctl("net.ipv4.ip_local_port_range", "{} {}".format(*EVERY_PORT))  # for IPv6 too
    guests[0].sysctl("net.ipv6.auto_flowlabels", 0)  # random numbers, which make the file larger
    lab.settle()
    with dumpcap(lab.switch, ("lan",), path, "-P", "-s", "68", "-B", "32"):
        for guest in guests:
            clients.web_page(guest, f"http://{literal(server.v6)}", "index.html")
        clients.helper(guests[0], "many_connections.py", server.v6, 443, CONNECTIONS)
        clients.web_page(guests[1], f"http://{literal(server.v6)}", "notes.txt")
    return [single("tcp", server.v6, 80, "http", [guest.v6 for guest in guests]),
            single("tcp", server.v6, 443, "-", guests[0].v6, "silent")]


MIRROR = """\
table netdev span {{
  chain in {{
    type filter hook ingress devices = {{ {ports} }} priority 0;
    dup to "span"
  }}
  chain out {{
    type filter hook egress devices = {{ {ports} }} priority 0;
    dup to "span"
  }}
}}
"""


def mirror(lab, *hosts):
    """A mirror port of the switch: what comes in from the hosts and what goes out to them, to be recorded on "probe"."""
    lab.switch.ip("link", "add", "span", "type", "veth", "peer", "name", "probe")
    for device in ("span", "probe"):
        lab.switch.ip("link", "set", device, "up")
    ports = ", ".join(f'"{host.name}.eth0"' for host in hosts)
    lab.switch.run("nft", "-f", "-", text=MIRROR.format(ports=ports))


@scene("mirrored.pcap.gz", "Ethernet",
       "Web and DNS traffic at a mirror port of a switch that copies what comes in and what goes out: every packet "
       "twice", "nftables, nginx, dnsmasq, curl, dig",
       "every second packet with ports is a second copy; no byte is sent again")
def mirrored(lab, path):
    server, guests = lab.add_host("server", 80), people(lab, 2)
    servers.nginx(server)
    servers.dnsmasq(server, "--address=/www.example.com/192.0.2.80")
    mirror(lab, server, *guests)
    lab.settle()
    with tcpdump(lab.switch, "probe", path):
        for guest in guests:
            for address in server.addresses():
                clients.dig(guest, f"@{address}", "www.example.com", "A")
                clients.web_page(guest, f"http://{literal(address)}", "index.html", "notes.txt")
    both = [guest.addresses() for guest in guests]
    return (pair_up("udp", server.addresses(), 53, "domain", both)
            + pair_up("tcp", server.addresses(), 80, "http", both))


CLOCK_BACK_MS = 40


@scene("two-clocks.pcap.xz", "Ethernet",
       f"Traffic as two recorders see it whose clocks differ by {CLOCK_BACK_MS} ms, put together without sorting",
       "nginx, dnsmasq, curl, dig; the times of what the server sent were set back in the file afterwards "
       "(recorder/capfile.py)", "many packets are earlier than the one before them: the clocks differ")
def two_clocks(lab, path):
    server, guests = lab.add_host("server", 80), people(lab, 3)
    servers.nginx(server)
    servers.dnsmasq(server, "--address=/www.example.com/192.0.2.80")
    lab.settle()
    with tcpdump(lab.switch, "lan", path):
        for guest in guests:
            for address in server.addresses():
                clients.dig(guest, f"@{address}", "www.example.com", "A")
                clients.web_page(guest, f"http://{literal(address)}", "index.html", "style.css")
    set_clock_back(path, server.mac, CLOCK_BACK_MS)
    both = [guest.addresses() for guest in guests]
    return (pair_up("udp", server.addresses(), 53, "domain", both)
            + pair_up("tcp", server.addresses(), 80, "http", both))
