#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints one line, "N passed, N failed, N skipped", for meson build folders.

    summary.py BUILD_FOLDER...

Cases are counted from meson-logs/testlog.junit.xml. A test program can also
fail as a whole (it crashed, ran out of time, leaked at exit, broke its plan)
while every case it reported is fine; testlog.json knows that, and each such
program counts as one failed case more. A folder without results is an error.
Failed cases are listed before the line. Exit status: 0 nothing failed, 1 some
case failed or nothing ran at all, 2 results are missing.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

BAD_RESULTS = {"FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"}

# A test may print any byte; meson copies it, but XML 1.0 (section 2.2) cannot hold all.
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|&#x?[0-9A-Fa-f]+;")


class Tally:
    def __init__(self):
        self.passed = 0
        self.skipped = 0
        self.failures = []

    def line(self):
        return f"{self.passed} passed, {len(self.failures)} failed, {self.skipped} skipped"


def bare_name(name):
    """meson writes "project:suite / name" as soon as any test has a suite."""
    return name.rpartition(" / ")[2]


def count_cases(junit, folder, tally):
    """Adds every case; returns the names of test programs with a failed one."""
    blamed = set()
    text = NOT_XML.sub("?", junit.read_text(encoding="utf-8", errors="replace"))
    # The declaration of the encoding is for bytes; this is text already.
    text = re.sub(r"^<\?xml[^>]*\?>", "", text)
    for suite in ElementTree.fromstring(text).iter("testsuite"):
        # "project.program" for TAP programs, "project" for all the others.
        program = bare_name(suite.get("name").partition(".")[2])
        for case in suite.iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                name = bare_name(case.get("name"))
                blamed.add(program or name)
                tally.failures.append(": ".join(filter(None, (str(folder), program, name))))
            elif case.find("skipped") is not None:
                tally.skipped += 1
            else:
                tally.passed += 1
    return blamed


def count_programs(log, folder, blamed, tally):
    """Adds the programs that failed without any failed case of their own."""
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        name = bare_name(entry["name"])
        if entry["result"] in BAD_RESULTS and name not in blamed:
            tally.failures.append(f"{folder}: {name}: {entry['result'].lower()}")


def main(folders):
    if not folders:
        print("usage: summary.py BUILD_FOLDER...", file=sys.stderr)
        return 2
    tally = Tally()
    for folder in folders:
        logs = Path(folder) / "meson-logs"
        try:
            blamed = count_cases(logs / "testlog.junit.xml", folder, tally)
            count_programs(logs / "testlog.json", folder, blamed, tally)
        except (OSError, ElementTree.ParseError, json.JSONDecodeError) as error:
            print(f"summary.py: no usable test results in {logs}: {error}", file=sys.stderr)
            return 2
    for failure in tally.failures:
        print(f"failed: {failure}")
    print(tally.line())
    return 1 if tally.failures or tally.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
