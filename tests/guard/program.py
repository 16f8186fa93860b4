# SPDX-License-Identifier: BSD-3-Clause
"""The sandbox does not get in the way of what was asked for, and a run as root is a run as somebody else where it can be.

usage: program.py PORTSNIFF SOURCE_ROOT [WITHOUT]

What a running process has kept is read from /proc while it waits for a capture that comes through a named pipe: it is
confined before it opens that.
"""

import errno
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
import tap  # noqa: E402

SOMEBODY = 12345  # needs no account
DAC_OVERRIDE, DAC_READ_SEARCH = 1 << 1, 1 << 2


class Skip(Exception):
    """The case cannot be tried here, and why."""


class Bench:
    """A folder for one case, with a capture."""

    def __init__(self, program, root, folder, without):
        self.program, self.root, self.folder, self.without = program, root, folder, without
        self.capture = folder / "web.pcap"
        shutil.copyfile(root / "pcaps" / "web.pcap", self.capture)
        os.chmod(folder, 0o755)

    def run(self, *arguments, environment=None, **more):
        command = [self.program, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder,
                              env={**os.environ, **(environment or {})}, **more)

    def run_without(self, calls, failure, *arguments, **more):
        """On a system where these calls fail."""
        if not self.without:
            raise Skip("libseccomp is missing")
        command = [self.without, str(failure), calls, self.program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder, **more)
        if done.returncode == 77:
            raise Skip("calls cannot be taken away here")
        return done

    def kept(self, *arguments, environment=None):
        """(/proc/PID/status while it runs, exit status, standard error); a named pipe is read beside the arguments."""
        pipe = self.folder / "pipe"
        os.mkfifo(pipe, 0o644)
        with subprocess.Popen([self.program, "-r", pipe, *map(str, arguments)], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, cwd=self.folder,
                              env={**os.environ, **(environment or {})}) as process:
            with open(pipe, "wb") as writer:  # waits until the pipe is opened there
                lines = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
                writer.write(self.capture.read_bytes())
            error = process.communicate()[1]
        return dict(line.split(":\t", 1) for line in lines if ":\t" in line), process.returncode, error


def same(bench, *options):
    """The answer is that of a run that gives up nothing."""
    confined, free = bench.run(*options), bench.run(*options, "--sandbox=off")
    good = (confined.returncode, confined.stdout, confined.stderr) == (free.returncode, free.stdout, free.stderr)
    return good and free.returncode == 0, confined, free


# --- what goes on working ---


def names_in_filters(bench):
    by_name, by_number = bench.run("-r", "web.pcap", "-f", "csv", "port http"), bench.run("-r", "web.pcap", "-f", "csv",
                                                                                          "port 80")
    return by_name.returncode == 0 and by_name.stdout == by_number.stdout != "", by_name, by_number


def folders_with_links(bench):
    inside = bench.folder / "inside"
    inside.mkdir()
    (inside / "link.pcap").symlink_to(bench.capture)
    return same(bench, "-r", "inside")


def pipes_of_a_shell(bench):
    done = subprocess.run(["bash", "-c", f"{bench.program} -r <(cat web.pcap) -f csv -o >(cat >out)"], cwd=bench.folder,
                          capture_output=True, text=True, check=False)
    for _ in range(100):
        if (bench.folder / "out").exists() and (bench.folder / "out").stat().st_size:
            break
        time.sleep(0.02)
    out = (bench.folder / "out").read_text(encoding="utf-8")
    return done.returncode == 0 and out == bench.run("-r", "web.pcap", "-f", "csv").stdout != "", done, out


def closed_output(bench):
    done = subprocess.run(["sh", "-c", f"{bench.program} -r web.pcap >&-"], cwd=bench.folder, capture_output=True,
                          text=True, check=False)
    return done.returncode == 1 and "cannot write" in done.stderr, done


def report_has_usual_mode(bench):
    done = bench.run("-r", "web.pcap", "-o", "report", umask=0o027)
    mode = stat.S_IMODE((bench.folder / "report").stat().st_mode)
    return done.returncode == 0 and mode == 0o640, done, oct(mode)


def failing_run_leaves_report(bench):
    results = []
    for options in ([], ["-t", "1s"]):
        (bench.folder / "report").write_text("former", encoding="utf-8")
        done = bench.run("-r", "nowhere", "-o", "report", *options)
        results.append((done.returncode, (bench.folder / "report").read_text(encoding="utf-8")))
    return results == [(1, "former")] * 2 and sorted(os.listdir(bench.folder)) == ["report", "web.pcap"], results


# --- options ---


def strict(bench):
    shown = bench.run("--show-sandbox", "-r", "web.pcap")
    done = bench.run("-r", "web.pcap", "--sandbox=strict")
    if " missing " in shown.stdout:
        return done.returncode == 1 and "--sandbox=strict" in done.stderr and "--sandbox=auto" in done.stderr, done
    return done.returncode == 0 and done.stderr == "" and done.stdout != "", done


def show(bench):
    done = bench.run("--show-sandbox")
    words = ("new privileges", "user", "capabilities", "files", "network", "system calls")
    return done.returncode == 0 and all(f"\n  {word} " in done.stdout for word in words), done


def show_off(bench):
    done = bench.run("--show-sandbox", "--sandbox=off")
    return done.returncode == 0 and "othing is given up" in done.stdout, done


def unknown_user(bench):
    done = bench.run("-r", "web.pcap", "--user", "nobody-of-this-name")
    return done.returncode == 1 and "no such user" in done.stderr and done.stdout == "", done


def user_without_sandbox(bench):
    done = bench.run("-r", "web.pcap", "--user", "root", "--sandbox=off")
    return done.returncode == 1 and "exclude each other" in done.stderr, done


def confined(bench):
    status, code, error = bench.kept()
    return (status["NoNewPrivs"], status["Seccomp"], code, error) == ("1", "2", 0, ""), status, error


def documented(bench):
    """Every call that is left on some road stands in doc/sandbox.md."""
    text = (bench.root / "doc" / "sandbox.md").read_text(encoding="utf-8")
    missing, seen = set(), set()
    for options in (["-r", "web.pcap"], ["-i", "lo"], ["-r", "web.pcap", "-o", "x"], ["-i", "lo", "-w", "x"]):
        listed = bench.run("--show-sandbox", *options).stdout.partition("System calls that are left:\n")[2]
        seen |= set(re.findall(r"(\w+)(?: \([^)]*\))?[,\n]", listed))
    missing = {name for name in seen if f"`{name}`" not in text}
    return not missing, sorted(missing)


# --- where the kernel does less ---

LANDLOCK = "landlock_create_ruleset,landlock_add_rule,landlock_restrict_self"
SECCOMP = "seccomp"


def goes_on_without(calls, failure, words):
    """auto: the same answer, without a word; --show-sandbox and strict name what is missing."""

    def case(bench):
        free = bench.run("-r", "web.pcap", "--sandbox=off")
        auto = bench.run_without(calls, failure, "-r", "web.pcap")
        shown = bench.run_without(calls, failure, "--show-sandbox", "-r", "web.pcap")
        hard = bench.run_without(calls, failure, "-r", "web.pcap", "--sandbox=strict")
        good = (auto.returncode, auto.stdout, auto.stderr) == (0, free.stdout, "")
        good = good and shown.returncode == 0 and " missing " in shown.stdout and words in shown.stdout
        good = good and (hard.returncode, hard.stdout) == (1, "") and "--sandbox=strict" in hard.stderr
        return good and words in hard.stderr, auto, shown, hard

    return case


def live_root_is_told(bench):
    done = bench.run_without(LANDLOCK, errno.ENOSYS, "-q", "-i", "lo", "-a", "100ms")
    return done.returncode == 0 and done.stderr.count("\n") == 1 and "Landlock is not offered" in done.stderr, done


def root_that_cannot_change(bench):
    """A container without CAP_SETUID: nothing is broken, and nothing hidden."""
    calls = "setresuid,setresgid,setgroups"
    done = bench.run_without(calls, errno.EPERM, "-q", "-i", "lo", "-a", "100ms")
    named = bench.run_without(calls, errno.EPERM, "-q", "-i", "lo", "-a", "100ms", "--user", "nobody")
    return (done.returncode == 0 and "cannot be become" in done.stderr and named.returncode == 1
            and "cannot be become" in named.stderr), done, named


# --- as root ---


def named_may_not_write(bench):
    """Told at once, and not when the report is whole."""
    done = bench.run("-r", "web.pcap", "-o", "report", "--user", "nobody")
    return (done.returncode == 1 and "may not write" in done.stderr and os.listdir(bench.folder) == ["web.pcap"]), done


def sudo(bench, *arguments, uid=SOMEBODY):
    return bench.kept(*arguments, environment={"SUDO_UID": str(uid), "SUDO_GID": str(uid)})


def ids(status):
    return set(status["Uid"].split()), set(status["Gid"].split()), int(status["CapEff"], 16), status["Groups"].strip()


def becomes_caller(bench):
    status, code, error = sudo(bench)
    return (ids(status), code) == (({str(SOMEBODY)}, {str(SOMEBODY)}, 0, ""), 0), status, error


def becomes_named(bench):
    status, code, error = bench.kept("--user", "nobody", environment={"SUDO_UID": str(SOMEBODY), "SUDO_GID": "1"})
    uid, _, capabilities, _ = ids(status)
    return "0" not in uid and str(SOMEBODY) not in uid and capabilities == 0 and code == 0, status, error


def stays_for_a_capture(bench):
    """One that only root may read: it was root who was asked to."""
    secret = bench.folder / "secret.pcap"
    shutil.copyfile(bench.capture, secret)
    os.chmod(secret, 0o600)
    status, code, error = sudo(bench, "-r", "secret.pcap")
    return ids(status)[0] == {"0"} and ids(status)[2] == DAC_READ_SEARCH and code == 0, status, error


def stays_for_a_report(bench):
    status, code, error = sudo(bench, "-o", "report")
    owner = (bench.folder / "report").stat().st_uid
    return ids(status)[0] == {"0"} and not ids(status)[2] & DAC_OVERRIDE and (code, owner) == (0, 0), status, error


def report_in_sticky_folder(bench):
    os.chmod(bench.folder, 0o1777)
    status, code, error = sudo(bench, "-o", "report")
    owner = (bench.folder / "report").stat().st_uid
    return ids(status)[0] == {str(SOMEBODY)} and (code, owner) == (0, SOMEBODY), status, error


def reads_what_root_could(bench):
    """A capture in somebody's own folder, read by root without sudo."""
    private = bench.folder / "private"
    private.mkdir(mode=0o700)
    shutil.copyfile(bench.capture, private / "web.pcap")
    os.chmod(private / "web.pcap", 0o600)
    for path in (private, private / "web.pcap"):
        os.chown(path, SOMEBODY, SOMEBODY)
    done = bench.run("-r", "private", "-o", "private/report")
    owner = (private / "report").stat().st_uid if (private / "report").exists() else None
    return done.returncode == 0 and owner == 0, done, owner


def root_by_sudo_is_root(bench):
    status, code, error = sudo(bench, uid=0)
    return ids(status)[0] == {"0"} and ids(status)[2] == DAC_READ_SEARCH and code == 0, status, error


def ordinary_user(bench):
    """Cannot become another one; is confined all the same."""
    # The build may lie where only root gets to.
    bench.program = shutil.copy(bench.program, bench.folder / "portsniff")
    other = bench.run("-r", "web.pcap", "--user", "root", user=SOMEBODY, group=SOMEBODY)
    done = bench.run("-r", "web.pcap", user=SOMEBODY, group=SOMEBODY)
    return (other.returncode == 1 and "only root" in other.stderr and done.returncode == 0 and done.stderr == ""
            and done.stdout != ""), other, done


def refusal_names_user(bench):
    """Asking who one is works in the sandbox too."""
    bench.program = shutil.copy(bench.program, bench.folder / "portsniff")
    (bench.folder / "there.pcapng").touch(0o644)
    os.chown(bench.folder, SOMEBODY, SOMEBODY)
    done = bench.run("-r", "web.pcap", "-w", "there.pcapng", user=SOMEBODY, group=SOMEBODY)
    return done.returncode == 1 and f"cannot create there.pcapng as user {SOMEBODY}: " in done.stderr, done


CASES = [
    ("a name in a filter", names_in_filters),
    ("a folder with links that lead out of it", folders_with_links),
    ("pipes that a shell names", pipes_of_a_shell),
    ("standard output is closed", closed_output),
    ("a report has the usual permissions", report_has_usual_mode),
    ("a run that fails leaves the former report", failing_run_leaves_report),
    ("strict", strict),
    ("--show-sandbox", show),
    ("--show-sandbox of nothing", show_off),
    ("the manual of it is complete", documented),
    ("a user that is not there", unknown_user),
    ("a user, but no sandbox", user_without_sandbox),
    ("no new privileges, a filter", confined),
    ("a kernel without Landlock", goes_on_without(LANDLOCK, errno.ENOSYS, "Landlock is not offered")),
    ("a boot without Landlock", goes_on_without(LANDLOCK, errno.EOPNOTSUPP, "Landlock was switched off")),
    ("a container without Landlock", goes_on_without(LANDLOCK, errno.EPERM, "Landlock is forbidden")),
    ("no rule can be added", goes_on_without("landlock_add_rule", errno.ENOMEM, "Cannot allocate")),
    ("a kernel without seccomp", goes_on_without(SECCOMP, errno.ENOSYS, "the filter cannot be loaded")),
]
AS_ROOT = [
    ("a live run as root tells what is missing", live_root_is_told),
    ("root that cannot become anybody", root_that_cannot_change),
    ("a named user that may not write", named_may_not_write),
    ("becomes who called sudo", becomes_caller),
    ("becomes who is named", becomes_named),
    ("stays root for a capture that only root may read", stays_for_a_capture),
    ("stays root for a report where only root may write", stays_for_a_report),
    ("a report in a folder with the sticky bit", report_in_sticky_folder),
    ("root reads and writes in somebody's folder", reads_what_root_could),
    ("root called sudo", root_by_sudo_is_root),
    ("an ordinary user", ordinary_user),
    ("a refusal names the user", refusal_names_user),
]


def main():
    program, root = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    without = str(pathlib.Path(sys.argv[3]).resolve()) if len(sys.argv) > 3 else None
    out = tap.Tap()
    for name in ("SUDO_UID", "SUDO_GID"):
        os.environ.pop(name, None)
    for name, case in CASES + AS_ROOT:
        if (name, case) in AS_ROOT and os.geteuid() != 0:
            out.skip(name, "only root can become somebody else")
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                good, *notes = case(Bench(program, root, pathlib.Path(folder), without))
                out.case(name, good, *notes)
            except Skip as why:
                out.skip(name, why)
    return out.finish()


if __name__ == "__main__":
    sys.exit(main())
