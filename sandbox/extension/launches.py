"""What RunInstances refuses, and where an instance goes that names no zone.

moto launches whatever it is asked for. The order of the checks is not documented; each error is.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
"""

from __future__ import annotations

import base64
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response
from moto.ec2.responses.instances import InstanceResponse

from .around import around
from .catalogue import describe_type, is_offered
from .world import world

USER_DATA_LIMIT = 16 * 1024
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html#api-error-codes-table-server
SERVER_ERRORS = {
    "InsufficientAddressCapacity": 503,
    "InsufficientCapacity": 503,
    "InsufficientInstanceCapacity": 500,
    "InternalError": 500,
    "RequestLimitExceeded": 503,
    "ServiceUnavailable": 503,
    "Unavailable": 503,
}


def _run_instances(original: Any, response: Any) -> ActionResult:
    _check_type_and_image(response)
    _check_key_and_groups(response)
    _check_user_data(response)
    zone = asked_zone(response)
    if zone is None:
        zone = _any_zone(response)
        response.params.setdefault("Placement", {})["AvailabilityZone"] = zone
    _check_zone(response, zone)
    result = original(response)
    for instance in result.result.instances:
        _finish(response, instance)
    return result


def asked_zone(response: Any) -> str | None:
    """Returns the zone that a launch names, itself or by its subnet."""
    subnets = [each.get("SubnetId") for each in response._get_param("NetworkInterfaces", [])]
    subnet = response._get_param("SubnetId") or next((each for each in subnets if each), None)
    if subnet:
        return response.ec2_backend.get_subnet(subnet).availability_zone
    return response._get_param("Placement.AvailabilityZone")


def _check_type_and_image(response: Any) -> None:
    image_id, type_name = response._get_param("ImageId"), response._get_param("InstanceType", "m1.small")
    if not image_id:
        raise EC2ClientError("MissingParameter", "The request must contain the parameter ImageId")
    description = describe_type(type_name)
    if description is None:
        raise EC2ClientError("InvalidParameterValue", f"Invalid value '{type_name}' for InstanceType.")
    images = response.ec2_backend.describe_images(ami_ids=[image_id])
    architectures = description.get("ProcessorInfo", {}).get("SupportedArchitectures", [])
    if images and images[0].architecture not in architectures:
        raise EC2ClientError(
            "InvalidParameterValue",
            f"The architecture '{','.join(architectures)}' of the specified instance type does not match the "
            f"architecture '{images[0].architecture}' of the specified AMI. Specify an instance type and an AMI that "
            "have matching architectures, and try again.",
        )


def _check_key_and_groups(response: Any) -> None:
    backend, key_name = response.ec2_backend, response._get_param("KeyName")
    if key_name is not None and key_name not in backend.key_pairs:
        raise EC2ClientError("InvalidKeyPair.NotFound", f"The key pair '{key_name}' does not exist")
    groups = list(response._get_param("SecurityGroupIds", []))
    for interface in response._get_param("NetworkInterfaces", []):
        groups.extend(interface.get("Groups") or [])
    for group in groups:
        # moto would make the group.
        if backend.get_security_group_from_id(group) is None:
            raise EC2ClientError("InvalidGroup.NotFound", f"The security group '{group}' does not exist")


def _check_user_data(response: Any) -> None:
    encoded = response._get_param("UserData")
    if encoded and len(base64.b64decode(encoded)) > USER_DATA_LIMIT:
        raise EC2ClientError("InvalidParameterValue", "User data is limited to 16384 bytes")


def _any_zone(response: Any) -> str:
    backend = response.ec2_backend
    if backend.get_default_vpc() is None:
        raise EC2ClientError("VPCIdNotSpecified", "No default VPC for this user")
    type_name = response._get_param("InstanceType", "m1.small")
    zones = sorted(backend.get_default_subnets())
    offering = [zone for zone in zones if is_offered(type_name, backend.region_name, zone)]
    with_capacity = [zone for zone in offering if zone not in world.settings.capacity]
    return (with_capacity or offering or zones)[0]


def _check_zone(response: Any, zone: str) -> None:
    type_name = response._get_param("InstanceType", "m1.small")
    if not is_offered(type_name, response.region, zone):
        raise EC2ClientError(
            "Unsupported",
            f"Your requested instance type ({type_name}) is not supported in the requested Availability Zone ({zone}).",
        )
    code = world.settings.capacity.get(zone)
    if code:
        raise EC2ClientError(code, f"We currently do not have the capacity for {type_name} in {zone} ({code}).")


def _finish(response: Any, instance: Any) -> None:
    """Keeps what the request says and moto drops."""
    instance.client_token = response._get_param("ClientToken")
    key_pair = response.ec2_backend.key_pairs.get(instance.key_name)
    # Taken now: a pair deleted before the first boot still lets its owner in.
    instance.launch_public_key = key_pair.public_key.strip() if key_pair else None
    asked = {int(each.get("DeviceIndex", 0)): each for each in response._get_param("NetworkInterfaces", [])}
    tags = response._parse_tag_specification().get("network-interface", {})
    for index, interface in instance.nics.items():
        wish = asked.get(index, {})
        if "NetworkInterfaceId" in wish:
            continue
        interface.add_tags(tags)
        interface.delete_on_termination = wish.get("DeleteOnTermination", True)


def _with_status(original: Any, response: Any, action_result: ActionResult) -> Any:
    """Gives the errors that AWS counts as its own the status that SDKs retry."""
    status, headers, body = original(response, action_result)
    return SERVER_ERRORS.get(getattr(action_result.result, "code", ""), status), headers, body


def install() -> None:
    """Makes launches refuse what EC2 refuses."""
    around(InstanceResponse, "run_instances", _run_instances)
    around(EC2Response, "serialized", _with_status)
