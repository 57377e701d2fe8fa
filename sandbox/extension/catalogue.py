"""The catalogue of instance types: answered by pages, as AWS does, and worked out once.

moto answers 1,395 types in one document that takes seconds to write. The catalogue is the same in every test, so
each page is kept for the life of the server.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES, InstanceType
from moto.ec2.responses import EC2Response
from moto.ec2.responses.instances import InstanceResponse

from .around import around

PAGE = {
    "describe_instance_types": ("InstanceTypes", 100),
    "describe_instance_type_offerings": ("InstanceTypeOfferings", 1000),
}

_answers: dict[tuple[Any, ...], Any] = {}


def describe_type(name: str) -> dict[str, Any] | None:
    """Returns what AWS says of an instance type, or None where there is no such type."""
    return INSTANCE_TYPES.get(name)


def is_offered(name: str, region: str, zone: str) -> bool:
    """Tells whether a zone offers an instance type."""
    return (name, zone) in _offers(region)


def _offers(region: str) -> set[tuple[str, str]]:
    key = ("offers", region)
    if key not in _answers:
        found = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(region, [])
        _answers[key] = {(offer["InstanceType"], offer["Location"]) for offer in found}
    return _answers[key]


def _one_page(original: Any, response: Any, action: str) -> ActionResult:
    list_name, largest = PAGE[action]
    everything = original(response).result[list_name]
    if response._get_param("InstanceTypes"):
        return ActionResult({list_name: everything})
    size = min(int(response._get_param("MaxResults") or largest), largest)
    start = _start(response._get_param("NextToken"))
    following = str(start + size) if start + size < len(everything) else None
    return ActionResult({list_name: everything[start : start + size], "NextToken": following})


def _start(token: str | None) -> int:
    try:
        return int(token or 0)
    except ValueError:
        raise EC2ClientError("InvalidParameterValue", f"Value ({token}) for parameter NextToken is invalid.") from None


def _remember(original: Any, response: Any) -> Any:
    """Answers the second request of the same words from memory."""
    parameters = {name: value for name, value in response.querystring.items() if name != "Version"}
    if parameters.get("Action", [""])[0] not in ("DescribeInstanceTypes", "DescribeInstanceTypeOfferings"):
        return original(response)
    key = (response.region, repr(sorted(parameters.items())))
    if key not in _answers:
        status, headers, body = original(response)
        if status != 200:
            return status, headers, body
        _answers[key] = (status, dict(headers), body)
    status, headers, body = _answers[key]
    return status, dict(headers), body


def install() -> None:
    """Pages the catalogue, keeps its pages and lets it be filtered by enclave support."""
    for action in PAGE:
        around(
            InstanceResponse, action, lambda original, response, action=action: _one_page(original, response, action)
        )
    around(EC2Response, "call_action", _remember)
    InstanceType._filter_attributes["nitro-enclaves-support"] = ["NitroEnclavesSupport"]
