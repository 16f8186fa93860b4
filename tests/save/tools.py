#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Other programs read what was saved as they read the original; prints TAP.

    tools.py COPY_CAPTURE SOURCE_ROOT

Cases whose program is not installed are skipped.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from tap import Tap

# One each: plain, VLAN tags, another link type, two interfaces, cut packets, another unit of time.
CAPTURES = ("office.pcapng", "qinq.pcap", "cooked.pcap", "two-interfaces.pcapng", "snaplen-64.pcap", "web.pcap")
# libpcap reads one link type per file.
SEVERAL_LINK_TYPES = ("two-interfaces.pcapng",)
FIELDS = ("frame.time_epoch", "frame.len", "frame.cap_len", "frame.encap_type", "frame.md5_hash")


def run(*command):
    """Its output, lines; what it has to say about being root or about its input goes to standard error."""
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: exit status {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="replace").splitlines()


def by_tshark(path):
    fields = [word for field in FIELDS for word in ("-e", field)]
    return run("tshark", "-n", "-r", path, "-o", "frame.generate_md5_hash:TRUE", "-T", "fields", *fields)


def by_tcpdump(path):
    return run("tcpdump", "-nn", "-tt", "--nano", "-e", "-xx", "-r", path)


def same_by(reader, original, saved):
    before, after = reader(original), reader(saved)
    if before == after and before:
        return []
    pair = next(((a, b) for a, b in zip(before, after) if a != b), ("", ""))
    return [f"{len(before)} lines, of the copy {len(after)}", *pair]


def told_by_capinfos(saved):
    """What stands in the file beside the packets."""
    told = {line.partition("=")[0].partition(":")[0].strip(): line for line in run("capinfos", saved)}
    wanted = {
        "Capture application": "portsniff ",
        "Capture comment": "made by a test",
        "Name": "copied0",
        "Filter string": "not port 9",
        "Time precision": "nanoseconds (9)",
        "Number of stat entries": "1",
    }
    return [f"{key}: {told.get(key)}, wanted {text}" for key, text in wanted.items() if text not in told.get(key, "")]


def whole(tool, saved):
    run(tool, "-t", saved)
    return []


def check(tap, name, tool, law, *arguments):
    if not shutil.which(tool):
        tap.skip(name, f"{tool} is not installed")
        return
    try:
        wrong = law(*arguments)
    except RuntimeError as error:
        wrong = [error]
    tap.case(name, not wrong, *wrong)


def read_by_others(tap, copy, captures, folder):
    for name in CAPTURES:
        original, saved = captures / name, folder / f"{name}.copy.pcapng"
        run(copy, original, saved)
        check(tap, f"tshark reads {name} as it was", "tshark", same_by, by_tshark, original, saved)
        if name not in SEVERAL_LINK_TYPES:
            check(tap, f"tcpdump reads {name} as it was", "tcpdump", same_by, by_tcpdump, original, saved)
    check(tap, "capinfos tells who saved it, what and how", "capinfos", told_by_capinfos,
          folder / "office.pcapng.copy.pcapng")
    for suffix, tool in ((".gz", "gzip"), (".zst", "zstd")):
        original, saved = captures / "office.pcapng", folder / f"packed.pcapng{suffix}"
        run(copy, original, saved)
        check(tap, f"{tool} finds no fault in {suffix}", tool, whole, tool, saved)
        check(tap, f"tshark reads {suffix}", "tshark", same_by, by_tshark, original, saved)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    cases = Tap()
    with tempfile.TemporaryDirectory() as scratch:
        read_by_others(cases, Path(sys.argv[1]).resolve(), Path(sys.argv[2]) / "pcaps", Path(scratch))
    sys.exit(cases.finish())
