#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Laws that hold for every capture, asked of the whole program; prints TAP.

    properties.py GROUP PORTSNIFF

GROUP is one of: totals (every table adds up to the packets read, in every view
and interval), roads (the same bytes of JSON however a capture reaches the
program), damage (a damaged file is counted up to the damage, told of, and never
fatal), truth (the servers that pcaps/EXPECTED.tsv knows of are found).
"""

import bz2
import gzip
import json
import lzma
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import capfile
import hostile
from run import PCAPS, bundled
from tap import Tap

LIMIT_SECONDS = 60
MAGIC_SIZE = 4
MODES = [[], ["--tunnels", "outer"], ["--fragments", "header"], ["--tunnels", "outer", "--fragments", "header"]]


class Program:
    """portsniff, run in a folder of its own."""

    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def run(self, *arguments, stdin=None):
        environment = dict(os.environ, LC_ALL="C.UTF-8")
        return subprocess.run(
            [self.path, *map(str, arguments)], cwd=self.folder, env=environment, input=stdin or b"",
            capture_output=True, timeout=LIMIT_SECONDS, check=False,
        )

    def documents(self, *arguments, status=0, stdin=None):
        """What JSON lines the program writes; an answer with another exit status is an error."""
        done = self.run(*arguments, "-f", "jsonl", stdin=stdin)
        if done.returncode != status:
            raise RuntimeError(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def document(self, *arguments, status=0, stdin=None):
        return self.documents(*arguments, status=status, stdin=stdin)[-1]


def check(tap, name, law, *arguments):
    """One case: the law returns what is wrong, or nothing."""
    try:
        wrong = law(*arguments)
    except (RuntimeError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
        wrong = [f"{type(error).__name__}: {error}"]
    tap.case(name, not wrong, *(wrong or [])[:8])


def unlike(what, got, wanted):
    return [] if got == wanted else [f"{what}: {got}, wanted {wanted}"]


# --- totals ------------------------------------------------------------------------


def counts(rows, *members):
    """(packets, bytes) summed over rows, or over members of the rows."""
    parts = [row[member] for row in rows for member in members] if members else rows
    return (sum(part["packets"] for part in parts), sum(part["bytes"] for part in parts))


def table(document, name):
    """The rows of a table, with the row that sums up what was cut."""
    other = document.get("other", {})
    return document[name] + ([other[name]] if name in other else [])


def add_up(document):
    """Every table of a document against its ledger, and the ledger against the capture."""
    capture = document["capture"]
    by_port = counts([row for row in document["ledger"] if row["row"] == "ports"])
    whole = (capture["packets"], capture["bytes"])
    wrong = unlike("ledger", counts(document["ledger"]), whole)
    wrong += unlike("ports sent", counts(table(document, "ports"), "sent"), by_port)
    wrong += unlike("ports received", counts(table(document, "ports"), "received"), by_port)
    wrong += unlike("pairs", counts(table(document, "pairs"), "a_to_b", "b_to_a"), by_port)
    wrong += unlike("ranges", counts(document["ranges"]), by_port)
    hosts = table(document, "hosts")
    wrong += unlike("hosts", counts(hosts, "sent"), counts(hosts, "received"))
    timed = capture["packets"] - capture.get("untimed_packets", 0)
    wrong += unlike("timeline packets", counts(table(document, "timeline"))[0], timed)
    return wrong


def totals_add_up(program, path):
    wrong = []
    for mode in MODES:
        for top in ("0", "1", "3"):
            for text in add_up(program.document("-r", path, "--top", top, *mode)):
                wrong.append(f"{' '.join(mode)} --top {top}: {text}")
    return wrong


def port_counts(document):
    """Everything that is counted by name, as one Counter."""
    found = Counter()
    for row in document["ports"]:
        for side in ("sent", "received"):
            for unit in ("packets", "bytes"):
                found[(row["protocol"], row["port"], side, unit)] += row[side][unit]
    for row in document["pairs"]:
        for side in ("a_to_b", "b_to_a"):
            for unit in ("packets", "bytes"):
                found[(row["protocol"], row["port_a"], row["port_b"], side, unit)] += row[side][unit]
    for row in document["ledger"]:
        found[(row["row"], row.get("detail"), "packets")] += row["packets"]
        found[(row["row"], row.get("detail"), "bytes")] += row["bytes"]
    for row in document["hosts"]:
        for side in ("sent", "received"):
            found[(row["address"], side)] += row[side]["bytes"]
    return found


def intervals_add_up(program, path, time):
    *intervals, final = program.documents("-r", path, "--top", "0", "-t", time)
    wrong = [] if intervals else ["there are no intervals"]
    for document in intervals:
        wrong += unlike("final", document["capture"]["final"], False)
        wrong += add_up(document)
    wrong += unlike("final", final["capture"]["final"], True)
    summed = sum(map(port_counts, intervals), Counter())
    whole = port_counts(final)
    for key in sorted(set(summed) | set(whole), key=str):
        wrong += unlike(f"intervals' {key}", summed[key], whole[key])
    wrong += unlike("final without -t", without_sources(final), without_sources(program.document("-r", path, "--top", "0")))
    return wrong


def filters_divide(program, path):
    """What a filter takes and what its opposite takes make the whole."""
    whole = program.document("-r", path)["capture"]
    parts = [program.document("-r", path, text)["capture"] for text in ("tcp", "not tcp")]
    wrong = []
    for unit in ("packets", "bytes"):
        wrong += unlike(unit, sum(part[unit] for part in parts), whole[unit])
    return wrong


def count_stops(program, path):
    whole = program.document("-r", path)["capture"]["packets"]
    wrong = []
    for limit in (1, 2, 255, 256, 257, whole - 1, whole, whole + 1):
        if limit > 0:
            document = program.document("-r", path, "-c", limit, "--top", "0")
            wrong += unlike(f"-c {limit}", document["capture"]["packets"], min(limit, whole)) + add_up(document)
    return wrong


def output_is_the_same(program, path):
    """-o writes what standard output would have got."""
    wrong = []
    for form in ("text", "json", "csv", "jsonl"):
        spoken = program.run("-r", path, "-f", form)
        written = program.run("-r", path, "-f", form, "-o", "written")
        wrong += unlike(f"{form} to standard output", written.stdout, b"")
        wrong += unlike(form, (program.folder / "written").read_bytes(), spoken.stdout)
    return wrong


def closed_pipe_is_quiet(program, path):
    """`portsniff ... | head -n 1` says nothing on standard error and does not die."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        command = [program.path, "-r", str(path), "-f", "csv", "--top", "0"]
        done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, timeout=LIMIT_SECONDS, check=False)
    finally:
        os.close(write_end)
    return unlike("exit status", done.returncode, 0) + unlike("standard error", done.stderr, b"")


def full_disk_is_told(program, path):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [program.path, "-r", str(path)], stdout=full, stderr=subprocess.PIPE, timeout=LIMIT_SECONDS, check=False
        )
    wrong = unlike("exit status", done.returncode, 1)
    return wrong + ([] if b"No space left" in done.stderr else [f"standard error: {done.stderr}"])


def totals(program, tap):
    for name in bundled():
        path = PCAPS / name
        check(tap, f"{name}: tables add up", totals_add_up, program, path)
        for time in ("500ms", "1s", "1m"):
            check(tap, f"{name}: intervals of {time} add up", intervals_add_up, program, path, time)
        check(tap, f"{name}: filters divide", filters_divide, program, path)
    for name in ("web.pcap", "fragments-reversed.pcap.bz2", "two-interfaces.pcapng"):
        check(tap, f"{name}: -c stops", count_stops, program, PCAPS / name)
    check(tap, "-o writes the same", output_is_the_same, program, PCAPS / "web.pcap")
    check(tap, "closed pipe", closed_pipe_is_quiet, program, PCAPS / "scan.pcap.zst")
    check(tap, "full disk", full_disk_is_told, program, PCAPS / "web.pcap")


# --- roads -------------------------------------------------------------------------


def without_sources(document):
    """The document without what may tell by which road it came."""
    document = json.loads(json.dumps(document))
    document["capture"].pop("sources")
    return document


def answer(program, *arguments, stdin=None):
    return without_sources(program.document(*arguments, "--top", "0", stdin=stdin))


def packed(data):
    """{suffix: bytes} of the same file compressed in every way, also in two members one after the other."""
    half = len(data) // 2
    found = {
        "gz": gzip.compress(data, mtime=0),
        "two.gz": gzip.compress(data[:half], mtime=0) + gzip.compress(data[half:], mtime=0),
        "xz": lzma.compress(data),
        "bz2": bz2.compress(data),
    }
    for command, suffix in (("zstd", "zst"), ("lz4", "lz4")):
        if shutil.which(command):
            run = subprocess.run([command, "-c"], input=data, capture_output=True, check=True)
            found[suffix] = run.stdout
    return found


def forms(data):
    """{name: bytes} of the same packets in other formats."""
    found = {"plain.pcap": data}
    found.update({f"packed.{suffix}": content for suffix, content in packed(data).items()})
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


# --- damage ------------------------------------------------------------------------


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


# --- truth -------------------------------------------------------------------------


def expected_servers():
    """{capture: [(protocol, port, layer, outcome)]} of pcaps/EXPECTED.tsv; ranges of ports are left out."""
    found, columns = {}, None
    for line in (PCAPS / "EXPECTED.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if columns is None:
            columns = cells
            continue
        row = dict(zip(columns, cells))
        if "-" not in row["port"]:
            key = (row["protocol"], int(row["port"]), row["layer"], row["outcome"])
            found.setdefault(row["capture"], set()).add(key)
    return found


def servers_are_found(program, name, servers):
    wrong = []
    for layer, tunnels in (("outer", "outer"), ("inner", "inner"), ("ip", "inner")):
        wanted = [row for row in servers if row[2] == layer]
        document = program.document("-r", PCAPS / name, "--top", "0", "--tunnels", tunnels)
        ports = {(row["protocol"], row["port"]): row for row in document["ports"]}
        for protocol, port, _, outcome in wanted:
            row = ports.get((protocol, port))
            if row is None or row["received"]["packets"] == 0:
                wrong.append(f"{layer} {port}/{protocol} received nothing")
            elif outcome == "answered" and row["sent"]["packets"] == 0:
                wrong.append(f"{layer} {port}/{protocol} sent nothing")
    return wrong


def truth(program, tap):
    servers = expected_servers()
    for name in bundled():
        tap.case(f"{name}: is in EXPECTED.tsv", name in servers)
        check(tap, f"{name}: servers are found", servers_are_found, program, name, sorted(servers.get(name, ())))


GROUPS = {"totals": totals, "roads": roads, "damage": damage, "truth": truth}


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in GROUPS:
        print(__doc__, file=sys.stderr)
        return 2
    tap = Tap()
    with tempfile.TemporaryDirectory() as name:
        GROUPS[arguments[0]](Program(str(Path(arguments[1]).resolve()), Path(name)), tap)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
