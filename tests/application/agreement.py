#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds the names that the signatures give against those of another program, nDPI's ndpiReader, flow by flow.

    agreement.py PORTSNIFF CORPUS_FOLDER [--all] [--table] [--list]

A flow is (protocol, both ends), as the flows view lists it. Neither program is the truth: a disagreement is a question,
and those that were answered stand in ANSWERED with the reason. The test fails when a disagreement is not there, or when
fewer than nine of ten flows that both know have the same name. It looks at every eighth capture, --all at every one.
--table prints the table of doc/applications.md, --list every flow on which the two differ.
"""

import collections
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

SECONDS = 60

# nDPI's name of a protocol -> ours.
NAMES = {
    "SSH": "ssh", "HTTP": "http", "HTTP_Connect": "http", "HTTP_Proxy": "http", "IPP": "http", "SSDP": "http",
    "OCSP": "http", "SOAP": "http", "TLS": "tls", "QUIC": "quic", "DNS": "dns", "MDNS": "dns", "LLMNR": "dns",
    "SMTP": "smtp", "SMTPS": "tls", "FTP_CONTROL": "ftp", "IMAP": "imap", "IMAPS": "tls", "POP3": "pop3",
    "POPS": "tls", "NTP": "ntp", "SNMP": "snmp", "DHCP": "dhcp", "DHCPV6": "dhcpv6", "SIP": "sip", "RDP": "rdp",
    "SMBv1": "smb", "SMBv23": "smb", "MySQL": "mysql", "PostgreSQL": "postgresql", "Redis": "redis",
    "MongoDB": "mongodb", "MQTT": "mqtt", "AMQP": "amqp", "Memcached": "memcached", "LDAP": "ldap",
    "Kerberos": "kerberos", "VNC": "vnc", "Telnet": "telnet", "BitTorrent": "bittorrent", "STUN": "stun",
    "WireGuard": "wireguard", "OpenVPN": "openvpn", "RTSP": "rtsp", "IRC": "irc", "Syslog": "syslog", "TFTP": "tftp",
    "Radius": "radius",
}  # fmt: skip

# (capture, ours, theirs): why they differ.
ANSWERED = {
    ("OISF-suricata-verify__krb5-frag.pcap", "ldap", "mqtt"): "an LDAP bind with NTLM in it",
    ("arkime-arkime__ntlm_synthetic.pcap", "ldap", "mqtt"): "an LDAP bind with NTLM in it",
    ("slytechs-repos-jnetpcap-legacy__tc_TC_IDPRE_EXT0140.pcap", "ldap", "mqtt"): "an LDAP bind by name",
}

# These begin in clear text and may go on as TLS, in one flow: both names are right.
BEFORE_TLS = {"ftp", "imap", "irc", "ldap", "mysql", "pop3", "postgresql", "rdp", "smtp"}


def is_answered(capture, we, they):
    starttls = "tls" in (we, they) and BEFORE_TLS & {we, they}
    return starttls or (capture, we, they) in ANSWERED


def end(address, port):
    """ndpiReader leaves every zero out of an IPv6 address, so an address is the groups that are not zero."""
    return tuple(group.lstrip("0") for group in address.split(":") if group.strip("0")), int(port)


def ours(program, capture):
    """{flow: the name in the flows view, or None}"""
    command = [program, "-r", capture, "--format", "json", "--top", "0", "--tunnels", "outer"]
    run = subprocess.run(command, capture_output=True, timeout=SECONDS)
    try:
        document = json.loads(run.stdout)
    except ValueError:  # refused: not a capture
        return {}
    names = {}
    for flow in document["flows"]:
        client = end(flow["client_address"], flow["client_port"])
        server = end(flow["server_address"], flow["server_port"])
        names[flow["protocol"], frozenset((client, server))] = flow["application"]
    return names


def theirs(capture, folder):
    """{flow: our word for nDPI's protocol}, without guesses by port; what has no word here is left out."""
    table = pathlib.Path(folder, "flows.csv")
    table.unlink(missing_ok=True)
    subprocess.run(
        ["ndpiReader", "-d", "-q", "-i", capture, "-C", str(table)],
        capture_output=True,
        timeout=SECONDS,
    )
    names = {}
    if not table.exists():
        return names
    with table.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.reader(file, quoting=csv.QUOTE_NONE):
            if len(row) < 11 or row[1] not in ("6", "17"):
                continue
            flow = (
                "tcp" if row[1] == "6" else "udp",
                frozenset((end(row[5], row[6]), end(row[7], row[8]))),
            )
            name = NAMES.get(row[10].removeprefix("NetBIOS.").split(".")[0])
            if name:
                names[flow] = name
    return names


def compare(program, corpus, step):
    """Yields (capture, flow, our name or None, their name or None) where one has a name."""
    with tempfile.TemporaryDirectory() as folder:
        for capture in sorted(pathlib.Path(corpus).iterdir())[::step]:
            try:
                we = ours(program, str(capture))
                they = theirs(str(capture), folder)
            except subprocess.TimeoutExpired:
                continue
            for flow, name in we.items():
                other = they.get(flow)
                if name or other:
                    yield capture.name, flow, name, other


def print_table(rows):
    kinds = ("both", "only we", "only nDPI", "disagree")
    counts = collections.defaultdict(collections.Counter)
    for _, _, we, they in rows:
        kind = "both" if we == they else "only nDPI" if not we else "only we" if not they else "disagree"
        counts[we or they][kind] += 1
    print("| Application | Both name it | Only portsniff | Only nDPI | Disagree |\n|---|---:|---:|---:|---:|")
    for name, count in sorted(counts.items()):
        print("| " + " | ".join([name, *(str(count[kind]) for kind in kinds)]) + " |")
    total = sum(counts.values(), collections.Counter())
    print("| all | " + " | ".join(str(total[kind]) for kind in kinds) + " |")


def main(arguments):
    options = {argument for argument in arguments if argument.startswith("--")}
    program, corpus = (argument for argument in arguments if not argument.startswith("--"))
    folder = pathlib.Path(corpus, "pcaps")
    for there, what in ((shutil.which("ndpiReader"), "ndpiReader"), (folder.is_dir(), "the corpus")):
        if not there:
            print(f"1..0 # SKIP {what} is not here")
            return 0
    rows = list(compare(program, folder, 1 if "--all" in options else 8))
    differ = [row for row in rows if row[2] and row[3] and row[2] != row[3]]
    if options & {"--list", "--table"}:
        for capture, (protocol, ends), we, they in rows:
            if we != they and "--list" in options:
                print(capture, protocol, " ".join(f"{'-'.join(a)}:{p}" for a, p in sorted(ends)), we, they, sep="\t")
        if "--table" in options:
            print_table(rows)
        return 0
    open_questions = [row for row in differ if not is_answered(row[0], row[2], row[3])]
    both = sum(1 for row in rows if row[2] and row[2] == row[3])
    print("1..2")
    print("ok" if both > 9 * len(differ) else "not ok", "1 - nine of ten flows that both know have the same name")
    print("not ok" if open_questions else "ok", "2 - every disagreement is answered")
    for capture, _, we, they in open_questions:
        print(f"# {capture}: we say {we}, nDPI says {they}")
    return 1 if open_questions or both <= 9 * len(differ) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
