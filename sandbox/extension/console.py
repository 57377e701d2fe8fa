"""The console output of an instance: boot lines and, at the end of the first boot, its SSH host keys.

The keys are printed by cloud-init's `keys_to_console`, which runs once an instance, after its user data; a later boot
does not repeat them. What user data itself prints to `/dev/console` comes before. A serial console ends its lines with
a carriage return and a line feed.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html
https://docs.cloud-init.io/en/latest/reference/modules.html#keys-to-console
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.types import Base64EncodedString
from moto.core.utils import utcnow
from moto.ec2.responses.general import General

from .around import around
from .host_keys import HostKeys
from .world import world

BOOT = """\
[    0.000000] Linux version 6.18.3-7.amzn2023.{machine} (mockbuild@ip-10-0-61-2) #1 SMP PREEMPT_DYNAMIC
[    0.000000] Command line: BOOT_IMAGE=(hd0,gpt1)/boot/vmlinuz-6.18.3-7.amzn2023.{machine} root=/dev/nvme0n1p1 ro
[    1.204411] systemd[1]: Detected virtualization amazon.
[    1.209933] systemd[1]: Running in initrd.
[    3.871520] EXT4-fs (nvme0n1p1): mounted filesystem with ordered data mode
[  OK  ] Started sshd.service - OpenSSH server daemon.
[    6.118842] cloud-init[1617]: Cloud-init v. 22.2.2 running 'init' at {time}. Up 6.09 seconds.
"""
KEYS = """\
<14>{time} cloud-init: #############################################################
<14>{time} cloud-init: -----BEGIN SSH HOST KEY FINGERPRINTS-----
{fingerprints}<14>{time} cloud-init: -----END SSH HOST KEY FINGERPRINTS-----
<14>{time} cloud-init: #############################################################
-----BEGIN SSH HOST KEY KEYS-----
{keys}-----END SSH HOST KEY KEYS-----
[    9.551802] cloud-init[1902]: Cloud-init v. 22.2.2 finished at {time}. Datasource DataSourceEc2.  Up 9.54 seconds
"""


def _get_console_output(_original: Any, response: Any) -> ActionResult:
    instance = response.ec2_backend.get_instance(response._get_param("InstanceId"))
    answer: dict[str, Any] = {"InstanceId": instance.id, "Timestamp": utcnow()}
    text = _text(instance)
    if text:
        answer["Output"] = Base64EncodedString.from_raw_string(text.replace("\n", "\r\n"))
    return ActionResult(answer)


def _text(instance: Any) -> str:
    since = getattr(instance, "running_since", None)
    if since is None:
        return ""
    time = instance.launch_time.strftime("%b %d %H:%M:%S")
    text = BOOT.format(machine=instance.architecture.replace("arm64", "aarch64"), time=time)
    keys = _keys_to_show(instance)
    if keys is None or world.clock.now() < since + world.settings.console_delay:
        return text
    if world.settings.console == "normal":
        text += world.hosts.root(instance.id).console().read_text()
    if not getattr(instance, "has_booted", True):
        return text
    host = instance.private_dns_name.split(".")[0]
    prints = "".join(f"<14>{time} cloud-init: {line}\n" for line in keys.fingerprints(f"root@{host}"))
    return text + KEYS.format(time=time, fingerprints=prints, keys=keys.public_lines(f"root@{host}"))


def _keys_to_show(instance: Any) -> HostKeys | None:
    if world.settings.console == "none" or getattr(instance, "starts", 0) > 0:
        return None
    if world.settings.console == "other":
        return HostKeys()
    return world.hosts.keys(instance.id)


def install() -> None:
    """Makes the console show a boot."""
    around(General, "get_console_output", _get_console_output)
