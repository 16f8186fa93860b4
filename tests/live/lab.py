# SPDX-License-Identifier: BSD-3-Clause
"""Two hosts made of network namespaces: one sends numbered packets, on the other portsniff watches.

    sender: left ---- right :watcher
            left2 --- right2

Nothing leaves the namespaces. The interfaces have no addresses and speak neither ARP nor IPv6 by themselves, so that no
packet is there but those that were sent. Everything is removed when the lab is left, whatever happened before; what a
killed run left behind is removed by the next one.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "bench")]

import check  # noqa: E402
from tap import Tap  # noqa: E402

PREFIX = "psf-"
PATIENCE = 20  # seconds that a program has to do what it should do at once
SETTLE = 0.3  # seconds between an open packet socket and a reader that reads
MTU = 1600  # room for two tags on top of a full frame


class LabError(Exception):
    """The lab itself broke; the text says what was tried and why it failed."""


def command(*argv):
    """Runs one of the lab's own commands; returns what it printed."""
    done = subprocess.run([str(part) for part in argv], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise LabError(f"`{' '.join(map(str, argv))}` failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def why_not():
    """Why there can be no lab here, or None."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not shutil.which("ip"):
        return "the program ip (package iproute2) is missing"
    name = f"{PREFIX}{os.getpid()}-try"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode:
        return "network namespaces cannot be made here"
    made = subprocess.run(["ip", "-n", name, "link", "add", "left", "type", "veth", "peer", "name", "right"],
                          capture_output=True, check=False)
    command("ip", "netns", "delete", name)
    return "the kernel has no veth interfaces" if made.returncode else None


def running(pid):
    return Path(f"/proc/{pid}").exists()


def remove(name):
    """Ends what still runs in a namespace of ours, and deletes it."""
    for pid in command("ip", "netns", "pids", name).split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass
    command("ip", "netns", "delete", name)


def remove_orphans():
    """Namespaces of runs that are no more."""
    for line in command("ip", "netns", "list").splitlines():
        name = line.split()[0] if line.split() else ""
        owner = name[len(PREFIX):].split("-")[0]
        if name.startswith(PREFIX) and owner.isdigit() and not running(owner):
            remove(name)


class Lab:
    """The two hosts, a folder for files, and what runs there."""

    def __init__(self, portsniff, send):
        self.portsniff, self.send = str(portsniff), str(send)
        self.sender, self.watcher = (f"{PREFIX}{os.getpid()}-{host}" for host in ("send", "watch"))
        self.processes = []
        self.folder = None

    def __enter__(self):
        # Started in the background of a shell, Ctrl-C is ignored, and what we start would ignore it as well.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        remove_orphans()
        self.folder = Path(tempfile.mkdtemp(prefix="portsniff-live-"))
        self.folder.chmod(0o755)
        for name in (self.sender, self.watcher):
            command("ip", "netns", "add", name)
            self.inside(name, "sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1",
                        "net.ipv6.conf.default.disable_ipv6=1")
            command("ip", "-n", name, "link", "set", "lo", "up")
        self.join("left", "right")
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        for name in (self.sender, self.watcher):
            remove(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def join(self, left, right):
        """A wire: a pair of interfaces, both up; takes the place of one that a case left behind."""
        if left in self.link("show", host=self.sender):
            self.link("delete", left, host=self.sender)
        command("ip", "-n", self.sender, "link", "add", left, "mtu", MTU, "type", "veth",
                "peer", "name", right, "mtu", MTU, "netns", self.watcher)
        for name, interface in ((self.sender, left), (self.watcher, right)):
            command("ip", "-n", name, "link", "set", interface, "arp", "off", "up")
        self.inside(self.watcher, self.send, "-g", "-i", right)
        time.sleep(0.1)

    def link(self, *words, host=None):
        """`ip link WORDS` on the watcher, or on another host."""
        return command("ip", "-n", host or self.watcher, "link", *words)

    def inside(self, host, *argv):
        return command("ip", "netns", "exec", host, *argv)

    def start(self, host, argv, new_session=True, **more):
        """Starts a program on a host; it is this process id itself that runs it. Killed when the lab is left."""
        argv = ["ip", "netns", "exec", host, *map(str, argv)]
        process = subprocess.Popen(argv, start_new_session=new_session, **more)
        self.processes.append(process)
        return process

    def counter(self, interface="right", name="rx_packets", host=None):
        return int(self.inside(host or self.watcher, "cat", f"/sys/class/net/{interface}/statistics/{name}"))

    # --- sending ---

    def sending(self, packets, *options, interface="left", host=None):
        """Starts to send; `sent` waits for it."""
        argv = [self.send, "-i", interface, "-n", packets, *options]
        return self.start(host or self.sender, argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def sent(self, process, timeout=60):
        """What became of sending: {"sent": packets, "seconds": s, "cpu_seconds": s}."""
        out, errors = process.communicate(timeout=timeout)
        if process.returncode:
            raise LabError(f"sending failed: {errors.strip()}")
        return json.loads(out)

    def send_packets(self, packets, *options, **where):
        return self.sent(self.sending(packets, *options, **where))

    def expected(self, packets, *options):
        """What a counter must find of these packets, as check.differences() takes it."""
        path = self.folder / "expected"
        command(self.send, "-n", packets, *options, "-e", path)
        return check.expected(path)

    # --- watching ---

    def watch(self, *options, **more):
        """portsniff with these options on the watcher, once it says that it captures."""
        return Watch(self, [self.portsniff, *options], **more).wait_until_ready()

    def read(self, path, *options):
        """The document that portsniff makes of a saved capture."""
        done = subprocess.run([self.portsniff, "-q", "-r", path, "-f", "json", "--top", "0", *options],
                              capture_output=True, timeout=60, check=False)
        if done.returncode:
            raise LabError(f"-r {path}: exit status {done.returncode}: {done.stderr.decode()}")
        return json.loads(done.stdout)


class Watch:
    """One running reader: its lines with the time at which they came, and how it ended."""

    def __init__(self, lab, argv, host=None, environment=None):
        self.lab, self.argv = lab, [str(part) for part in argv]
        self.began = time.monotonic()
        self.lines, self.complaints = [], []  # (seconds since the start, line)
        # Readiness is told as to a service manager, sd_notify(3). By a path: abstract names end at the namespace.
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.setblocking(False)
        address = tempfile.mktemp(dir=lab.folder, prefix="notices-")
        self.notices.bind(address)
        self.process = lab.start(
            host or lab.watcher, self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, errors="replace", cwd=lab.folder,
            env=dict(os.environ, LC_ALL="C.UTF-8", NOTIFY_SOCKET=address, **(environment or {})),
        )
        self.pid, self.told = self.process.pid, ""
        self.threads = [threading.Thread(target=self.collect, args=pair, daemon=True)
                        for pair in ((self.process.stdout, self.lines), (self.process.stderr, self.complaints))]
        for thread in self.threads:
            thread.start()

    def collect(self, stream, lines):
        for line in stream:
            lines.append((time.monotonic() - self.began, line.rstrip("\n")))

    def wait_for(self, what, true, timeout=PATIENCE):
        """Waits until true() is; the reader must live on meanwhile."""
        until = time.monotonic() + timeout
        while not true():
            if self.process.poll() is not None and not true():
                raise LabError(f"it ended ({self.process.returncode}) before {what}: {self.said()}")
            if time.monotonic() > until:
                raise LabError(f"no {what} within {timeout} s; it said: {self.said()}")
            time.sleep(0.02)

    def notified(self, word):
        """Whether the word has come among the notices."""
        try:
            while True:
                self.told += self.notices.recv(4096).decode() + "\n"
        except BlockingIOError:
            return word in self.told

    def wait_until_ready(self):
        self.wait_for("notice that it is ready", lambda: self.notified("READY=1"))
        return self

    def wait_until_open(self):
        """Until its packet sockets are bound, and then a little: for programs that do not tell."""
        self.wait_for("open packet socket", self.bound)
        time.sleep(SETTLE)
        return self

    def bound(self):
        try:
            rows = Path(f"/proc/{self.pid}/net/packet").read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            return False
        # Columns: sk, references, type, protocol, interface, running, ...
        return any(row.split()[5] == "1" for row in rows)

    def wait_for_lines(self, count, timeout=PATIENCE):
        self.wait_for(f"line {count}", lambda: len(self.lines) >= count, timeout)

    def said(self):
        """What it wrote to standard error; of much, the beginning."""
        return "\n".join(line for _, line in self.complaints[:40])

    def text(self):
        return "\n".join(line for _, line in self.lines)

    def kill(self, number):
        self.process.send_signal(number)

    def end(self, number=signal.SIGINT, timeout=PATIENCE):
        """Asks it to end (0: it ends by itself); returns the exit status."""
        if number and self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise LabError(f"it did not end within {timeout} s; it said: {self.said()}") from None
        for thread in self.threads:
            thread.join(PATIENCE)
        return self.process.returncode

    def documents(self):
        """The JSON documents printed so far: one per line, or one over many."""
        documents, text, at = [], self.text(), 0
        while at < len(text):
            document, at = json.JSONDecoder().raw_decode(text, at)
            documents.append(document)
            while at < len(text) and text[at].isspace():
                at += 1
        return documents

    def finish(self, number=signal.SIGINT, status=(0,), timeout=PATIENCE):
        """Ends it and returns its documents; another exit status is an error."""
        ended = self.end(number, timeout)
        if ended not in status:
            raise LabError(f"exit status {ended}: {self.said()}")
        return self.documents()


# --- what a document says ----------------------------------------------------------


def lost(document):
    """Packets that portsniff says were not captured."""
    capture = document["capture"]
    return sum(value for name, value in capture.items() if name.startswith("dropped_by_") and value)


def unlike(what, got, wanted):
    return [] if got == wanted else [f"{what}: {got}, wanted {wanted}"]


def accounted(document, packets):
    """Every packet that was sent is counted, or told as lost."""
    capture = document["capture"]
    wrong = unlike("counted + lost", capture["packets"] + lost(document), packets)
    wrong += unlike("ledger", sum(row["packets"] for row in document["ledger"]), capture["packets"])
    if lost(document):
        wrong += unlike("lower_bound", capture["lower_bound"], True)
    return wrong


def exact(document, wanted):
    """The counts of every port, which are known."""
    return list(check.differences(wanted, check.counted(document)))


# --- running tests -------------------------------------------------------------------


def run_cases(cases):
    """The main() of a test: portsniff and send are its arguments; cases are (name, function(lab)) pairs.

    A case returns what is wrong, or raises. The lab is one for all; what a case left running is ended behind it.
    """
    if len(sys.argv) != 3:
        print(sys.modules["__main__"].__doc__, file=sys.stderr)
        return 2
    tap = Tap()
    reason = why_not()
    if reason:
        for name, _ in cases:
            tap.skip(name, reason)
        return tap.finish()
    with Lab(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()) as lab:
        for name, case in cases:
            run_case(tap, lab, name, case)
    return tap.finish()


class Skip(Exception):
    """A case that cannot be tried here; the text says why."""


def run_case(tap, lab, name, case):
    try:
        wrong = case(lab)
    except Skip as reason:
        tap.skip(name, str(reason))
        return
    except (LabError, ValueError, KeyError, IndexError, subprocess.TimeoutExpired) as error:
        wrong = [f"{type(error).__name__}: {error}"]
    finally:
        for process in lab.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        lab.processes.clear()
    tap.case(name, not wrong, *(wrong or [])[:8])
