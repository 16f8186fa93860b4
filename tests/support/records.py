# SPDX-License-Identifier: BSD-3-Clause
"""Captures as lists of records that tests cut, turn round and write again.

Reads pcap (draft-ietf-opsawg-pcap) and the blocks of pcapng (draft-ietf-opsawg-pcapng) that well-formed recordings
have; writes pcapng, because one file then holds several link types and nanoseconds.  Refuses other byte orders and
other blocks: it is not made for hostile files.
"""

import struct
from dataclasses import dataclass, replace

NANOSECONDS = 10**9
SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
IGNORED_BLOCKS = (4, 5)  # names, statistics
RESOLUTION_OPTION = 9
PCAP_UNITS = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}


@dataclass(frozen=True)
class Record:
    time: int  # nanoseconds since 1970
    interface: int
    original: int  # bytes on the wire
    data: bytes


@dataclass(frozen=True)
class Capture:
    interfaces: list  # (link type, snapshot length)
    records: list

    def link_type(self, record):
        return self.interfaces[record.interface][0]

    def of(self, records):
        """The same interfaces with other records."""
        return replace(self, records=list(records))


# --- reading ---------------------------------------------------------------------


def parse(data):
    """A Capture of a little-endian pcap or pcapng file's bytes."""
    first = struct.unpack_from("<I", data)[0]
    if first in PCAP_UNITS:
        return parse_pcap(data, PCAP_UNITS[first])
    if first == SECTION:
        return parse_pcapng(data)
    raise ValueError(f"neither pcap nor pcapng, begins with {first:#010x}")


def parse_pcap(data, unit):
    snapshot_length, link_type = struct.unpack_from("<II", data, 16)
    records, at = [], 24
    while at < len(data):
        seconds, fraction, captured, original = struct.unpack_from("<IIII", data, at)
        at += 16
        time = seconds * NANOSECONDS + fraction * unit
        records.append(Record(time, 0, original, data[at : at + captured]))
        at += captured
    return Capture([(link_type, snapshot_length)], records)


def parse_pcapng(data):
    interfaces, units, records, at = [], [], [], 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = data[at + 8 : at + length - 4]
        at += length
        if kind == INTERFACE:
            link_type, _, snapshot_length = struct.unpack_from("<HHI", body)
            interfaces.append((link_type, snapshot_length))
            units.append(unit_of(body[8:]))
        elif kind == PACKET:
            interface, high, low, captured, original = struct.unpack_from("<IIIII", body)
            time = (high << 32 | low) * units[interface]
            records.append(Record(time, interface, original, body[20 : 20 + captured]))
        elif kind == SECTION and not interfaces:
            continue
        elif kind not in IGNORED_BLOCKS:
            raise ValueError(f"a pcapng block of kind {kind:#x} is not expected here")
    return Capture(interfaces, records)


def unit_of(options):
    """Nanoseconds in one tick of an interface's clock."""
    at = 0
    while at + 4 <= len(options):
        code, length = struct.unpack_from("<HH", options, at)
        if code == RESOLUTION_OPTION:
            return 10 ** (9 - options[at + 4])
        at += 4 + length + -length % 4
    return 1000


# --- writing ---------------------------------------------------------------------


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def pcapng(capture):
    """The capture as pcapng bytes, times in nanoseconds."""
    out = [block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    clock = struct.pack("<HHBxxx", RESOLUTION_OPTION, 1, 9) + struct.pack("<HH", 0, 0)
    for link_type, snapshot_length in capture.interfaces:
        out.append(block(INTERFACE, struct.pack("<HHI", link_type, 0, snapshot_length) + clock))
    for record in capture.records:
        words = (record.interface, record.time >> 32, record.time & 0xFFFFFFFF, len(record.data), record.original)
        out.append(block(PACKET, struct.pack("<IIIII", *words) + record.data))
    return b"".join(out)
