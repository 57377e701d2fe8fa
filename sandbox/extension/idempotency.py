"""`ClientToken`: the same launch asked for twice is one launch.

Its scope is the zone when the request names one, else the region.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Run_Instance_Idempotency.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses.instances import InstanceResponse

from .around import around
from .launches import asked_zone


@dataclass(frozen=True)
class _Launch:
    parameters: str
    reservation: Any


def _run_instances(original: Any, response: Any) -> ActionResult:
    token = response._get_param("ClientToken")
    if not token or response._get_param("DryRun", False):
        return original(response)
    if len(token) > 64 or not token.isascii():
        raise EC2ClientError("InvalidParameterValue", "The client token must be at most 64 ASCII characters")
    # Kept in moto's backend, so that a reset forgets it.
    launches: dict[tuple[str, str], _Launch] = vars(response.ec2_backend).setdefault("launches_by_token", {})
    key = (token, asked_zone(response) or "")
    parameters = _parameters(response)
    if key in launches:
        return _again(launches[key], parameters)
    result = original(response)
    launches[key] = _Launch(parameters, result.result)
    return result


def _parameters(response: Any) -> str:
    return repr(
        sorted((name, value) for name, value in response.params.items() if name not in ("ClientToken", "DryRun"))
    )


def _again(launch: _Launch, parameters: str) -> ActionResult:
    if launch.parameters != parameters:
        raise EC2ClientError(
            "IdempotentParameterMismatch",
            "The request uses the same client token as a previous, but non-identical request.",
        )
    if any(instance.state in ("shutting-down", "terminated") for instance in launch.reservation.instances):
        raise EC2ClientError(
            "IdempotentInstanceTerminated",
            "The request uses the same client token as a previous request, whose instance has been terminated.",
        )
    return ActionResult(launch.reservation)


def install() -> None:
    """Makes launches idempotent; to be laid around every other part of a launch."""
    around(InstanceResponse, "run_instances", _run_instances)
