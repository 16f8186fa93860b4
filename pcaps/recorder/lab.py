# SPDX-License-Identifier: BSD-3-Clause
"""Hosts made of network namespaces, joined by a bridge that plays the switch.

Host number N has the addresses 192.0.2.N and 2001:db8::N (the digits of N, read as hexadecimal) and the
hardware address 00:00:5e:00:53:NN, all from the blocks reserved for documentation (RFC 5737, 3849, 7042).
Nothing leaves the namespaces. Everything made here is removed by Lab.close(), whatever happened before.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from .programs import SEARCH_PATH

PREFIX = "psrec-"
NETNS_ETC = "/etc/netns"
ENVIRONMENT = {"PATH": SEARCH_PATH, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent",
               "PYTHONDONTWRITEBYTECODE": "1"}


class RecordError(Exception):
    """A recording that could not be made; the text says what was tried and why it failed."""


def command(*argv, timeout=60):
    """Run a command of the recorder itself and return its standard output; raises RecordError."""
    result = subprocess.run(argv, env=ENVIRONMENT, capture_output=True, text=True, timeout=timeout, check=False)
    if result.returncode != 0:
        raise RecordError(f"'{' '.join(argv)}' failed: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout


def namespaces():
    """Names of the recorder's own namespaces that exist now."""
    names = [line.split()[0] for line in command("ip", "netns", "list").splitlines() if line.strip()]
    return [name for name in names if name.startswith(PREFIX)]


def remove_namespaces():
    """Kill what still runs in the recorder's namespaces, then delete them."""
    for name in namespaces():
        for pid in command("ip", "netns", "pids", name).split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        command("ip", "netns", "delete", name)
        shutil.rmtree(os.path.join(NETNS_ETC, name), ignore_errors=True)


def stop(process, sig=signal.SIGTERM, patience=5.0):
    """End a process started by this recorder; kill it when it does not end in `patience` seconds."""
    if process.poll() is None:
        process.send_signal(sig)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Host:
    """One network namespace; `v4` and `v6` are its addresses on the LAN (text, without prefix length)."""

    def __init__(self, lab, name, number):
        self.lab = lab
        self.name = name
        self.number = number
        self.namespace = PREFIX + name
        self.v4 = f"192.0.2.{number}"
        self.v6 = f"2001:db8::{number}"
        self.mac = f"00:00:5e:00:53:{number:02x}"

    def addresses(self):
        return (self.v4, self.v6)

    def ip(self, *argv):
        """`ip ARGV` inside this host."""
        return command("ip", "-n", self.namespace, *argv)

    def give(self, device, addresses):
        """Give a device its addresses: IPv4 with /24, IPv6 with /64; an empty text is skipped."""
        for address in filter(None, addresses):
            length, words = (64, ["nodad"]) if ":" in address else (24, [])
            self.ip("address", "add", f"{address}/{length}", "dev", device, *words)

    def sysctl(self, key, value):
        command("ip", "netns", "exec", self.namespace, "sysctl", "-q", "-w", f"{key}={value}")

    def inside(self, argv):
        """The command line that runs `argv` on this host, under the host's own name."""
        set_name = f'echo {self.name}.example.com > /proc/sys/kernel/hostname; exec "$@"'
        return ["ip", "netns", "exec", self.namespace, "unshare", "--uts", "sh", "-c", set_name, "sh", *map(str, argv)]

    def run(self, *argv, text=None, timeout=60, check=True):
        """Run a program on this host to its end; returns its standard output. `text` is its standard input."""
        full = self.inside(argv)
        with self.lab.lock:
            self.lab.check_open()
            process = subprocess.Popen(full, env=ENVIRONMENT, cwd=self.lab.folder, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                                       start_new_session=True)
            self.lab.processes.append(process)
        try:
            output, errors = process.communicate(text, timeout=timeout)
        except subprocess.TimeoutExpired as late:
            process.kill()
            process.communicate()
            raise RecordError(f"'{' '.join(full)}' did not end within {timeout} s") from late
        if check and process.returncode != 0:
            raise RecordError(f"'{' '.join(full)}' failed ({process.returncode}): {errors.strip()[-600:]}")
        return output

    def start(self, *argv):
        """Start a program that stays; its output goes to a log in the lab's folder. Returns the Popen object."""
        full = self.inside(argv)
        with self.lab.lock:
            self.lab.check_open()
            log_path = os.path.join(self.lab.folder, f"{self.name}-{len(self.lab.processes)}.log")
            with open(log_path, "wb") as log:
                process = subprocess.Popen(full, env=ENVIRONMENT, cwd=self.lab.folder, stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log, start_new_session=True)
            process.log_path = log_path
            self.lab.processes.append(process)
        return process

    def wait_for_log(self, process, words, patience=10.0):
        """Wait until the log of a started program holds `words`."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            with open(process.log_path, encoding="utf-8", errors="replace") as log:
                content = log.read()
            if words in content:
                return
            if process.poll() is not None:
                break
            time.sleep(0.05)
        raise RecordError(f"'{' '.join(process.args)}' did not say '{words}': {content.strip()[-600:]}")

    def wait_for_port(self, protocol, port, patience=10.0):
        """Wait until something on this host listens on a tcp or udp port; sends nothing to find out."""
        state = "0A" if protocol == "tcp" else "07"
        end = time.monotonic() + patience
        while time.monotonic() < end:
            table = self.run("cat", f"/proc/net/{protocol}", f"/proc/net/{protocol}6")
            rows = [line.split() for line in table.splitlines()]
            if any(len(row) > 3 and row[3] == state and row[1].endswith(f":{port:04X}") for row in rows):
                return
            time.sleep(0.05)
        raise RecordError(f"nothing listens on {protocol} port {port} of {self.name} after {patience} s; "
                          f"its programs said: {self.last_words()}")

    def last_words(self):
        """The end of what the programs started on this host wrote, for error messages."""
        words = []
        for process in self.lab.processes:
            if getattr(process, "log_path", "").startswith(self.lab.path(self.name + "-")):
                with open(process.log_path, encoding="utf-8", errors="replace") as log:
                    words.append(log.read()[-400:].strip())
        return " / ".join(words) or "nothing"

    def resolve_with(self, *servers):
        """Let the programs on this host know its own name and ask these name servers (addresses) for others."""
        self.write_etc("resolv.conf", "".join(f"nameserver {address}\n" for address in servers))
        self.write_etc("hosts", f"127.0.0.1 localhost\n::1 localhost\n{self.v4} {self.name}.example.com {self.name}\n")

    def write_etc(self, name, content):
        """Show the programs of this host another /etc/NAME than the machine's, which must exist (see ip-netns(8))."""
        folder = os.path.join(NETNS_ETC, self.namespace)
        os.makedirs(folder, mode=0o755, exist_ok=True)
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(content)


class Lab:
    """The namespaces, processes and temporary files of one recording; use it in a `with` statement."""

    def __init__(self):
        self.lock = threading.RLock()
        self.processes = []
        self.closing = threading.Event()
        self.folder = tempfile.mkdtemp(prefix="portsniff-record-")
        self.made_netns_etc = not os.path.isdir(NETNS_ETC)
        self.switch = None

    def __enter__(self):
        remove_namespaces()
        self.switch = self.add_namespace("switch", 0)
        self.switch.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
        self.add_bridge("lan")
        return self

    def __exit__(self, *_):
        self.close()

    def check_open(self):
        if self.closing.is_set():
            raise RecordError("the recording is being ended")

    def pause(self, seconds):
        """Sleep, but not longer than the lab lives; raises RecordError when it is being closed."""
        if self.closing.wait(seconds):
            self.check_open()

    def close(self):
        """End all processes, remove all namespaces and files. May be called twice."""
        with self.lock:
            self.closing.set()
            processes = list(reversed(self.processes))
        for process in processes:
            stop(process)
        remove_namespaces()
        if self.made_netns_etc and os.path.isdir(NETNS_ETC) and not os.listdir(NETNS_ETC):
            os.rmdir(NETNS_ETC)
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_namespace(self, name, number):
        """A host without any link but loopback."""
        host = Host(self, name, number)
        command("ip", "netns", "add", host.namespace)
        for key in ("default", "all"):
            host.sysctl(f"net.ipv6.conf.{key}.accept_dad", 0)
            host.sysctl(f"net.ipv6.conf.{key}.router_solicitations", 0)
        host.ip("link", "set", "lo", "up")
        host.resolve_with("127.0.0.1")
        return host

    def add_bridge(self, name, mtu=1500):
        """A switch without memory of multicast and without spanning tree; `name` is its interface to record on."""
        self.switch.ip("link", "add", name, "mtu", str(mtu), "type", "bridge", "stp_state", "0", "mcast_snooping", "0")
        self.switch.ip("link", "set", name, "up")

    def add_host(self, name, number, bridge="lan", mtu=1500, address=True):
        """A host with its eth0 in the switch."""
        host = self.add_namespace(name, number)
        self.connect(host, "eth0", bridge, mtu)
        if address:
            host.give("eth0", host.addresses())
        return host

    def connect(self, host, device, bridge, mtu=1500):
        """Plug `device` of the host into a bridge, with segmentation and checksum offload off: frames as on a wire."""
        port = f"{host.name}.{device}"
        self.switch.ip("link", "add", port, "mtu", str(mtu), "type", "veth", "peer", "name", device,
                       "netns", host.namespace, "address", host.mac, "mtu", str(mtu))
        self.set_offload(host, device, "off")
        self.set_offload(self.switch, port, "off")
        self.switch.ip("link", "set", port, "master", bridge, "up")
        host.ip("link", "set", device, "up")

    def set_offload(self, host, device, state):
        host.run("ethtool", "-K", device, "tx", state, "tso", state, "gso", state, "gro", state)

    def path(self, name):
        """Path of a file in the lab's own temporary folder."""
        return os.path.join(self.folder, name)

    def settle(self, seconds=1.5):
        """Let the multicast reports that follow a new link pass before the recording starts."""
        self.pause(seconds)
