"""Instances are isolated roots that run their user data, keep their timers and can switch themselves off."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import SECOND, Key, Sandbox, until

BLOCK = "-----BEGIN SSH HOST KEY KEYS-----"
TIMER = """\
[Timer]
OnBootSec=0
OnCalendar=minutely
AccuracySec=1s
"""
SERVICE = """\
[Service]
ExecStart=/bin/sh -c 'date +%%s >>/opt/ran; [ ! -e /opt/over ] || shutdown -h now'
"""


def root_of(sandbox: Sandbox, name: str) -> Path:
    return sandbox.state / "instances" / name / "root"


def launch(sandbox: Sandbox, key: Key, user_data: str = "", **more: Any) -> tuple[str, str]:
    launched = sandbox.launch(KeyName=key.name, UserData=user_data, **more)
    key.wait_for_ssh(launched["PublicDnsName"])
    return launched["InstanceId"], launched["PublicDnsName"]


def with_timer(sandbox: Sandbox, key: Key, **more: Any) -> tuple[str, Path]:
    """An instance whose timer has run."""
    files = "".join(
        f"  - path: /etc/systemd/system/x.{kind}\n    content: |\n"
        + "".join(f"      {line}\n" for line in content.splitlines())
        for kind, content in (("timer", TIMER), ("service", SERVICE))
    )
    user_data = f"#cloud-config\nwrite_files:\n{files}runcmd:\n  - [systemctl, enable, --now, x.timer]\n"
    name, _ = launch(sandbox, key, user_data, **more)
    ran = root_of(sandbox, name) / "opt/ran"
    until(ran.exists, "the timer has run")
    return name, ran


def test_a_host_is_closed_and_reads_this_machine_s_programs_only(sandbox: Sandbox, key: Key) -> None:
    name, address = launch(sandbox, key)
    refused = "for folder in /usr/bin /usr/lib; do : > $folder/new 2>/dev/null && exit 1; done; true"
    unseen = f"test ! -e {shlex.quote(__file__)} && test ! -e /srv"
    done = key.ssh(address, f"{refused} && {unseen} && echo outside > /etc/new && ls /usr/bin | wc -l")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100
    assert (root_of(sandbox, name) / "etc/new").read_text() == "outside\n"
    assert not Path("/etc/new").exists()


def test_user_data_runs_once_and_goes_on_after_a_failure(sandbox: Sandbox, ec2: Any, key: Key) -> None:
    user_data = (
        "#cloud-config\nwrite_files:\n  - path: /opt/file\n    content: |\n      written\n"
        "runcmd:\n  - 'false'\n  - [sh, -c, 'cat /opt/file >>/opt/ran; echo \"two  words\" >>/opt/ran']\n"
    )
    name, _ = launch(sandbox, key, user_data)
    ran = root_of(sandbox, name) / "opt/ran"
    until(lambda: ran.exists() and ran.read_text() == "written\ntwo  words\n", "the commands have run")
    ec2.stop_instances(InstanceIds=[name])
    sandbox.wait(name, "stopped")
    ec2.start_instances(InstanceIds=[name])
    key.wait_for_ssh(sandbox.wait(name, "running")["PublicDnsName"])
    assert ran.read_text() == "written\ntwo  words\n"


def test_a_script_is_user_data_too(sandbox: Sandbox, key: Key) -> None:
    name, _ = launch(sandbox, key, "#!/bin/sh\necho ran >/opt/ran\n")
    until((root_of(sandbox, name) / "opt/ran").exists, "the script has run")


def test_the_console_shows_keys_that_user_data_prints_before_its_end(
    sandbox: Sandbox, ec2: Any, key: Key, tmp_path: Path
) -> None:
    (tmp_path / "dnf").write_text("#!/bin/sh\nwhile [ ! -e /opt/go ]; do sleep 0.02; done\n")
    (tmp_path / "dnf").chmod(0o755)
    sandbox.set(programs=str(tmp_path))
    print_keys = f"echo '{BLOCK}' >/dev/console"
    name, _ = launch(sandbox, key, f"#!/bin/sh\n{print_keys}\ndnf install -y much\n")

    def blocks() -> int:
        return ec2.get_console_output(InstanceId=name, Latest=True).get("Output", "").count(BLOCK)

    until(lambda: blocks() == 1, "the console shows what user data printed")
    (root_of(sandbox, name) / "opt/go").touch()
    until(lambda: blocks() == 2, "cloud-init prints them at the end")


@pytest.mark.parametrize(("behaviour", "state"), [("terminate", "terminated"), ("stop", "stopped")])
def test_a_shutdown_from_inside_does_what_the_launch_says(
    sandbox: Sandbox, key: Key, behaviour: str, state: str
) -> None:
    name, address = launch(sandbox, key, InstanceInitiatedShutdownBehavior=behaviour)
    key.ssh(address, "sudo shutdown -h now")
    until(lambda: sandbox.state_of(name) == state, f"the instance is {state}")


def test_a_timer_runs_every_minute_and_after_the_next_boot_at_once(sandbox: Sandbox, ec2: Any, key: Key) -> None:
    name, ran = with_timer(sandbox, key, InstanceInitiatedShutdownBehavior="terminate")
    until(lambda: len(ran.read_text().split()) > 1, "the timer has run again")
    launched, _ = (root_of(sandbox, name) / "var/lib/sandbox/clock").read_text().split()
    assert int(ran.read_text().split()[1]) >= float(launched) + 60
    ec2.stop_instances(InstanceIds=[name])
    sandbox.wait(name, "stopped")
    (root_of(sandbox, name) / "opt/over").touch()
    ec2.start_instances(InstanceIds=[name])
    until(lambda: sandbox.state_of(name) == "terminated", "the instance has ended itself")


def test_the_instance_s_clock_runs_with_the_sandbox(sandbox: Sandbox, key: Key) -> None:
    _, address = launch(sandbox, key)

    def told() -> tuple[int, float, float]:
        """What `date` says, and when it was asked and had answered."""
        asked = time.time()
        return int(key.ssh(address, "date +%s").stdout), asked, time.time()

    first, asked, answered = told()
    until(lambda: time.time() - answered >= 30 * float(SECOND), "half a minute is over there")
    second, asked_again, answered_again = told()
    least, most = ((asked_again - answered) / float(SECOND), (answered_again - asked) / float(SECOND))
    assert least - 1 <= second - first <= most + 1


def test_a_host_has_nothing_that_it_was_not_given(sandbox: Sandbox, key: Key) -> None:
    _, address = launch(sandbox, key)
    for absent in ("systemctl start docker.service", "usermod -aG docker ec2-user", "rpm -q docker", "nitro-cli -h"):
        assert key.ssh(address, absent).returncode != 0, absent
    done = key.ssh(address, "test -e /dev/nitro_enclaves; echo $?; cat /proc/meminfo; id -nG ec2-user")
    assert done.stdout.startswith("1\nMemTotal:        7843124 kB\n") and done.stdout.endswith("\nec2-user wheel\n")


def test_packages_bring_what_they_hold_and_the_allocator_reserves(sandbox: Sandbox, key: Key) -> None:
    _, address = launch(sandbox, key, EnclaveOptions={"Enabled": True})
    install = "dnf install -y aws-nitro-enclaves-cli aws-nitro-enclaves-cli-devel"
    start = "systemctl enable --now nitro-enclaves-allocator.service"
    use = f"usermod -aG ne ec2-user && {start} && nitro-cli describe-enclaves"
    done = key.ssh(
        address, f"({install} && {use}) >/dev/null && grep Hugetlb /proc/meminfo; id -nG ec2-user; rpm -q docker"
    )
    assert "524288 kB\nec2-user wheel ne\ndocker-" in done.stdout, done.stdout + done.stderr
    yaml = "/etc/nitro_enclaves/allocator.yaml"
    # Half a core, and the core of CPU 0 with all others.
    cores = [f"---\nmemory_mib: 64\ncpu_count: {count}\n" for count in (1, 4)]
    texts = ["memory_mib: 64\ncpu_count: 2\n", "---\nmemory_mib: 64\n\ncpu_count: 2\n", "---\nmemory_mib: 64\n"]
    for broken in [*texts, *cores]:
        restart = "systemctl restart nitro-enclaves-allocator.service"
        done = key.ssh(
            address, f"printf -- '{broken}' >{yaml}; {restart}; systemctl is-active nitro-enclaves-allocator.service"
        )
        assert done.stdout == "failed\n", broken


def test_a_package_can_be_missing(sandbox: Sandbox, key: Key) -> None:
    sandbox.set(no_package="docker")
    _, address = launch(sandbox, key)
    done = key.ssh(address, "dnf install -y docker; echo $?; rpm -q docker")
    assert "Unable to find a match: docker" in done.stderr and done.stdout.endswith(
        "1\npackage docker is not installed\n"
    )
