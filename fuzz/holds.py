# SPDX-License-Identifier: BSD-3-Clause
"""What must hold of a run of portsniff, whatever the capture is: for mutate.py.  Each rule returns what is wrong."""

import collections
import csv
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "golden"))

from mangle import everything, services_add_up
from program import add_up, counts, table, unlike

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
NEGATIVE = re.compile(rb"[:,\[]\s*-\d")
# Tables in which every packet that counts by port stands once, by the columns of packets.
CSV_ONCE = {
    "services": ["packets"],
    "ports": ["sent_packets"],
    "pairs": ["a_to_b_packets", "b_to_a_packets"],
    "ranges": ["packets"],
    "flows": ["to_server_packets", "to_client_packets"],
}


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
    return add_up(document) + services_add_up(document) + connections_add_up(document)


def json_holds(done):
    documents = [json.loads(line) for line in done.stdout.splitlines()] if done.form == "jsonl" else [json.loads(done.stdout)]
    *intervals, final = documents
    wrong = sources_add_up(final)
    # A string may look like one too, so that alone is no proof.
    if NEGATIVE.search(done.stdout) and any(number < 0 for document in documents for number in numbers(document)):
        wrong.append("a number is negative")
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
    if rows and done.view in CSV_ONCE and done.whole and done.whole.returncode in (0, 3) and not wrong:
        columns = [rows[0].index(name) for name in CSV_ONCE[done.view]]
        got = sum(int(row[column]) for row in rows[1:] for column in columns)
        wrong += unlike(f"{done.view}, added up", got, packets_with_ports(done.whole))
    return wrong


def packets_with_ports(done):
    document = json.loads(done.stdout)
    return sum(row["packets"] for row in document["ledger"] if row["row"] == "ports")


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
    return [f"control character in {line!r}" for line in done.stdout.decode().split("\n") if CONTROL.search(line)]


HOLDS = {"json": json_holds, "jsonl": json_holds, "csv": csv_holds, "text": text_holds}
