"""Security groups: one in use cannot be deleted, and a call adds all of its rules or none.

A group is in use while a network interface has it or a rule of another group names it. moto deletes it all the same,
keeps the first rules of a call whose last is refused, and answers with the rules of the last permission alone.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
"""

from __future__ import annotations

import itertools
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.responses.security_groups import SecurityGroups

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


def _authorize(original: Any, response: Any, direction: str) -> ActionResult:
    name = response._get_param("GroupId") or response._get_param("GroupName")
    group = response.ec2_backend.get_security_group_by_name_or_id(name) if name else None
    if group is None:
        return original(response)
    rules = getattr(group, direction)
    before = list(rules)
    try:
        answer = original(response)
    except Exception:
        rules[:] = before
        raise
    known = {rule.id for rule in before}
    answer.result["SecurityGroupRules"] = [rule for rule in rules if rule.id not in known]
    return answer


def _authorize_ingress(original: Any, response: Any) -> ActionResult:
    return _authorize(original, response, "ingress_rules")


def _authorize_egress(original: Any, response: Any) -> ActionResult:
    return _authorize(original, response, "egress_rules")


def install() -> None:
    """Makes a group in use stay, and its rules come together."""
    around(SecurityGroups, "authorize_security_group_ingress", _authorize_ingress)
    around(SecurityGroups, "authorize_security_group_egress", _authorize_egress)
    around(SecurityGroupBackend, "delete_security_group", _delete)
