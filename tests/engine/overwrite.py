# SPDX-License-Identifier: BSD-3-Clause
"""A capture that is being read is never written over, whatever the options.

usage: overwrite.py PORTSNIFF SOURCE_ROOT
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
import tap  # noqa: E402


def run(program, capture, *arguments):
    command = [program, *map(str, arguments)]
    with open(capture, "rb") as stdin:
        return subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=False)


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    out = tap.Tap()
    example = (root / "pcaps" / "web.pcap").read_bytes()
    for name, options, how in (
        ("at the end", [], "file"),
        ("per interval", ["-t", "1s"], "file"),
        ("as one of a folder", [], "folder"),
        ("as one of a folder, per interval", ["-t", "1s"], "folder"),
        ("by a link", [], "link"),
        ("by a link, per interval", ["-t", "1s"], "link"),
        ("from standard input", [], "stdin"),
        ("from standard input, per interval", ["-t", "1s"], "stdin"),
    ):
        with tempfile.TemporaryDirectory() as folder:
            capture = pathlib.Path(folder) / "web.pcap"
            shutil.copyfile(root / "pcaps" / "web.pcap", capture)
            target = capture
            if how == "link":
                target = pathlib.Path(folder) / "link"
                os.symlink(capture, target)
            source = {"folder": folder, "stdin": "-"}.get(how, capture)
            got = run(program, capture, "-r", source, *options, "-o", target)
            good = capture.read_bytes() == example and got.returncode != 0 and "both read" in got.stderr
            out.case(f"report over the capture {name}", good, got.returncode, got.stderr, got.stdout)
    return out.finish()


if __name__ == "__main__":
    sys.exit(main())
