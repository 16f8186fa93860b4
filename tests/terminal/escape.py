#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Nothing from a packet, a file or its name, an option or the environment steers the terminal; prints TAP.

    escape.py PORTSNIFF SOURCE_ROOT

Every road by which a text of somebody else may come in is taken with texts made to be obeyed or believed by a terminal,
and standard output and standard error are both searched (screen.py), in every format, also where the locale is not
UTF-8. JSON has to say what the text was.
"""

import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import strangers
from screen import EVERYTHING, TEXTS, formulas, own_cases, steering
from tap import Tap

LIMIT_SECONDS = 120
VIEWS = "summary services findings flows ephemeral ports pairs ranges hosts timeline tunnels ledger".split()
WIDE = {"COLUMNS": "400"}  # lines are not wrapped, so that a word at the beginning of one is a line break's work
NOBODY = 65534


class Program:
    """portsniff in a folder of its own; every run is searched."""

    def __init__(self, path, folder):
        self.path, self.folder = path, Path(folder)

    def run(self, *arguments, environment=None, stdin=b"", path=None, **more):
        return subprocess.run(
            [path or self.path, *arguments], cwd=self.folder, input=stdin, capture_output=True, timeout=LIMIT_SECONDS,
            env={**os.environ, "LC_ALL": "C.UTF-8", **WIDE, **(environment or {})}, check=False, **more,
        )

    def searched(self, *arguments, statuses=(0, 1, 2, 3), colors=False, **more):
        """(the run, what it let through)."""
        ascii_only = more.get("environment", {}).get("LC_ALL") == "C"
        table = b"csv" in [word.encode() if isinstance(word, str) else word for word in arguments]
        done = self.run(*arguments, **more)
        wrong = steering(done.stdout, colors, ascii_only, "\r\n" if table else "\n")
        wrong += [f"standard error: {text}" for text in steering(done.stderr, False, ascii_only)]
        if table:
            wrong += formulas(done.stdout)
        if done.returncode not in statuses:
            wrong.append(f"exit status {done.returncode}: {done.stderr!r}")
        return done, wrong

    def write(self, name, data):
        path = os.path.join(os.fsencode(self.folder), name)
        with contextlib.suppress(FileExistsError):
            os.makedirs(os.path.dirname(path))
        Path(os.fsdecode(path)).write_bytes(data)


# --- names of files and folders ------------------------------------------------------


def as_json(name):
    """What JSON shall say of such bytes."""
    return name.decode("utf-8", errors="replace")


def like(told, name):
    """Python puts one U+FFFD for several broken bytes, RFC 8259 leaves that open."""
    return re.sub("\ufffd+", "\ufffd", told) == re.sub("\ufffd+", "\ufffd", as_json(name))


def file_in_every_format(program, name, data, statuses):
    program.write(name, data)
    wrong = []
    for more in ((), ("--color", "always"), ("-t", "1s"), ("-f", "csv"), ("-f", "csv", "-t", "1s"), ("--reader", "libpcap")):
        for locale in ("C.UTF-8", "C"):
            _, found = program.searched("-r", name, *more, statuses=statuses, colors="always" in more,
                                        environment={"LC_ALL": locale})
            wrong += found
    for form in ("json", "jsonl"):
        done, found = program.searched("-r", name, "-f", form, statuses=statuses, environment={"LC_ALL": "C"})
        wrong += found
        if done.stdout:
            document = json.loads(done.stdout if form == "json" else done.stdout.splitlines()[-1])
            said = document["capture"]["sources"][0]["name"]
            wrong += [] if like(said, name) else [f"JSON says {said!r}"]
        elif 1 not in statuses:
            wrong.append("there is no document")
    return wrong


def files(program, tap):
    for what, text in TEXTS.items():
        tap.case(f"file name: {what}", *told(file_in_every_format(program, text, strangers.pcap(), (0,))))
    for what, data, statuses in (
        ("cut", strangers.pcap(cut=7), (3,)),
        ("cut pcapng", strangers.pcapng(cut=7), (3,)),
        ("empty", b"", (1,)),
        ("no capture", EVERYTHING * 3, (1,)),
        ("of an unknown link", strangers.pcap(147), (0, 1)),
    ):
        tap.case(f"file name: of a file that is {what}",
                 *told(file_in_every_format(program, EVERYTHING[:200] + what[:9].encode(), data, statuses)))
    wrong = program.searched("-r", b"nowhere" + EVERYTHING[:200], statuses=(1,))[1]
    tap.case("file name: of a file that is not there", *told(wrong))
    program.write(b"folder/" + EVERYTHING + b"/" + EVERYTHING, strangers.pcap())
    program.write(b"folder/" + EVERYTHING + b"/cut", strangers.pcap(cut=7))
    program.write(b"folder/" + EVERYTHING + b"/other", EVERYTHING)
    wrong = []
    for more in ((), ("-f", "json"), ("-f", "csv"), ("--color", "always")):
        wrong += program.searched("-r", b"folder/" + EVERYTHING, *more, statuses=(3,), colors="always" in more)[1]
    tap.case("file name: of a folder and what is in it", *told(wrong))
    os.mkdir(os.path.join(os.fsencode(program.folder), b"none" + EVERYTHING[:200]))
    wrong = program.searched("-r", b"none" + EVERYTHING[:200], statuses=(1,))[1]
    tap.case("file name: of a folder without captures", *told(wrong))
    wrong = []
    for text in TEXTS.values():
        wrong += program.searched("-r", "good", "--", text, statuses=(2,))[1]
    tap.case("file name: in the place of a filter", *told(wrong))


# --- what captures hold --------------------------------------------------------------


def contents(program, tap):
    program.write(b"good", strangers.pcap())
    program.write(b"good.ng", strangers.pcapng())
    program.write(b"cut.ng", strangers.pcapng(cut=7))
    program.write(b"other.ng", strangers.pcapng(147))
    for name in ("good", "good.ng", "cut.ng", "other.ng"):
        wrong = []
        for view in VIEWS:
            for form in ("text", "json", "jsonl", "csv"):
                wrong += program.searched("-r", name, "--view", view, "-f", form, "--top", "0")[1]
        wrong += program.searched("-r", name, "--view", ",".join(VIEWS), "--color", "always", colors=True)[1]
        wrong += program.searched("-r", name, "-w", "saved.pcapng")[1]
        wrong += program.searched("-r", name, "--reader", "libpcap")[1]
        tap.case(f"texts inside a capture: {name}", *told(wrong))
    found = program.run("-r", "good", "-f", "json", "--view", "services").stdout
    speaks = {row["application"] for row in json.loads(found)["services"]}
    tap.case("texts inside a capture: they were read", {"ssh", "http", "tls"} <= {str(word).lower() for word in speaks},
             speaks)


# --- words of the command line -------------------------------------------------------


def option_names(root):
    """-x and --word of every option, from the completions that are made of the option table."""
    for line in (Path(root) / "completions" / "portsniff.fish").read_text(encoding="utf-8").splitlines():
        letter, name = re.search(r" -s (\w)", line), re.search(r" -l ([\w-]+)", line)
        if letter:
            yield f"-{letter[1]}"
        if name:
            yield f"--{name[1]}"


def option_values(program, tap, root):
    names = list(option_names(root))
    tap.case("options are found", len(names) > 40, names)
    for name in names:
        wrong = []
        value = b"nowhere/" + EVERYTHING
        for text in (EVERYTHING, b"=" + EVERYTHING, value):
            joined = name.encode() + (b"=" if name.startswith("--") else b"") + text
            for locale in ("C.UTF-8", "C"):
                wrong += program.searched(joined, "-r", "good", "-q", environment={"LC_ALL": locale})[1]
        tap.case(f"value of {name}", *told(wrong))
    wrong = []
    for text in TEXTS.values():
        for word in (b"--" + text, b"-" + text, b"--vi" + text, b"--view=ports," + text, b"--color=" + text):
            wrong += program.searched(word, "-r", "good", statuses=(0, 1, 2))[1]
    tap.case("options that there are not", *told(wrong))
    wrong = []
    for word in (b"-o", b"-w", b"--services"):
        wrong += program.searched("--show-sandbox", "-r", EVERYTHING, word, b"nowhere/" + EVERYTHING)[1]
        wrong += program.searched("--show-sandbox", "-r", EVERYTHING, word, EVERYTHING)[1]
    tap.case("names in --show-sandbox", *told(wrong))


def filters(program, tap):
    for what, text in TEXTS.items():
        wrong = []
        for words in ((b"port 53 and host " + text,), (b"udp", text), (b'ether host "' + text + b'"',)):
            for more in ((), ("-f", "json")):
                wrong += program.searched("-r", "good", *more, *words)[1]
                wrong += program.searched("-r", "good", *more, *words, environment={"LC_ALL": "C"})[1]
        tap.case(f"filter: {what}", *told(wrong))
    wrong = []
    for more in ((), ("-f", "json"), ("-f", "csv"), ("--color", "always")):
        done, found = program.searched("-r", "good", *more, b"udp\nor\r\n\t(port\n  53)", statuses=(0,),
                                       colors="always" in more)
        wrong += found + ([] if done.stdout else ["it was refused"])
    tap.case("filter: one that is right, over several lines", *told(wrong))


def services(program, tap):
    for what, text in TEXTS.items():
        program.write(b"names", text + b" 4444/tcp\n" + b"fine 4444/udp " + text + b"\n")
        wrong = program.searched("-r", "good", "--services", "names", statuses=(0, 1))[1]
        for view in ("services", "ports", "flows"):
            wrong += program.searched("-r", "good", "--services", "names", "-f", "csv", "--view", view, statuses=(0, 1))[1]
        tap.case(f"name of a service: {what}", *told(wrong))


# --- where it runs -------------------------------------------------------------------


def environment(program, tap):
    for name in ("COLUMNS", "TERM", "TZ", "NO_COLOR", "LANG", "SUDO_USER", "SUDO_UID", "SUDO_GID", "NOTIFY_SOCKET",
                 "WATCHDOG_USEC", "TMPDIR", "HOME"):
        wrong = []
        for more in (("-r", "good"), ("--show-sandbox",), ("-r", "nowhere")):
            wrong += program.searched(*more, environment={name: os.fsdecode(EVERYTHING)})[1]
        tap.case(f"environment: {name}", *told(wrong))


def own_path(program, tap):
    """Advice for who may not capture names the program as it was called."""
    program.write(EVERYTHING + b".d/portsniff", b"")
    copy = os.path.join(os.fsencode(program.folder), EVERYTHING + b".d/portsniff")
    shutil.copy(program.path, copy)
    who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    wrong = []
    for name in (b"lo", b"wlan" + EVERYTHING, EVERYTHING[:14]):
        for locale in ("C.UTF-8", "C"):
            done, found = program.searched("-i", name, "-c", "1", "-a", "1", path=copy, environment={"LC_ALL": locale}, **who)
            wrong += found
        if name == b"lo" and done.returncode == 1 and b".d/portsniff" not in done.stderr:
            wrong.append(f"the advice does not name the program: {done.stderr!r}")
    tap.case("path of the program, in advice", *told(wrong))


def on_terminal(program, arguments):
    """(what a terminal got, exit status)."""
    parent, child = pty.openpty()
    with subprocess.Popen([program.path, *arguments], cwd=program.folder, stdin=child, stdout=child, stderr=child,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm", **WIDE}) as process:
        os.close(child)
        got = b""
        with contextlib.suppress(OSError):  # EIO: the other side is closed
            while data := os.read(parent, 65536):
                got += data
        os.close(parent)
    return got, process.returncode


def terminal(program, tap):
    every = [b"-r", b"folder/" + EVERYTHING]
    for name in TEXTS.values():
        every += [b"-r", name]
    for what, arguments, status in (
        ("a report with errors", every, 3),
        ("every view", [*every, b"--view", ",".join(VIEWS).encode()], 3),
        ("a table", [*every, b"-f", b"csv"], 3),
        ("a document", [*every, b"-f", b"json"], 3),
        ("a failure", [b"-r", b"nowhere" + EVERYTHING[:200]], 1),
        ("a wrong option", [b"--" + EVERYTHING], 2),
    ):
        got, returned = on_terminal(program, arguments)
        # The terminal makes CR LF of every LF; the progress line clears itself.
        got = re.sub(rb"\r\x1b\[K(?:reading: [ 0-9]{3}%  [0-9.]+ million packets)?", b"", got).replace(b"\r\n", b"\n")
        wrong = steering(got.replace(b"\r\n", b"\n"), colors=True)
        wrong += [] if returned == status else [f"exit status {returned}: {got[-300:]!r}"]
        tap.case(f"on a terminal: {what}", *told(wrong))
    got, _ = on_terminal(program, [b"-r", b"good"])
    tap.case("on a terminal: it is coloured there", b"\x1b[1m" in got, got[:200])


def told(wrong):
    """What Tap.case() takes behind a name."""
    return (not wrong, *wrong[:6])


def main(path, root):
    tap = Tap()
    for name, wrong in own_cases():
        tap.case(name, *told(wrong))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        program = Program(str(Path(path).resolve()), folder)
        contents(program, tap)
        files(program, tap)
        option_values(program, tap, root)
        filters(program, tap)
        services(program, tap)
        environment(program, tap)
        own_path(program, tap)
        terminal(program, tap)
    return tap.finish()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: escape.py PORTSNIFF SOURCE_ROOT")
    sys.exit(main(*sys.argv[1:]))
