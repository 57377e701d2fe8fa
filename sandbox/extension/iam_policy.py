"""Policies, and what they decide: an explicit deny over an allow, an allow over nothing.

Pure: a document, a request and its context come in, a decision goes out. It knows identity-based policies, which are
the ones that a user or a role carries.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from .iam_conditions import Condition, is_known
from .iam_pattern import Context, Unresolved, matches, matches_arn

_VERSION = "2012-10-17"
_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


class Decision(enum.Enum):
    """What the policies of a caller say of one request."""

    ALLOWED = "allowed"
    DENIED = "denied by a statement"
    NOT_ALLOWED = "allowed by no statement"


@dataclass(frozen=True)
class Asked:
    """An action on one resource; `context` has its keys in lower case."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """A statement of a policy; `inverted` says that it is about everything but its actions or resources."""

    allows: bool
    actions: tuple[str, ...]
    inverted_actions: bool
    resources: tuple[str, ...]
    inverted_resources: bool
    conditions: tuple[Condition, ...]

    def applies(self, asked: Asked) -> bool:
        """Tells whether the statement is about this request."""
        # The service and the name of an action are compared without regard to case.
        action = any(matches(pattern, asked.action, {}, ignore_case=True) for pattern in self.actions)
        resource = any(_is_resource(pattern, asked) for pattern in self.resources)
        return (
            action != self.inverted_actions
            and resource != self.inverted_resources
            and all(condition.holds(asked.context) for condition in self.conditions)
        )


def _is_resource(pattern: str, asked: Asked) -> bool:
    try:
        return matches_arn(pattern, asked.resource, asked.context)
    except Unresolved:
        return False


def decide(statements: list[Statement], asked: Asked) -> Decision:
    """Returns what the statements decide together."""
    about = [statement.allows for statement in statements if statement.applies(asked)]
    if not all(about):
        return Decision.DENIED
    return Decision.ALLOWED if about else Decision.NOT_ALLOWED


def read(document: Any) -> list[Statement]:
    """Reads a policy document, or raises ValueError saying what is wrong with it."""
    if not isinstance(document, dict) or "Statement" not in document:
        raise ValueError("a policy is an object with a `Statement`")
    if document.get("Version") != _VERSION:
        raise ValueError(f'the `Version` of a policy is "{_VERSION}"; the older one knows no variables')
    return [_statement(each) for each in _list(document["Statement"])]


def _statement(document: Any) -> Statement:
    if not isinstance(document, dict) or document.get("Effect") not in ("Allow", "Deny"):
        raise ValueError('a statement has the `Effect` "Allow" or "Deny"')
    unknown = sorted(set(document) - _ELEMENTS)
    if unknown:
        raise ValueError(f"a statement of a user's policy has no `{unknown[0]}`")
    actions, inverted_actions = _either(document, "Action")
    resources, inverted_resources = _either(document, "Resource")
    return Statement(
        document["Effect"] == "Allow",
        actions,
        inverted_actions,
        resources,
        inverted_resources,
        tuple(_conditions(document.get("Condition", {}))),
    )


def _either(document: dict[str, Any], element: str) -> tuple[tuple[str, ...], bool]:
    """The values of an element or of its inversion, of which a statement has exactly one."""
    given = [name for name in (element, f"Not{element}") if name in document]
    if len(given) != 1:
        raise ValueError(f"a statement has either `{element}` or `Not{element}`")
    values = _list(document[given[0]])
    if not values or not all(isinstance(value, str) for value in values):
        raise ValueError(f"`{given[0]}` is one text or several")
    return tuple(values), given[0] != element


def _conditions(document: Any) -> list[Condition]:
    conditions = []
    for operator, keys in document.items():
        if not is_known(operator):
            raise ValueError(f"the sandbox does not know the operator `{operator}`")
        for key, values in keys.items():
            wanted = tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in _list(values))
            conditions.append(Condition(operator, key, wanted))
    return conditions


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
