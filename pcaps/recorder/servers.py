# SPDX-License-Identifier: BSD-3-Clause
"""Starts the real servers of a scene: web, names, remote login, mail, time, throughput.

Every server is given its own configuration in the lab's folder; none reads or writes the machine's own files.
"""

import os
import random

from .lab import command
from .programs import PYTHON

HELPERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "helpers")
SERVER_NAMES = ("www.example.com", "mail.example.com", "cdn.example.com")
PAGE_SIZES = {"index.html": 1800, "style.css": 5200, "script.js": 14000, "report.txt": 32000, "notes.txt": 3100}
WORDS = "port packet server client request answer socket number window segment address header".split()

NGINX_CONFIG = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 128; }}
http {{
  access_log off;
  types {{ text/html html; text/css css; text/javascript js; text/plain txt; }}
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    {listen}
    root {root};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
{locations}  }}
}}
"""

SSHD_CONFIG = """\
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PrintMotd no
PrintLastLog no
Subsystem sftp internal-sftp
"""


def certificate(lab):
    """Paths of a fresh certificate and key for the names of the laboratory, made once per lab."""
    paths = lab.path("certificate.pem"), lab.path("key.pem")
    if not os.path.exists(paths[0]):
        names = ",".join(f"DNS:{name}" for name in SERVER_NAMES)
        command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "30", "-subj", "/CN=www.example.com", "-addext", f"subjectAltName={names}",
                "-out", paths[0], "-keyout", paths[1])
    return paths


def web_root(lab):
    """A folder with a small web site of fixed content, made once per lab."""
    root = lab.path("site")
    if not os.path.isdir(root):
        os.makedirs(root)
        chance = random.Random(1)
        for name, size in PAGE_SIZES.items():
            text = " ".join(chance.choice(WORDS) for _ in range(size // 4))
            with open(os.path.join(root, name), "w", encoding="ascii") as file:
                file.write(text[:size])
    return root


def nginx(host, plain=(80,), tls=(443,), locations=""):
    """A web server on IPv4 and IPv6; HTTP/2 is offered on the TLS ports."""
    lab = host.lab
    listen = [f"listen {port}; listen [::]:{port};" for port in plain]
    listen += [f"listen {port} ssl http2; listen [::]:{port} ssl http2;" for port in tls]
    folder = lab.path(f"nginx-{host.name}")
    os.makedirs(folder, exist_ok=True)
    pem, key = certificate(lab)
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(NGINX_CONFIG.format(folder=folder, listen="\n    ".join(listen), root=web_root(lab),
                                       certificate=pem, key=key, locations=locations))
    host.start("nginx", "-p", folder, "-e", "stderr", "-c", path)
    for port in (*plain, *tls):
        host.wait_for_port("tcp", port)


def dnsmasq(host, *options):
    """A name server that knows what the options say and asks nobody else."""
    host.start("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
               "--user=root", "--pid-file=", "--log-facility=-", "--edns-packet-max=4096",
               f"--dhcp-leasefile={host.lab.path('leases')}", *options)
    host.wait_for_port("udp", 53)


def sshd(host, port=22):
    """An SSH server that lets the laboratory's key in as root."""
    lab = host.lab
    for name in ("host_key", "user_key"):
        if not os.path.exists(lab.path(name)):
            command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", lab.path(name))
    path = lab.path("sshd_config")
    with open(path, "w", encoding="ascii") as file:
        file.write(SSHD_CONFIG.format(folder=lab.folder))
    # sshd lets nobody in whose account is locked; on many machines root's is.
    host.write_etc("shadow", "root:*:19700:0:99999:7:::\nsshd:*:19700::::::\n")
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    host.start("/usr/sbin/sshd", "-D", "-e", "-f", path, "-p", port)
    host.wait_for_port("tcp", port)


def mail(host, port, tls="starttls"):
    """An SMTP server (aiosmtpd) on IPv4 and IPv6 that takes any mail and drops it; tls: starttls or implicit."""
    pem, key = certificate(host.lab)
    prefix = "tls" if tls == "starttls" else "smtps"
    for address in ("0.0.0.0", "::"):
        process = host.start(PYTHON, "-m", "aiosmtpd", "-n", "-d", "-c", "aiosmtpd.handlers.Sink", "--no-requiretls",
                             "-l", f"{address}:{port}", f"--{prefix}cert", pem, f"--{prefix}key", key)
        host.wait_for_log(process, "Server is listening")
    host.wait_for_port("tcp", port)


def chrony_server(host):
    """A time server that calls its own clock good."""
    path = host.lab.path(f"chrony-{host.name}.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"local stratum 2\nallow all\ncmdport 0\nbindcmdaddress /\npidfile {path}.pid\n")
    host.start("chronyd", "-d", "-x", "-u", "root", "-f", path)
    host.wait_for_port("udp", 123)


def iperf3(host):
    host.start("iperf3", "-s", "-i", "0")
    host.wait_for_port("tcp", 5201)


def tunnel(host, kind, device, *arguments, mtu=1400, mac=None):
    """Run the user-space tunnel end point; the device is up afterwards but has no IP address."""
    process = host.start(PYTHON, os.path.join(HELPERS, "tunneld.py"), kind, device, *arguments)
    host.wait_for_log(process, "ready")
    if mac is not None:
        host.ip("link", "set", device, "address", mac)
    host.ip("link", "set", device, "mtu", str(mtu), "up")


def long_cable(first, second, device, milliseconds, kind="tap"):
    """Join two hosts by a device of the same name in each, `milliseconds` apart."""
    process = first.start(PYTHON, os.path.join(HELPERS, "delayline.py"), kind, first.namespace, device,
                          second.namespace, device, milliseconds)
    first.wait_for_log(process, "ready")
    for host in (first, second):
        host.ip("link", "set", device, "up")
