# SPDX-License-Identifier: BSD-3-Clause
"""What somebody else planted in a folder where everybody may write, under the names of -o and -w, when root runs.

usage: planted.py PORTSNIFF SOURCE_ROOT

Each case is tried with the sandbox and, because that alone already stops some, with --sandbox=off; and every time the
kernel may or may not refuse by itself (fs.protected_symlinks and the like): the outcome is the same.
"""

import os
import pathlib
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
import tap  # noqa: E402

SOMEBODY = 12345  # needs no account
PRECIOUS = b"precious\n"
REFUSED = "everybody may write in that folder"
# How something is written under a name, and whether that name is replaced (or opened as it is).
WAYS = {
    "-o": (["-o"], True),
    "-o per interval": (["-t", "1s", "-f", "jsonl", "-o"], False),
    "-w": (["-o", "/dev/null", "-w"], False),
    "-w packed": (["-o", "/dev/null", "--compress", "gzip", "-w"], False),
}


def by_somebody(action):
    """Does it as another user, in a process of its own."""
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setresgid(SOMEBODY, SOMEBODY, SOMEBODY)
        os.setresuid(SOMEBODY, SOMEBODY, SOMEBODY)
        os.umask(0)
        action()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def plant_file(name):
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0o666))


class Place:
    """A folder where everybody may write, and a file beside it that must not change."""

    def __init__(self, program, root, folder):
        self.program, self.capture = program, root / "pcaps" / "web.pcap"
        os.chmod(folder, 0o755)
        self.victim, self.shared = folder / "victim", folder / "shared"
        self.victim.write_bytes(PRECIOUS)
        os.chmod(self.victim, 0o600)
        self.shared.mkdir()
        os.chmod(self.shared, 0o1777)
        self.name = self.shared / "name"

    def run(self, *arguments):
        command = [self.program, "-q", "-r", self.capture, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def untouched(self):
        return self.victim.read_bytes() == PRECIOUS

    def left_over(self):
        return sorted(entry.name for entry in self.shared.iterdir() if entry.name != "name")


def refused(place, done):
    return done.returncode == 1 and REFUSED in done.stderr and place.untouched() and not place.left_over()


def link(place, way, sandbox):
    by_somebody(lambda: place.name.symlink_to(place.victim))
    done = place.run(sandbox, *WAYS[way][0], place.name)
    return refused(place, done) and place.name.is_symlink(), done


def link_to_nothing(place, way, sandbox):
    made = place.victim.with_name("made")
    by_somebody(lambda: place.name.symlink_to(made))
    done = place.run(sandbox, *WAYS[way][0], place.name)
    return refused(place, done) and not made.exists(), done


def own_link(place, way, sandbox):
    """Landlock keeps -w out of other folders, so the link stays in this one."""
    target = place.shared / "own"
    target.write_bytes(b"")
    place.name.symlink_to(target)
    done = place.run(sandbox, *WAYS[way][0], place.name)
    return done.returncode == 0 and place.name.is_symlink() and target.stat().st_size > 0, done


def plain_file(place, way, sandbox):
    """Whoever made it reads nothing: it is replaced, or refused."""
    by_somebody(lambda: plant_file(place.name))
    with open(place.name, "rb") as reader:
        done = place.run(sandbox, *WAYS[way][0], place.name)
        read = reader.read()
    if WAYS[way][1]:
        good = done.returncode == 0 and place.name.stat().st_uid == 0 and place.name.stat().st_size > 0
    else:
        good = refused(place, done) and place.name.stat().st_uid == SOMEBODY
    return good and read == b"" and place.untouched(), done


def pipe(place, way, sandbox):
    by_somebody(lambda: os.mkfifo(place.name, 0o666))
    reader = os.open(place.name, os.O_RDONLY | os.O_NONBLOCK)
    done = place.run(sandbox, *WAYS[way][0], place.name)
    try:
        read = os.read(reader, 1)
    except BlockingIOError:
        read = b"?"
    os.close(reader)
    return refused(place, done) and read == b"" and stat.S_ISFIFO(place.name.stat().st_mode), done


def second_name(place, way, sandbox):
    """A hard link to a file of root, as anybody can make it where fs.protected_hardlinks is off."""
    os.link(place.victim, place.name)
    done = place.run(sandbox, *WAYS[way][0], place.name)
    if WAYS[way][1]:
        return done.returncode == 0 and place.untouched() and place.name.stat().st_nlink == 1, done
    return refused(place, done), done


def private_folder(place, way, sandbox):
    """Where only root may write a link of root's is followed as ever."""
    os.chmod(place.shared, 0o755)
    return own_link(place, way, sandbox)


def main():
    program, root = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()
    out = tap.Tap()
    for case, what in ((link, "another's link"), (link_to_nothing, "another's link to nothing"), (own_link, "an own link"),
                       (plain_file, "another's file"), (pipe, "another's pipe"), (second_name, "a second name of a file"),
                       (private_folder, "a folder where others may not write")):
        for way in WAYS:
            for sandbox in ("--sandbox=auto", "--sandbox=off"):
                name = f"{way}, {sandbox}: {what}"
                if os.geteuid() != 0:
                    out.skip(name, "only root can plant as somebody else")
                    continue
                with tempfile.TemporaryDirectory() as folder:
                    good, done = case(Place(program, root, pathlib.Path(folder)), way, sandbox)
                    out.case(name, good, done)
    return out.finish()


if __name__ == "__main__":
    sys.exit(main())
