#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A client that opens connection after connection to one server and port and gives none of them back.

usage: many_connections.py ADDRESS PORT COUNT

Opens COUNT TCP connections without waiting for their answers, holds them until each has asked once more, and ends.
The kernel picks the local ports. Fails when the machine is too busy to open them all before the first asks again.
"""

import os
import resource
import socket
import sys
import time

FILES_BESIDES = 64  # what Python has open itself
ASK_AGAIN = 1.0     # seconds until an unanswered SYN is sent again: RFC 6298 section 2.1


def open_all(address, port, count):
    """Linux looks for a port among the even ones where it connects and among the odd ones where it binds, and searches
    long when these are used up: every second socket is bound first."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened = []
    for number in range(count):
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 1)  # ask again once or twice, not six times
        if number % 2:
            sock.bind(("", 0))
        try:
            sock.connect((address, port))
        except BlockingIOError:
            pass  # the answer is still to come
        opened.append(sock)
    return opened


def main():
    address, port, count = sys.argv[1], *map(int, sys.argv[2:])
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + FILES_BESIDES,) * 2)
    os.nice(-20)
    begin = time.monotonic()
    opened = open_all(address, port, count)
    taken = time.monotonic() - begin
    if taken >= ASK_AGAIN:
        sys.exit(f"opening {len(opened)} connections took {taken:.2f} s, more than {ASK_AGAIN} s; let other work end")
    time.sleep(ASK_AGAIN * 1.1)


if __name__ == "__main__":
    main()
