# SPDX-License-Identifier: BSD-3-Clause
"""What portsniff wants to reach, and whether the figures of a run show it."""

from dataclasses import dataclass

from measuring import ratio
from programs import BOUND

MEBIBYTE = 1 << 20
FLOW_BYTES = 128


@dataclass(frozen=True)
class Target:
    """At most, or at least, `limit`; `stretch` is what is really wanted (None: nothing beyond the limit)."""

    name: str
    unit: str
    limit: float
    stretch: float = None
    at_least: bool = False

    def reached(self, figure, aim):
        return figure >= aim if self.at_least else figure <= aim


# Wall time of the default run by that of another program. The figure against cat is meant for imix alone:
# the shorter the frames, the less there is to read per packet.
AGAINST = {
    "tcpdump": Target("wall time by tcpdump's", "x", 0.6, 0.35),
    "nfpcapd": Target("wall time by nfpcapd's", "x", 1 / 12, 1 / 20),
    "cat": Target("wall time by cat's", "x", 3, 1.5),
}
CAT_TRACES = ("imix",)
THREADS = Target("two threads, times as fast as one", "x", 1.7, at_least=True)
SCAN = Target("CPU per packet of scan by that of imix", "x", 2)


def memory_target(flows):
    return Target(f"peak memory, {FLOW_BYTES} B x {flows} flows + 64 MiB", "MiB", (FLOW_BYTES * flows / MEBIBYTE) + 64)


BOUNDED = Target(f"peak memory with {BOUND}", "MiB", 64 + 16)


def verdict(target, figure, capture):
    return {
        "capture": capture,
        "target": target.name,
        "unit": target.unit,
        "figure": figure,
        "limit": target.limit,
        "met": target.reached(figure, target.limit),
        "stretch": target.stretch,
        "stretch_met": None if target.stretch is None else target.reached(figure, target.stretch),
    }


def of_capture(capture, programs, flows):
    """Verdicts on one capture (its name without endings), from whatever was measured on it; flows None: not known."""
    named = {program.name: program for program in programs}
    ours = named["portsniff"]
    verdicts = []
    for name, target in AGAINST.items():
        if name in named and named[name].complete and (name != "cat" or capture in CAT_TRACES):
            verdicts.append(verdict(target, ratio(ours, named[name], "wall"), capture))
    # Where the default has more than two threads, two are measured by themselves.
    one, two = named.get("portsniff --threads 1"), named.get("portsniff --threads 2", ours)
    if one:
        verdicts.append(verdict(THREADS, 1 / ratio(two, one, "wall"), capture))
    if flows is not None:
        verdicts.append(verdict(memory_target(flows), ours.median("memory") / MEBIBYTE, capture))
    bounded = named.get(f"portsniff {BOUND}")
    if bounded:
        verdicts.append(verdict(BOUNDED, bounded.median("memory") / MEBIBYTE, capture))
    return verdicts


def of_scan(results):
    """The verdict that takes two captures: a flow per packet against imix. Nothing when one of them is missing."""
    cost = {}
    for result in results:
        cost[result.name] = result.programs[0].median("cpu") / result.packets
    if {"scan", "imix"} <= set(cost):
        return [verdict(SCAN, cost["scan"] / cost["imix"], "scan")]
    return []
