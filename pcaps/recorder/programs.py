# SPDX-License-Identifier: BSD-3-Clause
"""The programs a recording needs and the Debian 12 package of each.

Nothing is installed here: what is missing is named, and that is all.
"""

import os
import shutil

# The interpreter of the distribution: python3-aiosmtpd is installed for this one only.
PYTHON = "/usr/bin/python3"

USRSCTP = "/usr/lib/usrsctp"

PACKAGE_OF = {
    "ip": "iproute2",
    "ethtool": "ethtool",
    "sysctl": "procps",
    "unshare": "util-linux",
    "nft": "nftables",
    "ping": "iputils-ping",
    "tcpdump": "tcpdump",
    "dumpcap": "wireshark-common",
    "capinfos": "wireshark-common",
    "reordercap": "wireshark-common",
    "tshark": "tshark",
    "nginx": "nginx-light",
    "curl": "curl",
    "openssl": "openssl",
    "busybox": "busybox",
    "udhcpc": "udhcpc",
    "dnsmasq": "dnsmasq-base",
    "dig": "bind9-dnsutils",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "swaks": "swaks",
    "chronyd": "chrony",
    "nmap": "nmap",
    "nping": "nmap",
    "vsftpd": "vsftpd",
    "telnetd": "inetutils-telnetd",
    "inetutils-inetd": "inetutils-inetd",
    "inetutils-telnet": "inetutils-telnet",
    "dovecot": "dovecot-core",
    "/usr/lib/dovecot/imap": "dovecot-imapd",
    "/usr/lib/dovecot/pop3": "dovecot-pop3d",
    "iperf3": "iperf3",
    "socat": "socat",
    "gzip": "gzip",
    "zstd": "zstd",
    "xz": "xz-utils",
    "lz4": "lz4",
    "bzip2": "bzip2",
    PYTHON: "python3",
    f"{USRSCTP}/tsctp": "libusrsctp-examples",
    "/usr/lib/python3/dist-packages/aiosmtpd": "python3-aiosmtpd",
}

SEARCH_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin"


def missing_packages():
    """Return the sorted Debian package names that have to be installed first."""
    missing = set()
    for program, package in PACKAGE_OF.items():
        if program.startswith("/"):
            found = os.path.exists(program)
        else:
            found = shutil.which(program, path=SEARCH_PATH) is not None
        if not found:
            missing.add(package)
    return sorted(missing)
