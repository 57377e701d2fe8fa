"""A security group cannot be deleted while a network interface uses it or a rule of another group names it.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
"""

from __future__ import annotations

import itertools
from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models.security_groups import SecurityGroupBackend

from .around import around


def _delete(original: Any, backend: Any, name: str | None = None, group_id: str | None = None) -> None:
    group = backend.get_security_group_from_id(group_id) if group_id else backend.get_security_group_by_name_or_id(name)
    if group is not None:
        _check_unused(backend, group)
    original(backend, name, group_id)


def _check_unused(backend: Any, group: Any) -> None:
    for interface in backend.enis.values():
        if group in interface.group_set:
            raise DependencyViolationError(f"resource {group.id} has a dependent object")
    groups = itertools.chain.from_iterable(each.values() for each in backend.groups.values())
    for other in groups:
        rules = itertools.chain(other.ingress_rules, other.egress_rules)
        if other is not group and any(rule.source_group.get("GroupId") == group.id for rule in rules):
            raise DependencyViolationError(f"resource {group.id} has a dependent object")


def install() -> None:
    """Makes a group in use stay."""
    around(SecurityGroupBackend, "delete_security_group", _delete)
