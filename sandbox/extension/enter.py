"""Enters the isolated root of an instance: `python enter.py FOLDER COMMAND…` becomes that command, inside it.

What `unshare --user --map-root-user --mount` does, and the mounts: the programs and libraries of this machine for
reading, this machine's processes, the few devices a shell needs, and the instance's own folder for all else. Whoever
started the server is root in there and nobody outside it; nothing is mounted for anybody else.

Paths are relative to FOLDER: an ordinary user may have no way down to it from the root. Runs with the standard
library alone.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x00020000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
# What another mount has set for good and a remount may not leave out: nosuid, nodev, noexec, noatime, relatime.
LOCKED = ((2, 2), (4, 4), (8, 8), (1024, 1024), (4096, 1 << 21))
# Folders and files of this machine that an instance reads.
READ = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec")
READ_ETC = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts")
KEPT = ("HOME", "USER", "LOGNAME", "TERM", "LANG", "SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "NSS_WRAPPER_PASSWD")

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> None:
    """Calls a function of the C library; a failure says which."""
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}", str(arguments))


def bind(source: Path, target: Path, read_only: bool = False) -> None:
    """Shows a file or folder in another place too."""
    call("mount", os.fsencode(source), os.fsencode(target), None, MS_BIND | MS_REC, None)
    if read_only:
        set_already = os.statvfs(target).f_flag
        locked = sum(flag for seen, flag in LOCKED if set_already & seen)
        call("mount", None, os.fsencode(target), None, MS_REMOUNT | MS_BIND | MS_RDONLY | locked, None)


def unshare() -> None:
    """Makes this process root of a user namespace and mount namespace of its own."""
    user, group = os.getuid(), os.getgid()
    call("unshare", CLONE_NEWUSER | CLONE_NEWNS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    call("mount", None, b"/", None, MS_REC | MS_PRIVATE, None)


def mount(root: Path, home: str, programs: str) -> None:
    """Mounts what an instance has of this machine; the places are there already."""
    for name in READ:
        if (root / "usr" / name).is_dir():
            bind(Path("/usr") / name, root / "usr" / name, read_only=True)
    for name in READ_ETC:
        if (root / "etc" / name).exists():
            bind(Path("/etc") / name, root / "etc" / name, read_only=True)
    for name in DEVICES:
        if (root / "dev" / name).exists():
            bind(Path("/dev") / name, root / "dev" / name)
    bind(Path("/proc"), root / "proc")
    bind(root / "var/lib/sandbox/meminfo", root / "proc/meminfo")
    bind(Path("home"), root / home.lstrip("/"))
    if programs:
        bind(Path(programs), root / programs.lstrip("/"), read_only=True)


def main() -> None:
    """Enters, and becomes the command."""
    os.chdir(sys.argv[1])
    told = json.loads(Path("host.json").read_text())
    unshare()
    mount(Path("root"), told["home"], told["programs"])
    os.chroot("root")
    os.chdir(told["home"])
    environment = {name: value for name, value in os.environ.items() if name in KEPT or name.startswith("LC_")}
    environment |= {"PATH": told["path"], "SHELL": "/bin/bash"}
    os.execve(sys.argv[2], sys.argv[2:], environment)


if __name__ == "__main__":
    main()
