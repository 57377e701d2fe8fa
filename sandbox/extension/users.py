"""Users whose rights are limited: a test makes them, with policies, at `/sandbox/users`.

They stand apart from what decides about them, so that the world can hold them without importing moto.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from .iam_policy import Statement, read


@dataclass(frozen=True)
class User:
    """A user with an access key; any secret goes with it."""

    name: str
    access_key_id: str
    statements: list[Statement]


class Users:
    """The users of this server, by access key."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}
        self._numbers = itertools.count(1)

    def make(self, document: Any) -> User:
        """Makes a user from a name and its policies, or raises ValueError saying what is wrong."""
        if not isinstance(document, dict) or set(document) != {"name", "policies"}:
            raise ValueError("a user has a `name` and a list of `policies`")
        name, policies = document["name"], document["policies"]
        if not isinstance(name, str) or not isinstance(policies, list):
            raise ValueError("the `name` is text, the `policies` are a list")
        statements = [statement for policy in policies for statement in read(policy)]
        user = User(name, f"AKIASANDBOXUSER{next(self._numbers):05}", statements)
        self._users[user.access_key_id] = user
        return user

    def of(self, access_key_id: str) -> User | None:
        """Returns the user of an access key; `None` for one that may do everything."""
        return self._users.get(access_key_id)

    def forget(self) -> None:
        """Forgets every user."""
        self._users.clear()
