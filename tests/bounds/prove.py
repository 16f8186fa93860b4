#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Takes one bound after the other away and shows that a test notices.  By hand: it builds the program anew each time.

    prove.py FLOOD MEASURE [NUMBER...]

Works in a copy of the last commit.  NUMBER: only these bounds.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent

# (file, what stands there, what stands there instead, test, its arguments)
BOUNDS = (
    ("src/capture/block.h", "PS_CAPTURED_MAX 262144U", "PS_CAPTURED_MAX 4000000000U", "formats", ()),
    ("src/capture/pcapng.c", "BLOCK_MAX (16U * 1024 * 1024)", "BLOCK_MAX 4000000000U", "formats", ()),
    ("src/capture/pcapng_block.c", "INTERFACES_MAX 65536U", "INTERFACES_MAX 4000000U", "formats", ()),
    ("src/capture/recognise.c", "LAYERS_MAX 8", "LAYERS_MAX 500", "bombs", ()),
    ("src/capture/unpack.h", "UINT64_C(256) << 20", "UINT64_C(256) << 30", "bombs", ()),
    ("src/engine/engine.c", "options.unpack_memory = half", "options.unpack_memory = half & 0 && half", "bombs", ()),
    ("src/capture/paths.c", "FEEDS_MAX UINT16_MAX", "FEEDS_MAX 1000000", "inputs", ()),
    ("src/engine/intervals.h", "IDLE_INTERVALS_MAX 1000", "IDLE_INTERVALS_MAX 1000000", "times", ()),
    ("src/engine/intervals.h", "IDLE_INTERVALS_ALL 100000", "IDLE_INTERVALS_ALL 100000000", "times", ()),
    ("src/engine/intervals.h", "OPEN_INTERVALS_MAX     256", "OPEN_INTERVALS_MAX     100000", "times", ()),
    ("src/engine/intervals.h", "OPEN_INTERVALS_BOUNDED 4", "OPEN_INTERVALS_BOUNDED 100000", "times", ()),
    ("include/portsniff/decode.h", "PS_DEPTH_MAX 32", "PS_DEPTH_MAX 100000", "times", ()),
    ("src/account/account.c", "a->limited = true;", "return;", "floods", ("flows",)),
    ("src/account/account.c", "ps_hosts_limit(a->front.hosts,", "(void)(", "floods", ("hosts",)),
    ("src/account/account.c", "ps_tunnels_limit(a->front.tunnels,", "(void)(", "floods", ("tunnels",)),
    ("src/account/flows_evict.c", "ps_rtt_limit(part->rtt, histograms);", "(void)histograms;", "floods", ("handshakes",)),
    ("src/account/fragments.c", "f->waits.links_max = waiters;", "f->waits.links_max = SIZE_MAX;", "floods", ("chains",)),
    ("src/engine/engine.c", "ps_fragments_limit(e->fragments, config->max_memory / 16)", "(void)0", "floods", ("ends",)),
    ("src/account/distinct.c", "(uint32_t)ps_hash_word(ps_hash_seed(), hash) & mask", "(uint32_t)hash & mask", "floods", ("collisions",)),
)


def built(tree, folder):
    done = subprocess.run(["ninja", "-C", folder, "src/portsniff"], cwd=tree, capture_output=True, text=True, check=False)
    return done.returncode == 0


def failures(program, tools, test, arguments):
    command = [sys.executable, "-B", HERE / f"{test}.py", program, *tools, "measure", *arguments]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    failed = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
    return failed or ([done.stderr[-200:]] if done.returncode else [])


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    tools = [Path(path).resolve() for path in sys.argv[1:3]]
    chosen = set(map(int, sys.argv[3:])) or set(range(len(BOUNDS)))
    unnoticed = 0
    with tempfile.TemporaryDirectory() as name:
        tree, folder = Path(name) / "tree", Path(name) / "build"
        tree.mkdir()
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=HERE.parents[1], stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "x"], cwd=tree, input=archive.stdout, check=True)
        subprocess.run(["meson", "setup", "-Dtests=disabled", folder, tree], stdout=subprocess.DEVNULL, check=True)
        for number, (file, old, new, test, arguments) in enumerate(BOUNDS):
            if number not in chosen:
                continue
            text = (tree / file).read_text()
            if old not in text:
                print(f"{number}: {file} holds no \"{old}\" any more")
                unnoticed += 1
                continue
            (tree / file).write_text(text.replace(old, new))
            noticed = failures(folder / "src/portsniff", tools, test, arguments) if built(tree, folder) else []
            (tree / file).write_text(text)
            unnoticed += not noticed
            what = f"{len(noticed)} cases fail, as {noticed[0]}" if noticed else "NOBODY NOTICES, or it does not build"
            print(f"{number}: {file}: {new}: {what}", flush=True)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
