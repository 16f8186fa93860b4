#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes seeds for the fuzz targets, out of captures where there are some.

usage: seeds.py PCAPS_FOLDER CORPUS_FOLDER [BUILD_FOLDER]

Reads plain pcap and pcapng files and those packed by gzip, bzip2 or xz; others are passed over. Of all frames it takes
one of each kind: link type and the headers' first numbers. Writes a folder for each target into CORPUS_FOLDER, in place
of what was there. With a folder in which the targets were built for libFuzzer, only those seeds are kept that reach what no
other one reaches, beside one for each link type.
"""

import bz2
import gzip
import lzma
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

FRAME_MAX = 160  # a seed holds no more of a frame
SEEDS_MAX = 60
PARSED_BY_LIBRARIES = ("filter", "stream")  # where what is reached cannot be seen
PAYLOAD_MAX = 200
CAPTURE_MAX = 2000


def unpack(path):
    data = path.read_bytes()
    for magic, opener in ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ", lzma.decompress)):
        if data.startswith(magic):
            return opener(data)
    return data


def pcap_frames(data, order):
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        captured = struct.unpack_from(order + "I", data, at + 8)[0]
        yield link, data[at + 16 : at + 16 + captured]
        at += 16 + captured


def pcapng_frames(data):
    links, at = [], 0
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 1:
            links.append(struct.unpack_from("<H", data, at + 8)[0])
        elif kind == 6:
            interface, captured = struct.unpack_from("<I8xI", data, at + 8)
            yield links[interface], data[at + 28 : at + 28 + captured]
        at += max(size, 12)


def frames(data):
    if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        return pcap_frames(data, "<")
    if data[:4] in (b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d"):
        return pcap_frames(data, ">")
    if data[:4] == b"\n\r\r\n" and data[8:12] == b"\x4d\x3c\x2b\x1a":
        return pcapng_frames(data)
    return iter(())


def kind_of(link, frame):
    """Frames that look alike at the places where headers have their types."""
    return link, frame[12:16], frame[20:22], frame[23:24], frame[36:38] if frame[12:14] == b"\x08\x00" else b""


def captured_frames(folder):
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".py", ".md", ".tsv") and path.is_file():
            yield from frames(unpack(path))


def decode_seeds(folder):
    found = {}
    for link, frame in captured_frames(folder):
        found.setdefault(kind_of(link, frame), (link, frame[:FRAME_MAX]))
    step = max(1, -(-len(found) // SEEDS_MAX))
    for number, (link, frame) in enumerate(list(found.values())[::step]):
        yield bytes([7 | number % 2 * 8]) + struct.pack("<H", link | 0x8000) + bytes([number]) + frame


def link_types():
    """Number and step of every link type that has a name."""
    text = (pathlib.Path(__file__).resolve().parent.parent / "src/decode/link_types.def").read_text()
    return [(int(number), step) for number, step in re.findall(r'^PS_LINK\((\d+), ".*, (\w+)\)$', text, re.M)]


def link_seeds():
    """A frame for each link type: where there is a decoder, one with ports."""
    for link, step in link_types():
        ip = IPV6 if step == "IPV6" else IPV4
        frame = bytes(8) if step == "NONE" else bytes.fromhex(LINKS[step]) + ip
        yield f"link{link:03}", b"\x07" + struct.pack("<H", link | 0x8000) + b"\0" + frame


def fragment_seeds():
    """First byte of a packet: 1 ports, 2 later, 4 and 8 first fragments, 16 and 32 how many hold the ports."""
    first, later, nested = b"\x15\x08", b"\x02\x01", b"\x17\x0a"
    yield b"\x02" + first + later + later
    yield b"\x01" + later + later + first
    yield b"\x02" + later + nested + later + b"\x15\x10" + later
    yield b"\x03" + b"\x17\x0a" + b"\x17\x11" + later + b"\x02\x02"  # a circle
    yield b"\x01" + b"\x1b\x51" + b"\x07\x09" + later + first


def payloads(folder):
    """The first payloads of TCP and UDP ports over IPv4 and Ethernet, each with its ports as they are on the wire."""
    found = {}
    for link, frame in captured_frames(folder):
        if link != 1 or frame[12:15] != b"\x08\x00\x45" or frame[23] not in (6, 17):
            continue
        at = 34 + (8 if frame[23] == 17 else 4 * (frame[46] >> 4) if len(frame) > 46 else 20)
        payload = frame[at : 14 + int.from_bytes(frame[16:18], "big")]
        kind = frame[23], min(frame[34:36], frame[36:38]), payload[:2]
        if payload:
            found.setdefault(kind, (frame[34:38], payload[:PAYLOAD_MAX]))
    return list(found.values())


def signature_seeds(folder):
    found = payloads(folder)
    for ports, payload in found[:: max(1, -(-len(found) // SEEDS_MAX))]:
        yield b"\x01" + ports + payload


def application_seeds():
    """The samples of the tests as they are; the last byte says which."""
    return (bytes(7) + bytes([which]) for which in range(0, 256, 3))


def option_seeds():
    for line in OPTION_LINES:
        yield b"\n".join(word.encode() for word in line.split())


def small_capture():
    frame = bytes.fromhex("020000000002020000000001080045000021000100004011000a0a0000010a000002003503e8000d0000") + b"hello"
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    return header + 3 * (struct.pack("<IIII", 1, 2, len(frame), len(frame)) + frame)


def stored_zstd(content):
    """RFC 8878: a frame with one raw block."""
    block = (len(content) << 3 | 1).to_bytes(3, "little") + content
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(content) & 255]) + block


def stored_lz4(content):
    """LZ4 frame format: independent blocks of 64 KiB, not compressed, no checksums."""
    return b"\x04\x22\x4d\x18\x60\x40\x82" + struct.pack("<I", len(content) | 1 << 31) + content + bytes(4)


def stream_seeds():
    """The first byte says how it is read: 128 ahead, 64 both libraries, the others sizes."""
    content = small_capture()
    one = [pack(content) for pack in PACKINGS]
    yield from (bytes([64 + 5 * n]) + packed for n, packed in enumerate(one))
    yield from (bytes([128 + 7 * n]) + PACKINGS[n - 1](packed) for n, packed in enumerate(one))
    yield from (b"\x5d" + packed + packed for packed in one)  # byte by byte
    yield b"\x47" + one[0][:-9]
    yield b"\x49" + one[2][:-20]
    yield b"\x0b" + content
    yield b"\x8d" + gzip.compress(content + bytes(100000), mtime=0)


def filter_seeds():
    """A number for the link type, the expression, and a packet."""
    packet = small_capture()[40:]
    for number, expression in enumerate(FILTERS):
        yield bytes([number % 11]) + expression.encode() + b"\0" + packet


def tunnel_seeds():
    """Pairs of a header's number in the target's list and a number for it, behind a byte of switches."""
    for number, headers in enumerate(TUNNELS):
        yield bytes([number % 4]) + b"".join(bytes([header, 7 + at]) for at, header in enumerate(headers))


def cut_captures(folder):
    """The beginning of each bundled capture that is not compressed: whole records, and the first bytes of one more."""
    for path in sorted(folder.iterdir()):
        if path.suffix in (".pcap", ".pcapng"):
            yield path.read_bytes()[:CAPTURE_MAX]


def whole_seeds(folder):
    """Behind two bytes of switches."""
    for number, capture in enumerate(cut_captures(folder)):
        yield bytes([(7 | number << 3) & 255, number * 5 & 255]) + capture[: CAPTURE_MAX // 2]
    for number, pack in enumerate(PACKINGS):
        yield bytes([7, number]) + pack(small_capture())


def report_seeds(folder):
    """Four bytes of options, name, damage and filter, and frames behind a length and a time."""
    names = (b"web.pcap", "st\u00f6rung.pcap".encode(), b"a\x1b[31m\r\n\x07.pcap", b'"a,b"\t\xff\xc2\x9b', b"")
    for number in range(24):
        frames = [frame[:120] for link, frame in captured_frames(folder) if link == 1][number * 7 :: 211][:6]
        body = b"".join(bytes([len(frame), 1 + 2 * at]) + frame for at, frame in enumerate(frames))
        texts = names[number % 5] + b"\0" + (names[2] if number % 3 == 0 else b"") + b"\0tcp port 80\0"
        yield bytes([number, 1 << number % 8, number // 8, number * 37 & 255]) + texts + body


IPV4 = bytes.fromhex("4500002c000040004006000a0a0000010a00000203e80050" + "00" * 8 + "5010" + "00" * 6) + b"GET "
IPV6 = bytes.fromhex("600000000010" + "1140" + "fd" + "00" * 14 + "01fd" + "00" * 14 + "02" + "03e8003500100000") + bytes(8)
ETHERNET = "020000000002020000000001" "0800"
SNAP = "aaaa03000000" "0800"
WLAN = "08010000" "020000000002" "020000000001" "020000000003" "0000" + SNAP
JUNIPER = "4d474300"

# Headers in front of an IP packet, by the step of src/decode/link_types.def.
LINKS = {
    "NULL_LOOPBACK": "02000000",
    "ETHERNET": ETHERNET,
    "TOKEN_RING": "1040" "020000000002020000000001" + SNAP,
    "ARCNET_BSD": "0102d4" "000001",
    "PPP_OR_HDLC": "ff03" "0021",
    "FDDI": "50" "020000000002020000000001" + SNAP,
    "RAW_IP": "",
    "PPPOE": "11000009002e" "0021",
    "LLC": SNAP,
    "CHDLC": "0f000800",
    "WLAN": WLAN,
    "ATM_CLIP": SNAP,
    "FRAME_RELAY": "184103cc",
    "LOOP_LOOPBACK": "00000002",
    "ENC": "00000002" + "00" * 8,
    "SLL": "00000001000600112233445500000800",
    "PFLOG": "3d020000" + "00" * 60,
    "PRISM": "00000044" + "00" * 140 + WLAN,
    "FIBRE_CHANNEL": "10000200000000021000020000000001" + SNAP,
    "SUNATM": "02000064" + SNAP,
    "RADIOTAP": "0000080000000000" + WLAN,
    "ARCNET_LINUX": "01020000d4" "000001",
    "JUNIPER_ATM1": JUNIPER + "00" * 4 + SNAP,
    "JUNIPER_ATM2": JUNIPER + "00" * 8 + SNAP,
    "FIREWIRE": "0200000000000001" "0200000000000002" "0800",
    "AVS": "8021100100000040" + "00" * 56 + WLAN,
    "PPP_PPPD": "0003" "0021",
    "JUNIPER_ETHERNET": JUNIPER + ETHERNET,
    "JUNIPER_PPP": JUNIPER + "ff030021",
    "JUNIPER_FRAME_RELAY": JUNIPER + "184103cc",
    "JUNIPER_CHDLC": JUNIPER + "0f000800",
    "PPI": "0000080001000000" + ETHERNET,
    "ERF": "0000000000000000" "0204" "0050" "0000003e" "0000" + ETHERNET,
    "PPP_WITH_DIRECTION": "01" "ff030021",
    "CHDLC_WITH_DIRECTION": "00" "0f000800",
    "FRAME_RELAY_WITH_DIRECTION": "01" "184103cc",
    "IPNET": "0102" + "00" * 22,
    "IPV4": "",
    "IPV6": "",
    "NFLOG": "02000000" "30000900",
    "IPOIB": "00" * 40 + "08000000",
    "PKTAP": "6c000000" "01000000" "01000000" + "00" * 96 + ETHERNET,
    "SLL2": "0800000000000002000100060011223344550000",
}

FILTERS = (
    "tcp port 80",
    "udp and port 53",
    "not ip6 and len > 60",
    "host 10.0.0.1 or net 10.0.0.0/8",
    "ether[12:2] = 0x0800",
    "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
    "vlan 5 and portrange 1-1024",
    "mpls and ip proto 47",
    "wlan type mgt",
    "sctp",
    "icmp[0] == 8",
    "tcp.port == 80",
    "80",
    "port https",
    "host nowhere",
    "ip[0] & 0xf > 5 and greater 100",
    "(((",
)

TUNNELS = (
    (0, 6, 14, 19, 0, 6, 27),
    (0, 1, 2, 6, 14, 19, 0, 7, 27),
    (0, 6, 15, 20, 0, 6, 28),
    (0, 7, 16, 21, 6, 29),
    (0, 6, 17, 31, 7, 27),
    (0, 3, 3, 6, 8, 6, 9, 7, 10, 11, 0, 6, 12, 0, 6, 13, 27),
    (0, 4, 6, 5, 6, 22, 27),
    (0, 6, 23, 27),
    (0, 7, 24, 27),
    (0, 7, 26, 25, 27),
    (0,) + (33,) * 9 + (6, 27),
    (0, 6) + (6,) * 30 + (27,),
    (0, 34, 34, 34, 6, 35, 6, 28),
)

PACKINGS = (
    lambda content: gzip.compress(content, mtime=0),
    bz2.compress,
    lzma.compress,
    lambda content: stored_zstd(content[:200]),
    stored_lz4,
)

OPTION_LINES = (
    "-r a.pcap",
    "--read=a.pcapng --view ports,pairs --top 0 --sort packets --format csv --no-header",
    "-r - --format json --units exact --tunnels outer --fragments header tcp port 80",
    "-i eth0 -i lo --interval 1s --duration 10m -s 128 -B 64M -p --immediate-mode",
    "-r a -w b.pcapng --rotate-size 10M --rotate-keep 3 --compress gzip --comment x",
    "-r a --tunnel-port vxlan=8472 --tunnel-port gtpu=2153 --local 10.0.0.0/8 --local 2001:db8::/32",
    "-r a --max-memory 256M --threads 4 --count 1000 -o out -S services -n -q",
    "--sandbox strict --user nobody -i any --self",
    "--view nothing",
    "--rea",
    "--no-such-option",
    "-nqr",
    "-D --format json",
    "-h",
    "--version",
    "-- -r",
)


def capture_seeds(folder, suffix):
    for path in sorted(folder.iterdir()):
        if path.suffix == suffix:
            yield path.read_bytes()[:CAPTURE_MAX]


def minimise(seeds, program):
    """Those of the seeds that reach what no other reaches, by libFuzzer."""
    with tempfile.TemporaryDirectory() as folder:
        all_of_them, kept = pathlib.Path(folder) / "all", pathlib.Path(folder) / "kept"
        all_of_them.mkdir()
        kept.mkdir()
        for number, seed in enumerate(seeds):
            (all_of_them / str(number)).write_bytes(seed)
        command = [program, "-merge=1", kept, all_of_them]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        found = {path.read_bytes() for path in kept.iterdir()}
    return [seed for seed in seeds if seed in found]


def write(folder, seeds):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, seed in seeds:
        (folder / name).write_bytes(seed)


def main():
    source, target = map(pathlib.Path, sys.argv[1:3])
    makers = {
        "application": application_seeds(),
        "decode": decode_seeds(source),
        "filter": filter_seeds(),
        "fragments": fragment_seeds(),
        "options": option_seeds(),
        "pcap": capture_seeds(source, ".pcap"),
        "pcapng": capture_seeds(source, ".pcapng"),
        "reports": report_seeds(source),
        "roads": cut_captures(source),
        "signatures": signature_seeds(source),
        "stream": stream_seeds(),
        "tunnels": tunnel_seeds(),
        "whole": whole_seeds(source),
    }
    for name, maker in makers.items():
        seeds = list(dict.fromkeys(maker))
        if len(sys.argv) > 3 and name not in PARSED_BY_LIBRARIES:
            seeds = minimise(seeds, pathlib.Path(sys.argv[3]) / "fuzz" / f"fuzz_{name}")
        named = [(f"seed{number:02}", seed) for number, seed in enumerate(seeds)]
        write(target / name, named + (list(link_seeds()) if name == "decode" else []))


if __name__ == "__main__":
    main()
