"""The host keys of one instance, ED25519 and ECDSA as Amazon Linux 2023 makes them.

They live as long as the instance: stop and start keep them.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


class HostKeys:
    """Freshly made host keys."""

    def __init__(self) -> None:
        self._keys = {"ecdsa": generate_private_key(SECP256R1()), "ed25519": Ed25519PrivateKey.generate()}

    def write(self, folder: Path) -> list[Path]:
        """Writes the private halves for sshd and returns their files."""
        files = []
        for name, key in self._keys.items():
            file = folder / f"ssh_host_{name}_key"
            file.touch(mode=0o600)
            file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
            files.append(file)
        return files

    def public(self) -> dict[str, str]:
        """Returns the public halves by the names of their kinds."""
        return dict(zip(self._keys, self._public(), strict=True))

    def public_lines(self, comment: str) -> str:
        """Returns the public halves, one a line."""
        return "".join(f"{line} {comment}\n" for line in self._public())

    def fingerprints(self, comment: str) -> list[str]:
        """Returns the fingerprints as `ssh-keygen -l` prints them."""
        lines = []
        for name, line in zip(self._keys, self._public(), strict=True):
            digest = hashlib.sha256(base64.b64decode(line.split()[1])).digest()
            lines.append(f"256 SHA256:{base64.b64encode(digest).decode().rstrip('=')} {comment} ({name.upper()})")
        return lines

    def _public(self) -> list[str]:
        return [
            key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
            for key in self._keys.values()
        ]
