"""Finds the programs that `sandbox/setup` looks for or unpacks: sshd, libnss-wrapper and the libraries sshd needs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

UNPACKED = Path(__file__).resolve().parent.parent / ".tools" / "root"


@dataclass(frozen=True)
class Tools:
    """The programs of the SSH hosts; `libraries` is the folder of unpacked libraries, where there is one."""

    sshd: Path
    nss_wrapper: Path
    libraries: Path | None

    def library_path(self) -> str:
        """Returns the folders in which sshd finds libnss-wrapper and its unpacked libraries."""
        folders = [self.nss_wrapper.parent, *([self.libraries] if self.libraries else [])]
        return ":".join(dict.fromkeys(str(folder) for folder in folders))

    def session_programs(self) -> str:
        """Returns where an unpacked sshd of OpenSSH 9.8 or later finds the programs it is split into."""
        folder = UNPACKED / "usr/lib/openssh"
        if not self.sshd.is_relative_to(UNPACKED):
            return ""
        options = {"sshd-session": "SshdSessionPath", "sshd-auth": "SshdAuthPath"}
        return "".join(f'{option} "{folder / name}"\n' for name, option in options.items() if (folder / name).exists())


def find() -> Tools:
    """Returns the system's tools, or the unpacked ones where the system has none."""
    libraries = next(iter(sorted(UNPACKED.glob("usr/lib/*-linux-gnu*"))), None)
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin") or _existing(UNPACKED / "usr/sbin/sshd")
    wrapper = next(
        (
            str(found)
            for folder in (Path("/usr/lib"), Path("/usr/lib64"), Path("/usr/local/lib"), UNPACKED / "usr/lib")
            for found in (*folder.glob("libnss_wrapper.so"), *folder.glob("*/libnss_wrapper.so"))
        ),
        None,
    )
    if sshd is None or wrapper is None:
        missing = "sshd" if sshd is None else "libnss_wrapper.so"
        raise FileNotFoundError(f"no {missing} on this system; run `sandbox/setup`, which unpacks it")
    return Tools(Path(sshd), Path(wrapper), libraries)


def _existing(file: Path) -> str | None:
    return str(file) if file.exists() else None
