# SPDX-License-Identifier: BSD-3-Clause
"""Texts that strangers choose to steer a terminal with, and what a terminal may get.

The judge goes by Unicode's categories as python knows them, not by the program's table.
"""

import csv
import io
import re
import unicodedata

# Sequences that portsniff itself writes when it was asked for colours.
COLORS = re.compile(rb"\x1b\[(?:0|1|2|1;31|34|32|36|35)m")
FORGED = "FORGED"  # begins a line where a name could break one
FORMULA = ("=", "+", "-", "@", "\t", "\r")

TEXTS = {
    "colour": b"a\x1b[31mred",
    "title": b"a\x1b]0;title\x07b",
    "device control": b"a\x1bP+q544e\x1b\\b",
    "cursor": b"a\x1b[2J\x1b[1;1Hb",
    "eight-bit C1": b"a\x9b31mb\x90c\x9d0;t\x9c",
    "C1 in UTF-8": b"a\xc2\x9b31mb",
    "letter whose second byte is C1": "a\u00db31mb".encode(),
    "bell, backspace, delete": b"a\x07\x08\x7fb",
    "carriage return": b"a\rFORGED",
    "line break": b"a\nFORGED: b",
    "line break and blanks": b"a\n  FORGED: b",
    "line separators": "a\u2028FORGED\u2029FORGED\u0085FORGED".encode(),
    "right-to-left override": "a\u202egpj.b".encode(),
    "isolates": "a\u2066b\u2069\u061cc".encode(),
    "invisible": "a\u200b\u2060\u00ad\ufeffb".encode(),
    "tags": "a\U000e0041\U000e0042b".encode(),
    "broken UTF-8": b"a\xff\xfe\xc3\xe2\x82b",
    "overlong": b"a\xc0\x9b\xe0\x80\x9bb",
    "surrogate": b"a\xed\xa0\x80b",
    "shifts": b"a\x0e\x0fb",
    "format": b"a%s%n%255$nb",
    "formula": b"=1+1",
    "quotes": b"a\"b'c,d;e",
}
# One word that holds them all; short enough for a file name, and no part of a path.
EVERYTHING = b"".join(text for name, text in TEXTS.items() if name != "formula")
assert len(EVERYTHING) < 255 and b"/" not in EVERYTHING and b"\0" not in EVERYTHING


def steering(shown, colors=False, ascii_only=False, breaks="\n"):
    """What in these bytes would steer a terminal or lie on it."""
    if colors:
        shown = COLORS.sub(b"", shown)
    try:
        text = shown.decode("ascii" if ascii_only else "utf-8")
    except UnicodeDecodeError as error:
        return [f"not {error.encoding}: {error.object[max(0, error.start - 20) : error.end + 20]!r}"]
    wrong = []
    for at, character in enumerate(text):
        if character not in breaks and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            wrong.append(f"U+{ord(character):04X} in {text[max(0, at - 20) : at + 20]!r}")
    for line in text.splitlines():
        if line.lstrip().startswith(FORGED):
            wrong.append(f"a line was forged: {line!r}")
    return wrong


def formulas(shown):
    """Cells of a CSV table that a spreadsheet would take for a formula, and lines that a cell broke."""
    wrong = []
    if re.search(rb"(?<!\r)\n|\r(?!\n)", shown):
        wrong.append("a line does not end in CR LF")
    for row in csv.reader(io.StringIO(shown.decode("utf-8"), newline="")):
        wrong += [f"the cell {cell!r}" for cell in row if cell.startswith(FORMULA)]
    return wrong


SHOWN = (
    # bytes, objected to, without colours, in UTF-8
    (b"plain\n", False),
    ("caf\u00e9 \u2588\u2026\n".encode(), False),
    (b"\x1b[31mred\n", True),
    (b"\x1b[1m\n", True),
    (b"a\rb\n", True),
    (b"\x9b\n", True),
    (b"\xc2\x9b\n", True),
    ("\u202e\n".encode(), True),
    ("\u200b\n".encode(), True),
    (b"  FORGED: x\n", True),
    (b"not FORGED\n", False),
)


def own_cases():
    """(name, what is wrong) of the judge itself."""
    for shown, objected in SHOWN:
        yield f"the judge on {shown!r}", [] if bool(steering(shown)) == objected else [f"it said {steering(shown)}"]
    yield "the judge knows the program's colours", steering(b"\x1b[1;31ma\x1b[0m\n", colors=True)
    yield "the judge knows no other colours", [] if steering(b"\x1b[31ma", colors=True) else ["it passed"]
    yield "the judge on ASCII only", [] if steering("\u00e9".encode(), ascii_only=True) else ["it passed"]
    for shown, objected in ((b"a,b\r\n1,2\r\n", False), (b"a,=1\r\n", True), (b'"-1",b\r\n', True), (b"a\nb\r\n", True)):
        yield f"the judge on the table {shown!r}", [] if bool(formulas(shown)) == objected else [f"it said {formulas(shown)}"]
