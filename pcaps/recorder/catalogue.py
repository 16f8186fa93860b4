# SPDX-License-Identifier: BSD-3-Clause
"""What a scene is: one capture file, how it is described, and what its maker knows about the ports in it."""

import dataclasses
import typing

SCENES = {}


@dataclasses.dataclass(frozen=True)
class Expect:
    """One server port, or a range of ports `A-B` that fared alike, and the addresses that tried it."""

    protocol: str   # tcp, udp, udplite, sctp
    address: str    # of the server, or the multicast group
    port: str       # "80" or "1-21"
    service: str    # what really spoke there: http, ssh, ...; "-" when nothing did
    outcome: str    # answered, refused, silent, or one-way (data that needs no answer)
    clients: tuple  # addresses
    layer: str = "ip"  # ip: not tunnelled; outer: the tunnel's own ports; inner: carried in a tunnel


@dataclasses.dataclass(frozen=True)
class Scene:
    """One bundled capture. `record(lab, path)` makes the uncompressed file and returns a list of Expect."""

    name: str
    file: str
    link: str
    shows: str
    programs: str
    notice: str
    record: typing.Callable


def scene(file, link, shows, programs, notice):
    """Decorator that enters a recording function in the catalogue under the file's name without its endings."""
    name = file.split(".")[0]

    def enter(function):
        SCENES[name] = Scene(name, file, link, shows, programs, notice, function)
        return function

    return enter


def pair_up(protocol, servers, port, service, clients, outcome="answered", layer="ip"):
    """Expect rows for a service of one host in both families: IPv4 clients to IPv4 server, IPv6 to IPv6."""
    return [Expect(protocol, servers[family], str(port), service, outcome,
                   tuple(client[family] for client in clients), layer) for family in (0, 1)]


def single(protocol, address, port, service, clients, outcome="answered", layer="ip"):
    """One Expect row; `clients` is one address or several."""
    clients = (clients,) if isinstance(clients, str) else tuple(clients)
    return Expect(protocol, address, str(port), service, outcome, clients, layer)
