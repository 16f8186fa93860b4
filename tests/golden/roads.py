#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The same answer by every road: formats, compression, pipes, parts, libpcap; prints TAP.

    roads.py PORTSNIFF
"""

import gzip
import shutil
import sys

import capfile
from program import PCAPS, bundled, check, main_of, without_sources


def answer(program, *arguments, stdin=None):
    return without_sources(program.document(*arguments, "--top", "0", stdin=stdin))


def forms(data):
    """{name: bytes} of the same packets in other formats."""
    found = {"plain.pcap": data}
    found.update({f"packed.{suffix}": content for suffix, content in capfile.packed(data).items()})
    if capfile.is_pcap(data):
        capture = capfile.parse(data)
        found["nano.pcap"] = capfile.pcap(capture, nano=True)
        found["big-endian.pcap"] = capfile.pcap(capture, order=">")
        found["little.pcapng"] = capfile.pcapng(capture)
        found["big.pcapng"] = capfile.pcapng(capture, order=">")
        found["sections.pcapng"] = capfile.pcapng(capture, sections=3)
        found["sections.pcapng.gz"] = gzip.compress(found["sections.pcapng"], mtime=0)
    return found


def same_by_road(program, wanted, *arguments, stdin=None):
    got = answer(program, *arguments, stdin=stdin)
    if got == wanted:
        return []
    return [f"{key} differs" for key in wanted if got.get(key) != wanted[key]] or ["there are other keys"]


def write_parts(folder, capture, parts):
    """Files of the capture cut into consecutive parts; their names sort in that order."""
    folder.mkdir(exist_ok=True)
    count = len(capture.records)
    paths = []
    for i in range(parts):
        path = folder / f"part{i:02}.pcap"
        path.write_bytes(capfile.pcap(capture, capture.records[count * i // parts : count * (i + 1) // parts]))
        paths.append(path)
    return paths


def reads(paths):
    return [word for path in paths for word in ("-r", path)]


def roads_of_files(program, tap, name, data, wanted):
    for form, content in forms(data).items():
        path = program.folder / form
        path.write_bytes(content)
        check(tap, f"{name}: {form}", same_by_road, program, wanted, "-r", path)
        # libpcap wants one link type in a file, which only pcap guarantees.
        if capfile.is_pcap(data) and not form.startswith("packed"):
            check(tap, f"{name}: {form}, libpcap", same_by_road, program, wanted, "-r", path, "--reader", "libpcap")
    for form in ("plain.pcap", "packed.gz", "packed.xz"):
        content = (program.folder / form).read_bytes()
        road = lambda text=content: same_by_road(program, wanted, "-r", "-", stdin=text)
        check(tap, f"{name}: {form} through a pipe", road)


def roads_of_parts(program, tap, name, data, wanted):
    if not capfile.is_pcap(data):
        return
    capture = capfile.parse(data)
    if capfile.is_ordered(capture):
        parts = write_parts(program.folder / "parts", capture, 5)
        check(tap, f"{name}: five files", same_by_road, program, wanted, *reads(parts))
        check(tap, f"{name}: five files backwards", same_by_road, program, wanted, *reads(parts[::-1]))
        check(tap, f"{name}: a folder of files", same_by_road, program, wanted, "-r", program.folder / "parts")
        shutil.rmtree(program.folder / "parts")
        paths = [program.folder / "even.pcap", program.folder / "odd.pcap"]
        for i, path in enumerate(paths):
            path.write_bytes(capfile.pcap(capture, capture.records[i::2]))
        check(tap, f"{name}: every other packet", same_by_road, program, wanted, *reads(paths))


def roads(program, tap):
    for name in bundled():
        data = capfile.unpacked(PCAPS / name)
        wanted = answer(program, "-r", PCAPS / name)
        again = answer(program, "-r", PCAPS / name)
        tap.case(f"{name}: twice", again == wanted)
        roads_of_files(program, tap, name, data, wanted)
        roads_of_parts(program, tap, name, data, wanted)


if __name__ == "__main__":
    sys.exit(main_of(roads))
