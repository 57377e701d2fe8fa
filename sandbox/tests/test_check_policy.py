"""A policy that names what IAM does not know is found out."""

from __future__ import annotations

import json
from typing import Any

from extension.check_policy import mistakes

EC2 = "arn:aws:ec2:us-east-1:123456789012"


def found(action: str, resource: str, **condition: Any) -> str:
    statement = {"Effect": "Allow", "Action": [action], "Resource": [resource], "Condition": condition}
    return "\n".join(mistakes(json.dumps({"Version": "2012-10-17", "Statement": [statement]})))


def test_a_policy_of_what_there_is_has_no_mistakes() -> None:
    tag = {"aws:ResourceTag/bky:iac:environment": ["dev"]}
    assert found("ec2:TerminateInstances", f"{EC2}:instance/*", StringEquals=tag) == ""
    assert found("ec2:RunInstances", "arn:aws:ec2:us-east-1::image/*") == ""
    assert found("ec2:DescribeVpcs", "*", StringEquals={"aws:RequestedRegion": ["us-east-1"]}) == ""
    published = "arn:aws:ssm:us-east-1::parameter/aws/service/ami-amazon-linux-latest/*"
    assert found("ssm:GetParameters", published) == ""


def test_an_action_a_resource_and_a_condition_that_there_are_not() -> None:
    assert "Unknown action ec2:TerminateInstance" in found("ec2:TerminateInstance", f"{EC2}:instance/*")
    assert "no action knows the resource" in found("ec2:TerminateInstances", f"{EC2}:volume/*")
    assert "no resource is for ec2:DescribeVpcs" in found("ec2:DescribeVpcs", f"{EC2}:vpc/*")
    unknown = {"ec2:CreateActions": ["RunInstances"]}
    assert "UNKNOWN_CONDITION" in found("ec2:CreateTags", f"{EC2}:volume/*", StringEquals=unknown)
    assert "UNKNOWN_OPERATOR" in found("ec2:CreateTags", f"{EC2}:volume/*", StringIs={"ec2:CreateAction": ["x"]})
    made = {"aws:RequestTag/bky:iac:environment": ["dev"]}
    assert "ec2:DeleteKeyPair knows no aws:RequestTag" in found(
        "ec2:DeleteKeyPair", f"{EC2}:key-pair/*", StringEquals=made
    )
