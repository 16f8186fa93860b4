#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What keeps a live run from starting, in words that help; and the list of interfaces; prints TAP.

    refusals.py PORTSNIFF SEND
"""

import json
import shutil
import subprocess
import sys

from lab import run_cases, unlike

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")


def run(lab, *argv, before=()):
    return subprocess.run(["ip", "netns", "exec", lab.watcher, *before, *argv], capture_output=True, text=True,
                          timeout=20, check=False)


def refused(done, *words, status=1):
    wrong = unlike("exit status", done.returncode, status) + unlike("standard output", done.stdout, "")
    return wrong + [f"no {word} in: {done.stderr}" for word in words if word not in done.stderr]


def nobody_is_told(lab):
    """Without permission: the command that grants it, ready to be copied."""
    program = lab.folder / "portsniff"
    shutil.copy(lab.portsniff, program)
    return refused(run(lab, program, "-i", "right", before=NOBODY), "setcap", "cap_net_raw", str(program), "sudo")


def nobody_may_list(lab):
    program = lab.folder / "portsniff"
    shutil.copy(lab.portsniff, program)
    done = run(lab, program, "-D", before=NOBODY)
    return unlike("exit status", done.returncode, 0) + unlike("right is listed", "right" in done.stdout, True)


def near_miss(name, wanted):
    return lambda lab: refused(run(lab, lab.portsniff, "-i", name), name, wanted)


def one_of_two_is_missing(lab):
    return refused(run(lab, lab.portsniff, "-i", "right", "-i", "wrong"), "wrong")


def filter_is_wrong(lab):
    return refused(run(lab, lab.portsniff, "-i", "right", "prot 53"), "prot 53")


def folder_is_missing(lab):
    return refused(run(lab, lab.portsniff, "-i", "right", "-w", "/nonexistent/a.pcapng"), "/nonexistent")


def list_as_text(lab):
    done = run(lab, lab.portsniff, "-D")
    wrong = unlike("exit status", done.returncode, 0)
    for name in ("right", "lo", "any"):
        wrong += unlike(f"{name} is listed", any(name in line.split() for line in done.stdout.splitlines()), True)
    return wrong if "127.0.0.1" in done.stdout else [*wrong, f"lo has no address: {done.stdout}"]


def list_as_json(lab):
    lab.link("set", "right", "down")
    done = run(lab, lab.portsniff, "-D", "-f", "json")
    lab.link("set", "right", "up")
    rows = {row["name"]: row for row in json.loads(done.stdout)["interfaces"]}
    wrong = unlike("names", {"right", "lo", "any"} <= set(rows), True)
    wrong += unlike("state of right", rows["right"]["state"], "down")
    wrong += unlike("state of lo", rows["lo"]["state"], "up")
    return wrong + unlike("link type of right", rows["right"]["link_type"], "EN10MB")


CASES = [
    ("without permission the message names setcap", nobody_is_told),
    ("without permission -D works", nobody_may_list),
    ("rigth: did you mean right", near_miss("rigth", "right")),
    ("any thing like an interface's name", near_miss("Right", "right")),
    ("one of two interfaces is missing", one_of_two_is_missing),
    ("a filter that is none", filter_is_wrong),
    ("a folder that is not there", folder_is_missing),
    ("-D names, states, addresses", list_as_text),
    ("-D as JSON", list_as_json),
]

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
