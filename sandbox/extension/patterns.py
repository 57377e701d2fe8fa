"""Filter values are patterns, as EC2 reads them: `*` and `?` are wildcards, `\\` takes the next character as it is.

moto has four readings (exact, two kinds of glob, one of its own) by resource and filter. Here is one for all.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html#Filtering_Resources_CLI
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from moto.core import utils as core_utils
from moto.ec2 import utils
from moto.ec2.models import instance_types
from moto.ec2.models.core import TaggedEC2Resource

from .around import around, replace_function


@functools.lru_cache(maxsize=4096)
def expression(pattern: str) -> re.Pattern[str]:
    """Returns the regular expression of a filter value; it is anchored by the caller's `fullmatch`."""
    parts = []
    characters = iter(pattern)
    for character in characters:
        if character == "*":
            parts.append(".*")
        elif character == "?":
            parts.append(".")
        elif character == "\\":
            parts.append(re.escape(next(characters, "\\")))
        else:
            parts.append(re.escape(character))
    return re.compile("".join(parts), re.DOTALL)


def matches(pattern: str, value: Any) -> bool:
    """Tells whether a value of a resource matches one filter value."""
    return expression(str(pattern)).fullmatch(_text(value)) is not None


def matches_any(patterns: Any, values: Any) -> bool:
    """Tells whether any value of a resource matches any of the filter values."""
    if values is None or patterns is None:
        return False
    wanted = [patterns] if isinstance(patterns, str) else patterns
    found: Iterable[Any] = values if isinstance(values, Iterable) and not isinstance(values, str) else [values]
    return any(matches(pattern, value) for value in found for pattern in wanted)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return utils.format_timestamp(value)
    return str(value)


def _tag_filter_matches(resource: Any, name: str, patterns: list[str]) -> bool:
    tags = {tag["key"]: tag["value"] for tag in resource.get_tags()}
    if name == "tag-key":
        return matches_any(patterns, tags.keys())
    if name == "tag-value":
        return matches_any(patterns, tags.values())
    return matches_any(patterns, tags.get(name.removeprefix("tag:")))


def _is_filter_matching(resource: Any, name: str, patterns: Any) -> bool:
    return matches_any(patterns, resource.get_filter_value(name))


def _get_tags(_original: Any, resource: Any) -> list[dict[str, str]]:
    """Looks the resource up; moto searches the tags of every resource with regular expressions."""
    kind = utils.EC2_PREFIX_TO_RESOURCE.get(utils.get_prefix(resource.id), "")
    return [
        {"resource_id": resource.id, "key": key, "value": value, "resource_type": kind}
        for key, value in resource.ec2_backend.tags.get(resource.id, {}).items()
    ]


def _offering_matches(_original: Any, _backend: Any, offering: dict[str, Any], filters: Any, _kind: str) -> bool:
    names = {"location": "Location", "instance-type": "InstanceType"}
    return all(matches_any(values, offering[names[name]]) for name, values in filters.items())


def install() -> None:
    """Replaces moto's readings of filter values."""
    replace_function(utils.simple_aws_filter_to_re, lambda pattern: rf"(?s:{expression(pattern).pattern})\Z")
    replace_function(utils.tag_filter_matches, _tag_filter_matches)
    replace_function(utils.instance_value_in_filter_values, lambda value, wanted: matches_any(wanted, value))
    replace_function(utils.is_filter_matching, _is_filter_matching)
    replace_function(core_utils.aws_api_matches, matches)
    around(TaggedEC2Resource, "get_tags", _get_tags)
    around(instance_types.InstanceTypeOfferingBackend, "matches_filters", _offering_matches)
    utils.filter_dict_attribute_mapping["client-token"] = "client_token"
