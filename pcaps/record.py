#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Records the bundled captures again: real programs on hosts made of network namespaces. Needs root.

usage: record.py              record every capture
       record.py NAME...      record only these (the file's name without its endings)
       record.py --list       say which there are
       record.py --check      hold the files against EXPECTED.tsv with tshark; records nothing, needs no root

Installs nothing; says which Debian packages are missing. Ctrl-C ends it cleanly: no namespace, process or half-made
file stays behind.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys

sys.dont_write_bytecode = True  # nothing but captures and tables appears in this folder

from recorder import check, programs, tables
# The order in which scenes are entered in the catalogue is the order of the tables.
from recorder import scene_office, scenes_services, scenes_faults, scenes_tunnels, scenes_formats  # noqa: F401
from recorder import scenes_findings  # noqa: F401
from recorder.capfile import strip_machine_details
from recorder.catalogue import SCENES
from recorder.lab import Lab, RecordError

FOLDER = os.path.dirname(os.path.abspath(__file__))
LOCK = "/run/portsniff-record.lock"
PACK = {"gz": ("gzip", "-9n"), "zst": ("zstd", "-q", "-19"), "xz": ("xz", "-9"), "lz4": ("lz4", "-q", "-9"),
        "bz2": ("bzip2", "-9")}


def pack(plain, file):
    """Compress the plain capture when the ending of `file` asks for it; returns the path of the result."""
    ending = file.rsplit(".", 1)[-1]
    if ending not in PACK:
        return plain
    with open(plain, "rb") as source, open(f"{plain}.{ending}", "wb") as target:
        subprocess.run([*PACK[ending], "-c"], stdin=source, stdout=target, check=True)
    return f"{plain}.{ending}"


def install(path, file):
    """Put a finished capture in its place, owned by whoever owns the folder."""
    owner = os.stat(FOLDER)
    target = os.path.join(FOLDER, file)
    shutil.copyfile(path, target + ".new")
    os.chown(target + ".new", owner.st_uid, owner.st_gid)
    os.chmod(target + ".new", 0o644)
    os.replace(target + ".new", target)


def record(scene):
    """Record one scene; returns what is known about its ports."""
    with Lab() as lab:
        plain = lab.path("capture")
        expected = scene.record(lab, plain)
        if ".pcapng" in scene.file:
            strip_machine_details(plain)
        install(pack(plain, scene.file), scene.file)
    return expected


def record_all(names):
    """Record the named scenes one after the other and bring the tables up to date."""
    with open(LOCK, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for name in names:
            print(f"recording {SCENES[name].file}", flush=True)
            expected = tables.read_expected(FOLDER)
            expected[SCENES[name].file] = record(SCENES[name])
            tables.write_expected(FOLDER, expected)
        tables.update_readme(FOLDER)


def complaint(names):
    """What keeps the recording from starting, as a sentence, or None."""
    unknown = [name for name in names if name not in SCENES]
    if unknown:
        return f"there is no capture named {', '.join(unknown)}; --list shows the names."
    if os.geteuid() != 0:
        return "network namespaces can only be made by root; run it with sudo."
    missing = programs.missing_packages()
    if missing:
        return f"programs are missing; install them first:\n  apt-get install {' '.join(missing)}"
    return None


def main(arguments):
    if arguments in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0
    if arguments == ["--list"]:
        for scene in SCENES.values():
            print(f"{scene.name:20} {scene.file:28} {scene.shows}")
        return 0
    if arguments == ["--check"]:
        return check.check_all(FOLDER)
    names = arguments or list(SCENES)
    problem = complaint(names)
    if problem:
        print(f"record.py: {problem}", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    try:
        record_all(names)
    except BlockingIOError:
        print(f"record.py: another recording is running (it holds {LOCK}); wait for it to end.", file=sys.stderr)
        return 1
    except RecordError as error:
        print(f"record.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
