#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Names and descriptions of interfaces do not steer the terminal either; prints TAP.

    interfaces.py PORTSNIFF

Linux lets an interface be called nearly anything (dev_valid_name: no slash, no colon, no blank). The interfaces are made
in a network namespace that vanishes with this program, which starts itself anew in one: that needs root.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from escape import Program, like, told
from screen import EVERYTHING, steering
from tap import Tap

INSIDE = "--inside"
NAMES = (b"\x1b[31mred", b"a\x9b31mb", b"a\xc2\x9b31mb", "a\u00db31mb".encode(), "a\u202eb".encode(), b"a\xff\xfeb",
         b"=1+1", b"a\x07\x08b", b'a"b\\')


def ip(*arguments):
    subprocess.run([b"ip", b"link", *arguments], check=True, capture_output=True)


def listing(program):
    wrong = []
    for locale in ("C.UTF-8", "C"):
        wrong += program.searched("-D", statuses=(0,), environment={"LC_ALL": locale})[1]
    done, found = program.searched("-D", "-f", "json", statuses=(0,))
    names = [row["name"] for row in json.loads(done.stdout)["interfaces"]]
    missing = [name for name in NAMES if not any(like(listed, name) for listed in names)]
    return wrong + found + [f"-D does not list {name!r}" for name in missing]


def start(program, name, form, locale):
    command = [program.path, "-i", name, "-a", "2s", "-t", "500ms", "-f", form]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=program.folder,
                            env={**os.environ, "LC_ALL": locale, "COLUMNS": "400"})


def watching(program, name):
    """Short watches in every format at once, in which the interface goes down and comes back."""
    wrong = []
    ways = [(form, locale) for form in ("text", "jsonl", "csv") for locale in ("C.UTF-8", "C")]
    watches = [start(program, name, *way) for way in ways]
    time.sleep(1)
    ip(b"set", b"dev", name, b"down")
    time.sleep(0.3)
    ip(b"set", b"dev", name, b"up")
    for (form, locale), watch in zip(ways, watches):
        shown, error = watch.communicate()
        wrong += steering(shown, ascii_only=locale == "C", breaks="\r\n" if form == "csv" else "\n")
        wrong += steering(error, ascii_only=locale == "C")
        wrong += [] if shown and not watch.returncode else [f"exit status {watch.returncode}: {error!r}"]
        if b"is down" not in error:
            wrong.append(f"nothing is said of the interface that went down: {error!r}")
    return wrong


def cases(program, tap):
    for number, name in enumerate(NAMES):
        other = b"other%d" % number
        ip(b"add", b"name", name, b"type", b"veth", b"peer", b"name", other)
        ip(b"set", b"dev", other, b"up")
        ip(b"set", b"dev", name, b"up")
        ip(b"set", b"dev", name, b"alias", EVERYTHING)
    tap.case("names in -D", *told(listing(program)))
    for name in NAMES:
        tap.case(f"watching {re.sub('[^ -~]', '?', repr(name))}", *told(watching(program, name)))
    wrong = program.searched("-i", NAMES[0] + b"x", statuses=(1,))[1]
    tap.case("a name nearly like one", *told(wrong))


def main(path):
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        cases(Program(str(Path(path).resolve()), folder), tap)
    return tap.finish()


def start_inside(path):
    command = ["unshare", "--net", "--", sys.executable, __file__, INSIDE, path]
    why = None
    if os.geteuid() != 0:
        why = "network namespaces need root"
    elif not shutil.which("unshare") or not shutil.which("ip"):
        why = "unshare or ip is missing"
    elif subprocess.run("unshare --net ip link add name one type veth peer name two".split(), capture_output=True,
                        check=False).returncode:
        why = "interfaces cannot be made here"
    if why is None:
        return subprocess.run(command, check=False).returncode
    tap = Tap()
    tap.skip("names of interfaces", why)
    return tap.finish()


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == INSIDE:
        sys.exit(main(sys.argv[2]))
    if len(sys.argv) != 2:
        sys.exit("usage: interfaces.py PORTSNIFF")
    sys.exit(start_inside(sys.argv[1]))
