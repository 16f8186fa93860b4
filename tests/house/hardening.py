#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Whether the program that was built is hardened, read from the program itself; prints TAP.

    hardening.py PROGRAM BUILD_FOLDER FORTIFY_LEVEL COMPILER [ARGUMENT...]

The first cases look into PROGRAM. What leaves no trace there that is certain, the
level of fortified calls and that no object was left out, is read from the
commands in BUILD_FOLDER/compile_commands.json. The last cases build a small
program with everything but one thing, and the case for that thing must fail.
"""

import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import house
from elf import (
    DF_1_NOW, DF_1_PIE, DF_BIND_NOW, DF_TEXTREL, DT_FLAGS, DT_FLAGS_1, DT_RPATH, DT_RUNPATH, DT_TEXTREL, EM_X86_64,
    ET_DYN, PF_W, PF_X, PT_GNU_RELRO, PT_GNU_STACK, PT_LOAD, X86_SHADOW_STACK, Elf,
)

ENDBR64 = bytes.fromhex("f30f1efa")
# What goes through a large frame page by page: subq $4096,%rsp, then orq $0,(%rsp) of gcc or movq $0,(%rsp) of clang.
PAGE = bytes.fromhex("4881ec00100000")
PROBES = (PAGE + bytes.fromhex("48830c2400"), PAGE + bytes.fromhex("48c7042400000000"))


def position_independent(elf):
    return elf.kind == ET_DYN and elf.dynamic().get(DT_FLAGS_1, 0) & DF_1_PIE


def bound_and_read_only(elf):
    dynamic = elf.dynamic()
    now = dynamic.get(DT_FLAGS, 0) & DF_BIND_NOW or dynamic.get(DT_FLAGS_1, 0) & DF_1_NOW
    return now and elf.segment_flags(PT_GNU_RELRO)


def stack_not_executable(elf):
    flags = elf.segment_flags(PT_GNU_STACK)
    return flags and not any(flag & PF_X for flag in flags)


def nothing_writable_executable(elf):
    dynamic = elf.dynamic()
    written = any(flags & PF_X and flags & PF_W for flags in elf.segment_flags(PT_LOAD))
    return not (written or DT_TEXTREL in dynamic or dynamic.get(DT_FLAGS, 0) & DF_TEXTREL)


def no_own_library_path(elf):
    return not {DT_RPATH, DT_RUNPATH} & set(elf.dynamic())


def stack_protected(elf):
    return "__stack_chk_fail" in elf.imports()


def calls_fortified(elf):
    return any(name.endswith("_chk") for name in elf.imports())


def stack_probed(elf):
    return any(probe in elf.section(".text") for probe in PROBES)


def jumps_marked(elf):
    return elf.code_of("main", len(ENDBR64)) == ENDBR64


def shadow_stack(elf):
    return elf.x86_features() & X86_SHADOW_STACK


EVERYWHERE = {
    "position-independent": position_independent,
    "addresses are bound at the start, then read-only": bound_and_read_only,
    "the stack is not executable": stack_not_executable,
    "nothing is writable and executable": nothing_writable_executable,
    "libraries come from the system's places only": no_own_library_path,
    "frames are guarded (stack protector)": stack_protected,
    "libc calls are fortified": calls_fortified,
}
ON_X86 = {
    "large frames are touched page by page": stack_probed,
    "targets of jumps are marked (IBT)": jumps_marked,
    "fit for shadow stacks": shadow_stack,
}


def program_cases(data):
    elf = Elf(data)
    cases = {**EVERYWHERE, **(ON_X86 if elf.machine == EM_X86_64 else {})}
    return [(name, [] if holds(elf) else ["the program shows nothing of it"]) for name, holds in cases.items()]


# --- what every object was compiled with ---------------------------------------------


def object_cases(commands, level, x86):
    wanted = ["-fstack-protector-strong", "-fstack-clash-protection", f"-D_FORTIFY_SOURCE={level}"]
    wanted += ["-fcf-protection=full"] if x86 else []
    own = [command for command in commands if command["output"].startswith("src/")]
    problems = [] if own else ["no object of the program is listed"]
    for command in own:
        given = shlex.split(command["command"])
        problems += [f"{command['output']} is built without {flag}" for flag in wanted if flag not in given]
    yield (f"every object is compiled so, fortified at level {level} ({len(own)} objects)", problems)


# --- the cases themselves, tried ------------------------------------------------------

SMALL_PROGRAM = r"""
#include <stdio.h>
#include <string.h>
int main(int count, char **word)
{
    char small[16], large[65536];
    fgets(large, (int)sizeof(large), stdin);
    memcpy(small, word[0], strlen(word[0]) + 1);
    return printf("%s%d", small, large[(unsigned)count]) > 0;
}
"""
EVERYTHING = (
    "-O2 -fPIE -pie -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -U_FORTIFY_SOURCE "
    "-D_FORTIFY_SOURCE=2 -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,shstk"
).split()
WITHOUT = [
    # what is given besides, what must be missed because of it
    ("", []),
    ("-fno-pie -no-pie", ["position-independent"]),
    ("-Wl,-z,norelro", ["addresses are bound at the start, then read-only"]),
    ("-Wl,-z,lazy", ["addresses are bound at the start, then read-only"]),
    ("-Wl,-z,execstack", ["the stack is not executable"]),
    ("-Wl,-rpath,/nowhere", ["libraries come from the system's places only"]),
    ("-fno-stack-protector", ["frames are guarded (stack protector)"]),
    ("-U_FORTIFY_SOURCE", ["libc calls are fortified"]),
    ("-fno-stack-clash-protection", ["large frames are touched page by page"]),
    ("-fcf-protection=none", ["targets of jumps are marked (IBT)"]),
    ("no -Wl,-z,shstk", ["fit for shadow stacks"]),
]


def missed(compiler, besides, folder):
    """The cases that fail on the small program, compiled with everything and what is given besides."""
    source, program = Path(folder) / "small.c", Path(folder) / "small"
    source.write_text(SMALL_PROGRAM, encoding="utf-8")
    words = besides.split()
    if words[:1] == ["no"]:
        arguments = [word for word in EVERYTHING if word not in words]
    else:
        arguments = EVERYTHING + words
    subprocess.run([*compiler, *arguments, "-w", str(source), "-o", str(program)], check=True, capture_output=True)
    return [name for name, problems in program_cases(program.read_bytes()) if problems]


def writable_code(data):
    """The program with its code made writable, which no linker option does to a dynamic one."""
    elf, data = Elf(data), bytearray(data)
    for at, (kind, flags, *_) in zip(elf.segment_places, elf.segments):
        if kind == PT_LOAD and flags & PF_X:
            data[at + 4] |= PF_W
    return bytes(data)


def tried_cases(compiler, program):
    got = [name for name, problems in program_cases(writable_code(program)) if problems]
    yield ("a program whose code can be written", [] if got == ["nothing is writable and executable"] else [f"got {got}"])
    with tempfile.TemporaryDirectory() as folder:
        for besides, wanted in WITHOUT:
            try:
                got = missed(compiler, besides, folder)
            except subprocess.CalledProcessError as error:
                got = error.stderr.decode(errors="replace").splitlines()
            name = f"a program made with `{besides or 'everything'}`"
            yield (name, [] if got == wanted else [f"wanted {wanted}", f"got {got}"])
    flags = "cc -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -D_FORTIFY_SOURCE=3"
    for without in flags.split()[1:]:
        commands = [{"output": "src/a.o", "command": flags}, {"output": "src/b.o", "command": flags.replace(without, "")}]
        told = [problem for _, problems in object_cases(commands, 3, True) for problem in problems]
        good = told == [f"src/b.o is built without {without}"]
        yield (f"an object made without {without}", [] if good else told or ["nobody noticed"])


def main(program, build, level, *compiler):
    data = Path(program).read_bytes()
    commands = json.loads((Path(build) / "compile_commands.json").read_text(encoding="utf-8"))
    x86 = Elf(data).machine == EM_X86_64
    cases = [*program_cases(data), *object_cases(commands, level, x86)]
    cases += tried_cases(compiler, data) if x86 else []
    return house.print_tap(cases)


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit("usage: hardening.py PROGRAM BUILD_FOLDER FORTIFY_LEVEL COMPILER [ARGUMENT...]")
    sys.exit(main(*sys.argv[1:]))
