# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the whole program share: running it, reading its answer, adding up its tables."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from tap import Tap

PCAPS = HERE.parents[1] / "pcaps"
CAPTURE_SUFFIXES = (".pcap", ".pcapng", ".gz", ".xz", ".zst", ".lz4", ".bz2")
LIMIT_SECONDS = 60


def bundled():
    """The names of the bundled captures."""
    return sorted(path.name for path in PCAPS.iterdir() if path.name.endswith(CAPTURE_SUFFIXES))


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


# --- adding up -------------------------------------------------------------------


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


def without_sources(document):
    """The document without what may tell by which road it came."""
    document = json.loads(json.dumps(document))
    document["capture"].pop("sources")
    return document


def main_of(group):
    """The main() of a script whose only argument is the program: runs group(program, tap) in a folder of its own."""
    if len(sys.argv) != 2:
        print(sys.modules["__main__"].__doc__, file=sys.stderr)
        return 2
    tap = Tap()
    with tempfile.TemporaryDirectory() as name:
        group(Program(str(Path(sys.argv[1]).resolve()), Path(name)), tap)
    return tap.finish()
