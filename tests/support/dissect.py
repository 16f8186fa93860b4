# SPDX-License-Identifier: BSD-3-Clause
"""The ports of a frame, found a second time and with other code than the program's.

Looks through what the bundled captures hold: Ethernet, VLAN tags, Linux cooked v2, raw IP, IPv4, IPv6, IP in IP, GRE,
VXLAN, Geneve.  The innermost ports count; ports of a tunnel count when there are none inside.  Later fragments, cut
headers and everything else have no ports here.
"""

import ipaddress
import struct
from typing import NamedTuple

LINK_ETHERNET, LINK_RAW, LINK_SLL2 = 1, 101, 276
TRANSPORTS = {6: "tcp", 17: "udp", 132: "sctp", 136: "udplite"}
TAGS = (0x8100, 0x88A8)
VXLAN_PORT, GENEVE_PORT = 4789, 6081
FIN, SYN, RST, ACK = 1, 2, 4, 16


class End(NamedTuple):
    address: object  # of ipaddress
    port: int


class Segment(NamedTuple):
    protocol: str
    source: End
    destination: End
    flags: int  # of TCP; 0 where they are cut off
    sequence: int  # of TCP
    payload: bytes  # as far as captured

    @property
    def flow(self):
        return self.protocol, frozenset((self.source, self.destination))


class Found(NamedTuple):
    segment: object = None  # Segment
    refused: object = None  # Segment that an ICMP error quotes


def frame(link_type, data):
    """What a frame holds, as Found."""
    try:
        if link_type == LINK_ETHERNET:
            return ethernet(data)
        if link_type == LINK_SLL2:
            return network(int.from_bytes(data[:2], "big"), data[20:])
        if link_type == LINK_RAW:
            return ip(data)
    except (IndexError, struct.error):
        return Found()
    raise ValueError(f"link type {link_type} is not expected here")


def ethernet(data):
    kind, at = struct.unpack_from("!H", data, 12)[0], 14
    while kind in TAGS:
        kind, at = struct.unpack_from("!H", data, at + 2)[0], at + 4
    return network(kind, data[at:])


def network(kind, data):
    return ip(data) if kind in (0x0800, 0x86DD) else Found()


def ip(data):
    if data[0] >> 4 == 4:
        length, fragment = struct.unpack_from("!H2xH", data, 2)
        if fragment & 0x1FFF:
            return Found()
        data = data[: length or len(data)]
        addresses = [ipaddress.ip_address(data[at : at + 4]) for at in (12, 16)]
        return transport(data[9], addresses, data[(data[0] & 15) * 4 :])
    addresses = [ipaddress.ip_address(data[at : at + 16]) for at in (8, 24)]
    length = struct.unpack_from("!H", data, 4)[0]
    data, following, at = data[: 40 + length if length else len(data)], data[6], 40
    while following in (0, 43, 44, 60):
        if following == 44 and struct.unpack_from("!H", data, at + 2)[0] & 0xFFF8:
            return Found()
        size = 8 if following == 44 else 8 + data[at + 1] * 8
        following, at = data[at], at + size
    return transport(following, addresses, data[at:])


def transport(protocol, addresses, data):
    if protocol in (4, 41):
        return ip(data)
    if protocol == 47:
        return gre(data)
    if (protocol, data[0]) in ((1, 3), (58, 1)):
        return Found(refused=ip(data[8:]).segment)
    if protocol not in TRANSPORTS:
        return Found()
    ends = [End(address, port) for address, port in zip(addresses, struct.unpack_from("!HH", data))]
    if protocol == 6:
        whole = len(data) > 13
        flags, payload = (data[13], data[(data[12] >> 4) * 4 :]) if whole else (0, b"")
    else:
        flags, payload = 0, data[12 if protocol == 132 else 8 :]
    sequence = int.from_bytes(data[4:8], "big") if protocol == 6 else 0
    outer = Segment(TRANSPORTS[protocol], *ends, flags, sequence, payload)
    inner = tunnelled(outer) if protocol == 17 else None
    return inner if inner and inner.segment else Found(outer)


def gre(data):
    flags, kind = struct.unpack_from("!HH", data)
    at = 4 + sum(4 for bit in (0x8000, 0x2000, 0x1000) if flags & bit)
    return ethernet(data[at:]) if kind == 0x6558 else network(kind, data[at:])


def tunnelled(outer):
    port, data = outer.destination.port, outer.payload
    if port == VXLAN_PORT:
        return ethernet(data[8:])
    if port == GENEVE_PORT:
        return ethernet(data[8 + (data[0] & 63) * 4 :])
    return None
