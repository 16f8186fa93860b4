# SPDX-License-Identifier: BSD-3-Clause
"""Starts servers that people log in to with a password: file transfer, terminal, mailboxes.

The account is ann's and exists on these hosts only. Where such a server would write to the machine (mailboxes, logs,
/run), its host has an empty folder of its own.
"""

import os

from .lab import command
from .servers import certificate

USER, PASSWORD = "ann", "correct-horse"
USER_ID = 20001
FTP_DATA_PORT = 50000
LETTERS = 3

# ip-netns(8) starts every program in a mount namespace of its own, so that nothing of this is seen outside.
APART = """\
set -e
for folder in /run /srv /var/log $FOLDERS; do mount -t tmpfs -o mode=755 none "$folder"; done
mkdir -p /srv/ann/Maildir/new /srv/ann/Maildir/cur /srv/ann/Maildir/tmp
for number in $(seq $LETTERS); do
    printf 'From: bob@example.net\\nTo: ann@example.com\\nSubject: Figures %s\\n\\n' "$number" \\
        > "/srv/ann/Maildir/new/$number.letter"
    seq 1 $((number * 200)) >> "/srv/ann/Maildir/new/$number.letter"
done
seq 1 3000 > /srv/ann/figures.txt
chown -R $USER_ID:$USER_ID /srv/ann
exec "$@"
"""

VSFTPD_CONFIG = """\
background=NO
listen=NO
listen_ipv6=YES
local_enable=YES
write_enable=YES
pasv_min_port={port}
pasv_max_port={port}
secure_chroot_dir={folder}
seccomp_sandbox=NO
xferlog_enable=NO
"""

DOVECOT_CONFIG = """\
protocols = imap pop3
base_dir = /run/dovecot
log_path = /dev/stderr
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={user} home=/srv/ann
}}
"""


def _know_ann(host):
    """Give the host the machine's system accounts and ann."""
    with open("/etc/passwd", encoding="utf-8") as file:
        system = [line for line in file if int(line.split(":")[2]) < 1000 or line.startswith("nobody:")]
    secret = command("openssl", "passwd", "-6", PASSWORD).strip()
    host.write_etc("passwd", "".join(system) + f"{USER}:x:{USER_ID}:{USER_ID}::/srv/{USER}:/bin/sh\n")
    host.write_etc("shadow", f"root:*:19700:0:99999:7:::\n{USER}:{secret}:19700:0:99999:7:::\n")


def _start_apart(host, *argv, folders=""):
    """Start a program that has /run, /srv and /var/log, and other folders on request, for itself."""
    _know_ann(host)
    values = {"FOLDERS": folders, "LETTERS": LETTERS, "USER_ID": USER_ID}
    return host.start("env", *(f"{name}={value}" for name, value in values.items()), "sh", "-c", APART, "sh", *argv)


def _config(host, name, text):
    path = host.lab.path(name)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def ftpd(host):
    """vsftpd; passive data connections go to FTP_DATA_PORT."""
    empty = host.lab.path("empty")
    os.makedirs(empty, mode=0o555, exist_ok=True)
    path = _config(host, "vsftpd.conf", VSFTPD_CONFIG.format(port=FTP_DATA_PORT, folder=empty))
    _start_apart(host, "vsftpd", path)
    host.wait_for_port("tcp", 21)


def telnetd(host):
    """telnetd of GNU inetutils, started by its inetd. Neither it nor the message of the day describes the machine."""
    path = _config(host, "inetd.conf", "telnet stream tcp4 nowait root /usr/sbin/telnetd telnetd -h\n")
    host.write_etc("motd", "Welcome.\n")
    _start_apart(host, "inetutils-inetd", "-d", path, folders="/etc/update-motd.d")
    host.wait_for_port("tcp", 23)


def mailboxes(host):
    """Dovecot: POP3 and IMAP in clear text and, on their other ports, inside TLS."""
    pem, key = certificate(host.lab)
    text = DOVECOT_CONFIG.format(certificate=pem, key=key, password=PASSWORD, user=USER_ID)
    _start_apart(host, "dovecot", "-F", "-c", _config(host, "dovecot.conf", text), folders="/var/lib/dovecot")
    for port in (110, 143, 995):
        host.wait_for_port("tcp", port)
