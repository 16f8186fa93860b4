#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""--max-memory keeps the program small and its totals exact; prints TAP.

    bounded.py PORTSNIFF

The capture is made here: many hosts that each ask one of a few services, so that flows, pairs and hosts all overflow
tables of 64 MiB, and one flow that goes on all the time.
"""

import os
import struct
import subprocess
import sys

from program import add_up, check, counts, main_of, table, unlike

CLIENTS = 120_000
BUSY_EVERY = 10
LIMIT = ("--max-memory", "64M")
# The program itself, its libraries and the file's pages come on top of the tables.
PEAK_MOST = 80 << 20
RAW_IP = 101
SERVER = 0xC0000250  # 192.0.2.80
PORTS = (53, 123, 161, 5004)


def packet(source, source_port, destination, destination_port, payload):
    length = 8 + payload
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + length, 0, 0, 64, 17, 0, source, destination)
    return ip + struct.pack(">HHHH", source_port, destination_port, length, 0)


def records():
    for client in range(CLIENTS):
        address, port = 0x0A000000 + client, 1024 + client * 7 % 60000
        yield packet(address, port, SERVER, PORTS[client % len(PORTS)], client % 100)
        if client % 2:
            yield packet(SERVER, PORTS[client % len(PORTS)], address, port, 200)
        if client % BUSY_EVERY == 0:
            yield packet(0x0AFF0001, 40000, SERVER + 1, 443, 1000)


def write_capture(path):
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP))
        for number, data in enumerate(records()):
            original = struct.unpack_from(">H", data, 2)[0]
            file.write(struct.pack("<IIII", number // 10000, number % 10000, len(data), original) + data)


def exact(program):
    views = ("-r", "many.pcap", "--top", "0", "--view", "ports,ranges,ledger,timeline")
    free, bounded = program.document(*views), program.document(*views, *LIMIT)
    wrong = [] if bounded["capture"].get("evicted_flows") else ["no flow left the table"]
    wrong += ["flows left a table without bound"] if "evicted_flows" in free["capture"] else []
    for name in ("ports", "ranges", "ledger", "timeline"):
        wrong += unlike(name, bounded[name] == free[name], True)
    return wrong


def adds_up(program, *more):
    document = program.document("-r", "many.pcap", *LIMIT, *more)
    by_port = counts([row for row in document["ledger"] if row["row"] == "ports"])
    wrong = add_up(document)
    for name in ("services", "flows"):
        wrong += unlike(name, counts(table(document, name), "to_server", "to_client"), by_port)
    return wrong


def busy_flow_stays(program):
    flow = program.document("-r", "many.pcap", "--view", "flows", "--top", "1", *LIMIT)["flows"][0]
    return unlike("port", flow["server_port"], 443) + unlike(
        "packets", flow["to_server"]["packets"], CLIENTS // BUSY_EVERY
    )


def peak(program, *arguments):
    """Resident memory at its most, in bytes."""
    command = [program.path, "-r", "many.pcap", *arguments]
    # An allocator that fills what it gives makes memory that is merely reserved count.
    environment = dict(os.environ, MALLOC_PERTURB_="0")
    with subprocess.Popen(command, cwd=program.folder, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * 1024


def small(program):
    free, bounded = peak(program), peak(program, *LIMIT)
    wrong = [] if bounded < free else [f"{bounded} bytes, without a bound {free}"]
    return wrong + ([] if bounded <= PEAK_MOST else [f"{bounded} bytes, at most {PEAK_MOST}"])


def bounded(program, tap):
    write_capture(program.folder / "many.pcap")
    # First of all: a child's peak is never below what this script held when it began.
    with open(program.path, "rb") as file:
        sanitized = b"__asan_init" in file.read()
    if sanitized:
        tap.skip("memory stays within the bound", "sanitizers take memory of their own")
    else:
        check(tap, "memory stays within the bound", small, program)
    check(tap, "ports, ranges, ledger and time line are those without a bound", exact, program)
    check(tap, "every table adds up, all rows", adds_up, program, "--top", "0")
    check(tap, "every table adds up, ten rows", adds_up, program)
    check(tap, "a busy flow stays", busy_flow_stays, program)


if __name__ == "__main__":
    sys.exit(main_of(bounded))
