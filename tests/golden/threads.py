#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The same bytes of output for every number of threads, and the true ones; prints TAP.

    threads.py PORTSNIFF GENERATE
"""

import gzip
import json
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from program import HERE, PCAPS, Program, bundled, check, unlike
from tap import Tap

sys.path.insert(0, str(HERE.parents[1] / "bench"))

from check import counted, differences, expected  # noqa: E402

THREADS = (2, 3, 8)
PACKETS = 50000


def output(program, *arguments):
    done = program.run(*arguments, "-f", "json", "--top", "0")
    if done.returncode:
        raise RuntimeError(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def same_for_all(program, *arguments):
    wanted = output(program, *arguments, "--threads", "1")
    return [
        f"{threads} threads: other bytes of output"
        for threads in THREADS
        for again in range(2)
        if output(program, *arguments, "--threads", threads) != wanted
    ]


def generated(program, generate, mix, *options):
    path = program.folder / f"{mix}.cap"
    subprocess.run([generate, "-n", str(PACKETS), "-f", "20000", "-m", mix, *options, path], check=True)
    return path


def counted_truly(program, generate):
    """Packets and bytes of every port, against what the generator says it wrote."""
    path, truth = program.folder / "truth.cap", program.folder / "truth.tsv"
    subprocess.run([generate, "-n", str(PACKETS), "-m", "imix", "-e", truth, path], check=True)
    answer = json.loads(output(program, "-r", path, "--threads", "3", "--view", "ports,ledger"))
    return list(differences(expected(truth), counted(answer)))


def frame(number, payload):
    """Ethernet, IPv4 and UDP from port 5000 + number % 7 to port 53."""
    udp = struct.pack(">HHHH", 5000 + number % 7, 53, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), number & 0xFFFF, 0, 64, 17, 0, b"\x0a\0\0\1", b"\x0a\0\0\2")
    return b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + ip + udp


def record(number, data):
    return struct.pack("<IIII", 1700000000 + number // 1000, number % 1000, len(data), len(data)) + data


HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)


def full_of_records(program):
    """Payloads that are themselves chains of record headers and packets, such as would convince anybody who begins to
    read in the middle: every packet says it came from port 6000 and goes to port 443."""
    inside = b""
    while len(inside) < 60000:
        inner = bytearray(frame(0, b"x" * 40))
        inner[34:38] = struct.pack(">HH", 6000, 443)
        inside += record(len(inside), bytes(inner))
    path = program.folder / "nested.pcap"
    count = 400
    with path.open("wb") as file:
        file.write(HEADER)
        for number in range(count):
            file.write(record(number, frame(number, inside[number % 97 :])))
    wrong = same_for_all(program, "-r", path)
    answer = json.loads(output(program, "-r", path, "--threads", "2"))
    ports = {row["port"]: row["received"]["packets"] for row in answer["ports"]}
    wrong += unlike("packets", answer["capture"]["packets"], count) + unlike("to port 53", ports.get(53), count)
    return wrong + unlike("a port that only payloads name", 443 in ports or 6000 in ports, False)


def fragments_and_seams(program):
    """Datagrams in fragments, first ones last, far apart and many at a time, among other packets."""
    dice = random.Random(5)
    path = program.folder / "fragments.pcap"
    waiting, number = [], 0
    with path.open("wb") as file:
        file.write(HEADER)
        while number < 30000 or waiting:
            if number < 30000 and dice.random() < 0.3:
                whole = frame(number, bytes(800))[14:]
                ip, content = bytearray(whole[:20]), whole[20:]
                for offset, size, more in ((800, 8, 0), (400, 400, 1), (0, 400, 1)):
                    ip[2:4] = struct.pack(">H", 20 + size)
                    ip[6:8] = struct.pack(">H", more << 13 | offset // 8)
                    data = b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + bytes(ip) + content[offset : offset + size]
                    waiting.append((number + dice.randrange(6000), data))
                waiting.sort(reverse=True)
            while waiting and (waiting[-1][0] <= number or number >= 30000):
                file.write(record(number, waiting.pop()[1]))
            file.write(record(number, frame(number, bytes(dice.randrange(900)))))
            number += 1
    return same_for_all(program, "-r", path)


def damaged(program, generate):
    data = generated(program, generate, "imix").read_bytes()
    wrong = []
    for cut in (len(data) - 7, len(data) // 2, len(data) // 3):
        path = program.folder / "cut.cap"
        path.write_bytes(data[:cut])
        answers = {program.run("-r", path, "-f", "json", "--threads", n).stdout for n in (1, *THREADS)}
        wrong += unlike(f"answers of a file cut at {cut}", len(answers), 1)
    bad = bytearray(data)
    bad[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
    path.write_bytes(bad)
    answers = {program.run("-r", path, "-f", "json", "--threads", n).stdout for n in (1, *THREADS)}
    return wrong + unlike("answers of a file with noise in it", len(answers), 1)


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    generate = str(Path(sys.argv[2]).resolve())
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        program = Program(str(Path(sys.argv[1]).resolve()), Path(folder))
        for name in bundled():
            check(tap, name, same_for_all, program, "-r", PCAPS / name)
        check(tap, "all bundled captures at once", same_for_all, program, "-r", PCAPS)
        for mix, *options in (("imix",), ("min", "-p"), ("hdr", "-N"), ("scan",), ("hostile",)):
            capture = generated(program, generate, mix, *options)
            check(tap, f"generated, {mix}", same_for_all, program, "-r", capture)
            check(tap, f"generated, {mix}, with a filter", same_for_all, program, "-r", capture, "udp or port 443")
        packed = program.folder / "packed.cap"
        packed.write_bytes(gzip.compress((program.folder / "imix.cap").read_bytes(), 1))
        check(tap, "generated, compressed", same_for_all, program, "-r", packed)
        check(tap, "every port as the generator says", counted_truly, program, generate)
        check(tap, "payloads full of records", full_of_records, program)
        check(tap, "fragments across seams", fragments_and_seams, program)
        check(tap, "damaged captures", damaged, program, generate)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
