"""Lays our behaviour around a method or function of moto.

moto has no hooks, so an extension replaces the fewest methods and calls the original where it can. It stands
apart so that each such place is one visible line, and so that a moto release which renames a method fails at
start and not in the middle of a test.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any


def around(owner: type, name: str, advice: Callable[..., Any]) -> None:
    """Replaces `owner.name` by `advice`, which is given the original method as its first argument."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def method(*args: Any, **kwargs: Any) -> Any:
        return advice(original, *args, **kwargs)

    setattr(owner, name, method)


def replace_function(original: Callable[..., Any], replacement: Callable[..., Any]) -> None:
    """Replaces a function of moto in every module that has imported it by name."""
    found = 0
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith("moto.") and getattr(module, original.__name__, None) is original:
            setattr(module, original.__name__, replacement)
            found += 1
    if not found:
        raise LookupError(f"moto has no function {original.__name__} any more")
