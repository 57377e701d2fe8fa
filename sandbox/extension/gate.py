"""The SSH gate: a process of its own that listens for every instance and starts an sshd for each connection.

It is told what to do over a socket whose other end only the server has. When the server ends, however it ends, the
socket closes; then the gate kills every session and ends too, so a killed server leaves no sshd. A session that a
stopped instance started in the background is killed as well: it carries the instance's mark in its environment.

Runs with the standard library alone: `python gate.py FD`.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LONGEST_MESSAGE = 65536


@dataclass
class Host:
    """One instance that answers SSH."""

    listener: socket.socket
    command: list[str]
    environment: dict[str, str]
    mark: str
    sessions: list[subprocess.Popen[bytes]] = field(default_factory=list)
    used: bool = False


class Gate:
    """Listeners and sessions of every instance of one server."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._hosts: dict[str, Host] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ, None)

    def run(self) -> None:
        """Serves until the server is gone."""
        try:
            while True:
                for key, _ in self._selector.select():
                    if key.data is not None:
                        self._accept(key.data)
                    elif not self._obey():
                        return
        finally:
            self._close(list(self._hosts))

    def _obey(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, LONGEST_MESSAGE, 1)
        if not message:
            return False
        order = json.loads(message)
        if order["do"] == "open":
            self._open(order, socket.socket(fileno=descriptors[0]))
        elif order["do"] == "close":
            self._close([name for name in order["names"] if name in self._hosts])
        elif order["do"] == "close-all":
            self._close(list(self._hosts))
        self._control.send(b"done")
        return True

    def _open(self, order: dict[str, Any], listener: socket.socket) -> None:
        listener.listen(64)
        listener.setblocking(False)
        self._hosts[order["name"]] = Host(
            listener, order["command"], order["environment"], order["mark"], used=order["used"]
        )
        self._selector.register(listener, selectors.EVENT_READ, order["name"])

    def _accept(self, name: str) -> None:
        host = self._hosts.get(name)
        if host is None:
            return
        for session in host.sessions[:]:
            if session.poll() is not None:
                host.sessions.remove(session)
        try:
            connection, _ = host.listener.accept()
        except OSError:
            return
        with connection:
            connection.setblocking(True)
            session = subprocess.Popen(
                host.command,
                env=host.environment,
                stdin=connection,
                stdout=connection,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        host.sessions.append(session)
        host.used = True

    def _close(self, names: list[str]) -> None:
        closing = [self._hosts.pop(name) for name in names]
        for host in closing:
            self._selector.unregister(host.listener)
            with contextlib.suppress(OSError):
                host.listener.shutdown(socket.SHUT_RDWR)
            host.listener.close()
        used = [host for host in closing if host.used]
        if used:
            kill(used)


def kill(hosts: list[Host]) -> None:
    """Kills every process of the hosts' sessions and returns when none is left."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        found, may_be_more = processes(hosts)
        for process in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        for session in [session for host in hosts for session in host.sessions]:
            session.poll()
        if not found and not may_be_more:
            return
        # A killed process leaves the table in its own time; nothing can be waited on for one that is not a child.
        time.sleep(0.001)


def processes(hosts: list[Host]) -> tuple[set[int], bool]:
    """Returns the processes that descend from the hosts' sessions or carry a mark of theirs, and whether one more may.

    While a process changes into another program (`execve(2)`), Linux shows its environment as empty.
    """
    may_be_more = False
    parents: dict[int, int] = {}
    marked: set[int] = set()
    marks = [host.mark.encode() for host in hosts]
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            state, parent = (entry / "stat").read_bytes().rpartition(b")")[2].split()[:2]
            if state != b"Z":
                parents[int(entry.name)] = int(parent)
                environment = (entry / "environ").read_bytes()
                if any(mark in environment for mark in marks):
                    marked.add(int(entry.name))
                may_be_more |= not environment and changes_program(entry)
    found = marked | {session.pid for host in hosts for session in host.sessions if session.pid in parents}
    while True:
        more = {process for process, parent in parents.items() if parent in found} - found
        if not more:
            return found, may_be_more
        found |= more


def changes_program(entry: Path) -> bool:
    """Tells whether a process that showed no environment will have one; a thread of the kernel never does."""
    (entry / "exe").readlink()  # only a thread of the kernel has none
    return not (entry / "cmdline").read_bytes() or bool((entry / "environ").read_bytes())


def main() -> None:
    """Runs the gate on the socket whose number is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Gate(socket.socket(fileno=int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
