# SPDX-License-Identifier: BSD-3-Clause
"""Starts and ends the recording program (tcpdump or dumpcap) around the traffic of a scene."""

import contextlib
import os
import time

from .lab import RecordError, command, stop

LINGER_SECONDS = 0.4  # for the last packets to reach the file


@contextlib.contextmanager
def tcpdump(host, device, path, *options):
    """Record `device` of `host` with tcpdump into `path` while the block runs."""
    process = host.start("tcpdump", "-Z", "root", "-n", "-U", "--immediate-mode", "-B", "8192", "-i", device,
                         "-w", path, *options)
    host.wait_for_log(process, "listening on")
    yield
    _finish(process)


@contextlib.contextmanager
def dumpcap(host, devices, path, *options):
    """Record one or more devices of `host` with dumpcap into the pcapng file `path` (pcap with "-P") while the
    block runs."""
    interfaces = [word for device in devices for word in ("-i", device)]
    process = host.start("dumpcap", "-q", *options, *interfaces, "-w", path)
    host.wait_for_log(process, "File:")
    time.sleep(LINGER_SECONDS)
    yield
    _finish(process)


def sort_by_time(lab, path):
    """Put the packets of a capture in the order of their times; two processors may have queued neighbours swapped."""
    command("reordercap", path, lab.path("sorted"))
    os.replace(lab.path("sorted"), path)


def _finish(process):
    if process.poll() is not None:
        raise RecordError(f"the recording program ended early: '{' '.join(process.args)}'")
    time.sleep(LINGER_SECONDS)
    stop(process)
