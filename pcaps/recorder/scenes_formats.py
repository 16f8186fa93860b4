# SPDX-License-Identifier: BSD-3-Clause
"""Scenes that differ in how they were recorded: cut packets, two link types, the `any` interface, offload."""

from . import clients, servers
from .catalogue import pair_up, scene, single
from .scenes_services import literal, people
from .sniffer import dumpcap, tcpdump


@scene("snaplen-64.pcap", "Ethernet, snapshot length 64",
       "Web and DNS traffic of which only the first 64 bytes of each packet were kept", "nginx, dnsmasq, curl, dig",
       "ports are still there, and bytes are those on the wire; behind IPv6 the cut falls before TCP's flags, so "
       "there the server side is inferred")
def snaplen(lab, path):
    server, guests = lab.add_host("server", 80), people(lab, 2)
    servers.nginx(server)
    servers.dnsmasq(server, "--address=/www.example.com/192.0.2.80")
    lab.settle()
    with tcpdump(lab.switch, "lan", path, "-s", "64"):
        for guest in guests:
            for address in server.addresses():
                clients.dig(guest, f"@{address}", "www.example.com", "A")
                clients.web_page(guest, f"http://{literal(address)}", "index.html", "report.txt")
                named = clients.at("www.example.com", 443, address)
                clients.web_page(guest, "https://www.example.com", "script.js", options=named)
    both = [guest.addresses() for guest in guests]
    return (pair_up("udp", server.addresses(), 53, "domain", both)
            + pair_up("tcp", server.addresses(), 80, "http", both)
            + pair_up("tcp", server.addresses(), 443, "https", both))


@scene("two-interfaces.pcapng", "Ethernet and raw IP",
       "One laptop with a wired link (eth0) and a mobile link without link-layer header (wwan0, 30 ms away), "
       "recorded together", "dumpcap, nginx, dnsmasq, curl, dig; the mobile link by helpers/delayline.py",
       "two link types in one file; 80/tcp over eth0, 443/tcp and 53/udp over wwan0; answers over wwan0 take 60 ms")
def two_interfaces(lab, path):
    laptop, intranet, far = lab.add_host("laptop", 11), lab.add_host("intranet", 80), lab.add_namespace("far", 81)
    servers.long_cable(laptop, far, "wwan0", 30, kind="tun")
    mobile, remote = ("203.0.113.11", "2001:db8:203::11"), ("203.0.113.80", "2001:db8:203::80")
    laptop.give("wwan0", mobile)
    far.give("wwan0", remote)
    servers.nginx(intranet, tls=())
    servers.nginx(far, plain=())
    servers.dnsmasq(far, "--address=/www.example.com/203.0.113.80")
    lab.settle(2.5)
    with dumpcap(laptop, ("eth0", "wwan0"), path):
        for family in (0, 1):
            clients.dig(laptop, f"@{remote[family]}", "www.example.com", "A")
            named = clients.at("www.example.com", 443, remote[family])
            clients.web_page(laptop, f"http://{literal(intranet.addresses()[family])}", "index.html", "style.css")
            clients.web_page(laptop, "https://www.example.com", "index.html", "script.js", options=named)
    return (pair_up("tcp", intranet.addresses(), 80, "http", [laptop.addresses()])
            + pair_up("tcp", remote, 443, "https", [mobile]) + pair_up("udp", remote, 53, "domain", [mobile]))


@scene("cooked.pcap", "Linux cooked v2 (SLL2)",
       "A web server that passes requests on to an application on its own port 8080, recorded on `any`",
       "tcpdump -i any, nginx, Python's http.server, curl",
       "80/tcp at 192.0.2.80 and 8080/tcp at 127.0.0.1, each packet once")
def cooked(lab, path):
    server, guests = lab.add_host("proxy", 80), people(lab, 2)
    server.start(servers.PYTHON, "-m", "http.server", "--directory", servers.web_root(lab),
                 "--bind", "127.0.0.1", "8080")
    server.wait_for_port("tcp", 8080)
    servers.nginx(server, tls=(), locations="    location / { proxy_pass http://127.0.0.1:8080; }\n")
    lab.settle()
    with tcpdump(server, "any", path):
        for guest in guests:
            for address in server.addresses():
                clients.web_page(guest, f"http://{literal(address)}", "index.html", "notes.txt")
    both = [guest.addresses() for guest in guests]
    return pair_up("tcp", server.addresses(), 80, "http", both) + [
        single("tcp", "127.0.0.1", 8080, "http", "127.0.0.1")]


@scene("offload.pcap", "Ethernet, snapshot length 128",
       "Downloads recorded on a server whose network card cuts segments itself: packets of up to 32 kB in the capture",
       "nginx, curl, tcpdump", "packets larger than any Ethernet frame: segmentation offload, more packets on the wire")
def offload(lab, path):
    server, guest = lab.add_host("server", 80), people(lab, 1)[0]
    for host in (server, guest):
        lab.set_offload(host, "eth0", "on")
        lab.set_offload(lab.switch, f"{host.name}.eth0", "on")
    servers.nginx(server)
    lab.settle()
    with tcpdump(server, "eth0", path, "-s", "128"):
        for address in server.addresses():
            clients.web_page(guest, f"http://{literal(address)}", *["report.txt"] * 6)
            named = clients.at("www.example.com", 443, address)
            clients.web_page(guest, "https://www.example.com", *["report.txt"] * 3, options=named)
    one = [guest.addresses()]
    return pair_up("tcp", server.addresses(), 80, "http", one) + pair_up("tcp", server.addresses(), 443, "https", one)
