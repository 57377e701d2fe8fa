"""What a policy decides, after the examples that AWS's documentation of IAM and EC2 explains."""

from __future__ import annotations

from typing import Any

import pytest

from extension.iam_pattern import matches, matches_arn
from extension.iam_policy import Asked, Decision, decide, read

ALLOWED, DENIED, NOT_ALLOWED = Decision.ALLOWED, Decision.DENIED, Decision.NOT_ALLOWED
ACCOUNT = "123456789012"


def arn(rest: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:ec2:us-east-1:{account}:{rest}"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def decided(statements: list[dict[str, Any]], action: str, resource: str = "*", **context: Any) -> Decision:
    keys = {key.lower(): value if isinstance(value, list) else [value] for key, value in context.items()}
    return decide(read({"Version": "2012-10-17", "Statement": statements}), Asked(action, resource, keys))


def test_nothing_is_allowed_that_no_statement_allows() -> None:
    assert decided([], "ec2:RunInstances") is NOT_ALLOWED
    assert decided([allow("ec2:StopInstances")], "ec2:RunInstances") is NOT_ALLOWED


def test_a_deny_is_stronger_than_an_allow_wherever_it_stands() -> None:
    deny = {"Effect": "Deny", "Action": "ec2:Terminate*", "Resource": "*"}
    for statements in ([allow("*"), deny], [deny, allow("*")]):
        assert decided(statements, "ec2:TerminateInstances") is DENIED
        assert decided(statements, "ec2:RunInstances") is ALLOWED


def test_actions_are_compared_without_case_and_with_wildcards() -> None:
    assert decided([allow("EC2:describe*")], "ec2:DescribeInstances") is ALLOWED
    assert decided([allow("ec2:StopInstance?")], "ec2:StopInstances") is ALLOWED
    assert decided([allow("ec2:StopInstance")], "ec2:StopInstances") is NOT_ALLOWED
    assert decided([allow("s3:*")], "ec2:StopInstances") is NOT_ALLOWED


def test_resources_are_compared_with_case_and_segment_by_segment() -> None:
    assert decided([allow("ec2:*", arn("instance/*"))], "ec2:StopInstances", arn("instance/i-1")) is ALLOWED
    assert decided([allow("ec2:*", arn("Instance/*"))], "ec2:StopInstances", arn("instance/i-1")) is NOT_ALLOWED
    assert decided([allow("ec2:*", arn("volume/*"))], "ec2:StopInstances", arn("instance/i-1")) is NOT_ALLOWED
    assert decided([allow("ec2:*", arn("instance/*", "2"))], "ec2:StopInstances", arn("instance/i-1")) is NOT_ALLOWED
    assert matches_arn("arn:aws:ec2:*:*:instance/i-?", arn("instance/i-1"), {})
    assert not matches_arn("arn:aws:*:instance/i-1", arn("instance/i-1"), {}), "a wildcard spans no colon"
    assert matches_arn("arn:aws:logs:r:1:group:*", "arn:aws:logs:r:1:group:a:b", {}), "the last segment has colons"


def test_a_statement_may_be_about_everything_but_what_it_names() -> None:
    """Everything outside one region is denied, except what belongs to no region."""
    statements = [
        allow("*"),
        {
            "Effect": "Deny",
            "NotAction": ["iam:*", "route53:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]}},
        },
    ]
    there, elsewhere = {"aws:RequestedRegion": "eu-central-1"}, {"aws:RequestedRegion": "us-east-1"}
    assert decided(statements, "ec2:RunInstances", **there) is ALLOWED
    assert decided(statements, "ec2:RunInstances", **elsewhere) is DENIED
    assert decided(statements, "route53:ListHostedZones", **elsewhere) is ALLOWED
    assert decided(statements, "ec2:RunInstances") is DENIED, "a negation holds where the key is absent"
    but = [{"Effect": "Allow", "Action": "ec2:*", "NotResource": arn("instance/*")}]
    assert decided(but, "ec2:DeleteVolume", arn("volume/vol-1")) is ALLOWED
    assert decided(but, "ec2:StopInstances", arn("instance/i-1")) is NOT_ALLOWED


def test_everybody_stops_the_instances_that_carry_his_name() -> None:
    condition = {"StringEquals": {"aws:ResourceTag/Owner": "${aws:username}"}}
    statements = [allow(["ec2:StartInstances", "ec2:StopInstances"], arn("instance/*"), Condition=condition)]

    def stops(**context: Any) -> Decision:
        return decided(statements, "ec2:StopInstances", arn("instance/i-1"), **context)

    assert stops(**{"aws:username": "ann", "aws:ResourceTag/Owner": "ann"}) is ALLOWED
    assert stops(**{"aws:username": "ann", "aws:ResourceTag/owner": "ann"}) is ALLOWED, "keys have no case"
    assert stops(**{"aws:username": "ann", "aws:ResourceTag/Owner": "Ann"}) is NOT_ALLOWED, "values have"
    assert stops(**{"aws:username": "ann"}) is NOT_ALLOWED
    assert stops(**{"aws:ResourceTag/Owner": "${aws:username}"}) is NOT_ALLOWED


def test_tags_are_set_only_while_something_is_made() -> None:
    condition = {"StringEquals": {"ec2:CreateAction": ["RunInstances", "CreateVolume"]}}
    statements = [allow("ec2:CreateTags", arn("*/*"), Condition=condition)]
    assert decided(statements, "ec2:CreateTags", arn("volume/*"), **{"ec2:CreateAction": "RunInstances"}) is ALLOWED
    assert decided(statements, "ec2:CreateTags", arn("volume/*"), **{"ec2:CreateAction": "CreateVpc"}) is NOT_ALLOWED
    assert decided(statements, "ec2:CreateTags", arn("volume/vol-1")) is NOT_ALLOWED


def test_every_tag_key_must_be_a_known_one_and_there_must_be_some() -> None:
    known = {"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "cost-center"]}}
    some = {"Null": {"aws:TagKeys": "false"}}

    def tags(condition: dict[str, Any], **context: Any) -> Decision:
        return decided([allow("ec2:RunInstances", Condition=condition)], "ec2:RunInstances", **context)

    assert tags(known, **{"aws:TagKeys": ["environment"]}) is ALLOWED
    assert tags(known, **{"aws:TagKeys": ["environment", "owner"]}) is NOT_ALLOWED
    assert tags(known) is ALLOWED, "of no keys, every one is known"
    assert tags({**known, **some}) is NOT_ALLOWED
    assert tags({**known, **some}, **{"aws:TagKeys": ["cost-center"]}) is ALLOWED


def test_one_of_several_values_is_enough_for_any() -> None:
    condition = {"ForAnyValue:StringLike": {"aws:TagKeys": ["cost*"]}}
    statements = [allow("ec2:RunInstances", Condition=condition)]
    assert decided(statements, "ec2:RunInstances", **{"aws:TagKeys": ["owner", "cost-center"]}) is ALLOWED
    assert decided(statements, "ec2:RunInstances", **{"aws:TagKeys": ["owner"]}) is NOT_ALLOWED
    assert decided(statements, "ec2:RunInstances") is NOT_ALLOWED
    other = [allow("ec2:RunInstances", Condition={"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["owner"]}})]
    assert decided(other, "ec2:RunInstances", **{"aws:TagKeys": ["owner", "x"]}) is ALLOWED
    assert decided(other, "ec2:RunInstances", **{"aws:TagKeys": ["owner"]}) is NOT_ALLOWED


def test_a_condition_that_counts_only_if_its_key_exists() -> None:
    """A launch asks for an instance, which has a type, and for a subnet, which has none."""
    condition = {"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "m3.*"]}}
    statements = [allow("ec2:RunInstances", "*", Condition=condition)]
    assert decided(statements, "ec2:RunInstances", arn("subnet/subnet-1")) is ALLOWED
    assert decided(statements, "ec2:RunInstances", arn("instance/*"), **{"ec2:InstanceType": "m3.large"}) is ALLOWED
    assert decided(statements, "ec2:RunInstances", arn("instance/*"), **{"ec2:InstanceType": "c5.large"}) is NOT_ALLOWED


def test_all_conditions_must_hold_and_one_value_of_each() -> None:
    condition = {
        "StringEquals": {"aws:RequestTag/team": ["red", "blue"], "aws:RequestedRegion": "us-east-1"},
        "StringNotLike": {"ec2:InstanceType": ["*.metal", "*.24xlarge"]},
        "Bool": {"aws:SecureTransport": True},
    }
    statements = [allow("ec2:RunInstances", Condition=condition)]
    good = {
        "aws:RequestTag/team": "blue",
        "aws:RequestedRegion": "us-east-1",
        "ec2:InstanceType": "c6a.large",
        "aws:SecureTransport": "true",
    }
    assert decided(statements, "ec2:RunInstances", **good) is ALLOWED
    for key, value in {
        "aws:RequestTag/team": "green",
        "aws:RequestedRegion": "us-west-1",
        "ec2:InstanceType": "c6a.metal",
        "aws:SecureTransport": "false",
    }.items():
        assert decided(statements, "ec2:RunInstances", **{**good, key: value}) is NOT_ALLOWED, key


def test_a_role_is_passed_to_one_service() -> None:
    condition = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    role = f"arn:aws:iam::{ACCOUNT}:role/EC2-roles-for-XYZ-"
    statements = [allow("iam:PassRole", f"{role}*", Condition=condition)]
    to_ec2 = {"iam:PassedToService": "ec2.amazonaws.com"}
    assert decided(statements, "iam:PassRole", f"{role}1", **to_ec2) is ALLOWED
    assert decided(statements, "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin", **to_ec2) is NOT_ALLOWED
    to_lambda = {"iam:PassedToService": "lambda.amazonaws.com"}
    assert decided(statements, "iam:PassRole", f"{role}1", **to_lambda) is NOT_ALLOWED


def test_wildcards_and_dollars_are_written_as_variables() -> None:
    context = {"aws:username": ["a*"]}
    assert matches("dev${*}", "dev*", {}) and not matches("dev${*}", "dev1", {})
    assert matches("${?}", "?", {}) and not matches("${?}", "x", {})
    assert matches("${$}{aws:username}", "${aws:username}", context)
    assert matches("${aws:username}", "a*", context) and not matches("${aws:username}", "ab", context)
    assert matches("${aws:PrincipalTag/team, 'none'}", "none", {})
    assert matches_arn("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/a*/x", context)
    literally = [allow("ec2:*", Condition={"StringEquals": {"aws:ResourceTag/x": "a*"}})]
    assert decided(literally, "ec2:StopInstances", **{"aws:ResourceTag/x": "ab"}) is NOT_ALLOWED


@pytest.mark.parametrize(
    ("document", "mistake"),
    [
        ([], "object with a `Statement`"),
        ({"Version": "2008-10-17", "Statement": []}, "`Version`"),
        ({"Version": "2012-10-17", "Statement": {"Effect": "allow"}}, "`Effect`"),
        ({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*"}}, "`Resource`"),
        ({"Version": "2012-10-17", "Statement": {**allow("*"), "NotAction": "*"}}, "`NotAction`"),
        ({"Version": "2012-10-17", "Statement": {**allow("*"), "Principal": "*"}}, "`Principal`"),
        ({"Version": "2012-10-17", "Statement": allow("*", Condition={"IpAddress": {}})}, "`IpAddress`"),
    ],
)
def test_a_document_that_is_no_policy_says_why(document: Any, mistake: str) -> None:
    with pytest.raises(ValueError, match=mistake):
        read(document)
