#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A long cable between two namespaces: every packet arrives a fixed time after it was sent.

It makes one TUN or TAP device in each namespace and carries packets between the two, so that a capture shows
round trips like those over a wide-area network. It loses and reorders nothing.

usage: delayline.py tun|tap NAMESPACE1 DEVICE1 NAMESPACE2 DEVICE2 MILLISECONDS
"""

import collections
import ctypes
import os
import select
import sys
import time

from tunneld import IFF_TAP, IFF_TUN, MAX_PACKET, open_device

CLONE_NEWNET = 0x40000000


def open_in(namespace, name, flags):
    """Create a device inside a named namespace, which this process enters for good."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{namespace}", "rb") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter namespace {namespace}")
    return open_device(name, flags)


def carry(first, second, delay):
    """Carry packets between two devices for ever; `delay` in seconds."""
    other = {first.fileno(): second, second.fileno(): first}
    waiting = collections.deque()  # (due, device, packet); the delay is constant, so it is in order
    while True:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select(list(other), [], [], pause)
        for descriptor in ready:
            waiting.append((time.monotonic() + delay, other[descriptor], os.read(descriptor, MAX_PACKET)))
        while waiting and waiting[0][0] <= time.monotonic():
            _, device, packet = waiting.popleft()
            try:
                device.write(packet)
            except OSError:
                pass  # the far device is not up (yet): lost, as on a cable


def main():
    kind, namespace1, device1, namespace2, device2, milliseconds = sys.argv[1:]
    flags = IFF_TUN if kind == "tun" else IFF_TAP
    ends = [open_in(namespace1, device1, flags), open_in(namespace2, device2, flags)]
    print("ready", flush=True)
    carry(ends[0], ends[1], float(milliseconds) / 1000)


if __name__ == "__main__":
    main()
