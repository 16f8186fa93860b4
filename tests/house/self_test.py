#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Shows every check of the source tree a broken tree: it must object.

    self_test.py COMPILER [ARGUMENT...]

Each row is a file that replaces or joins a small tree in which everything is
right, and the one case that must fail because of it. The counter of test
results is tried in the same way, with results made up here.
"""

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path

import format as format_check
import function_length
import header_alone
import house
import include_order
import named_tests
import summary
import symbols
import tap_adapter
import text_rules

LICENCE = "/* SPDX-License-Identifier: BSD-3-Clause */\n"


def header(name, room, body=""):
    guard = f"PORTSNIFF_{name.upper()}_H"
    return f"{LICENCE}/* Room: {room}. */\n#ifndef {guard}\n#define {guard}\n{body}\n#endif\n"


def source(body, comment="/* Purpose. */"):
    return f"{LICENCE}{comment}\n{body}\n"


def function(lines):
    """A function of so many lines in all."""
    return "\n".join(["int f(void)", "{"] + ["    ;"] * (lines - 3) + ["}"])


GOOD_TREE = {
    "include/portsniff/out.h": header("out", "base", "int ps_out(void);"),
    "include/portsniff/packet.h": header("packet", "packet"),
    "include/portsniff/source.h": header("source", "capture", '#include "portsniff/packet.h"'),
    "include/portsniff/key.h": header("key", "decode"),
    "include/portsniff/decode.h": header("decode", "decode", '#include "portsniff/key.h"'),
    "include/portsniff/engine.h": header("engine", "engine"),
    "src/base/out.c": source('#include "portsniff/out.h"\n\n#include <stdio.h>\n\n' + function(15)),
    "src/decode/decode.c": source('#include "portsniff/decode.h"\n\n#include "walk.h"'),
    "src/decode/walk.h": source("int ps_walk(void);"),
    "src/engine.c": source('#include "portsniff/engine.h"\n\n#include "portsniff/source.h"'),
    "SECURITY.md": "# S\n\n`base-out`, `src/base/out.c`\n",
    "tests/base/meson.build": "# SPDX-License-Identifier: BSD-3-Clause\nforeach name : ['out']\n  test('base-' + name)\nendforeach\n",
    "meson.build": "# SPDX-License-Identifier: BSD-3-Clause\n",
}

SPREAD = "half of the functions"
BROKEN = [
    # what is wrong, check, file, its text, the case that must fail
    ("header without a room", include_order, "include/portsniff/new.h", source(""), "belongs to a room"),
    ("header of an unknown room", include_order, "include/portsniff/new.h", header("new", "attic"), "belongs to a room"),
    ("folder that is no room", include_order, "src/attic/old.c", source(""), "belongs to a room"),
    ("capture reads decode", include_order, "src/capture/x.c", source('#include "portsniff/decode.h"'), "rooms include"),
    ("decode reads capture", include_order, "src/decode/x.c", source('#include "portsniff/source.h"'), "rooms include"),
    ("base reads packet", include_order, "src/base/x.c", source('#include "portsniff/packet.h"'), "rooms include"),
    ("report reads engine", include_order, "src/report/x.c", source('#include "portsniff/engine.h"'), "rooms include"),
    ("contract reads the engine", include_order, "include/portsniff/report.h", header("report", "report", '#include "portsniff/engine.h"'), "rooms include"),
    ("private header of another room", include_order, "src/account/x.c", source('#include "../decode/walk.h"'), "rooms include"),
    ("contract that does not exist", include_order, "src/decode/x.c", source('#include "portsniff/none.h"'), "rooms include"),
    ("printing while decoding", include_order, "src/decode/x.c", source("#include <stdio.h>"), "libraries"),
    ("clock while counting", include_order, "src/account/x.c", source("#include <time.h>"), "libraries"),
    ("kernel structs while decoding", include_order, "src/decode/x.c", source("#include <netinet/ip.h>"), "libraries"),
    ("libpcap outside capture", include_order, "src/engine_x.c", source("#include <pcap/pcap.h>"), "libraries"),
    ("own header second", include_order, "src/base/out.c", source('#include <stdio.h>\n#include "portsniff/out.h"'), "own header"),
    ("own private header second", include_order, "src/decode/walk.c", source('#include <stdint.h>\n#include "walk.h"'), "own header"),
    ("no licence in C", text_rules, "src/base/x.c", "/* Purpose. */\n", "C files open"),
    ("no purpose in C", text_rules, "src/base/x.c", LICENCE + "int x;\n", "C files open"),
    ("no licence in a build file", text_rules, "src/base/meson.build", "x = 1\n", "scripts"),
    ("white space at a line's end", text_rules, "src/base/x.c", source("int x; "), "white space"),
    ("no newline at the end", text_rules, "README.md", "# portsniff", "white space"),
    ("tab", text_rules, "src/base/x.c", source("\tint x;"), "white space"),
    ("carriage return", text_rules, "README.md", "# portsniff\r\n", "white space"),
    ("somebody's home", text_rules, "README.md", "see /ho" + "me/me/x\n", "somebody's machine"),
    ("unbounded copy", text_rules, "src/base/x.c", source("int x = strcpy (a, b);"), "banned"),
    ("byte order by hand", text_rules, "src/decode/x.c", source("int x = ntohs(p);"), "cursor"),
    ("a test that is not there", named_tests, "SECURITY.md", "# S\n\n`base-out`, `base-none`\n", "tests that documents"),
    ("a document without tests", named_tests, "SECURITY.md", "# S\n", "tests that documents"),
    ("a file that is not there", named_tests, "SECURITY.md", "# S\n\n`base-out`, `tests/none.py`\n", "files that documents"),
    ("function of 101 lines", function_length, "src/base/x.c", source("\n\n".join([function(5)] * 9 + [function(101)])), "no function over"),
    ("test function of 101 lines", function_length, "tests/base/test_x.c", source(function(101)), "no function over"),
    ("file of 401 lines", function_length, "src/base/x.c", source("\n" * 398 + "int x;"), "no file over"),
    ("most functions over 15 lines", function_length, "src/base/out.c", source(function(16)), SPREAD),
    ("a fifth over 50 lines", function_length, "src/base/out.c", source("\n\n".join([function(5)] * 4 + [function(51)])), SPREAD),
]
ACCEPTED = [
    # what looks wrong and is not, check, file, its text
    ("function of 100 lines", function_length, "tests/base/test_x.c", source(function(100))),
    ("file of 400 lines", function_length, "src/base/x.c", source("\n" * 397 + "int x;")),
    ("long table", function_length, "src/names/x_table.c", source(function(500))),
    ("banned name in a comment", text_rules, "src/base/x.c", source("/* not strcpy(a, b) */")),
    ("banned name in a string", text_rules, "src/base/x.c", source('char x[] = "strcpy(a, b)";')),
    ("longer name", text_rules, "src/base/x.c", source("int x = my_strcpy(a);")),
    ("key read by account", include_order, "src/account/x.c", source('#include "portsniff/key.h"')),
]


def failing_cases(check, files):
    """The names of the cases that fail on a tree made of these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return [name for name, problems in check(house.Tree(folder)) if problems]


def tree_cases():
    for check in (include_order, text_rules, function_length, named_tests):
        name = check.__name__
        yield (f"{name}: a good tree passes", failing_cases(check.check, GOOD_TREE))
        yield (f"{name}: an empty tree fails", [] if failing_cases(check.check, {}) else ["it passes"])
    for what, check, file, text, expected in BROKEN:
        failed = failing_cases(check.check, {**GOOD_TREE, file: text})
        wrong = len(failed) != 1 or expected not in failed[0]
        problems = [f"expected only `{expected}` to fail, got {failed}"] if wrong else []
        yield (f"{check.__name__}: {what}", problems)
    for what, check, file, text in ACCEPTED:
        yield (f"{check.__name__}: {what} is fine", failing_cases(check.check, {**GOOD_TREE, file: text}))


def header_cases(compiler):
    def failing(name, text):
        return failing_cases(
            lambda tree: header_alone.check(tree, compiler), {f"include/portsniff/{name}.h": text}
        )

    yield ("header_alone: a good header passes", failing("a", header("a", "base", "int a(void);")))
    for what, text, expected in (
        ("a type from nowhere", header("a", "base", "uint8_t a(void);"), "include/portsniff/a.h compiles alone"),
        ("another guard", header("b", "base", "int a(void);"), "include guards (1 files)"),
    ):
        failed = failing("a", text)
        yield (f"header_alone: {what}", [] if failed == [expected] else [f"failed: {failed}"])


def format_cases():
    formatter = format_check.find_formatter()
    if formatter is None:
        return
    style = (Path(__file__).parents[2] / ".clang-format").read_text(encoding="utf-8")
    for text, wanted in (("int x;", 0), ("int  x;", 1)):
        failed = failing_cases(format_check.check, {".clang-format": style, "src/x.c": source(text)})
        yield (f"format: `{text}`", [] if len(failed) == wanted else [f"failed: {failed}"])


def symbol_cases():
    for what, promised, found, wanted in (
        ("all well", {"ps_a"}, {"ps_a", "ps_b"}, []),
        ("a promise that nobody keeps", {"ps_a"}, {"ps_b"}, ["every declared"]),
        ("a name without prefix", {"ps_a"}, {"ps_a", "helper"}, ["global symbols"]),
        ("nothing to look at", set(), set(), ["every declared"]),
    ):
        failed = [name[:14] for name, problems in symbols.check(promised, found) if problems]
        yield (f"symbols: {what}", [] if failed == wanted else [f"failed: {failed}"])


JUNIT = """<testsuites>
<testsuite name="portsniff.portsniff:a / cases"><testcase name="1 - ok"/><testcase name="2 - s"><skipped/></testcase>
<testcase name="3 - bad"><failure/></testcase></testsuite>
<testsuite name="portsniff.portsniff:a / crash"><testcase name="1 - ok"/></testsuite>
<testsuite name="portsniff"><testcase name="portsniff:a / plain"/></testsuite></testsuites>"""
RESULTS = {"portsniff:a / cases": "ERROR", "portsniff:a / crash": "ERROR", "portsniff:a / plain": "OK"}


def count(junit, results):
    """What summary.py prints last and returns for such results."""
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder) / "meson-logs"
        logs.mkdir()
        if junit is not None:
            (logs / "testlog.junit.xml").write_text(junit)
        log = [json.dumps({"name": name, "result": result}) for name, result in results.items()]
        (logs / "testlog.json").write_text("\n".join(log))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            status = summary.main([folder])
        return (printed.getvalue().splitlines()[-1:], status)


def summary_cases():
    passing = '<testsuites><testsuite name="p"><testcase name="x"/></testsuite></testsuites>'
    nothing = "<testsuites></testsuites>"
    control = passing.replace('<testcase name="x"/>', '<testcase name="x"/><system-out>\x1b[31m\x00</system-out>')
    for what, junit, results, line, status in (
        ("failed case and crashed program", JUNIT, RESULTS, ["3 passed, 2 failed, 1 skipped"], 1),
        ("all well", passing, {"x": "OK"}, ["1 passed, 0 failed, 0 skipped"], 0),
        ("control bytes in what a test printed", control, {"x": "OK"}, ["1 passed, 0 failed, 0 skipped"], 0),
        ("nothing ran", nothing, {}, ["0 passed, 0 failed, 0 skipped"], 1),
        ("no results", None, {}, [], 2),
    ):
        got = count(junit, results)
        yield (f"summary: {what}", [] if got == (line, status) else [f"got {got}"])


def adapter_cases():
    for line, wanted in (
        ("ok 1 - a", "ok 1 - a"),
        ("not ok 2 # SKIP b", "ok 2 - b # SKIP"),
        ("not ok 3 - c", "not ok 3 - c"),
        ("not ok - group", "# not ok - group"),
        ("1..3", "1..3"),
    ):
        got = tap_adapter.translate(line)
        yield (f"tap_adapter: `{line}`", [] if got == wanted else [f"became `{got}`"])
    lines = ["not ok 1 - a", "# why", "ok 2 - b", "# not why", "not ok 3 - c # TODO", "# nor this"]
    explaining, repeated = False, []
    for line in lines:
        explaining = tap_adapter.explains_failure(line, explaining)
        repeated += [line] if explaining else []
    yield ("tap_adapter: repeats what failed", [] if repeated == lines[:2] else [f"got {repeated}"])


def main(compiler):
    groups = (tree_cases(), header_cases(compiler), format_cases(), symbol_cases(), summary_cases(), adapter_cases())
    sys.exit(house.print_tap(case for group in groups for case in group))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: self_test.py COMPILER [ARGUMENT...]")
    main(sys.argv[1:])
