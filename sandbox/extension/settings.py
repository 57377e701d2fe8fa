"""What a test may ask of the sandbox, with AWS's usual behaviour as the default.

The settings are one flat document, read and merged at `/sandbox/settings`. An unknown name or a value of another
kind is refused as a whole: a misspelt setting would make a test prove nothing.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

CHOICES = {"console": ("normal", "none", "other"), "addresses": ("fresh", "recycled")}


@dataclass
class Settings:
    """One set of answers; times are in sandbox seconds."""

    public_ip: str = "203.0.113.7"
    public_ip_status: int = 200
    lag: float = 0.0
    pending: float = 2.0
    boot: float = 2.0
    stopping: float = 2.0
    shutting_down: float = 2.0
    # Why AWS ends a new instance that was pending, as `StateReason` says it; empty: it does not.
    launch_failure: str = ""
    # How long the interface of a terminated instance still holds its security groups.
    interface_release: float = 1.0
    console: str = "normal"
    # From running until the console shows the host keys; `boot` says when SSH answers.
    console_delay: float = 2.0
    # How many launches DescribeInstances answers with at most.
    launches_on_a_page: int = 1000
    capacity: dict[str, str] = field(default_factory=dict)
    addresses: str = "fresh"
    # A folder whose programs come first in an instance's PATH, to stand for what a real host has.
    programs: str = ""
    # A package that the instance's package manager does not find.
    no_package: str = ""

    def merged(self, changes: dict[str, Any]) -> Settings:
        """Returns these settings with `changes` applied, or raises ValueError saying what is wrong with them."""
        known = {each.name: getattr(Settings(), each.name) for each in dataclasses.fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"there is no setting `{name}`; there are: {', '.join(sorted(known))}")
            _check(name, value, known[name])
        return dataclasses.replace(self, **changes)

    def as_document(self) -> dict[str, Any]:
        """Returns the settings as they are written in JSON."""
        return dataclasses.asdict(self)


def _check(name: str, value: Any, default: Any) -> None:
    if isinstance(default, float):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise ValueError(f"`{name}` is a number of sandbox seconds, not {value!r}")
    elif isinstance(value, bool) or not isinstance(value, type(default)):
        raise ValueError(f"`{name}` is a {type(default).__name__}, not {value!r}")
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(f"`{name}` is one of {', '.join(CHOICES[name])}, not {value!r}")
    if name == "capacity" and not all(isinstance(code, str) for code in value.values()):
        raise ValueError("`capacity` names an EC2 error code for each zone")
