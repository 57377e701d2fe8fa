"""`EnclaveOptions`: kept, returned, changed on a stopped instance, refused where the type has no support.

Which code AWS uses for a type without support is not documented; the tool must ask for the type's support
beforehand and must not depend on it.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnclaveOptionsRequest.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance
from moto.ec2.responses.instances import InstanceResponse

from .around import around
from .catalogue import describe_type


def _run_instances(original: Any, response: Any) -> ActionResult:
    enabled = bool(response._get_param("EnclaveOptions.Enabled", False))
    if enabled:
        _check_support(response._get_param("InstanceType", "m1.small"))
        if response._get_param("HibernationOptions.Configured", False):
            raise EC2ClientError(
                "UnsupportedHibernationConfiguration",
                "Hibernation and Nitro Enclaves cannot be enabled on the same instance.",
            )
    result = original(response)
    for instance in result.result.instances:
        instance.enclave_options = {"Enabled": enabled}
    return result


def _check_support(type_name: str) -> None:
    description = describe_type(type_name) or {}
    if description.get("NitroEnclavesSupport") != "supported":
        raise EC2ClientError(
            "UnsupportedOperation", f"The instance type {type_name} does not support AWS Nitro Enclaves."
        )


def _modify(original: Any, response: Any) -> Any:
    wanted = response._get_param("EnclaveOptions.Enabled")
    if wanted is None:
        return original(response)
    response.error_on_dryrun()
    instance = response.ec2_backend.get_instance(response._get_param("InstanceId"))
    if instance.state != "stopped":
        raise EC2ClientError(
            "IncorrectInstanceState",
            f"The instance '{instance.id}' is not in the 'stopped' state.",
        )
    if wanted:
        _check_support(instance.instance_type)
    instance.enclave_options = {"Enabled": bool(wanted)}
    return EmptyResult()


def _describe(original: Any, response: Any) -> ActionResult:
    if response._get_param("Attribute") != "enclaveOptions":
        return original(response)
    instance = response.ec2_backend.get_instance(response._get_param("InstanceId"))
    return ActionResult({"InstanceId": instance.id, "EnclaveOptions": instance.enclave_options})


def install() -> None:
    """Makes instances keep their enclave options."""
    Instance.enclave_options = {"Enabled": False}
    around(InstanceResponse, "run_instances", _run_instances)
    around(InstanceResponse, "modify_instance_attribute", _modify)
    around(InstanceResponse, "describe_instance_attribute", _describe)
