"""The files of one instance's SSH server, all inside the instance's own folder.

libnss-wrapper gives sshd the account `ec2-user`, whose home is in that folder, so nothing is written into a real home,
and whose shell enters the instance's isolated root. As root the account is root under that name; sshd then wants the
account `sshd` and the folder `/run/sshd`, which a Debian service would make.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .tools import Tools

CONFIGURATION = """\
{host_keys}AuthorizedKeysFile "{folder}/home/.ssh/authorized_keys"
AllowUsers ec2-user
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitUserRC no
PidFile none
PrintMotd no
PrintLastLog no
UseDNS no
LogLevel VERBOSE
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
SetEnv {environment}
"""
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Account:
    """How the gate starts an sshd of this instance."""

    folder: Path
    command: list[str]
    environment: dict[str, str]
    mark: str


def create(
    folder: Path, public_key: str | None, host_keys: list[Path], tools: Tools, shell: Path, log: Path
) -> Account:
    """Writes the files of an instance's SSH server, in a folder that exists."""
    home = folder / "home"
    if not home.exists():
        (home / ".ssh").mkdir(parents=True, mode=0o700)
    keys = home / ".ssh" / "authorized_keys"
    if not keys.exists():
        keys.write_text(f"{public_key}\n" if public_key else "")
        keys.chmod(0o600)
    _write_accounts(folder, home, shell)
    wrapper = {
        "NSS_WRAPPER_PASSWD": str(folder / "passwd"),
        "NSS_WRAPPER_GROUP": str(folder / "group"),
        # A name and a folder: LD_PRELOAD would take a path apart at its spaces.
        "LD_PRELOAD": tools.nss_wrapper.name,
        "LD_LIBRARY_PATH": tools.library_path(),
    }
    configuration = folder / "sshd_config"
    configuration.write_text(
        CONFIGURATION.format(
            host_keys="".join(f'HostKey "{key}"\n' for key in host_keys),
            folder=folder,
            environment=" ".join(f'{name}="{value}"' for name, value in wrapper.items()),
        )
        + tools.session_programs()
    )
    command = [str(tools.sshd), "-i", "-f", str(configuration), "-E", str(log)]
    return Account(folder, command, {**wrapper, "PATH": PATH}, f"NSS_WRAPPER_PASSWD={folder / 'passwd'}")


def _write_accounts(folder: Path, home: Path, shell: Path) -> None:
    user, group = os.getuid(), os.getgid()
    (folder / "passwd").write_text(
        f"ec2-user:*:{user}:{group}:EC2 Default User:{home}:{shell}\nsshd:*:65533:65533::/run/sshd:/usr/sbin/nologin\n"
    )
    (folder / "group").write_text(f"ec2-user:x:{group}:\nsshd:x:65533:\n")


def prepare_system() -> None:
    """Makes the empty folder that sshd, started by root, locks its unprivileged half in."""
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
