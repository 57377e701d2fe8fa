"""The conditions of a policy statement: operators, how many values, and keys that a request does not have.

Pure. An operator that is not here is refused when the policy is read, so that no test passes by a condition that
nobody looked at.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .iam_pattern import Context, Unresolved, literal, matches, matches_arn

Compare = Callable[[str, str, Context], bool]

# Operator → how one value of the policy is compared with one of the request.
_OPERATORS: dict[str, Compare] = {
    "StringEquals": lambda wanted, value, context: literal(wanted, context) == value,
    "StringEqualsIgnoreCase": lambda wanted, value, context: literal(wanted, context).lower() == value.lower(),
    "StringLike": lambda wanted, value, context: matches(wanted, value, context),
    "ArnEquals": matches_arn,
    "ArnLike": matches_arn,
    "Bool": lambda wanted, value, _: wanted.lower() == value.lower(),
}
_NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
_EVERY, _SOME = "ForAllValues:", "ForAnyValue:"


@dataclass(frozen=True)
class Condition:
    """One key of a statement's conditions; it holds or not for a request."""

    operator: str
    key: str
    wanted: tuple[str, ...]

    def holds(self, context: Context) -> bool:
        """Tells whether the request meets the condition."""
        values = context.get(self.key.lower())
        if self.operator == "Null":
            return any((wanted.lower() == "true") == (values is None) for wanted in self.wanted)
        name, if_exists = self.operator, self.operator.endswith("IfExists")
        name = name.removesuffix("IfExists")
        quantifier = next((each for each in (_EVERY, _SOME) if name.startswith(each)), "")
        name = name.removeprefix(quantifier)
        negated = name in _NEGATIONS
        if values is None:
            return if_exists or quantifier == _EVERY or (negated and quantifier != _SOME)
        compare = _OPERATORS[_NEGATIONS.get(name, name)]
        meets = [self._meets(compare, value, context) != negated for value in values]
        # Without a quantifier a key has one value; a negation must then hold for whatever is there.
        return all(meets) if quantifier == _EVERY or (negated and not quantifier) else any(meets)

    def _meets(self, compare: Compare, value: str, context: Context) -> bool:
        """Tells whether the value is one of those that the policy names."""
        for wanted in self.wanted:
            try:
                if compare(wanted, value, context):
                    return True
            except Unresolved:
                continue
        return False


def is_known(operator: str) -> bool:
    """Tells whether there is such an operator."""
    if operator == "Null":
        return True
    name = operator.removesuffix("IfExists").removeprefix(_EVERY).removeprefix(_SOME)
    return name in _OPERATORS or name in _NEGATIONS
