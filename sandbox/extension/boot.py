"""What happens inside an instance without anybody connecting: its units, its user data, its timers, its own shutdown.

User data is run once, at the end of the first boot, as cloud-init does: files are written, then the commands run as one
shell script that goes on after a failure. A timer's service runs when the timer starts, and every minute.
https://docs.cloud-init.io/en/latest/reference/modules.html
https://www.freedesktop.org/software/systemd/man/latest/systemd.timer.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingInstanceInitiatedShutdownBehavior.html
"""

from __future__ import annotations

import base64
import configparser
import contextlib
import logging
import shlex
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from .catalogue import describe_type
from .host_root import HostRoot
from .world import world

RUNCMD = "var/lib/cloud/instance/scripts/runcmd"
SCRIPT = "var/lib/cloud/instance/scripts/part-001"
# The ways in which a timer of ours may be set; another one would never run, so it is an error.
TIMER = {"onbootsec": "0", "oncalendar": "minutely", "accuracysec": "1s"}
MINUTE = 60
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
FROM_INSIDE = (
    "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
    "Client.InstanceInitiatedShutdown",
)


def begin(instance: Any) -> None:
    """Boots an instance whose SSH server has just begun to answer."""
    expected = instance.state_changes
    root = world.hosts.root(instance.id)
    root.console().write_text("")
    described = describe_type(instance.instance_type) or {}
    root.plug_in(instance.enclave_options["Enabled"], described["VCpuInfo"])
    user_data = _user_data(instance) if not getattr(instance, "starts", 0) else None
    instance.has_booted = user_data is None

    def still() -> bool:
        return instance.state_changes == expected

    def booted() -> None:
        instance.has_booted = True
        _tick(instance, root, still, {})

    if user_data is None and not root.has_units():
        booted()
        return
    _beside(still, booted, lambda: _boot(instance.id, root, user_data))


def _beside(still: Callable[[], bool], after: Callable[[], None], work: Callable[[], None]) -> None:
    """Does what takes time beside everything else, and afterwards, if the instance still runs, what follows from it."""

    def run() -> None:
        try:
            # An instance that is switched off loses its processes, and its folder when it is gone.
            with contextlib.suppress(FileNotFoundError):
                work()
        except Exception:
            logging.exception("an instance could not do what it was told")
        with world.lock:
            if still():
                after()

    threading.Thread(target=run, daemon=True).start()


def _boot(name: str, root: HostRoot, user_data: bytes | None) -> None:
    if root.has_units():
        _run(name, root, "/usr/local/bin/start-system")
    if user_data is not None:
        _cloud_init(name, root, user_data)


def _run(name: str, root: HostRoot, *words: str) -> None:
    with (root.root / "var/log/cloud-init-output.log").open("ab") as log:
        subprocess.run(
            root.command(*words),
            env=world.hosts.environment(name),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=False,
        )


def _user_data(instance: Any) -> bytes | None:
    return base64.b64decode(str(instance.user_data)) if instance.user_data else None


def _cloud_init(name: str, root: HostRoot, user_data: bytes) -> None:
    if user_data.startswith(b"#!"):
        _write(root, SCRIPT, user_data.decode(), 0o700)
        _run(name, root, f"/{SCRIPT}")
    elif user_data.startswith(b"#cloud-config\n"):
        config = yaml.safe_load(user_data)
        for file in config.pop("write_files", []):
            permissions = int(str(file.pop("permissions", "0644")), 8)
            _write(root, file.pop("path").lstrip("/"), file.pop("content"), permissions)
            _nothing_more(file)
        commands = config.pop("runcmd", [])
        _nothing_more(config)
        lines = [each if isinstance(each, str) else shlex.join(map(str, each)) for each in commands]
        _write(root, RUNCMD, "\n".join(["#!/bin/sh", *lines, ""]), 0o700)
        _run(name, root, f"/{RUNCMD}")


def _nothing_more(left: dict[str, Any]) -> None:
    if left:
        raise ValueError(f"the sandbox's cloud-init does not know {', '.join(left)}")


def _write(root: HostRoot, path: str, content: str, permissions: int) -> None:
    file = root.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    file.chmod(permissions)


def _tick(instance: Any, root: HostRoot, still: Callable[[], bool], ran: dict[str, float]) -> None:
    """Looks every second whether a timer is due or somebody has shut the instance down."""
    if root.take_power_off():
        if instance.instance_initiated_shutdown_behavior == "terminate":
            instance.ending_reason = FROM_INSIDE
            instance.terminate()
        else:
            instance.stop()
        return

    def again() -> None:
        world.clock.after(1, lambda: _tick(instance, root, still, ran) if still() else None)

    now = world.clock.now()
    due = [timer for timer in _timers(root) if now - ran.get(timer.name, -MINUTE) >= MINUTE]
    if not due:
        again()
        return
    ran.update({timer.name: now for timer in due})
    _beside(still, again, lambda: _run_services(instance.id, root, due))


def _timers(root: HostRoot) -> list[Path]:
    """Returns the timers that run."""
    active = root.state / "active"
    names = [each.name for each in active.glob("*.timer")] if active.is_dir() else []
    return [root.root / "etc/systemd/system" / name for name in names]


def _run_services(name: str, root: HostRoot, timers: list[Path]) -> None:
    for timer in timers:
        settings = dict(_unit(timer)["Timer"])
        if settings != TIMER:
            raise ValueError(f"the sandbox knows no such timer: {settings}")
        _run(name, root, "/bin/sh", "-c", _unit(timer.with_suffix(".service"))["Service"]["ExecStart"])


def _unit(file: Path) -> configparser.ConfigParser:
    unit = configparser.ConfigParser()
    unit.read_string(file.read_text())
    return unit
