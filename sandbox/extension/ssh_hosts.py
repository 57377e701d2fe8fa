"""The instances that answer SSH, as the rest of the server sees them.

Holds what outlives a stop (host keys, folder) and tells the gate, the process that listens, when an instance
begins and ends to answer.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from . import gate, host_root, ssh_account, tools
from .addresses import Addresses
from .host_keys import HostKeys
from .host_root import HostRoot
from .world import world


class SshHosts:
    """Every instance with a folder, and the gate in front of them."""

    def __init__(self, state: Path, port: int) -> None:
        self.addresses = Addresses(port)
        self._tools = tools.find()
        host_root.check()
        ssh_account.prepare_system()
        self._folder = state / "instances"
        self._logs = state / "logs"
        for folder in (self._folder, self._logs):
            folder.mkdir(parents=True, exist_ok=True)
        self._accounts: dict[str, ssh_account.Account] = {}
        self._keys: dict[str, HostKeys] = {}
        self._roots: dict[str, HostRoot] = {}
        self._open: set[str] = set()
        self._asking = threading.Lock()
        self._gate, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", gate.__file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

    def create(self, instance: Any) -> None:
        """Makes the folder, root and host keys of an instance that runs for the first time."""
        if instance.id in self._accounts:
            return
        folder = self._folder / instance.id
        folder.mkdir()
        keys = HostKeys()
        root = HostRoot(folder, world.settings.programs)
        root.launch(keys.public(), world.clock.second, world.settings.no_package)
        self._roots[instance.id] = root
        self._accounts[instance.id] = ssh_account.create(
            folder,
            instance.launch_public_key,
            keys.write(folder),
            self._tools,
            root.shell,
            self._logs / f"{instance.id}.log",
        )
        self._keys[instance.id] = keys

    def open(self, instance: Any) -> None:
        """Lets SSH answer at the instance's public address, if it has one."""
        bound = self.addresses.socket(instance.public_ip) if instance.public_ip else None
        if bound is None or instance.id in self._open:
            return
        account = self._accounts[instance.id]
        order = {
            "do": "open",
            "name": instance.id,
            "command": account.command,
            "environment": account.environment,
            "mark": account.mark,
            # What runs inside without a session has to be ended too.
            "used": bool(instance.user_data) or self._roots[instance.id].has_units(),
        }
        self._ask(order, [bound.fileno()])
        self._open.add(instance.id)

    def close(self, name: str) -> None:
        """Ends an instance's SSH server and its sessions; nothing of them runs when this returns."""
        if name in self._open:
            self._open.remove(name)
            self._ask({"do": "close", "names": [name]})

    def remove(self, name: str) -> None:
        """Forgets an instance and removes its folder."""
        self.close(name)
        account = self._accounts.pop(name, None)
        self._keys.pop(name, None)
        self._roots.pop(name, None)
        if account:
            shutil.rmtree(account.folder, ignore_errors=True)

    def close_all(self) -> None:
        """Ends every SSH server and removes every folder."""
        if self._open:
            self._ask({"do": "close-all"})
            self._open.clear()
        for name in list(self._accounts):
            self.remove(name)
        self.addresses.clear()

    def end(self) -> None:
        """Ends the gate, and with it every session."""
        self._gate.close()
        self._process.wait()

    def keys(self, name: str) -> HostKeys | None:
        """Returns the host keys of an instance that has run."""
        return self._keys.get(name)

    def root(self, name: str) -> HostRoot:
        """Returns the root of an instance that has run."""
        return self._roots[name]

    def environment(self, name: str) -> dict[str, str]:
        """Returns the environment of what runs on an instance without a session."""
        mark, _, value = self._accounts[name].mark.partition("=")
        return {"PATH": ssh_account.PATH, "HOME": "/root", mark: value}

    def _ask(self, order: dict[str, Any], descriptors: list[int] | None = None) -> None:
        with self._asking:
            socket.send_fds(self._gate, [json.dumps(order).encode()], descriptors or [])
            if not self._gate.recv(16):
                raise ConnectionError("the SSH gate of the sandbox has ended")
