"""The isolated root of an instance: the folder that is `/` for its sessions, its user data and its timers.

It has the accounts, programs and devices of a freshly launched Amazon Linux 2023, as far as anybody has asked. What
would change a system (`dnf`, `systemctl`, `usermod`) are programs of ours, in `programs/`, that write down what they
are asked for and behave as documented. `enter.py` mounts the rest.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from . import enter

PROGRAMS = Path(__file__).resolve().parent.parent / "programs"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FOLDERS = (
    "etc/ssh",
    "etc/systemd/system",
    "opt",
    "proc",
    "root",
    "run",
    "sys/module",
    "tmp",
    "usr/local/bin",
    "usr/local/sbin",
    "usr/share",
    "var/lib/cloud/instance/scripts",
    "var/lib/sandbox",
    "var/log",
    "dev/shm",
)
MEMINFO = "MemTotal:        7843124 kB\nMemFree:         7123456 kB\nHugetlb:               0 kB\n"


def check() -> None:
    """Refuses a machine on which nobody can be root of a namespace of his own."""
    if subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode != 0:
        raise PermissionError(
            "this machine lets no user namespace be made (`unshare -Urm true` fails), and instances need one; "
            "on Ubuntu `sysctl kernel.apparmor_restrict_unprivileged_userns=0` allows it, in a container `--privileged`"
        )


class HostRoot:
    """One instance's root, in the instance's own folder."""

    def __init__(self, folder: Path, programs: str) -> None:
        self._folder = folder
        self.root = folder / "root"
        self.state = self.root / "var/lib/sandbox"
        home, shell = str(folder / "home"), "/bin/bash" if Path("/bin/bash").exists() else "/bin/sh"
        programs = programs if programs and Path(programs).is_dir() else ""
        told = {"home": home, "programs": programs, "path": f"{programs}:{PATH}" if programs else PATH}
        (folder / "host.json").write_text(json.dumps(told))
        self.shell = folder / "shell"
        self.shell.write_text(f'#!/bin/sh\n[ $# -gt 0 ] || set -- -l\nexec {shlex.join(self.command(shell))} "$@"\n')
        self.shell.chmod(0o755)
        self._make(home, programs)

    def command(self, *words: str) -> list[str]:
        """Returns the command that runs another one inside."""
        return [sys.executable, "-I", "-S", enter.__file__, str(self._folder), *words]

    def launch(self, public_keys: dict[str, str], second: float, no_package: str) -> None:
        """Writes what a launch decides."""
        for name, line in public_keys.items():
            (self.root / "etc/ssh" / f"ssh_host_{name}_key.pub").write_text(line + "\n")
        (self.state / "clock").write_text(f"{time.time()} {second}\n")
        (self.state / "no_package").write_text(no_package)

    def plug_in(self, enclaves: bool, cpus: dict[str, int]) -> None:
        """Makes the processors and the device of enclaves, which an instance has from boot to boot."""
        (self.state / "cpus").write_text(f"{cpus['DefaultVCpus']} {cpus['DefaultThreadsPerCore']}\n")
        if enclaves:
            (self.root / "dev/nitro_enclaves").touch()
            (self.root / "sys/module/nitro_enclaves").mkdir(exist_ok=True)
        else:
            (self.root / "dev/nitro_enclaves").unlink(missing_ok=True)

    def has_units(self) -> bool:
        """Tells whether a boot has units to start."""
        enabled = self.state / "enabled"
        return enabled.is_dir() and any(enabled.iterdir())

    def console(self) -> Path:
        """Returns the file that is `/dev/console`."""
        return self.root / "dev/console"

    def take_power_off(self) -> bool:
        """Tells, once, whether somebody inside has shut the system down."""
        told = self.state / "power-off"
        is_off = told.exists()
        told.unlink(missing_ok=True)
        return is_off

    def _make(self, home: str, programs: str) -> None:
        for name in (*FOLDERS, home.lstrip("/"), programs.lstrip("/")):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        (self.root / "tmp").chmod(0o1777)
        self._make_places()
        # The first account of a number is the one that `id` finds.
        shell = "/bin/bash"
        (self.root / "etc/passwd").write_text(
            f"ec2-user:x:0:0:EC2 Default User:{home}:{shell}\nroot:x:0:0:root:/root:{shell}\n"
        )
        (self.root / "etc/group").write_text("ec2-user:x:0:\nwheel:x:10:ec2-user\n")
        (self.state / "meminfo").write_text(MEMINFO)
        for program in PROGRAMS.iterdir():
            shutil.copy(program, self.root / "usr/local/bin" / program.name)

    def _make_places(self) -> None:
        """Makes the places for what `enter` mounts."""
        for name in enter.READ:
            for place in (Path("usr") / name, Path(name)):
                here = Path("/") / place
                if here.is_symlink():
                    (self.root / place).symlink_to(str(here.readlink()).lstrip("/"))
                elif place.parts[0] == "usr" and here.is_dir():
                    (self.root / place).mkdir()
        for name in (*(f"etc/{each}" for each in enter.READ_ETC), *(f"dev/{each}" for each in enter.DEVICES)):
            here = Path("/") / name
            if here.is_dir():
                (self.root / name).mkdir(exist_ok=True)
            elif here.exists():
                (self.root / name).touch()
        self.console().touch()
        for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
            (self.root / "dev" / name).symlink_to(f"/proc/self/fd{target}")
