# SPDX-License-Identifier: BSD-3-Clause
"""The command lines under which calls are made to fail: every input, output and road that allocates, reads or writes."""

import gzip
import lzma

from fault import Case  # first: it knows where the others are

from capfile import PCAP_HEADER
from program import PCAPS

WEB, DNS, OFFICE = PCAPS / "web.pcap", PCAPS / "dns.pcap", PCAPS / "office.pcapng"


def long_capture(times=5):
    """Five blocks of the reader: enough for several threads, and for a thread that unpacks."""
    data = WEB.read_bytes()
    return data + (times - 1) * data[PCAP_HEADER:]


def make_inputs(folder):
    """Captures that the bundled ones do not offer: long ones, and a folder of several."""
    long = long_capture()
    (folder / "long.pcap").write_bytes(long)
    (folder / "long.pcap.gz").write_bytes(gzip.compress(long, 1))
    (folder / "long.pcap.xz").write_bytes(lzma.compress(long, preset=0))
    several = folder / "several"
    several.mkdir()
    for name in ("ntp.pcap", "udplite.pcap", "mirrored.pcap.gz", "two-clocks.pcap.xz"):
        (several / name).write_bytes((PCAPS / name).read_bytes())


def cases(folder):
    """All of them. The first ones bring most of the places from which memory is asked for."""
    long = folder / "long.pcap"
    return [
        Case("pcap, one thread", ["-r", WEB, "--threads", "1"]),
        Case("pcap, two threads", ["-r", long, "--threads", "2", "--view", "flows"]),
        Case("pcapng, four threads", ["-r", OFFICE, "--threads", "4"], form="text"),
        Case("gzip", ["-r", PCAPS / "ssh.pcap.gz"]),
        Case("gzip, unpacked ahead", ["-r", folder / "long.pcap.gz", "--threads", "2"]),
        Case("zstd", ["-r", PCAPS / "scan.pcap.zst"], form="csv"),
        Case("xz", ["-r", PCAPS / "fragments.pcap.xz"]),
        Case("xz, unpacked ahead", ["-r", folder / "long.pcap.xz", "--view", "hosts"]),
        Case("bzip2", ["-r", PCAPS / "fragments-reversed.pcap.bz2", "--threads", "1"]),
        Case("lz4", ["-r", PCAPS / "vxlan.pcap.lz4"]),
        Case("a pipe", ["-r", "-", "--threads", "2"], stdin=WEB.read_bytes()),
        Case("a packed pipe", ["-r", "-"], stdin=gzip.compress(DNS.read_bytes())),
        Case("several, merged", ["-r", WEB, "-r", DNS, "-r", PCAPS / "two-interfaces.pcapng"]),
        Case("a folder", ["-r", folder / "several", "--threads", "2"], form="jsonl"),
        Case("libpcap's reader", ["-r", DNS, "--reader", "libpcap"]),
        Case("a filter", ["-r", WEB, "tcp", "port", "http"]),
        Case("the first packets", ["-r", WEB, "-c", "300", "--tunnels", "outer"]),
        Case("intervals", ["-r", WEB, "-t", "50ms"], form="jsonl", streams=True),
        Case("intervals as text", ["-r", DNS, "-t", "200ms"], form="text", streams=True),
        Case("intervals into a file", ["-r", DNS, "-t", "200ms"], form="csv", output="report.csv", streams=True),
        Case("bounded memory", ["-r", OFFICE, "--max-memory", "64M", "--view", "services"]),
        Case("all tables", ["-r", PCAPS / "vlan.pcap", "--top", "0", "--local", "10.0.0.0/8"], form="jsonl"),
        Case("findings", ["-r", PCAPS / "scan.pcap.zst", "--view", "findings"], form="text"),
        Case("-o", ["-r", DNS, "--threads", "1"], output="report.json"),
        Case("-o as text", ["-r", DNS], form="text", output="report.txt"),
        Case("-w", ["-r", DNS], saved="saved.pcapng"),
        Case("-w, several inputs", ["-r", PCAPS / "two-interfaces.pcapng", "-r", DNS], saved="saved.pcapng"),
        Case("-w, gzip", ["-r", DNS], saved="saved.pcapng.gz"),
        Case("-w, zstd, and -o", ["-r", DNS], saved="saved.pcapng.zst", output="report.json"),
        Case("no sandbox", ["-r", DNS, "--sandbox", "off"]),
    ]


def answers():
    """What the program tells of itself."""
    return [
        Case("--help", ["--help"], form=""),
        Case("--version", ["--version"], form=""),
        Case("--completion", ["--completion", "bash"], form=""),
        Case("-D", ["-D"], form="json"),
        Case("--show-sandbox", ["--show-sandbox", "-r", "x.pcap", "-o", "x"], form="", partial=True),
    ]
