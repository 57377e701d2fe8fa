"""The one sandbox of this process: its settings, its clock, its SSH hosts and the lock they share.

moto keeps its state in module globals, so the extension's state can be no more local than that. It stands in a
file of its own so that every part reaches it without importing the others.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from .clock import Clock
from .settings import Settings
from .users import Users

if TYPE_CHECKING:
    from .ssh_hosts import SshHosts


class World:
    """Settings, users, clock and SSH hosts of this server; `lock` is held while a request or a timed action runs."""

    clock: Clock
    hosts: SshHosts
    state: Path

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.settings = Settings()
        self.users = Users()

    def begin(self, state: Path, second: float, hosts: SshHosts) -> None:
        """Sets the world up; nothing of it may be used before."""
        self.state = state
        self.clock = Clock(second, self.lock)
        self.hosts = hosts

    def reset(self) -> None:
        """Forgets settings, users, timed actions and every SSH host."""
        with self.lock:
            self.clock.forget()
            self.hosts.close_all()
            self.users.forget()
            self.settings = Settings()


world = World()
