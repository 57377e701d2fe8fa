"""Instance states that take time: pending, stopping and shutting-down pass by the clock, looked at or not.

moto's instances change their state at once. Here the original method runs when the change is complete, so that
interfaces and volumes are there as long as the instance holds them.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance, InstanceState, StateReason
from moto.ec2.responses.instances import InstanceResponse

from . import boot
from .around import around
from .world import world

BY_USER = ("Client.UserInitiatedShutdown: User initiated shutdown", "Client.UserInitiatedShutdown")
PENDING, RUNNING, SHUTTING_DOWN, TERMINATED, STOPPING, STOPPED = 0, 16, 32, 48, 64, 80
NAMES = {
    PENDING: "pending",
    RUNNING: "running",
    SHUTTING_DOWN: "shutting-down",
    TERMINATED: "terminated",
    STOPPING: "stopping",
    STOPPED: "stopped",
}


def _enter(instance: Any, code: int) -> None:
    # moto hands the state object out as the answer's state: a new one for every state.
    instance._state = InstanceState(NAMES[code], code)
    instance.state_changes = getattr(instance, "state_changes", 0) + 1


def _later(instance: Any, seconds: float, action: Callable[[], None]) -> None:
    """Runs `action` after a while, unless the instance has changed its state in between."""
    expected = instance.state_changes

    def act() -> None:
        if instance.state_changes == expected:
            action()

    world.clock.after(seconds, act)


def _refuse(instance: Any) -> None:
    raise EC2ClientError(
        "IncorrectInstanceState",
        f"The instance '{instance.id}' is not in a state from which it can be changed: it is {instance.state}.",
    )


def _run_instances(original: Any, response: Any) -> ActionResult:
    result = original(response)
    for instance in result.result.instances:
        _pend(instance)
    return result


def _pend(instance: Any) -> None:
    _enter(instance, PENDING)
    _later(instance, world.settings.pending, lambda: _run(instance))


def _fail(instance: Any, reason: str) -> None:
    """Ends a new instance, as EC2 does where it finds only after the answer that it cannot run it.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html
    """
    instance.ending_reason = (reason, reason.split(":", 1)[0])
    instance.terminate()


def _run(instance: Any) -> None:
    if world.settings.launch_failure:
        _fail(instance, world.settings.launch_failure)
        return
    _enter(instance, RUNNING)
    world.hosts.create(instance)
    _later(instance, world.settings.boot, lambda: _answer_ssh(instance))
    instance.running_since = world.clock.now()


def _answer_ssh(instance: Any) -> None:
    world.hosts.open(instance)
    boot.begin(instance)


def _start(original: Any, instance: Any) -> InstanceState:
    previous = copy.copy(instance._state)
    if previous.code in (PENDING, RUNNING):
        return previous
    if previous.code != STOPPED:
        _refuse(instance)
    original(instance)
    instance.launch_time = utcnow()
    instance.starts = getattr(instance, "starts", 0) + 1
    _pend(instance)
    return previous


def _stop(original: Any, instance: Any) -> InstanceState:
    previous = copy.copy(instance._state)
    if previous.code in (STOPPING, STOPPED):
        return previous
    if previous.code != RUNNING:
        _refuse(instance)
    world.hosts.close(instance.id)
    _enter(instance, STOPPING)

    def stop() -> None:
        original(instance)
        _enter(instance, STOPPED)

    _later(instance, world.settings.stopping, stop)
    return previous


def _terminate(original: Any, instance: Any) -> InstanceState:
    previous = copy.copy(instance._state)
    if previous.code in (SHUTTING_DOWN, TERMINATED):
        return previous
    world.hosts.close(instance.id)
    _enter(instance, SHUTTING_DOWN)
    # moto says why only when it is over, and always the same.
    instance.state_reason = StateReason(*getattr(instance, "ending_reason", BY_USER))
    _later(instance, world.settings.shutting_down, lambda: _end(original, instance))
    return previous


def _end(original: Any, instance: Any) -> None:
    """Ends the instance: volumes and address go at once, interfaces and their groups a little later."""
    going = [interface for interface in instance.nics.values() if interface.delete_on_termination]
    for interface in going:
        interface.delete_on_termination = False
    original(instance)
    instance.state_reason = StateReason(*getattr(instance, "ending_reason", BY_USER))
    _enter(instance, TERMINATED)
    world.hosts.remove(instance.id)

    def release() -> None:
        for interface in going:
            interface.delete()

    _later(instance, world.settings.interface_release, release)


def _reboot(_original: Any, instance: Any) -> None:
    if instance.state_code not in (PENDING, RUNNING):
        _refuse(instance)


def _answer(original: Any, response: Any, list_name: str) -> ActionResult:
    """Tells the state that each instance is in now; moto always tells of a change."""
    result = original(response)
    for change in result.result[list_name]:
        instance = response.ec2_backend.get_instance(change["InstanceId"])
        change["CurrentState"] = {"Code": instance.state_code, "Name": instance.state}
    return result


def _interfaces(instance: Any) -> list[Any]:
    return [] if instance.state_code == TERMINATED else list(instance.nics.values())


def install() -> None:
    """Makes states take their time."""
    around(InstanceResponse, "run_instances", _run_instances)
    for name, advice in (("start", _start), ("stop", _stop), ("terminate", _terminate), ("reboot", _reboot)):
        around(Instance, name, advice)
    for verb, list_name in (("start", "Starting"), ("stop", "Stopping"), ("terminate", "Terminating")):
        around(
            InstanceResponse,
            f"{verb}_instances",
            lambda original, response, name=f"{list_name}Instances": _answer(original, response, name),
        )
    Instance.network_interfaces = property(_interfaces)
