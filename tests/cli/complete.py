#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the completion scripts in the shells they are for; prints TAP.

    complete.py SOURCE_ROOT

bash and zsh sit at a pseudo terminal, where keys are typed and a function named
portsniff shows the words it was called with; fish answers a question instead.
A shell that is not installed is skipped.
"""

import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from tap import Tap

# What is typed, and the words that the command then has. The folder holds web.pcap and captures/.
TYPED = [
    ("long option", "portsniff --num\tx", ["--numeric", "x"]),
    ("word", "portsniff --format c\t", ["--format", "csv"]),
    ("word behind a short option", "portsniff -f c\t", ["-f", "csv"]),
    ("word behind =", "portsniff --format=c\t", ["--format=csv"]),
    ("first of several words", "portsniff --view ti\t", ["--view", "timeline"]),
    ("second of several words", "portsniff --view ports,pa\t", ["--view", "ports,pairs"]),
    ("second of several words behind =", "portsniff --view=ports,pa\t", ["--view=ports,pairs"]),
    ("kind of a tunnel", "portsniff --tunnel-port vx\t8472", ["--tunnel-port", "vxlan=8472"]),
    ("file", "portsniff -r w\t", ["-r", "web.pcap"]),
    ("file behind a long option", "portsniff --read w\t", ["--read", "web.pcap"]),
    ("folder", "portsniff -r c\tx", ["-r", "captures/x"]),
    ("interface", "portsniff -i lo\tx", ["-i", "lo", "x"]),
    ("every interface", "portsniff -i an\tx", ["-i", "any", "x"]),
    ("hidden option", "portsniff --man-\tx", ["--man-x"]),
]

PROLOGUE = {
    "bash": "PS1='ready>'; bind 'set bell-style none'; source {file}\n",
    "zsh": "PS1='ready>'; unsetopt beep; fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D\n",
}
COMMAND = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}
SHOW = "portsniff() {{ printf 'got:'; printf '<%s>' \"$@\"; echo; }}\n"

# What fish offers for a line.
ASKED = [
    ("long option", "portsniff --form", ["--format"]),
    ("word", "portsniff --format j", ["json", "jsonl"]),
    ("word behind =", "portsniff --format=c", ["--format=csv"]),
    ("second of several words", "portsniff --view ports,pa", ["ports,pairs"]),
    ("kind of a tunnel", "portsniff --tunnel-port vx", ["vxlan="]),
    ("file", "portsniff -r w", ["web.pcap"]),
    ("interface", "portsniff -i an", ["any"]),
    ("hidden option", "portsniff --man-", []),
]

WAIT = 20.0


class Terminal:
    """A shell at a pseudo terminal."""

    def __init__(self, command, folder):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(TERM="dumb", LC_ALL="C", HOME=str(folder))
            os.execvp(command[0], command)
        self.seen = ""

    def type(self, text):
        os.write(self.fd, text.encode())

    def read_until(self, text):
        """What came since the last call up to `text`; everything there is when it does not come."""
        end = time.monotonic() + WAIT
        while text not in self.seen and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.fd, 4096).decode(errors="replace").replace("\r", "")
                except OSError:
                    break
        before, _, self.seen = self.seen.partition(text)
        return before

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def type_in(shell, script, folder, tap):
    terminal = Terminal(COMMAND[shell], folder)
    terminal.type(SHOW.format() + PROLOGUE[shell].format(file=script, folder=script.parent) + "echo set''up\n")
    terminal.read_until("setup\n")
    for name, keys, wanted in TYPED:
        terminal.read_until("ready>")
        for part in keys.split("\t")[:-1]:
            # A key typed while the shell still completes would be taken for part of its answer.
            terminal.type(part + "\t")
            time.sleep(0.3)
        terminal.type(keys.split("\t")[-1] + "\n")
        terminal.read_until("got:")
        got = terminal.read_until("\n")
        tap.case(f"{shell}: {name}", got == "".join(f"<{word}>" for word in wanted), f"got {got!r}")
    terminal.type("exit\n")
    terminal.close()


def ask_fish(script, folder, tap):
    for name, line, wanted in ASKED:
        run = subprocess.run(
            ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"],
            cwd=folder, capture_output=True, text=True, timeout=WAIT, check=False,
        )
        got = sorted(row.split("\t")[0] for row in run.stdout.splitlines())
        tap.case(f"fish: {name}", got == wanted, f"got {got} {run.stderr}")


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    completions = Path(arguments[0]).resolve() / "completions"
    tap = Tap()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "web.pcap").touch()
        (folder / "captures").mkdir()
        for shell, script in (("bash", "portsniff.bash"), ("zsh", "_portsniff"), ("fish", "portsniff.fish")):
            if not shutil.which(shell):
                tap.skip(shell, "not installed")
            elif shell == "fish":
                ask_fish(completions / script, folder, tap)
            else:
                type_in(shell, completions / script, folder, tap)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
