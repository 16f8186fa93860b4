# SPDX-License-Identifier: BSD-3-Clause
"""Scenes in which packets travel inside others: VLAN tags, VXLAN, Geneve, GRE, 6in4, IP in IP.

VXLAN is the kernel's own device. The others use helpers/tunneld.py, because not every kernel has their devices.
"""

from . import clients, servers
from .catalogue import scene, single
from .scenes_services import literal
from .sniffer import tcpdump

INNER = (("198.51.100.1", "2001:db8:100::1"), ("198.51.100.2", "2001:db8:100::2"))
BRIDGED_MTU = 1600  # room for tags and tunnel headers around full frames


def start_inner_services(host):
    servers.nginx(host)
    servers.dnsmasq(host, "--address=/www.example.com/198.51.100.1")


def use_inner_services(guest, addresses, pages=("index.html", "script.js")):
    """Web (plain and TLS) and one DNS question to each address of a server inside a tunnel."""
    for address in filter(None, addresses):
        clients.dig(guest, f"@{address}", "www.example.com", "A")
        clients.web_page(guest, f"http://{literal(address)}", *pages)
        named = clients.at("www.example.com", 443, address)
        clients.web_page(guest, "https://www.example.com", "notes.txt", options=named)


def inner_rows(server, guests, layer="inner"):
    """What use_inner_services leaves behind, for each family that is in use."""
    rows = []
    for protocol, port, service in (("udp", 53, "domain"), ("tcp", 80, "http"), ("tcp", 443, "https")):
        for family in (0, 1):
            if server[family]:
                rows.append(single(protocol, server[family], port, service,
                                   [guest[family] for guest in guests], layer=layer))
    return rows


def tagged(lab, path, tags):
    """Two tagged networks and an untagged one on the same wire; `tags` are two texts for the tunnel program."""
    lab.add_bridge("trunk", BRIDGED_MTU)
    server = lab.add_host("server", 80, "trunk", BRIDGED_MTU)
    guests = people_on(lab, "trunk", 3)
    networks = (("198.51.100.", "2001:db8:100::"), ("203.0.113.", "2001:db8:203::"))
    for number, (tag, network) in enumerate(zip(tags, networks)):
        for host in (server, guests[number]):
            device = f"tag{number}"
            servers.tunnel(host, "vlan", device, "eth0", tag, mtu=1500, mac=host.mac)
            host.give(device, [f"{prefix}{host.number}" for prefix in network])
    start_inner_services(server)
    lab.settle(2.5)
    with tcpdump(lab.switch, "trunk", path):
        for guest, network in zip(guests, networks):
            use_inner_services(guest, [f"{prefix}{server.number}" for prefix in network])
        clients.web_page(guests[2], f"http://{server.v4}", "index.html")
    rows = []
    for guest, network in zip(guests, networks):
        rows += inner_rows([f"{prefix}{server.number}" for prefix in network],
                           [[f"{prefix}{guest.number}" for prefix in network]], layer="ip")
    return rows + [single("tcp", server.v4, 80, "http", guests[2].v4)]


def people_on(lab, bridge, count):
    """`count` client hosts on a bridge with room for tags."""
    return [lab.add_host(f"client{n + 1}", 11 + n, bridge, BRIDGED_MTU) for n in range(count)]


@scene("vlan.pcap", "Ethernet, 802.1Q tags",
       "VLAN 10 and VLAN 20 on one trunk, and untagged traffic beside them", "nginx, dnsmasq, curl, dig; tags by "
       "helpers/tunneld.py", "the tags are looked through: 53/udp, 80/tcp, 443/tcp in both VLANs, 80/tcp untagged")
def vlan(lab, path):
    return tagged(lab, path, ("8100:10", "8100:20"))


@scene("qinq.pcap", "Ethernet, 802.1ad outside 802.1Q",
       "Two customers' VLANs inside one provider tag (0x88a8 outside, 0x8100 inside)",
       "nginx, dnsmasq, curl, dig; tags by helpers/tunneld.py", "both tags are looked through")
def qinq(lab, path):
    return tagged(lab, path, ("88a8:100,8100:10", "88a8:100,8100:20"))


def two_sites(lab):
    """The two ends of a tunnel: 192.0.2.1 (servers inside) and 192.0.2.2 (clients inside)."""
    return lab.add_host("site1", 1), lab.add_host("site2", 2)


def through_tunnel(lab, path, sites, server=INNER[0], guest=INNER[1]):
    """Record the inner services being used from the second site, on the wire between the two."""
    start_inner_services(sites[0])
    lab.settle(2.5)
    with tcpdump(lab.switch, "lan", path):
        use_inner_services(sites[1], server)
        for address in filter(None, server):
            sites[1].run("ping", "-c", "2", "-i", "0.2", address)
    return inner_rows(server, [guest])


def udp_tunnel_rows(sites, port, service):
    """The tunnel's own port, which each end uses towards the other."""
    return [single("udp", site.v4, port, service, other.v4, "one-way", layer="outer")
            for site, other in (sites, sites[::-1])]


@scene("vxlan.pcap.lz4", "Ethernet", "Ethernet in VXLAN (VNI 100) between two hosts, with ARP and ICMP inside",
       "the kernel's VXLAN device, nginx, dnsmasq, curl, dig, ping",
       "inner: 53/udp, 80/tcp, 443/tcp; outer: 4789/udp on both ends, VNI 100; ARP and ICMP inside count as 4789")
def vxlan(lab, path):
    sites = two_sites(lab)
    for site, other, addresses in ((sites[0], sites[1], INNER[0]), (sites[1], sites[0], INNER[1])):
        site.ip("link", "add", "vxlan100", "type", "vxlan", "id", "100", "local", site.v4, "remote", other.v4,
                "dstport", "4789", "dev", "eth0")
        lab.set_offload(site, "vxlan100", "off")
        site.ip("link", "set", "vxlan100", "address", f"02:00:5e:00:53:{site.number:02x}", "mtu", "1450", "up")
        site.give("vxlan100", addresses)
    return through_tunnel(lab, path, sites) + udp_tunnel_rows(sites, 4789, "vxlan")


def user_space_tunnel(lab, kind, device, *arguments, inner=INNER, sites=None, mtu=1400):
    """Join two sites by helpers/tunneld.py; returns the sites."""
    sites = sites or two_sites(lab)
    for site, other, addresses in ((sites[0], sites[1], inner[0]), (sites[1], sites[0], inner[1])):
        mac = f"02:00:5e:00:53:{site.number:02x}" if kind in ("geneve", "gretap") else None
        servers.tunnel(site, kind, device, site.v4, other.v4, *arguments, mtu=mtu, mac=mac)
        site.give(device, addresses)
    return sites


@scene("geneve.pcap", "Ethernet", "Ethernet in Geneve (VNI 200) between two hosts, with ARP and ICMP inside",
       "nginx, dnsmasq, curl, dig, ping; Geneve by helpers/tunneld.py",
       "inner: 53/udp, 80/tcp, 443/tcp; outer: 6081/udp on both ends, VNI 200")
def geneve(lab, path):
    sites = user_space_tunnel(lab, "geneve", "geneve200", "200")
    return through_tunnel(lab, path, sites) + udp_tunnel_rows(sites, 6081, "geneve")


@scene("gre.pcap", "Ethernet", "IPv4 and IPv6 in GRE, and beside it Ethernet in GRE with key 42",
       "nginx, dnsmasq, curl, dig, ping; GRE by helpers/tunneld.py",
       "GRE is looked through always: 53/udp, 80/tcp, 443/tcp on four inner addresses")
def gre(lab, path):
    bridged = (("203.0.113.1", "2001:db8:203::1"), ("203.0.113.2", "2001:db8:203::2"))
    sites = user_space_tunnel(lab, "gre", "gre1")
    user_space_tunnel(lab, "gretap", "gretap1", "42", inner=bridged, sites=sites)
    start_inner_services(sites[0])
    lab.settle(2.5)
    with tcpdump(lab.switch, "lan", path):
        for server in (INNER[0], bridged[0]):
            use_inner_services(sites[1], server)
            sites[1].run("ping", "-c", "2", "-i", "0.2", server[0])
    return inner_rows(INNER[0], [INNER[1]]) + inner_rows(bridged[0], [bridged[1]])


@scene("6in4.pcap", "Ethernet", "IPv6 in IPv4 (protocol 41), as a sit tunnel does it",
       "nginx, dnsmasq, curl, dig, ping; the tunnel by helpers/tunneld.py", "looked through always: inner IPv6 ports")
def six_in_four(lab, path):
    only_v6 = tuple(("", addresses[1]) for addresses in INNER)
    return through_tunnel(lab, path, user_space_tunnel(lab, "sit", "sit1", inner=only_v6), *only_v6)


@scene("ipip.pcap", "Ethernet", "IPv4 in IPv4 (protocol 4)",
       "nginx, dnsmasq, curl, dig, ping; the tunnel by helpers/tunneld.py", "looked through always: inner IPv4 ports")
def ip_in_ip(lab, path):
    only_v4 = tuple((addresses[0], "") for addresses in INNER)
    return through_tunnel(lab, path, user_space_tunnel(lab, "ipip", "ipip1", inner=only_v4), *only_v4)
