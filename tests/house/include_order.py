#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Keeps the order of the rooms true, by reading the #include lines.

    base < packet < names < { capture | save | decode < application < snapshot < account < findings < report }
        < engine < cli < main
    base < guard < engine

A contract header (include/portsniff/) names its room in its first comment. Some
are read by several rooms and count as rooms of their own: the key that decoding
hands on, what tells applications apart, and the config that the command line
fills.
"""

import re

import house

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
ROOM = re.compile(r"\bRoom: ([a-z]+)")

SHARED_CONTRACTS = {"key.h": "key", "config.h": "config", "application.h": "application"}

# What each room may include. A room may always include its own headers.
ALLOWED = {
    "base": set(),
    "packet": {"base"},
    "guard": {"base"},
    "key": {"base", "packet"},
    "names": {"base", "packet", "key"},
    "capture": {"base", "packet"},
    "save": {"base", "packet"},
    "decode": {"base", "packet", "key"},
    "application": {"base", "packet", "key"},
    "snapshot": {"base", "packet", "key", "names"},
    "account": {"base", "packet", "key", "application", "snapshot"},
    "findings": {"base", "packet", "key", "application", "names", "snapshot"},
    # decode and application for the words that go with their numbers
    "report": {"base", "packet", "key", "decode", "application", "names", "snapshot", "findings"},
    "config": {"base", "guard", "names", "capture", "save", "decode", "report"},
}
ALLOWED["engine"] = set(ALLOWED)
ALLOWED["cli"] = {"base", "guard", "key", "names", "capture", "save", "decode", "report", "config"}
ALLOWED["main"] = set(ALLOWED)

# Files in src/ itself, by the first word of their name.
TOP_FILES = {"snapshot": "snapshot", "engine": "engine", "privs": "engine", "main": "main"}

# No I/O, no clock, no printing on the hot path; and bytes from the network are
# read by the cursor, so nobody there needs the kernel's header structs.
HOT_PATH = {"decode", "application", "account"}
FORBIDDEN_ON_HOT_PATH = re.compile(
    r"^(stdio|time|unistd|fcntl|locale|syslog|pcap|archive|pthread)\b|^(net|netinet|arpa|sys|linux|pcap)/"
)
# Words for reports: decode knows them, and no packet ever meets them.
OFF_THE_PATH = {"src/decode/names.c"}
# Libraries that only the room that opens captures knows.
CAPTURE_ONLY = re.compile(r"^(pcap|archive)(\.h|/|_entry\.h)")


def includes(tree, name):
    """Yields (path, whether it is in quotes) in the order of the file."""
    for line in tree.lines(name):
        match = INCLUDE.match(line)
        if match:
            yield (match[1] or match[2], match[1] is not None)


def header_room(tree, header):
    """The room of include/portsniff/<header>, or None when it does not say."""
    if header in SHARED_CONTRACTS:
        return SHARED_CONTRACTS[header]
    match = ROOM.search("\n".join(tree.lines(f"include/portsniff/{header}")[:12]))
    return match[1] if match and match[1] in ALLOWED else None


def header_room_if_there(tree, header):
    if f"include/portsniff/{header}" not in tree.files:
        return ""
    room = header_room(tree, header)
    # The files behind a shared contract lie in the room that fills it.
    return {"key": "decode", "config": "cli"}.get(room, room)


def room_of(tree, name):
    parts = name.split("/")
    if parts[0] == "include":
        return header_room(tree, parts[-1])
    if len(parts) == 2:
        return TOP_FILES.get(re.split(r"[_.]", parts[1])[0])
    return parts[1] if parts[1] in ALLOWED else None


def check_room(tree, name):
    if room_of(tree, name) is None:
        yield "belongs to no room (a header in include/ says `Room: name`)"


def check_order(tree, name):
    room = room_of(tree, name)
    for path, quoted in includes(tree, name):
        if not quoted:
            continue
        if not path.startswith("portsniff/"):
            folder = name.rpartition("/")[0]
            if "/" in path or f"{folder}/{path}" not in tree.files:
                yield f'"{path}" is neither a contract nor a header of the same folder'
            continue
        header = path.removeprefix("portsniff/")
        if f"include/{path}" not in tree.files:
            yield f'"{path}" does not exist'
            continue
        wanted = header_room(tree, header)
        if wanted != room and wanted not in ALLOWED.get(room, ()):
            yield f'{room} must not include "{path}", which belongs to {wanted}'


def check_libraries(tree, name):
    room = room_of(tree, name)
    for path, quoted in includes(tree, name):
        if quoted:
            continue
        hot = room in HOT_PATH and name not in OFF_THE_PATH
        if hot and FORBIDDEN_ON_HOT_PATH.search(path):
            yield f"{room} is on the hot path and must not include <{path}>"
        elif room != "capture" and CAPTURE_ONLY.search(path):
            yield f"only capture knows <{path}>"


def check_own_first(tree, name):
    folder, _, file = name.rpartition("/")
    stem = file.removesuffix(".c")
    if f"{folder}/{stem}.h" in tree.files:
        own = f"{stem}.h"
    elif header_room_if_there(tree, f"{stem}.h") == room_of(tree, name):
        own = f"portsniff/{stem}.h"
    else:
        return
    first = next(includes(tree, name), (None, False))
    if first != (own, True):
        yield f'the first include must be the own header, "{own}"'


def check(tree):
    sources = tree.below(["src"], [".c"])
    everything = tree.below(["include", "src"], [".c", ".h", ".def"])
    for title, names, rule in (
        ("every file belongs to a room", everything, check_room),
        ("rooms include only what stands before them", everything, check_order),
        ("libraries stay in their rooms", everything, check_libraries),
        ("own header first", sources, check_own_first),
    ):
        yield house.per_file(title, names, lambda name, rule=rule: rule(tree, name))


if __name__ == "__main__":
    house.run(check)
