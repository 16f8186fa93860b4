#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds what is checked in against what the option table makes of it.

    generated.py [--update] PORTSNIFF SOURCE_ROOT

doc/portsniff.1's section OPTIONS and the files in completions/ are made by the
program itself (--man-options, --completion SHELL). Without --update each is
compared, and --help, manual and completions have to name the same options;
prints TAP. With --update they are written anew.
"""

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from tap import Tap

SHELLS = {
    "bash": "completions/portsniff.bash",
    "zsh": "completions/_portsniff",
    "fish": "completions/portsniff.fish",
}
MANUAL = "doc/portsniff.1"
# --help fits a screen; these are not on it.
NOT_IN_HELP = {
    "--local", "--reader", "--tunnel-port", "--fragments", "--units", "--services",
    "--snapshot-length", "--buffer-size", "--promiscuous", "--immediate", "--threads", "--self",
    "--rotate-size", "--rotate-time", "--rotate-count", "--rotate-keep", "--compress", "--comment",
    "--sandbox", "--show-sandbox", "--user",
}
OPTIONS_SECTION = re.compile(r"^\.Sh OPTIONS\n.*?(?=^\.Sh )", re.MULTILINE | re.DOTALL)


def output(program, *arguments):
    run = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    return run.stdout


def with_options(manual, section):
    """The manual with its section OPTIONS replaced."""
    changed, count = OPTIONS_SECTION.subn(lambda _: section, manual)
    if count != 1:
        sys.exit(f"generated.py: {MANUAL} has {count} sections OPTIONS, one is needed")
    return changed


def wanted(program, root):
    """{path: text} of everything that is made."""
    files = {path: output(program, "--completion", shell) for shell, path in SHELLS.items()}
    manual = (root / MANUAL).read_text(encoding="utf-8")
    files[MANUAL] = with_options(manual, output(program, "--man-options"))
    return files


def update(program, root):
    for path, text in wanted(program, root).items():
        file = root / path
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"generated.py: {path} written")


# --- which options each of them names --------------------------------------------


def in_help(text):
    return set(re.findall(r"^ (?:-\w, |    )(--[a-z-]+)", text, re.MULTILINE))


def in_manual(text):
    section = OPTIONS_SECTION.search(text).group()
    items = "\n".join(re.findall(r"^\.It .*", section, re.MULTILINE))
    return {"--" + name for name in re.findall(r"Fl -([a-z-]+)", items)}


def in_bash(text):
    words = re.search(r"compgen -W '(-[^']*)'", text).group(1).split()
    return {word for word in words if word.startswith("--")}


def in_zsh(text):
    return set(re.findall(r"(--[a-z-]+)=?[}\[]", text))


def in_fish(text):
    return {"--" + name for name in re.findall(r" -l ([a-z-]+)", text)}


def check(program, root):
    tap = Tap()
    files = wanted(program, root)
    for path, text in files.items():
        file = root / path
        is_same = file.exists() and file.read_text(encoding="utf-8") == text
        tap.case(f"{path} is up to date", is_same, "run ./dev golden and review the difference")
    named = in_help(output(program, "--help"))
    tap.case("--help names options", len(named) > 10, f"only {sorted(named)}")
    tap.case("--help leaves out what it says it does", not named & NOT_IN_HELP, sorted(named & NOT_IN_HELP))
    others = {
        "the manual": in_manual(files[MANUAL]),
        "bash completion": in_bash(files[SHELLS["bash"]]),
        "zsh completion": in_zsh(files[SHELLS["zsh"]]),
        "fish completion": in_fish(files[SHELLS["fish"]]),
    }
    named |= NOT_IN_HELP
    for who, options in others.items():
        tap.case(f"--help and {who} name the same options", options == named, f"differ in {sorted(options ^ named)}")
    return tap.finish()


def main(arguments):
    is_update = arguments[:1] == ["--update"]
    if len(arguments) - is_update != 2:
        print(__doc__, file=sys.stderr)
        return 2
    program, root = arguments[-2], Path(arguments[-1])
    if is_update:
        update(program, root)
        return 0
    return check(program, root)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
