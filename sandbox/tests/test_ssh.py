"""Instances answer SSH for real, for their key pair alone, while they run and no longer."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import NEVER, SANDBOX, Key, Sandbox, until

BEGIN, END = "-----BEGIN SSH HOST KEY KEYS-----", "-----END SSH HOST KEY KEYS-----"


@pytest.fixture
def running(sandbox: Sandbox, key: Key) -> dict[str, Any]:
    """An instance that answers SSH."""
    launched = sandbox.launch(KeyName=key.name)
    key.wait_for_ssh(launched["PublicDnsName"])
    return sandbox.instance(launched["InstanceId"])


def console_keys(sandbox: Sandbox, name: str) -> list[str]:
    text = sandbox.client("ec2").get_console_output(InstanceId=name, Latest=True).get("Output", "")
    if BEGIN not in text:
        return []
    return text.split(BEGIN)[1].split(END)[0].split("\r\n")[1:-1]


def processes_of(state: Path) -> list[str]:
    """The processes that have to do with a server's folder; one that is just changing its program does not show it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(state).encode() in words:
                found.append(entry.name)
    return found


def answers(address: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


def test_a_session_is_at_home(sandbox: Sandbox, key: Key, running: dict[str, Any]) -> None:
    home = sandbox.state / "instances" / running["InstanceId"] / "home"
    done = key.ssh(running["PublicDnsName"], 'id -un; pwd; echo "$HOME"; echo ~; echo "$SHELL"; exit 7')
    assert done.returncode == 7, done.stderr
    user, *folders, shell = done.stdout.splitlines()
    assert user == "ec2-user"
    assert folders == [str(home)] * 3
    assert shell in ("/bin/bash", "/bin/sh")


def test_only_the_instances_key_is_let_in(sandbox: Sandbox, running: dict[str, Any], tmp_path: Path) -> None:
    stranger = Key(sandbox, tmp_path, "rsa")
    done = stranger.ssh(running["PublicDnsName"], "true")
    assert done.returncode == 255 and "Permission denied" in done.stderr


def test_a_key_deleted_after_the_launch_is_let_in(sandbox: Sandbox, ec2: Any, key: Key) -> None:
    address = sandbox.launch(KeyName=key.name)["PublicDnsName"]
    ec2.delete_key_pair(KeyName=key.name)
    key.wait_for_ssh(address)


@pytest.mark.parametrize("legacy", [[], ["-O"]])
def test_files_are_copied_there_and_back(
    sandbox: Sandbox, key: Key, running: dict[str, Any], tmp_path: Path, legacy: list[str]
) -> None:
    sent, back = tmp_path / "sent", tmp_path / "back"
    sent.write_bytes(os.urandom(200_000))
    port, remote = ["-P", str(sandbox.ssh_port)], f"ec2-user@{running['PublicDnsName']}:a file"
    if legacy:
        remote = f"ec2-user@{running['PublicDnsName']}:file"
    subprocess.run(["scp", *legacy, *key.options(), *port, sent, remote], check=True)
    subprocess.run(["scp", *legacy, *key.options(), *port, remote, back], check=True)
    assert back.read_bytes() == sent.read_bytes()
    home = sandbox.state / "instances" / running["InstanceId"] / "home"
    assert (home / remote.partition(":")[2]).exists()


def test_sftp_starts_at_home(sandbox: Sandbox, key: Key, running: dict[str, Any]) -> None:
    command = ["sftp", *key.options(), "-P", str(sandbox.ssh_port), "-b", "-", f"ec2-user@{running['PublicDnsName']}"]
    done = subprocess.run(command, input="pwd\n", capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith(f"/{running['InstanceId']}/home")


def test_programs_of_a_host_come_first(sandbox: Sandbox, key: Key, tmp_path: Path) -> None:
    (tmp_path / "nitro-cli").write_text("#!/bin/sh\necho enclaves\n")
    (tmp_path / "nitro-cli").chmod(0o755)
    sandbox.set(programs=str(tmp_path))
    address = sandbox.launch(KeyName=key.name)["PublicDnsName"]
    key.wait_for_ssh(address)
    assert key.ssh(address, "nitro-cli").stdout == "enclaves\n"


def test_the_console_proves_the_host(sandbox: Sandbox, key: Key, running: dict[str, Any], tmp_path: Path) -> None:
    name, address = running["InstanceId"], running["PublicDnsName"]
    until(lambda: console_keys(sandbox, name) != [], "the console shows keys")
    known = tmp_path / "known_hosts"
    known.write_text("".join(f"{name} {line}\n" for line in console_keys(sandbox, name)))
    strict = ("-oStrictHostKeyChecking=yes", f'-oUserKnownHostsFile="{known}"', f"-oHostKeyAlias={name}")
    assert key.ssh(address, "true", *strict).returncode == 0
    sandbox.set(console="other")
    known.write_text("".join(f"{name} {line}\n" for line in console_keys(sandbox, name)))
    done = key.ssh(address, "true", *strict)
    assert done.returncode == 255 and "REMOTE HOST IDENTIFICATION HAS CHANGED" in done.stderr
    sandbox.set(console="none")
    assert console_keys(sandbox, name) == []


def test_the_console_takes_its_time(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.set(pending=NEVER, console_delay=NEVER)
    name = sandbox.launch()["InstanceId"]
    assert "Output" not in ec2.get_console_output(InstanceId=name)
    sandbox.hasten()
    assert "Linux version" in ec2.get_console_output(InstanceId=name)["Output"]
    assert console_keys(sandbox, name) == []
    sandbox.set(console_delay=0)
    assert len(console_keys(sandbox, name)) == 2


def test_a_stop_ends_sessions_and_a_start_keeps_keys_and_files(
    sandbox: Sandbox, ec2: Any, key: Key, running: dict[str, Any]
) -> None:
    name, address = running["InstanceId"], running["PublicDnsName"]
    until(lambda: console_keys(sandbox, name) != [], "the console shows keys")
    keys = console_keys(sandbox, name)
    assert key.ssh(address, "echo kept > file; nohup sleep 1000 > /dev/null 2>&1 &").returncode == 0
    marker = sandbox.state / "instances" / name
    until(lambda: processes_of(marker) != [], "the process shows the instance's mark")
    ec2.stop_instances(InstanceIds=[name])
    assert processes_of(marker) == []
    assert not answers(address, sandbox.ssh_port)
    sandbox.wait(name, "stopped")
    ec2.start_instances(InstanceIds=[name])
    moved = sandbox.wait(name, "running")["PublicDnsName"]
    key.wait_for_ssh(moved)
    assert not answers(address, sandbox.ssh_port)
    assert key.ssh(moved, "cat file").stdout == "kept\n"
    scan = ["ssh-keyscan", "-p", str(sandbox.ssh_port), moved]
    shown = subprocess.run(scan, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in keys} <= set(shown.split())


def test_ssh_answers_only_after_the_boot(sandbox: Sandbox, key: Key) -> None:
    sandbox.set(boot=NEVER)
    name = sandbox.launch(KeyName=key.name)["InstanceId"]
    address = sandbox.wait(name, "running")["PublicDnsName"]
    assert not answers(address, sandbox.ssh_port)


def test_a_recycled_address_is_another_host(sandbox: Sandbox, ec2: Any, key: Key, running: dict[str, Any]) -> None:
    sandbox.set(addresses="recycled")
    ec2.terminate_instances(InstanceIds=[running["InstanceId"]])
    sandbox.wait(running["InstanceId"], "terminated")
    later = sandbox.launch(KeyName=key.name)
    assert later["PublicDnsName"] == running["PublicDnsName"]
    key.wait_for_ssh(later["PublicDnsName"])
    assert key.ssh(later["PublicDnsName"], "pwd").stdout.strip().endswith(f"{later['InstanceId']}/home")


def busy_server(folder: Path, *arguments: str, before: tuple[str, ...] = ()) -> tuple[Sandbox, str]:
    """A server of one's own with a session that would run for long."""
    folder.mkdir(exist_ok=True)
    sandbox = Sandbox(*arguments, before=before)
    key = Key(sandbox, folder)
    address = sandbox.launch(KeyName=key.name)["PublicDnsName"]
    key.wait_for_ssh(address)
    assert key.ssh(address, "setsid sleep 1000 > /dev/null 2>&1 &").returncode == 0
    until(lambda: processes_of(sandbox.state) != [], "a process shows the server's folder")
    return sandbox, address


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, None])
def test_nothing_is_left_of_a_server(tmp_path: Path, end: signal.Signals | None) -> None:
    sandbox, address = busy_server(tmp_path, "--state", str(tmp_path / "state"))
    if end is None:
        sandbox.process.stdin.close()
    else:
        sandbox.process.send_signal(end)
    assert sandbox.process.wait(120) == (-9 if end == signal.SIGKILL else 0)
    until(lambda: processes_of(sandbox.state) == [], "every process is gone")
    assert not answers(address, sandbox.ssh_port)


def test_two_servers_run_side_by_side(sandbox: Sandbox, running: dict[str, Any], tmp_path: Path) -> None:
    other, address = busy_server(tmp_path / "other")
    assert other.ssh_port != sandbox.ssh_port and address != running["PublicDnsName"]
    assert len(sandbox.client("ec2").describe_instances()["Reservations"]) == 1
    other.end()
    assert not other.state.exists()
    assert not answers(address, other.ssh_port)
    assert answers(running["PublicDnsName"], sandbox.ssh_port)


def test_an_ordinary_user_can_serve(tmp_path: Path) -> None:
    before: tuple[str, ...] = ()
    state = tmp_path / "state"
    state.mkdir()
    if os.getuid() == 0:
        # Nobody, who may read root's Python and clone but write neither.
        os.chown(state, 65534, 65534)
        may_read = (
            "--inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search --bounding-set=-all,+dac_read_search"
        )
        before = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *may_read.split())
    sandbox, address = busy_server(tmp_path / "key", "--state", str(state), before=before)
    (folder,) = (state / "instances").iterdir()
    user = folder.stat().st_uid
    assert user != 0
    line = ["ssh", "-F", "none", "-i", tmp_path / "key" / "key-ed25519", "-p", str(sandbox.ssh_port), "-oBatchMode=yes"]
    checks = ["-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null", f"ec2-user@{address}"]
    done = subprocess.run([*line, *checks, "id -u; pwd; : > mine"], capture_output=True, text=True, check=True)
    # Root in a namespace of its own, and outside of it nobody.
    assert done.stdout.splitlines() == ["0", f"{folder}/home"]
    assert (folder / "home/mine").stat().st_uid == user
    sandbox.end()
    until(lambda: processes_of(state) == [], "every process is gone")


def test_a_second_setup_is_done_at_once() -> None:
    done = subprocess.run([SANDBOX / "setup"], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""
