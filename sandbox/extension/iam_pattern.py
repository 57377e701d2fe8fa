"""Texts of a policy as IAM compares them: wildcards, policy variables, and ARNs segment by segment.

`*` and `?` are wildcards; `${key}` stands for a value of the request, `${*}`, `${?}` and `${$}` for themselves.
Pure, so that its tests are tables.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# Key, in lower case, → the values that a request has for it.
Context = Mapping[str, list[str]]

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = ("*", "?", "$")
_ARN_SEGMENTS = 6


class Unresolved(Exception):
    """A variable for which the request has no value: a text that holds it matches nothing."""


def literal(text: str, context: Context) -> str:
    """Returns the text with its variables replaced and nothing else changed."""
    return _VARIABLE.sub(lambda found: _value(found[1], context), text)


def matches(pattern: str, text: str, context: Context, ignore_case: bool = False) -> bool:
    """Tells whether a pattern with wildcards and variables matches a whole text."""
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.fullmatch(_expression(pattern, context), text, flags) is not None


def matches_arn(pattern: str, arn: str, context: Context) -> bool:
    """Tells whether a pattern matches an ARN; a wildcard stays within its segment, `*` alone is everything."""
    if pattern == "*":
        return True
    patterns, segments = _segments(pattern), _segments(arn)
    pairs = zip(patterns, segments, strict=False)
    return len(patterns) == len(segments) and all(matches(one, other, context) for one, other in pairs)


def _segments(arn: str) -> list[str]:
    """The segments of an ARN; a colon inside `${…}`, or after the fifth, separates nothing."""
    hidden = _VARIABLE.sub(lambda found: found[0].replace(":", "\0"), arn)
    return [segment.replace("\0", ":") for segment in hidden.split(":", _ARN_SEGMENTS - 1)]


def _expression(pattern: str, context: Context) -> str:
    expression, end = [], 0
    for variable in _VARIABLE.finditer(pattern):
        expression += [_wildcards(pattern[end : variable.start()]), re.escape(_value(variable[1], context))]
        end = variable.end()
    return "".join([*expression, _wildcards(pattern[end:])])


def _wildcards(text: str) -> str:
    return re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")


def _value(variable: str, context: Context) -> str:
    """The value of a variable, or the default that it names as in `${aws:PrincipalTag/team, 'none'}`."""
    if variable in _LITERALS:
        return variable
    key, _, default = variable.partition(",")
    values = context.get(key.strip().lower(), [])
    if len(values) == 1:
        return values[0]
    if default:
        return default.strip().strip("'")
    raise Unresolved(variable)
