# SPDX-License-Identifier: BSD-3-Clause
"""Small edits of finished capture files: fragments in reverse order, another clock for what one host sent, and no
description of the recording machine.

Only little-endian classic pcap and pcapng as tcpdump and dumpcap write them on this machine; anything else is
refused. Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
"""

import struct

from .lab import RecordError

PCAP_MAGIC = 0xA1B2C3D4
PCAPNG_SECTION, PCAPNG_INTERFACE, PCAPNG_ORDER = 0x0A0D0D0A, 1, 0x1A2B3C4D
KEPT_INTERFACE_OPTIONS = {2, 9, 11}  # if_name, if_tsresol, if_filter
ETHERNET, ETH_P_IP, ETH_P_IPV6 = 14, 0x0800, 0x86DD
IPPROTO_FRAGMENT = 44


def fragment_of(frame):
    """(datagram, offset) of an Ethernet frame with an IP fragment in it, else None; offset in units of 8 bytes."""
    kind = struct.unpack_from("!H", frame, 12)[0]
    packet = frame[ETHERNET:]
    if kind == ETH_P_IP:
        ident, flags = struct.unpack_from("!HH", packet, 4)
        if flags & 0x3FFF:
            return (packet[12:20], packet[9], ident), flags & 0x1FFF
    elif kind == ETH_P_IPV6 and packet[6] == IPPROTO_FRAGMENT:
        offset, ident = struct.unpack_from("!HI", packet, 42)
        return (packet[8:40], packet[40], ident), offset >> 3
    return None


def read_pcap(path):
    """(file header, list of (seconds, fraction, original length, frame)) of a classic pcap file."""
    with open(path, "rb") as file:
        data = file.read()
    if struct.unpack_from("<I", data)[0] != PCAP_MAGIC:
        raise RecordError(f"cannot edit {path}: it is not a little-endian pcap file with microseconds")
    records, at = [], 24
    while at < len(data):
        seconds, fraction, captured, original = struct.unpack_from("<4I", data, at)
        records.append((seconds, fraction, original, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return data[:24], records


def write_pcap(path, header, records):
    """The opposite of read_pcap."""
    with open(path, "wb") as file:
        file.write(header)
        for seconds, fraction, original, frame in records:
            file.write(struct.pack("<4I", seconds, fraction, len(frame), original) + frame)


def reverse_fragments(path):
    """Put the fragments of every datagram in reverse order. Times stay where they are, so the file stays in order."""
    header, records = read_pcap(path)
    groups = {}
    for index, record in enumerate(records):
        fragment = fragment_of(record[3])
        if fragment is not None:
            groups.setdefault(fragment[0], []).append(index)
    order = list(range(len(records)))
    for places in groups.values():
        for place, source in zip(places, reversed(places)):
            order[place] = source
    write_pcap(path, header, [(*records[place][:2], *records[source][2:]) for place, source in enumerate(order)])


def set_clock_back(path, mac, milliseconds):
    """Make the times of all frames that `mac` sent earlier. The order of the file stays."""
    sender, earlier = bytes.fromhex(mac.replace(":", "")), milliseconds * 1000
    header, records = read_pcap(path)
    for index, (seconds, fraction, original, frame) in enumerate(records):
        if frame[6:12] == sender:
            seconds, fraction = divmod(seconds * 1_000_000 + fraction - earlier, 1_000_000)
            records[index] = (seconds, fraction, original, frame)
    write_pcap(path, header, records)


def strip_machine_details(path):
    """Remove from a pcapng file what describes the recording machine (processor, kernel, program versions)."""
    with open(path, "rb") as file:
        data = file.read()
    kept, at = [], 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if at == 0 and (kind, struct.unpack_from("<I", data, 8)[0]) != (PCAPNG_SECTION, PCAPNG_ORDER):
            raise RecordError(f"cannot clean {path}: it is not a little-endian pcapng file")
        block = data[at:at + length]
        if kind == PCAPNG_SECTION:
            block = with_options(block, 24, set())
        elif kind == PCAPNG_INTERFACE:
            block = with_options(block, 16, KEPT_INTERFACE_OPTIONS)
        kept.append(block)
        at += length
    with open(path, "wb") as file:
        file.write(b"".join(kept))


def with_options(block, fixed, wanted):
    """The block with only the options whose codes are wanted; `fixed` is the size of what stands before them."""
    options, at = b"", fixed
    while at + 4 <= len(block) - 4:
        code, length = struct.unpack_from("<HH", block, at)
        end = at + 4 + (length + 3) // 4 * 4
        if code in wanted:
            options += block[at:end]
        at = end
    if options:
        options += struct.pack("<HH", 0, 0)
    total = struct.pack("<I", fixed + len(options) + 4)
    return block[:4] + total + block[8:fixed] + options + total
