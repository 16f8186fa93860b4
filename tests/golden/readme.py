#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What README.md shows is what the program prints.

    readme.py [--update] PORTSNIFF

Every ```console block begins with one line `$ portsniff ...`; the rest of it must be what the command prints from the
root of the source tree, 80 columns wide. Every line of a ```sh block that runs portsniff must work. --update writes the
outputs into README.md.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from program import HERE, LIMIT_SECONDS, Tap, check, unlike

ROOT = HERE.parents[1]
README = ROOT / "README.md"
CONSOLE = re.compile(r"^```console\n(\$ portsniff .*)\n((?:.*\n)*?)```$", re.MULTILINE)
SHELL = re.compile(r"^```sh\n((?:.*\n)*?)```$", re.MULTILINE)
HIDDEN = ("COLUMNS", "NO_COLOR")
# Names that Debian 12 shows and the /etc/services of another system may not.
NAMES = "ssh 22/tcp\nsmtp 25/tcp\ndomain 53/udp\nbootps 67/udp\nbootpc 68/udp\nhttp 80/tcp\nntp 123/udp\nhttps 443/tcp\n"
NAMES += "submission 587/tcp\nmdns 5353/udp\nhttps-alt 8443/tcp\n"


def run(path, arguments, stdin=b""):
    environment = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    environment.update(LC_ALL="C.UTF-8", COLUMNS="80")
    with tempfile.NamedTemporaryFile("w") as names:
        names.write(NAMES)
        names.flush()
        return subprocess.run(
            [path, "--services", names.name, *arguments], cwd=ROOT, env=environment, input=stdin,
            capture_output=True, timeout=LIMIT_SECONDS, check=False,
        )


def printed(path, command):
    done = run(path, shlex.split(command)[2:])
    return (done.stdout + done.stderr).decode()


def block_holds(path, command, shown):
    return unlike("printed", printed(path, command), shown)


def stages_of(line):
    """The commands of a pipeline, as lists of words."""
    words = shlex.shlex(line, posix=True, punctuation_chars="|")
    words.whitespace_split = True
    stages = [[]]
    for word in words:
        if word == "|":
            stages.append([])
        else:
            stages[-1].append(word)
    return stages


def shell_commands(text):
    """What the blocks of shell lines run: (arguments of portsniff, file on its standard input or None)."""
    for block in SHELL.findall(text):
        for line in block.splitlines():
            stages = stages_of(line)
            for before, stage in zip([[], *stages], stages):
                if stage[:1] == ["portsniff"]:
                    yield stage[1:], before[1] if before[:1] == ["cat"] else None


def shell_line_works(path, arguments, stdin):
    done = run(path, arguments, (ROOT / stdin).read_bytes() if stdin else b"")
    wrong = unlike("exit status", done.returncode, 0) + unlike("standard error", done.stderr, b"")
    return wrong + ([] if done.stdout else ["nothing was printed"])


def update(path):
    text = README.read_text(encoding="utf-8")
    renewed = CONSOLE.sub(lambda block: f"```console\n{block[1]}\n{printed(path, block[1])}```", text)
    README.write_text(renewed, encoding="utf-8")


def test(path):
    tap = Tap()
    text = README.read_text(encoding="utf-8")
    blocks = CONSOLE.findall(text)
    tap.case("every console block runs portsniff", 0 < len(blocks) == text.count("```console"), len(blocks))
    for command, shown in blocks:
        check(tap, command, block_holds, path, command, shown)
    commands = list(shell_commands(text))
    tap.case("there are shell lines", len(commands) >= 8, len(commands))
    for arguments, stdin in commands:
        check(tap, shlex.join(["portsniff", *arguments]), shell_line_works, path, arguments, stdin)
    return tap.finish()


def main(arguments):
    updating = arguments[:1] == ["--update"]
    paths = arguments[updating:]
    if len(paths) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    path = str(Path(paths[0]).resolve())
    return update(path) if updating else test(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
