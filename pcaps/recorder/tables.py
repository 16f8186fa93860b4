# SPDX-License-Identifier: BSD-3-Clause
"""Writes what a reader of the captures needs: EXPECTED.tsv and the table in README.md."""

import os
import re
import subprocess
import tempfile

from .catalogue import SCENES, Expect
from .lab import command

TABLE_BEGIN, TABLE_END = "<!-- table: begin -->", "<!-- table: end -->"
EXPECTED_HEAD = """\
# Server ports of the bundled captures, known because the traffic was made. Written by record.py; one line per
# capture, protocol, server address, port and layer; fields are separated by one tab. Lines with # are comments.
#   capture   file name in this folder
#   protocol  tcp, udp, udplite, sctp
#   server    address of the server side, or the multicast group
#   port      server port, or a range A-B of ports that fared alike
#   service   what really spoke there, whatever the number says; - where nothing did
#   outcome   answered; refused (RST, or an ICMP error that names the port); silent (no answer at all);
#             one-way (data that asks for no answer, as to a multicast group)
#   layer     ip: not tunnelled; outer: ports of the tunnel itself; inner: ports carried in a tunnel
#   clients   addresses that tried the port, separated by commas
# The list is complete: every packet with ports belongs to one of these. Temporary client ports are not listed,
# they differ each time. A DHCP client without an address asks 255.255.255.255 and is answered by the server.
"""
COLUMNS = ("capture", "protocol", "server", "port", "service", "outcome", "layer", "clients")


def expected_path(folder):
    return os.path.join(folder, "EXPECTED.tsv")


def read_expected(folder):
    """{file: [Expect]} from EXPECTED.tsv; empty when there is none."""
    rows = {}
    if os.path.exists(expected_path(folder)):
        with open(expected_path(folder), encoding="ascii") as file:
            lines = [line.rstrip("\n") for line in file if not line.startswith("#")]
        for line in lines[1:]:
            name, protocol, address, port, service, outcome, layer, clients = line.split("\t")
            row = Expect(protocol, address, port, service, outcome, tuple(clients.split(",")), layer)
            rows.setdefault(name, []).append(row)
    return rows


def write_expected(folder, rows):
    """Write EXPECTED.tsv, in the order of the catalogue."""
    with open(expected_path(folder), "w", encoding="ascii") as file:
        file.write(EXPECTED_HEAD + "\t".join(COLUMNS) + "\n")
        for scene in SCENES.values():
            for row in rows.get(scene.file, ()):
                file.write("\t".join((scene.file, row.protocol, row.address, row.port, row.service, row.outcome,
                                      row.layer, ",".join(row.clients))) + "\n")


UNPACK = {".gz": "gzip", ".zst": "zstd", ".xz": "xz", ".lz4": "lz4", ".bz2": "bzip2"}


def unpacked(path, folder):
    """Path of the plain capture: the file itself, or a copy in `folder` when it is compressed."""
    program = UNPACK.get(os.path.splitext(path)[1])
    if program is None:
        return path
    plain = os.path.join(folder, os.path.basename(os.path.splitext(path)[0]))
    with open(plain, "wb") as file:
        subprocess.run([program, "-dc", path], stdout=file, check=True)
    return plain


def packets_in(path):
    """Packets in a capture, as capinfos counts them."""
    with tempfile.TemporaryDirectory(prefix="portsniff-record-") as folder:
        return int(command("capinfos", "-T", "-r", "-M", "-c", unpacked(path, folder)).split()[-1])


def format_of(file):
    """The file format in words, from the endings of the name."""
    kind, *packed = file.split(".")[1:]
    return ", ".join([kind, *(UNPACK["." + ending] for ending in packed)])


def update_readme(folder):
    """Replace the table in README.md by one made from the catalogue and the files that are there."""
    lines = ["| file | format, link type | what it shows | made by | packets | portsniff should notice |",
             "|---|---|---|---|---:|---|"]
    for scene in SCENES.values():
        path = os.path.join(folder, scene.file)
        if os.path.exists(path):
            lines.append(f"| `{scene.file}` | {format_of(scene.file)}; {scene.link} | {scene.shows} | "
                         f"{scene.programs} | {packets_in(path)} | {scene.notice} |")
    readme = os.path.join(folder, "README.md")
    with open(readme, encoding="utf-8") as file:
        text = file.read()
    table = "\n".join([TABLE_BEGIN, *lines, TABLE_END])
    pattern = re.escape(TABLE_BEGIN) + ".*?" + re.escape(TABLE_END)
    with open(readme, "w", encoding="utf-8") as file:
        file.write(re.sub(pattern, lambda _: table, text, flags=re.DOTALL))
