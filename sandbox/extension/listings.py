"""Short pages, on request: AWS may answer with less than `MaxResults`, and a token for the rest.

So a test that reads every page needs a handful of launches instead of a thousand.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.responses.instances import InstanceResponse

from .around import around
from .world import world


def _describe_instances(original: Any, response: Any) -> Any:
    if "MaxResults" in response.params:
        response.params["MaxResults"] = min(int(response.params["MaxResults"]), world.settings.launches_on_a_page)
    return original(response)


def install() -> None:
    """Lets pages of launches be short."""
    around(InstanceResponse, "describe_instances", _describe_instances)
