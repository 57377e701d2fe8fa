"""Users whose rights are limited: what each call asks for, and how each service says no."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from conftest import Key, Sandbox, refused

EC2 = "arn:aws:ec2:us-east-1:123456789012"
ENVIRONMENT = "bky:iac:environment"
As = Callable[..., Callable[[str], Any]]


def allow(action: Any, resource: Any = "*", **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}


@pytest.fixture
def user(sandbox: Sandbox) -> As:
    """Makes a user with these statements and returns his clients."""

    def made(*statements: dict[str, Any]) -> Callable[[str], Any]:
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        status, answer = sandbox.request("/sandbox/users", {"name": "ann", "policies": [policy]})
        assert status == 200, answer
        key = json.loads(answer)["access_key_id"]

        def client(service: str) -> Any:
            return boto3.client(
                service,
                endpoint_url=sandbox.endpoint,
                region_name="us-east-1",
                aws_access_key_id=key,
                aws_secret_access_key="any",
                config=Config(retries={"max_attempts": 0}),
            )

        return client

    return made


def denied(code: str, action: str, call: Callable[..., Any], **arguments: Any) -> ClientError:
    failure = refused(code, call, **arguments)
    message = failure.response["Error"]["Message"]
    assert f"User: arn:aws:iam::123456789012:user/ann is not authorized to perform: {action}" in message
    return failure


def tags(value: str, *kinds: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": ENVIRONMENT, "Value": value}]} for kind in kinds]


def test_each_service_says_no_in_its_own_way(user: As) -> None:
    ann = user()
    answer = denied("UnauthorizedOperation", "ec2:DescribeInstances", ann("ec2").describe_instances).response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert "Encoded authorization failure message: " in answer["Error"]["Message"]
    answer = denied("AccessDenied", "route53:ListHostedZones", ann("route53").list_hosted_zones).response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403
    denied("AccessDenied", "iam:ListRoles", ann("iam").list_roles)
    denied("AccessDenied", "sts:AssumeRole", ann("sts").assume_role, RoleArn=f"{'a' * 20}", RoleSessionName="xx")
    answer = denied("AccessDeniedException", "ssm:GetParameters", ann("ssm").get_parameters, Names=["/a"]).response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    quota = {"ServiceCode": "ec2", "QuotaCode": "L-1216C47A"}
    denied("AccessDeniedException", "servicequotas:GetServiceQuota", ann("service-quotas").get_service_quota, **quota)


def test_who_one_is_may_be_asked_by_everybody(user: As) -> None:
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    assert user(deny)("sts").get_caller_identity()["Account"] == "123456789012"


def test_every_other_key_may_do_everything_and_a_reset_forgets_users(sandbox: Sandbox, user: As) -> None:
    sandbox.client("ec2").describe_instances()
    ec2 = user()("ec2")
    refused("UnauthorizedOperation", ec2.describe_instances)
    sandbox.reset()
    ec2.describe_instances()


def test_what_is_no_user_is_refused(sandbox: Sandbox) -> None:
    for document in ({"name": "ann"}, {"name": 1, "policies": []}, {"name": "ann", "policies": [{"Statement": []}]}):
        assert sandbox.request("/sandbox/users", document)[0] == 400


def test_an_explicit_deny_says_that_it_is_one(user: As) -> None:
    deny = {"Effect": "Deny", "Action": "ec2:DescribeVpcs", "Resource": "*"}
    failure = refused("UnauthorizedOperation", user(allow("*"), deny)("ec2").describe_vpcs)
    assert "with an explicit deny in an identity-based policy" in failure.response["Error"]["Message"]


LAUNCH = (
    ("ec2:RunInstances", ["instance/*", "volume/*", "network-interface/*", "key-pair/pair-ed25519"]),
    ("ec2:RunInstances", ["security-group/*", "subnet/*"]),
    ("ec2:CreateTags", ["instance/*", "volume/*"]),
)


def launching(*left_out: str) -> list[dict[str, Any]]:
    """The statements of a launch, without some of their resources, each written `ACTION RESOURCE`."""
    image = allow("ec2:RunInstances", "arn:aws:ec2:us-east-1::image/ami-*")
    statements = [] if "ec2:RunInstances image/ami-*" in left_out else [image]
    for action, resources in LAUNCH:
        kept = [f"{EC2}:{each}" for each in resources if f"{action} {each}" not in left_out]
        statements.append(allow(action, kept))
    return statements


def test_a_launch_asks_for_all_that_it_makes_and_uses(sandbox: Sandbox, user: As, key: Key) -> None:
    wish = {
        "ImageId": sandbox.image(),
        "InstanceType": "c6a.xlarge",
        "MinCount": 1,
        "MaxCount": 1,
        "KeyName": key.name,
        "TagSpecifications": tags("dev", "instance", "volume"),
    }
    user(*launching())("ec2").run_instances(**wish)
    everything = [f"{action} {each}" for action, resources in LAUNCH for each in resources]
    for left_out in [*everything, "ec2:RunInstances image/ami-*"]:
        action = left_out.split(" ")[0]
        denied("UnauthorizedOperation", action, user(*launching(left_out))("ec2").run_instances, **wish)
    assert len(sandbox.client("ec2").describe_instances()["Reservations"]) == 1


def test_a_dry_run_says_whether_it_would_have_been_allowed(sandbox: Sandbox, user: As) -> None:
    wish = {"ImageId": sandbox.image(), "MinCount": 1, "MaxCount": 1, "DryRun": True}
    refused("DryRunOperation", user(*launching())("ec2").run_instances, **wish)
    refused("UnauthorizedOperation", user()("ec2").run_instances, **wish)


def test_a_dry_run_of_each_change_is_decided_and_changes_nothing(sandbox: Sandbox, user: As, key: Key) -> None:
    ec2 = sandbox.client("ec2")
    group = ec2.create_security_group(GroupName="dev", Description="of tests")["GroupId"]
    enclaves = {"Enabled": True}
    launched = sandbox.launch(KeyName=key.name, SecurityGroupIds=[group], EnclaveOptions=enclaves)["InstanceId"]
    sandbox.wait(launched, "running")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
    pair = ec2.describe_key_pairs(KeyNames=[key.name])["KeyPairs"][0]["KeyPairId"]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    calls: dict[str, dict[str, Any]] = {
        "authorize_security_group_ingress": {"GroupId": group, "IpPermissions": [rule]},
        "create_security_group": {"GroupName": "other", "Description": "of tests"},
        "create_tags": {"Resources": [launched], "Tags": [{"Key": "Name", "Value": "other"}]},
        "delete_key_pair": {"KeyPairId": pair},
        "delete_security_group": {"GroupId": group},
        "delete_volume": {"VolumeId": volume},
        "import_key_pair": {"KeyName": "other", "PublicKeyMaterial": b"ssh-ed25519 AAAA"},
        "modify_instance_attribute": {"InstanceId": launched, "EnclaveOptions": {"Enabled": False}},
        "revoke_security_group_ingress": {"GroupId": group, "IpPermissions": [rule]},
        "run_instances": {"ImageId": sandbox.image(), "InstanceType": "c6a.xlarge", "MinCount": 1, "MaxCount": 1},
        "start_instances": {"InstanceIds": [launched]},
        "stop_instances": {"InstanceIds": [launched]},
        "terminate_instances": {"InstanceIds": [launched]},
    }

    def there() -> list[Any]:
        groups, pairs = ec2.describe_security_groups()["SecurityGroups"], ec2.describe_key_pairs()["KeyPairs"]
        return [ec2.describe_instances()["Reservations"], ec2.describe_volumes()["Volumes"], groups, pairs]

    before = there()
    allowed, nobody = user(allow("*"))("ec2"), user()("ec2")
    for name, wish in calls.items():
        answer = refused("DryRunOperation", getattr(allowed, name), **wish, DryRun=True).response
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 412, name
        refused("UnauthorizedOperation", getattr(nobody, name), **wish, DryRun=True)
    assert there() == before


def test_a_profile_asks_for_its_role(sandbox: Sandbox, user: As) -> None:
    iam = sandbox.client("iam")
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="worker")
    wish = {"ImageId": sandbox.image(), "MinCount": 1, "MaxCount": 1, "IamInstanceProfile": {"Name": "web"}}
    launch = allow("ec2:*")
    denied("UnauthorizedOperation", "iam:PassRole", user(launch)("ec2").run_instances, **wish)
    elsewhere = allow("iam:PassRole", role, StringEquals={"iam:PassedToService": "lambda.amazonaws.com"})
    denied("UnauthorizedOperation", "iam:PassRole", user(launch, elsewhere)("ec2").run_instances, **wish)
    passing = allow("iam:PassRole", role, StringEquals={"iam:PassedToService": "ec2.amazonaws.com"})
    user(launch, passing)("ec2").run_instances(**wish)


def test_what_is_made_must_carry_the_tag_that_the_policy_asks_for(user: As) -> None:
    made = {"aws:RequestTag/" + ENVIRONMENT: "dev"}
    ec2 = user(
        allow("ec2:CreateSecurityGroup", f"{EC2}:security-group/*", StringEquals=made),
        allow("ec2:CreateSecurityGroup", f"{EC2}:vpc/*"),
        allow("ec2:CreateTags", "*", StringEquals={"ec2:CreateAction": "CreateSecurityGroup"}),
    )("ec2")
    group = {"GroupName": "dev", "Description": "of tests"}
    name = "ec2:CreateSecurityGroup"
    denied("UnauthorizedOperation", name, ec2.create_security_group, **group)
    wrong = tags("other", "security-group")
    denied("UnauthorizedOperation", name, ec2.create_security_group, **group, TagSpecifications=wrong)
    made = ec2.create_security_group(**group, TagSpecifications=tags("dev", "security-group"))
    later = {"Resources": [made["GroupId"]], "Tags": [{"Key": "x", "Value": "y"}]}
    denied("UnauthorizedOperation", "ec2:CreateTags", ec2.create_tags, **later)


def test_only_what_carries_the_tag_is_changed(sandbox: Sandbox, user: As, key: Key) -> None:
    ours = {"aws:ResourceTag/" + ENVIRONMENT: "dev"}
    ec2 = user(allow(["ec2:TerminateInstances", "ec2:DeleteKeyPair"], "*", StringEquals=ours))("ec2")
    mine = sandbox.launch(TagSpecifications=tags("dev", "instance"))["InstanceId"]
    other = sandbox.launch(TagSpecifications=tags("other", "instance"))["InstanceId"]
    terminate = ec2.terminate_instances
    for several in ([other], [mine, other], ["i-00000000000000000"]):
        denied("UnauthorizedOperation", "ec2:TerminateInstances", terminate, InstanceIds=several)
    terminate(InstanceIds=[mine])
    pair = key.imported["KeyPairId"]
    for wish in ({"KeyPairId": pair}, {"KeyName": key.name}):
        denied("UnauthorizedOperation", "ec2:DeleteKeyPair", ec2.delete_key_pair, **wish)
    sandbox.client("ec2").create_tags(Resources=[pair], Tags=[{"Key": ENVIRONMENT, "Value": "dev"}])
    ec2.delete_key_pair(KeyPairId=pair)


def test_a_rule_asks_for_its_group_and_for_itself_where_it_is_tagged(sandbox: Sandbox, user: As) -> None:
    group = sandbox.client("ec2").create_security_group(GroupName="dev", Description="of tests")["GroupId"]
    wish = {"GroupId": group, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "203.0.113.7/32"}
    authorize = "ec2:AuthorizeSecurityGroupIngress"
    on_group = allow([authorize, "ec2:RevokeSecurityGroupIngress"], f"{EC2}:security-group/*")
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "203.0.113.7/32"}]}
    tagged = {"GroupId": group, "IpPermissions": [permission], "TagSpecifications": tags("dev", "security-group-rule")}
    ec2 = user(on_group)("ec2")
    denied("UnauthorizedOperation", authorize, ec2.authorize_security_group_ingress, **tagged)
    rule = ec2.authorize_security_group_ingress(**wish)["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule])
    on_rules = allow([authorize, "ec2:CreateTags"], f"{EC2}:security-group-rule/*")
    user(on_group, on_rules)("ec2").authorize_security_group_ingress(**tagged)


def test_a_record_is_changed_only_under_its_name(sandbox: Sandbox, user: As) -> None:
    made = sandbox.client("route53").create_hosted_zone(Name="example.org", CallerReference="1")["HostedZone"]["Id"]
    key = "route53:ChangeResourceRecordSets"
    conditions = {
        f"{key}NormalizedRecordNames": ["dev.example.org"],
        f"{key}RecordTypes": ["A"],
        f"{key}Actions": ["CREATE", "DELETE"],
    }
    route53 = user(allow(key, "arn:aws:route53:::hostedzone/*", **{"ForAllValues:StringEquals": conditions}))("route53")

    def change(*names: str, kind: str = "A", action: str = "CREATE") -> dict[str, Any]:
        values = [{"Value": "203.0.113.7" if kind == "A" else "2001:db8::1"}]
        records = [{"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": values} for name in names]
        changes = [{"Action": action, "ResourceRecordSet": record} for record in records]
        return {"HostedZoneId": made, "ChangeBatch": {"Changes": changes}}

    for wrong in (
        change("other.example.org"),
        change("dev.example.org", "other.example.org"),
        change("dev.example.org", kind="AAAA"),
        change("dev.example.org", action="UPSERT"),
    ):
        denied("AccessDenied", key, route53.change_resource_record_sets, **wrong)
    route53.change_resource_record_sets(**change("Dev.example.org."))


def test_the_region_and_the_names_of_parameters_and_zones_count(sandbox: Sandbox, user: As) -> None:
    here = allow("ec2:DescribeVpcs", "*", StringEquals={"aws:RequestedRegion": "us-west-1"})
    denied("UnauthorizedOperation", "ec2:DescribeVpcs", user(here)("ec2").describe_vpcs)
    published = "arn:aws:ssm:us-east-1::parameter/aws/service/ami-amazon-linux-latest/*"
    ssm = user(allow("ssm:GetParameters", published))("ssm")
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    assert ssm.get_parameters(Names=[name])["Parameters"]
    refused("AccessDeniedException", ssm.get_parameters, Names=[name, "/team/image"])
    made = [
        sandbox.client("route53").create_hosted_zone(Name=f"{each}.example", CallerReference=each)["HostedZone"]["Id"]
        for each in ("a", "b")
    ]
    zone = f"arn:aws:route53:::hostedzone/{made[0].rpartition('/')[2]}"
    route53 = user(allow("route53:*", zone), allow("route53:ListHostedZonesByName"))("route53")
    route53.list_hosted_zones_by_name(DNSName="a.example")
    route53.list_resource_record_sets(HostedZoneId=made[0])
    refused("AccessDenied", route53.list_resource_record_sets, HostedZoneId=made[1])
