# SPDX-License-Identifier: BSD-3-Clause
"""Shows what was measured: tables for people, plain data for programs."""

import statistics

from measuring import FIGURES, ratio, ratios


def print_machine(about):
    print(
        f"{about['cores']} cores, {about['memory_bytes'] / 2**30:.0f} GiB memory, {about['processor']}, "
        f"{about['system']} {about['kernel']}, load {about['load']:.1f}"
    )


def bounded(mark, text, width):
    return f"{mark + text:>{width}}"


def print_table(capture, programs, packets):
    reference = programs[0]
    print(f"\n{capture.name}: {capture.stat().st_size / 1e6:.0f} MB, {packets} packets, "
          f"{len(reference.runs)} rounds, ratios are portsniff / program")
    print(f"{'':30} {'wall s':>8} {'lowest-highest':>16} {'CPU s':>8} {'lowest-highest':>16} {'MB':>6} {'faults':>8} "
          f"{'wall':>7} {'CPU':>7}")
    for program in programs:
        above, below = ("", "") if program.complete else (">", "<")
        cells = [f"{program.name:30}"]
        for what in ("wall", "cpu"):
            values = program.values(what)
            cells.append(bounded(above, f"{program.median(what):.3f}", 8))
            cells.append(f"{f'{min(values):.3f}-{max(values):.3f}':>16}")
        cells.append(f"{program.median('memory') / 1e6:6.0f} {program.median('faults'):8.0f}")
        cells += [bounded(below, f"{ratio(reference, program, what):.3f}", 7) for what in ("wall", "cpu")]
        print(" ".join(cells), flush=True)


def print_verdicts(verdicts):
    """One line per target: the figure, what it was to be, and how far the stretch is."""
    print(f"\n{'target':58} {'figure':>9} {'wanted':>9} {'':7} {'stretch':>9}")
    for row in verdicts:
        name = f"{row['capture']}: {row['target']}"
        stretch = ""
        if row["stretch"] is not None:
            stretch = f"{row['stretch']:9.3f} {'met' if row['stretch_met'] else 'not met'}"
        print(f"{name:58} {row['figure']:9.3f} {row['limit']:9.3f} {'met' if row['met'] else 'NOT MET':7} {stretch} "
              f"[{row['unit']}]")


def print_pairs(capture, ours, other):
    print(f"\n{capture.name}, {ours.name}: {len(ours.runs)} pairs, ratios are this build / the other")
    print(f"{'pair':>6} {'wall s':>8} {'other':>8} {'ratio':>7}   {'CPU s':>8} {'other':>8} {'ratio':>7}")
    pairs = list(zip(ours.runs, other.runs))
    for number, (a, b) in enumerate(pairs, 1):
        print(f"{number:6} {a.wall:8.3f} {b.wall:8.3f} {a.wall / b.wall:7.3f}   "
              f"{a.cpu:8.3f} {b.cpu:8.3f} {a.cpu / b.cpu:7.3f}")
    for what in ("wall", "cpu"):
        each = ratios(ours, other, what)
        print(f"{what}: median ratio {statistics.median(each):.3f}, {min(each):.3f}-{max(each):.3f}")
    for what, unit, name in (("memory", 1e6, "MB"), ("faults", 1, "page faults")):
        print(f"{name}: {ours.median(what) / unit:.0f}, other {other.median(what) / unit:.0f}", flush=True)


def as_data(capture, programs, **more):
    """Every single figure, and the ratios that the table shows."""
    rows = []
    for program in programs:
        rows.append({
            "name": program.name,
            "complete": program.complete,
            **{what: program.values(what) for what in FIGURES},
            "median": {what: program.median(what) for what in FIGURES},
            "portsniff_by_this": {what: ratio(programs[0], program, what) for what in ("wall", "cpu")},
        })
    return {"capture": capture.name, "bytes": capture.stat().st_size, **more, "programs": rows}
