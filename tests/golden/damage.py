#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A damaged file is counted up to the damage, told of, and never fatal; prints TAP.

    damage.py PORTSNIFF
"""

import json
import random
import sys

import capfile
import hostile
from capfile import packed
from program import PCAPS, add_up, check, main_of, unlike

MAGIC_SIZE = 4


def ends_well(program, data, allowed=(0, 1, 3)):
    """Runs over a file of these bytes; returns what is wrong with the ending, and the run."""
    path = program.folder / "damaged"
    path.write_bytes(data)
    done = program.run("-r", path, "-f", "jsonl", "--top", "0")
    wrong = []
    if done.returncode not in allowed:
        wrong.append(f"exit status {done.returncode}, allowed {allowed}")
    if done.returncode == 1 and (not done.stderr.startswith(b"portsniff: ") or done.stdout):
        wrong.append(f"refused as {done.stderr!r}")
    if done.returncode in (0, 3):
        document = json.loads(done.stdout)
        told = document["capture"]["sources"][0]["damage"] is not None
        wrong += unlike("damage told", told, done.returncode == 3) + add_up(document)
    return wrong, done


def packets_of(done):
    return json.loads(done.stdout)["capture"]["packets"]


def cut_offsets(size):
    """All places near the start, then ever fewer."""
    return sorted(set(range(0, min(size, 130))) | set(range(0, size, 37)) | {size - 1, size})


def record_ends(capture):
    at, ends = capfile.PCAP_HEADER, []
    for record in capture.records:
        at += capfile.RECORD_HEADER + len(record.data)
        ends.append(at)
    return ends


def truncated_pcap(program):
    """Cut anywhere: what is whole is counted, and the exit status says whether something is missing. Four bytes are
    enough to know the format, fewer are no capture."""
    capture = hostile.frames(12)
    data, ends, wrong = capfile.pcap(capture), record_ends(capture), []
    for cut in cut_offsets(len(data)):
        is_clean = cut in ends or cut == capfile.PCAP_HEADER
        status = 1 if cut < MAGIC_SIZE else 0 if is_clean else 3
        faults, done = ends_well(program, data[:cut], (status,))
        if not faults and status != 1:
            faults = unlike("packets", packets_of(done), sum(end <= cut for end in ends))
        wrong += [f"cut at {cut}: {fault}" for fault in faults]
    return wrong


def truncated_pcapng(program, order):
    capture = hostile.frames(12)
    data = capfile.pcapng(capture, order)
    head = len(capfile.section(order)) + len(capfile.interface(capture, order))
    size = (len(data) - head) // 12
    ends = [head + size * (i + 1) for i in range(12)]
    wrong = []
    for cut in cut_offsets(len(data)):
        is_clean = cut in ends or cut in (head, len(capfile.section(order)))
        status = 1 if cut < MAGIC_SIZE else 0 if is_clean else 3
        faults, done = ends_well(program, data[:cut], (status,))
        if not faults and status != 1:
            faults = unlike("packets", packets_of(done), sum(end <= cut for end in ends))
        wrong += [f"cut at {cut}: {fault}" for fault in faults]
    return wrong


def truncated_packed(program, suffix):
    data = packed(capfile.pcap(hostile.frames(12)))[suffix]
    wrong = []
    for cut in range(0, len(data), 7):
        faults, _ = ends_well(program, data[:cut], (1, 3))
        wrong += [f"cut at {cut}: {fault}" for fault in faults]
    return wrong


def truncated_long(program, data, count):
    """Of a long file cut near its end a good part is counted."""
    wrong, done = ends_well(program, data[: len(data) * 7 // 8], (3,))
    if not wrong and not 0 < packets_of(done) < count:
        wrong = [f"{packets_of(done)} packets counted"]
    return wrong


def flipped(program, data, seed):
    """Some bytes changed: any ending but a crash."""
    changed = bytearray(data)
    dice = random.Random(seed)
    for _ in range(dice.randint(1, 8)):
        changed[dice.randrange(len(changed))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
    return ends_well(program, bytes(changed))[0]


def flipped_many(program, data, first, count):
    wrong = []
    for seed in range(first, first + count):
        wrong += [f"seed {seed}: {fault}" for fault in flipped(program, data, seed)]
    return wrong


def damage(program, tap):
    check(tap, "pcap cut anywhere", truncated_pcap, program)
    for order, name in (("<", "little"), (">", "big")):
        check(tap, f"pcapng, {name}-endian, cut anywhere", truncated_pcapng, program, order)
    for suffix in packed(b"x"):
        check(tap, f"{suffix} cut anywhere", truncated_packed, program, suffix)
    # Longer than the largest block of lz4, the coarsest of them: 4 MiB.
    long = hostile.frames(100000)
    for suffix, data in packed(capfile.pcap(long)).items():
        check(tap, f"{suffix}, long, cut", truncated_long, program, data, len(long.records))
    for name, data in hostile.files().items():
        check(tap, f"{name} ends well", lambda content=data: ends_well(program, content)[0])
    for name in ("vxlan.pcap.lz4", "fragments.pcap.xz", "two-interfaces.pcapng", "qinq.pcap", "cooked.pcap"):
        data = capfile.unpacked(PCAPS / name)[:6000]
        check(tap, f"{name} with bytes changed", flipped_many, program, data, 0, 40)
    for suffix, data in packed(capfile.pcap(hostile.frames(40))).items():
        check(tap, f"{suffix} with bytes changed", flipped_many, program, data, 1000, 20)


if __name__ == "__main__":
    sys.exit(main_of(damage))
