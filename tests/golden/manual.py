#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the manual says of the output is so: its examples run, and it names the keys of the JSON that there are.

    manual.py PORTSNIFF
"""

import json
import re
import shlex
import sys

import hostile
from program import HERE, PCAPS, bundled, check, main_of, unlike

MANUAL = HERE.parents[1] / "doc" / "portsniff.1"

# What no bundled capture has: more addresses than are counted one by one, a full table; and evidence
# and orders that none of them shows.
RARE = {"error_percent", "evicted_flows", "evicted_flow_bytes"}
RARE |= {"peers", "sequential"}
# What only live capture has, and options that add to it.
RARE |= {"state", "gaps", "gap_seconds", "dropped_by_backlog", "packets_not_saved"}
RARE |= {"self", "cpu_seconds", "cpu_ns_per_packet", "memory_bytes", "memory_peak_bytes"}


def keys_of(value):
    """All keys of a document, at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    return set()


def section(title):
    text = MANUAL.read_text(encoding="utf-8")
    return re.search(rf"^\.(?:Sh|Ss) {title}\n(.*?)(?=^\.S[hs] )", text, re.MULTILINE | re.DOTALL).group(1)


def words_of(text):
    """What stands behind Cm in the section."""
    lines = re.findall(r"^\.(?:It )?Cm (.*)", text, re.MULTILINE)
    return {word for line in lines for word in re.findall(r"[a-z_0-9-]+", line)}


def keys_are_named(program):
    (program.folder / "cut.pcap").write_bytes(hostile.files()["cut.pcap"])
    documents = program.documents("-r", PCAPS / "vxlan.pcap.lz4", "-r", PCAPS / "two-interfaces.pcapng", "-t", "1s")
    documents += program.documents("-r", "cut.pcap", "--top", "1", status=3)
    documents += program.documents("-r", PCAPS, "--top", "0")
    documents += program.documents("-r", "cut.pcap", "-r", "nowhere", status=1)
    there, named = keys_of(documents), words_of(section("JSON"))
    wrong = [f"{key} is not in the manual" for key in sorted(there - named)]
    # The rest are values: names of rows, classes, protocols, and the word for the format.
    text = json.dumps(documents)
    values = set(re.findall(r"[a-z][a-z_-]+", text)) | {"jsonl", "udplite", "sctp", "dccp", "tcp", "udp"}
    values |= {"other-protocol", "later-fragment", "truncated", "malformed", "non-ip", "unsupported-link"}
    return wrong + [f"{key} is not in the output" for key in sorted(named - there - values - RARE)]


def example_lines():
    """The arguments of every portsniff in the examples that reads a file."""
    for line in re.findall(r"^\.Dl \$ (.*)", section("EXAMPLES"), re.MULTILINE):
        command = line.partition(" | ")[0]
        if command.startswith("portsniff "):
            yield shlex.split(command)[1:]


def example_runs(program, arguments):
    done = program.run(*arguments)
    return unlike("exit status", done.returncode, 0) + unlike("standard error", done.stderr, b"")


def manual(program, tap):
    for name in bundled():
        (program.folder / name).symlink_to(PCAPS / name)
    (program.folder / "captures").symlink_to(PCAPS)
    check(tap, "the manual names the keys of JSON", keys_are_named, program)
    examples = list(example_lines())
    tap.case("the manual has examples", len(examples) >= 4, examples)
    for arguments in examples:
        check(tap, shlex.join(["portsniff", *arguments]), example_runs, program, arguments)


if __name__ == "__main__":
    sys.exit(main_of(manual))
