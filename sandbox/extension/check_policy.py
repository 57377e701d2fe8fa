"""Whether a policy names only what IAM knows: `sandbox/check-policy < policy.json`.

parliament has IAM's list of actions, resource types and condition keys. It judges each statement alone and misses
there the other resources of a call that needs several, so resources are looked at here: each must be of a type that
one of the statement's actions knows, and each action must find a resource. It takes every condition on tags as known to
every action, so these are looked at too.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import parliament

# Our statements share the resources of one action among them.
_JUDGED_HERE = "RESOURCE_MISMATCH"
_TAG_KEYS = ("aws:RequestTag", "aws:ResourceTag", "aws:TagKeys")


def mistakes(text: str) -> list[str]:
    """Returns what the policy names that there is not."""
    found = [finding for finding in parliament.analyze_policy_string(text).findings if finding.issue != _JUDGED_HERE]
    said = [f"{finding.issue}: {finding.detail}" for finding in found]
    for statement in json.loads(text)["Statement"]:
        said += _misplaced(statement["Action"], statement["Resource"])
        keys = [key for keys in statement.get("Condition", {}).values() for key in keys]
        said += [f"{action} knows no {key}" for action in statement["Action"] for key in _unknown_tags(action, keys)]
    return said


def _misplaced(actions: list[str], resources: list[str]) -> list[str]:
    formats = {action: _formats(action) for action in actions}
    known = {form for forms in formats.values() for form in forms}
    lost = [each for each in resources if not any(_fits(form, each) for form in known)]
    idle = [each for each in actions if not any(_fits(form, one) for form in formats[each] for one in resources)]
    return [f"no action knows the resource {each}" for each in lost] + [f"no resource is for {each}" for each in idle]


def _unknown_tags(action: str, keys: list[str]) -> list[str]:
    """The conditions on tags that none of the action's resource types knows."""
    _, privileges = _looked_up(action)
    known = {
        key.partition("/")[0] for one in privileges for each in one["resource_types"] for key in each["condition_keys"]
    }
    names = [(key, key.partition("/")[0]) for key in keys]
    return [key for key, name in names if name in _TAG_KEYS and name not in known]


def _looked_up(action: str) -> tuple[dict[str, Any], list[Any]]:
    """What parliament knows of the action's service, and of the action itself."""
    prefix, _, name = action.partition(":")
    service: dict[str, Any] = next((each for each in parliament.iam_definition if each["prefix"] == prefix), {})
    return service, [each for each in service.get("privileges", []) if each["privilege"] == name]


def _formats(action: str) -> list[str]:
    """The ARNs of the resource types of an action; `*` where it has none."""
    service, privileges = _looked_up(action)
    arns = {each["resource"]: each["arn"] for each in service.get("resources", [])}
    types = [each["resource_type"].rstrip("*") for one in privileges for each in one["resource_types"]]
    return [arns[each] for each in types if each in arns] or ["*"]


def _fits(form: str, resource: str) -> bool:
    """Compares the service and the kind; public parameters and images belong to no account."""
    if "*" in (form, resource):
        return form == resource

    def kind(arn: str) -> tuple[str, str]:
        segments = arn.split(":", 5)
        return segments[2], segments[5].partition("/")[0]

    return kind(form) == kind(resource)


def main() -> None:
    """Reads a policy and prints its mistakes."""
    said = mistakes(sys.stdin.read())
    print("\n".join(said), end="\n" if said else "")
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()
