# SPDX-License-Identifier: BSD-3-Clause
"""Which programs and captures there are to measure, and which of them this machine has."""

import json
import os
import shutil
import subprocess
import sys

from measuring import Failure, Program

# Reference traces: name, options of generate.
TRACES = {
    "imix": ["-n", "5000000", "-f", "500000", "-m", "imix", "-s", "1"],
    "min": ["-n", "10000000", "-f", "500000", "-m", "min", "-s", "2"],
    "hdr": ["-n", "10000000", "-f", "500000", "-m", "hdr", "-s", "3"],
    "scan": ["-n", "5000000", "-m", "scan", "-s", "4"],
    "hostile": ["-n", "5000000", "-m", "hostile", "-s", "5"],
}

# Other programs: command for a capture FILE, with TEMP a folder to write to.
# Each is asked for the least that is comparable: counting, or a flow record.
PEERS = {
    "cat": ["cat", "FILE"],
    "capinfos": ["capinfos", "-c", "FILE"],
    "tcpdump": ["tcpdump", "-r", "FILE", "-w", "/dev/null", "port 1"],
    "nfpcapd": ["nfpcapd", "-r", "FILE", "-w", "TEMP"],
    "softflowd": ["softflowd", "-d", "-r", "FILE", "-m", "2000000", "-p", "TEMP/pid", "-c", "none"],
    "argus": ["argus", "-r", "FILE", "-w", "TEMP/argus"],
    "ndpiReader": ["ndpiReader", "-i", "FILE", "-q"],
    "tshark": ["tshark", "-r", "FILE", "-q", "-z", "conv,tcp"],
}
# These take a minute and more: only when asked for, and one run each.
SLOW = ("ndpiReader", "tshark")
BOUND = "--max-memory 64M"


def understands(portsniff, *arguments):
    """Whether this build knows an option; an old one is measured without it."""
    done = subprocess.run([portsniff, *arguments, "--version"], capture_output=True, check=False)
    return done.returncode == 0


def portsniff_programs(options):
    """The default run first, then one thread, two where the default has more, the bound, and every --args."""
    rows = {"portsniff": []}
    threads = understands(options.portsniff, "--threads", "1")
    if threads:
        rows["portsniff --threads 1"] = ["--threads", "1"]
        if len(os.sched_getaffinity(0)) > 2:
            rows["portsniff --threads 2"] = ["--threads", "2"]
    rows.update({f"portsniff {extra}": extra.split() for extra in options.args})
    command = [str(options.portsniff), "-q", "-r", "FILE"]
    programs = [Program(name, command + extra) for name, extra in rows.items()]
    programs.append(Program(f"portsniff {BOUND}", command + BOUND.split(), once=True))
    return programs


def peer_programs(options):
    wanted = [name for name in PEERS if options.slow or name not in SLOW]
    if options.programs is not None:
        wanted = [name for name in options.programs.split(",") if name]
    unknown = set(wanted) - set(PEERS)
    if unknown:
        raise Failure(f"nothing is known of {', '.join(sorted(unknown))}; choose from {', '.join(PEERS)}.")
    return [Program(name, PEERS[name], once=name in SLOW) for name in wanted if shutil.which(name)]


def count(portsniff, capture):
    """(packets, flows) of a capture, as portsniff has them; a short document, because peak memory starts at ours."""
    command = [portsniff, "-q", "-n", "-r", capture, "-f", "json", "--view", "services", "--top", "1"]
    document = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    rows = [*document["services"], document.get("other", {}).get("services", {"flows": 0})]
    return (document["capture"]["packets"], sum(row["flows"] for row in rows))


def find_generator(options):
    """generate as it was built beside portsniff."""
    generator = options.generate or options.portsniff.resolve().parent.parent / "bench" / "generate"
    if not os.access(generator, os.X_OK):
        raise Failure(f"there is no generator at {generator}; build the project, or name one with --generate.")
    return generator


def reference_traces(options):
    """The captures asked for, made when they are not in the cache folder yet."""
    options.cache.mkdir(parents=True, exist_ok=True)
    captures = []
    for name in options.traces.split(","):
        if name not in TRACES:
            raise Failure(f"there is no trace {name}; choose from {', '.join(TRACES)}.")
        capture = options.cache / f"{name}.pcap"
        if not capture.exists():
            print(f"making {capture}", file=sys.stderr)
            unfinished = capture.with_suffix(".unfinished")
            subprocess.run([find_generator(options), *TRACES[name], unfinished], check=True)
            unfinished.rename(capture)
        captures.append(capture)
    return captures
