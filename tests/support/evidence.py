# SPDX-License-Identifier: BSD-3-Clause
"""What packets prove about who is the server, worked out from the packets alone.

Evidence about a flow, best first; the first kind that names one end, and one only, counts:
  handshake  a SYN without ACK goes to the server; a SYN with ACK comes from it (neither with RST or FIN), and so does
             an RST with ACK, sequence number 0 and no data, which refuses a SYN (RFC 9293 section 3.10.7.1).
             Where both ends sent a SYN, the one that also sent a SYN with ACK is the server.
  payload    DNS (RFC 1035) by its QR bit, NTP (RFC 5905) by mode 3 or 4, DHCP (RFC 2131) by its op, beside their ports;
             HTTP/1 (RFC 9112) by method or status line, TLS (RFC 8446) by client or server hello, SMTP (RFC 5321) on 25
             and 587 by EHLO or a 220 line.  What more packets say counts.
  listener   another flow's handshake or payload shows that one of the two ends is a server, and that server sent
             something but RST there: it was answered.
  icmp       an ICMP port unreachable quotes a packet of this flow to an end that sent nothing itself: the server.
  group      one end is a multicast or the broadcast address.
"""

import collections
import ipaddress

from dissect import ACK, FIN, RST, SYN

HTTP_METHODS = (b"GET ", b"POST ", b"HEAD ", b"PUT ", b"OPTIONS ")
SMTP_PORTS = (25, 587)
BROADCAST = ipaddress.ip_address("255.255.255.255")
DHCP_COOKIE = b"\x63\x82\x53\x63"


# --- one packet ------------------------------------------------------------------


def by_handshake(segment):
    if segment.protocol != "tcp":
        return None
    if segment.flags & (SYN | FIN | RST | ACK) == RST | ACK and segment.sequence == 0 and not segment.payload:
        return segment.source
    if not segment.flags & SYN or segment.flags & (RST | FIN):
        return None
    return segment.source if segment.flags & ACK else segment.destination


def is_request(segment):
    """True: the payload asks, False: it answers, None: it does not tell."""
    payload, ports = segment.payload, (segment.source.port, segment.destination.port)
    if 53 in ports:
        message = payload[2:] if segment.protocol == "tcp" else payload
        return not message[2] & 0x80 if len(message) >= 12 else None
    if segment.protocol == "udp":
        if 123 in ports and len(payload) >= 48:
            return {3: True, 4: False}.get(payload[0] & 7)
        if 67 in ports and payload[236:240] == DHCP_COOKIE:
            return {1: True, 2: False}.get(payload[0])
        return None
    if segment.protocol != "tcp":
        return None
    if payload.startswith(HTTP_METHODS) and b" HTTP/1." in payload:
        return True
    if payload.startswith(b"HTTP/1."):
        return False
    if payload[:2] == b"\x16\x03" and len(payload) > 5:
        return {1: True, 2: False}.get(payload[5])
    if set(ports) & set(SMTP_PORTS) and payload[:5] in (b"EHLO ", b"220 m"):
        return payload[:5] == b"EHLO "
    return None


def by_payload(segment):
    asks = is_request(segment)
    return None if asks is None else segment.destination if asks else segment.source


def is_group(end):
    return end.address.is_multicast or end.address == BROADCAST


# --- all packets -----------------------------------------------------------------


class Evidence:
    """Of all packets of a capture, as dissect.frame() found them, in any order."""

    def __init__(self, found):
        self.handshakes, self.payloads, self.quotes = (collections.defaultdict(collections.Counter) for _ in range(3))
        self.flows, self.answering = set(), collections.defaultdict(set)
        for segment in (one.segment for one in found if one.segment):
            self.flows.add(segment.flow)
            if not segment.flags & RST:
                self.answering[segment.flow].add(segment.source)
            handshake, payload = by_handshake(segment), by_payload(segment)
            if handshake:
                self.handshakes[segment.flow][handshake] += 1000 if segment.flags & SYN and segment.flags & ACK else 1
            if payload:
                self.payloads[segment.flow][payload] += 1
        for quoted in (one.refused for one in found if one.refused):
            self.quotes[quoted.flow][quoted.destination] += 1
        known = ((flow, self.own(flow)[1]) for flow in self.flows)
        self.listeners = {(flow[0], server) for flow, server in known if server in self.answering[flow]}

    def own(self, flow):
        """(kind, server) by the flow's own handshake or payload, (None, None) when there is none."""
        for kind, votes in (("handshake", self.handshakes), ("payload", self.payloads)):
            counts = votes[flow].most_common(2) if flow in votes else []
            if counts and (len(counts) == 1 or counts[0][1] > counts[1][1]):
                return kind, counts[0][0]
        return None, None

    def of(self, flow):
        """(kind, server) of a flow, (None, None) when nothing proves it."""
        kind, server = self.own(flow)
        if server:
            return kind, server
        candidates = {
            "listener": [end for end in flow[1] if (flow[0], end) in self.listeners],
            "icmp": [end for end in self.quotes.get(flow, ()) if end not in self.answering[flow]],
            "group": [end for end in flow[1] if is_group(end)],
        }
        for kind, ends in candidates.items():
            if len(ends) == 1:
                return kind, ends[0]
        return None, None
