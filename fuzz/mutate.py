#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Whole captures with changed bytes, through the whole program.

    mutate.py [-n COUNT] [-s SEED] [-m MEBIBYTES] [-k FOLDER] PORTSNIFF CAPTURE...

Every run takes a capture (or one out of a folder), changes it, chooses a mode, a format, a bound and an interval, and
holds what portsniff does against its promises: an exit status of 0, 1 or 3, a sentence for every status but 0, no
sanitizer's report, and tables that add up.  The same seed makes the same changes.  What breaks a rule is kept in FOLDER
as a capture and a text.  -m bounds the address space; leave it out for builds with sanitizers.
"""

import argparse
import collections
import csv
import json
import os
import random
import resource
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "golden"))

from mangle import everything, services_add_up
from program import add_up, counts, table, unlike

LIMIT_SECONDS = 10
LARGEST = 4 << 20
MAGIC = 4
MODES = [[], ["--tunnels", "outer"], ["--fragments", "header"], ["--tunnels", "outer", "--fragments", "header"]]
VIEWS = ["services", "findings", "flows", "ephemeral", "ports", "pairs", "ranges", "hosts", "timeline", "tunnels", "ledger"]
# Tables in which every packet that counts by port stands once, by the columns of packets.
CSV_ONCE = {
    "services": ["packets"],
    "ports": ["sent_packets"],
    "pairs": ["a_to_b_packets", "b_to_a_packets"],
    "ranges": ["packets"],
    "flows": ["to_server_packets", "to_client_packets"],
}
EDGES = (0, 1, 2, 3, 4, 7, 8, 12, 16, 20, 28, 40, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = {1: "B", 2: "H", 4: "I", 8: "Q"}


# --- changes -----------------------------------------------------------------


def place(data, dice):
    """Somewhere; the headers of the file as often as the rest."""
    end = min(len(data), 200) if dice.random() < 0.3 else len(data)
    return dice.randrange(end) if end else 0


def flip(data, dice):
    if data:
        data[place(data, dice)] ^= 1 << dice.randrange(8)


def replace(data, dice):
    if data:
        data[place(data, dice)] = dice.randrange(256)


def edge(data, dice):
    """A number at or near a limit."""
    size = dice.choice(list(WORDS))
    at = place(data, dice)
    value = (dice.choice(EDGES) + dice.choice((-1, 0, 0, 1))) % (1 << 8 * size)
    if at + size <= len(data):
        data[at : at + size] = struct.pack(dice.choice("<>") + WORDS[size], value)


def length_of_piece(dice):
    return min(dice.choice((1, 2, 4, 16, 24, 60, 300, 3000)), dice.randrange(1, 3001))


def cut(data, dice):
    at = place(data, dice)
    del data[at : at + length_of_piece(dice)]


def end_early(data, dice):
    del data[place(data, dice) :]


def double(data, dice):
    at = place(data, dice)
    data[at:at] = data[at : at + length_of_piece(dice)]


def move(data, dice):
    at, to, size = place(data, dice), place(data, dice), length_of_piece(dice)
    piece = data[at : at + size]
    data[to : to + len(piece)] = piece


def insert(data, dice):
    at = place(data, dice)
    data[at:at] = bytes(length_of_piece(dice)) if dice.random() < 0.3 else dice.randbytes(length_of_piece(dice))


def extend(data, dice):
    data.extend(dice.randbytes(length_of_piece(dice)))


def repeat(data, dice):
    """The same again behind it; in pcapng a second section."""
    if len(data) < 1 << 20:
        data.extend(bytes(data))


CHANGES = [flip, flip, replace, replace, edge, edge, edge, cut, end_early, double, move, insert, extend, repeat]


def changed(data, dice):
    bytes_changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 3, 5, 10, 50, 200))):
        dice.choice(CHANGES)(bytes_changed, dice)
    if dice.random() < 0.8:
        bytes_changed[:MAGIC] = data[:MAGIC]
    return bytes(bytes_changed)


# --- what must hold ----------------------------------------------------------


def numbers(value):
    """Every number of a document."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for part in value for number in numbers(part)]
    return [value] if isinstance(value, (int, float)) else []


def connections_add_up(document):
    wrong = []
    for row in document["services"]:
        name = f"{row['port']}/{row['protocol']}"
        wrong += unlike(f"{name}, outcomes", sum(row["outcomes"].values()), row["flows"])
        wrong += unlike(f"{name}, client ports", sum(row["client_ports"].values()), row["flows"])
        if row["measured_bytes"] > row["bytes"] or row.get("retransmitted_bytes") and not row["tcp_payload_bytes"]:
            wrong.append(f"{name}: {row}")
    for row in document["flows"]:
        wrong += unlike(f"outcomes of {row}", sum(row["outcomes"].values()), row["connections"])
    flows = sum(row["flows"] for row in table(document, "services"))
    if not document["capture"].get("evicted_flows") and not document["other"]:
        wrong += unlike("connections", sum(row["connections"] for row in document["flows"]), flows)
    return wrong


def sources_add_up(document):
    capture = document["capture"]
    return unlike("sources", counts(capture["sources"]), (capture["packets"], capture["bytes"]))


def document_holds(document):
    wrong = add_up(document) + services_add_up(document) + connections_add_up(document)
    if any(number < 0 for number in numbers(document)):
        wrong.append("a number is negative")
    return wrong


def json_holds(done):
    documents = [json.loads(line) for line in done.stdout.splitlines()] if done.form == "jsonl" else [json.loads(done.stdout)]
    *intervals, final = documents
    wrong = sources_add_up(final)
    for document in documents:
        wrong += document_holds(document)
    if done.intervals and done.top == "0":
        summed, whole = sum(map(everything, intervals), collections.Counter()), everything(final)
        # Packets without a time are in no interval's time line; they are in the first interval's counts.
        wrong += unlike("intervals", {k: v for k, v in summed.items() if v}, {k: v for k, v in whole.items() if v})
    damaged = any(source["damage"] for source in final["capture"]["sources"])
    return wrong + unlike("damage told", damaged, done.returncode == 3)


def csv_holds(done):
    rows = list(csv.reader(done.stdout.decode().splitlines()))
    wrong = [f"row of {len(row)} fields: {row}" for row in rows[1:] if len(row) != len(rows[0])]
    done.sum = None
    if done.view in CSV_ONCE and not wrong and rows:
        columns = [rows[0].index(name) for name in CSV_ONCE[done.view]]
        done.sum = sum(int(row[column]) for row in rows[1:] for column in columns)
    return wrong


def ending_holds(done):
    wrong = []
    if done.returncode not in (0, 1, 3):
        wrong.append(f"exit status {done.returncode}")
    if done.returncode != 0 and not done.stderr.startswith(b"portsniff: "):
        wrong.append("no sentence says why the status is not 0")
    if b"Sanitizer" in done.stderr or b"runtime error" in done.stderr:
        wrong.append("a sanitizer speaks")
    if done.returncode == 1 and done.stdout and not done.intervals:
        wrong.append("status 1 and a report")
    if any(byte < 32 and byte != 10 for byte in done.stderr):
        wrong.append("control characters on standard error")
    return wrong


def text_holds(done):
    text = done.stdout.decode()
    return [f"control character in {line!r}" for line in text.split("\n") if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in line)]


HOLDS = {"json": json_holds, "jsonl": json_holds, "csv": csv_holds, "text": text_holds}


# --- runs --------------------------------------------------------------------


def choose(dice):
    """Arguments, and what the checks need to know of them."""
    form = dice.choice(("json", "json", "jsonl", "csv", "text"))
    top = dice.choice(("0", "0", "1", "10"))
    arguments = ["-f", form, "--top", top, *dice.choice(MODES)]
    view = dice.choice(VIEWS)
    if form == "csv":
        arguments += ["--view", view]
    elif form == "text" and dice.random() < 0.7:
        arguments += ["--view", ",".join(dice.sample(VIEWS, dice.randrange(1, len(VIEWS))))]
    intervals = form != "json" and dice.random() < 0.4
    if intervals:
        arguments += ["-t", dice.choice(("1ms", "100ms", "1s", "1m", "1h"))]
    if dice.random() < 0.2:
        arguments += ["--max-memory", "64M"]
    if dice.random() < 0.15:
        arguments += ["--reader", "libpcap"]
    if dice.random() < 0.2:
        arguments += ["--sort", dice.choice(("bytes", "packets", "flows", "clients", "port"))]
    if dice.random() < 0.1:
        arguments += ["-c", str(dice.randrange(1, 500))]
    if dice.random() < 0.1:
        arguments += ["--", dice.choice(("udp", "not tcp", "port 53 or port 443", "ip6"))]
    return form, top, view, intervals, arguments


def limits(mebibytes):
    def set_limits():
        if mebibytes:
            resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))

    return set_limits


def run(options, path, dice):
    form, top, view, intervals, arguments = choose(dice)
    command = [options.portsniff, "-r", str(path), *arguments]
    environment = dict(os.environ, LC_ALL="C.UTF-8", COLUMNS=str(dice.choice((1, 40, 80, 200))))
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=LIMIT_SECONDS * options.patience,
        check=False, preexec_fn=limits(options.mebibytes),
    )
    done.form, done.top, done.view, done.intervals, done.command = form, top, view, intervals, command
    return done


def trial(options, path, dice):
    """What is wrong, as lines."""
    try:
        done = run(options, path, dice)
        options.statuses[done.returncode] += 1
        wrong = ending_holds(done)
        if done.returncode in (0, 3):
            wrong += HOLDS[done.form](done)
    except subprocess.TimeoutExpired as late:
        return [f"{late}"]
    except (ValueError, KeyError, IndexError) as error:
        wrong = [f"{type(error).__name__}: {error}"]
    if wrong:
        wrong.insert(0, " ".join(done.command))
        wrong.append(done.stderr.decode(errors="replace")[:6000])
    return wrong


def captures_of(names):
    paths = []
    for name in map(Path, names):
        paths += sorted(path for path in name.iterdir() if path.is_file()) if name.is_dir() else [name]
    return [path for path in paths if path.stat().st_size <= LARGEST and path.suffix not in (".md", ".tsv", ".py")]


def arguments_of():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", dest="count", type=int, default=1000)
    parser.add_argument("-s", dest="seed", type=int, default=1)
    parser.add_argument("-m", dest="mebibytes", type=int, default=0)
    parser.add_argument("-p", dest="patience", type=int, default=1)
    parser.add_argument("-k", dest="keep", type=Path, default=Path("found"))
    parser.add_argument("portsniff")
    parser.add_argument("captures", nargs="+")
    return parser.parse_args()


def main():
    options = arguments_of()
    options.statuses = collections.Counter()
    paths, found = captures_of(options.captures), 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "changed"
        for number in range(options.count):
            dice = random.Random(f"{options.seed} {number}")
            data = changed(dice.choice(paths).read_bytes(), dice)
            path.write_bytes(data)
            wrong = trial(options, path, dice)
            if wrong:
                found += 1
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{options.seed}-{number}.capture").write_bytes(data)
                (options.keep / f"{options.seed}-{number}.txt").write_text("\n".join(wrong) + "\n")
                print(f"{options.seed}-{number}: {wrong[1] if len(wrong) > 1 else wrong[0]}"[:300])
    print(f"{options.count} runs, {found} broke a rule; exit statuses {dict(options.statuses)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
