"""The resources of EC2 that the parameters of a request name by their ids.

Every call names them alike, so a call that nobody has listed is asked about rightly too.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE

_PREFIXES = {**EC2_PREFIX_TO_RESOURCE, "eipalloc": "elastic-ip"}
# Rules that a request holds name other groups, which IAM is not asked about; nor about rules that it takes away.
_NOT_ASKED = ("IpPermissions", "SecurityGroupRuleIds")


def named(parameters: Any) -> list[tuple[str, str]]:
    """Returns kind and id of each."""
    found = [_kind_and_id(text) for text in _texts(parameters)]
    return [each for each in found if each is not None]


def _kind_and_id(text: str) -> tuple[str, str] | None:
    """Reads an id such as `i-0123456789abcdef0`."""
    prefix, _, digits = text.rpartition("-")
    is_id = len(digits) >= 8 and all(digit in "0123456789abcdef" for digit in digits)
    return (_PREFIXES[prefix], text) if is_id and prefix in _PREFIXES else None


def _texts(parameters: Any) -> list[str]:
    """The values of parameters that name something: those whose name ends in `Id` or `Ids`, and `Resources`."""
    found: list[str] = []
    for name, value in parameters.items():
        if name in _NOT_ASKED:
            continue
        if isinstance(value, dict):
            found += _texts(value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found += [text for each in value for text in _texts(each)]
        elif name.endswith(("Id", "Ids")) or name == "Resources":
            found += [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
    return found
