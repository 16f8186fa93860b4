#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A tunnel end point in user space, for kernels without the VLAN, GRE, sit, ipip or Geneve device.

It makes a TUN or TAP device; what programs send there is wrapped and sent on, and the reverse. Only the tunnel
header is made here: the packets inside come from the kernel's stack, and so do the outer IP and UDP headers
(raw and UDP sockets). Formats: IEEE 802.1Q and 802.1ad tags, RFC 2784/2890 (GRE), RFC 4213 (IPv6 in IPv4),
RFC 2003 (IP in IP), RFC 8926 (Geneve). Meant for a handful of packets in a laboratory, not for use.

usage: tunneld.py vlan   DEVICE ETH TPID:VID[,TPID:VID]
       tunneld.py gre    DEVICE LOCAL REMOTE [KEY]      (TUN: IPv4 and IPv6 in GRE)
       tunneld.py gretap DEVICE LOCAL REMOTE [KEY]      (TAP: Ethernet in GRE)
       tunneld.py sit    DEVICE LOCAL REMOTE
       tunneld.py ipip   DEVICE LOCAL REMOTE
       tunneld.py geneve DEVICE LOCAL REMOTE VNI
"""

import fcntl
import selectors
import socket
import struct
import sys
import zlib

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_TAP, IFF_NO_PI = 1, 2, 0x1000
ETH_P_ALL = 3
ETH_P_IP, ETH_P_IPV6, ETH_P_TEB = 0x0800, 0x86DD, 0x6558
SOL_PACKET, PACKET_AUXDATA, PACKET_OUTGOING = 263, 8, 4
TP_STATUS_VLAN_VALID = 1 << 4
IPPROTO_IPIP, IPPROTO_IPV6, IPPROTO_GRE = 4, 41, 47
GENEVE_PORT = 6081
MAX_PACKET = 65536


def open_device(name, flags):
    """Create the TUN or TAP device `name` in this namespace; returns an unbuffered file."""
    device = open("/dev/net/tun", "r+b", buffering=0)  # pylint: disable=consider-using-with
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags | IFF_NO_PI))
    return device


def ether_type(packet):
    """EtherType of an IP packet, by its version; None for anything else."""
    return {4: ETH_P_IP, 6: ETH_P_IPV6}.get(packet[0] >> 4) if packet else None


class Vlan:
    """Tagged frames on an Ethernet device: the tags in order, outermost first, as 4-byte strings."""

    flags = IFF_TAP

    def __init__(self, eth, tags):
        pairs = [tag.split(":") for tag in tags.split(",")]
        self.tags = b"".join(struct.pack("!HH", int(tpid, 16), int(vid)) for tpid, vid in pairs)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.socket.bind((eth, ETH_P_ALL))

    def send(self, frame):
        self.socket.send(frame[:12] + self.tags + frame[12:])

    def receive(self):
        frame, ancillary, _, address = self.socket.recvmsg(MAX_PACKET, 256)
        if address[2] == PACKET_OUTGOING:
            return None
        for level, kind, data in ancillary:
            if level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", data[:20])
                if status & TP_STATUS_VLAN_VALID:  # the kernel took the outer tag out of the frame
                    frame = frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
        end = 12 + len(self.tags)
        return frame[:12] + frame[end:] if frame[12:end] == self.tags else None


class RawIp:
    """Anything straight in IPv4: the kernel makes the IPv4 header for an IP protocol number."""

    flags = IFF_TUN
    protocol = IPPROTO_IPIP

    def __init__(self, local, remote):
        self.remote = remote
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, self.protocol)
        self.socket.bind((local, 0))

    def wrap(self, packet):
        return packet if ether_type(packet) == ETH_P_IP else None

    def unwrap(self, packet):
        return packet

    def send(self, packet):
        wrapped = self.wrap(packet)
        if wrapped is not None:
            self.socket.sendto(wrapped, (self.remote, 0))

    def receive(self):
        packet, address = self.socket.recvfrom(MAX_PACKET)
        header = (packet[0] & 15) * 4
        return self.unwrap(packet[header:]) if address[0] == self.remote else None


class Sit(RawIp):
    """IPv6 in IPv4."""

    protocol = IPPROTO_IPV6

    def wrap(self, packet):
        return packet if ether_type(packet) == ETH_P_IPV6 else None


class Gre(RawIp):
    """IPv4 and IPv6 in GRE, with a key when one is given."""

    protocol = IPPROTO_GRE

    def __init__(self, local, remote, key=None):
        super().__init__(local, remote)
        self.head = struct.pack("!H", 0x2000 if key else 0)
        self.tail = struct.pack("!I", int(key)) if key else b""

    def wrap(self, packet):
        kind = ether_type(packet)
        return None if kind is None else self.head + struct.pack("!H", kind) + self.tail + packet

    def unwrap(self, packet):
        size = 4 + len(self.tail)
        return packet[size:] if packet[:2] == self.head and packet[4:size] == self.tail else None


class GreTap(Gre):
    """Ethernet in GRE."""

    flags = IFF_TAP

    def wrap(self, packet):
        return self.head + struct.pack("!H", ETH_P_TEB) + self.tail + packet


class Geneve:
    """Ethernet in Geneve; the source port says which flow is inside, as RFC 8926 section 3.3 asks."""

    flags = IFF_TAP

    def __init__(self, local, remote, vni):
        self.local, self.remote = local, remote
        self.header = struct.pack("!BBHI", 0, 0, ETH_P_TEB, int(vni) << 8)
        self.senders = {}
        self.socket = self.bound(GENEVE_PORT)

    def bound(self, port):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((self.local, port))
        return sock

    def send(self, frame):
        port = 49152 + zlib.crc32(frame[:12] + frame[26:38]) % 16384
        if port not in self.senders:
            self.senders[port] = self.bound(port)
        self.senders[port].sendto(self.header + frame, (self.remote, GENEVE_PORT))

    def receive(self):
        packet, address = self.socket.recvfrom(MAX_PACKET)
        return packet[8:] if address[0] == self.remote and packet[:8] == self.header else None


KINDS = {"vlan": Vlan, "gre": Gre, "gretap": GreTap, "sit": Sit, "ipip": RawIp, "geneve": Geneve}


def main():
    kind, name, *arguments = sys.argv[1:]
    tunnel = KINDS[kind](*arguments)
    device = open_device(name, tunnel.flags)
    selector = selectors.DefaultSelector()
    selector.register(device, selectors.EVENT_READ)
    selector.register(tunnel.socket, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is device:
                tunnel.send(device.read(MAX_PACKET))
                continue
            packet = tunnel.receive()
            if packet:
                device.write(packet)


if __name__ == "__main__":
    main()
