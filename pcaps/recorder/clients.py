# SPDX-License-Identifier: BSD-3-Clause
"""Runs the real client programs of a scene."""

import os

from .lab import RecordError
from .programs import PYTHON
from .servers import HELPERS, certificate


def curl(host, *arguments, check=True, seconds=10):
    """Fetch with curl, quietly; `arguments` are URLs and options."""
    return host.run("curl", "-q", "--silent", "--show-error", "--max-time", seconds, "--cacert",
                    certificate(host.lab)[0], "--globoff", *arguments, check=check)


def web_page(host, base, *files, options=()):
    """Fetch files from one web server over one connection."""
    targets = [word for name in files for word in ("-o", "/dev/null", f"{base}/{name}")]
    curl(host, *options, *targets)


def at(name, port, address):
    """curl options that make `name` mean `address` without a name server."""
    literal = f"[{address}]" if ":" in address else address
    return ("--resolve", f"{name}:{port}:{literal}")


def dig(host, *arguments, check=True):
    return host.run("dig", *arguments, check=check)


def ssh(host, address, remote_command, port=22, text=None):
    """Run a command on an SSH server with the laboratory's key."""
    return host.run("ssh", "-F", "none", "-p", port, "-i", host.lab.path("user_key"), "-o", "BatchMode=yes",
                    "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                    f"root@{address}", remote_command, text=text)


def letter(lab, size=1500):
    """Path of a mail message of about `size` bytes."""
    path = lab.path(f"letter-{size}.eml")
    if not os.path.exists(path):
        line = "The quick brown fox jumps over the lazy dog.\r\n"
        with open(path, "w", encoding="ascii", newline="") as file:
            file.write("From: ann@example.com\r\nTo: bob@example.net\r\nSubject: Figures\r\n\r\n")
            file.write(line * (size // len(line)))
    return path


def send_mail(host, url, *options, size=1500):
    """Hand a message to an SMTP server with curl."""
    curl(host, "--mail-from", "ann@example.com", "--mail-rcpt", "bob@example.net", "--upload-file",
         letter(host.lab, size), *options, url)


def swaks(host, address, port=25):
    """Send a test mail with swaks."""
    host.run("swaks", "--server", address, "--port", port, "--from", "ann@example.com", "--to", "bob@example.net",
             "--helo", f"{host.name}.example.com", "--hide-all")


def ask_time(host, server, seconds=12, *options):
    """Measure a time server with chronyd; the clock of this machine is left alone."""
    path = host.lab.path(f"chrony-{host.name}.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"server {server} iburst maxsamples 4\ncmdport 0\nbindcmdaddress /\npidfile {path}.pid\n")
        file.writelines(f"{line}\n" for line in options)
    output = host.run("timeout", seconds, "chronyd", "-d", "-x", "-Q", "-u", "root", "-f", path, check=False)
    return output


def helper(host, name, *arguments):
    """Run one of the recorder's own small programs to its end."""
    return host.run(PYTHON, os.path.join(HELPERS, name), *arguments)


def expect_failure(host, *argv):
    """Run a client that must fail (refused, no answer); its success would be an error of the scene."""
    script = 'if "$@" >/dev/null 2>&1; then echo answered; else echo failed; fi'
    if host.run("sh", "-c", script, "sh", *argv).strip() != "failed":
        raise RecordError(f"'{' '.join(map(str, argv))}' was answered and should not have been")
