"""Eventual consistency, on request: for some seconds the calls that read do not see a new resource.

Listings leave it out, and a call that names it says NotFound. Launching sees everything, so that what lags can be
chosen resource by resource. Without a `lag` in the settings nothing here does anything; what was made under one is
seen as soon as a shorter one says so, so that a test can end the lag instead of waiting for it.
https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.models.key_pairs import KeyPairBackend
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.responses import EC2Response
from moto.ec2.responses.instances import InstanceResponse

from .around import around
from .world import world

INSTANCE_CALLS = (
    "describe_instances",
    "describe_instance_status",
    "describe_instance_attribute",
    "get_console_output",
    "start_instances",
    "stop_instances",
    "terminate_instances",
    "modify_instance_attribute",
)
GROUP_CALLS = (
    "describe_security_groups",
    "authorize_security_group_ingress",
    "authorize_security_group_egress",
    "revoke_security_group_ingress",
    "revoke_security_group_egress",
    "delete_security_group",
)


def _hide(resource: Any) -> None:
    if world.settings.lag and not hasattr(resource, "hidden_since"):
        resource.hidden_since = world.clock.now()
        world.clock.after(world.settings.lag, lambda: _show(resource))


def _show(resource: Any) -> None:
    resource.hidden_since = None


def _is_hidden(resource: Any) -> bool:
    since = getattr(resource, "hidden_since", None)
    return since is not None and world.clock.now() < since + world.settings.lag


def _run_instances(original: Any, response: Any) -> ActionResult:
    result = original(response)
    for instance in result.result.instances:
        _hide(instance)
    return result


def _create(original: Any, *args: Any, **kwargs: Any) -> Any:
    resource = original(*args, **kwargs)
    _hide(resource)
    return resource


def _named(response: Any, one: str, many: str) -> list[str]:
    names = list(response._get_param(many) or [])
    single = response._get_param(one)
    return [*names, single] if single else names


def _check_instances(original: Any, response: Any) -> Any:
    for name in _named(response, "InstanceId", "InstanceIds"):
        instance = response.ec2_backend.get_instance_by_id(name)
        if instance is not None and _is_hidden(instance):
            raise EC2ClientError("InvalidInstanceID.NotFound", f"The instance ID '{name}' does not exist")
    return original(response)


def _check_groups(original: Any, response: Any) -> Any:
    backend = response.ec2_backend
    for name in [*_named(response, "GroupId", "GroupIds"), *_named(response, "GroupName", "GroupNames")]:
        group = backend.get_security_group_by_name_or_id(name)
        if group is not None and _is_hidden(group):
            raise EC2ClientError("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
    return original(response)


def _check_keys(original: Any, response: Any) -> Any:
    for name in response._get_param("KeyNames") or []:
        key_pair = response.ec2_backend.key_pairs.get(name)
        if key_pair is not None and _is_hidden(key_pair):
            raise EC2ClientError("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")
    return original(response)


def _seen(original: Any, *args: Any, **kwargs: Any) -> list[Any]:
    return [resource for resource in original(*args, **kwargs) if not _is_hidden(resource)]


def _seen_reservations(original: Any, *args: Any, **kwargs: Any) -> list[Any]:
    reservations = original(*args, **kwargs)
    for reservation in reservations:
        reservation.instances = [each for each in reservation.instances if not _is_hidden(each)]
    return [reservation for reservation in reservations if reservation.instances]


def install() -> None:
    """Lets new instances, key pairs and groups be seen late."""
    around(InstanceResponse, "run_instances", _run_instances)
    around(KeyPairBackend, "import_key_pair", _create)
    around(KeyPairBackend, "create_key_pair", _create)
    around(SecurityGroupBackend, "create_security_group", _create)
    around(InstanceBackend, "describe_instances", _seen_reservations)
    around(InstanceBackend, "describe_instance_status", _seen)
    around(KeyPairBackend, "describe_key_pairs", _seen)
    around(SecurityGroupBackend, "describe_security_groups", _seen)
    around(EC2Response, "describe_key_pairs", _check_keys)
    for name in INSTANCE_CALLS:
        around(EC2Response, name, _check_instances)
    for name in GROUP_CALLS:
        around(EC2Response, name, _check_groups)
