"""Filters, key pairs, images, the catalogue, names and pages: what is read."""

from __future__ import annotations

import json
import socket
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from conftest import PARAMETER, Key, Sandbox, refused, until


def tagged(kind: str, name: str) -> list[dict[str, Any]]:
    return [
        {"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}, {"Key": "bky:iac:environment", "Value": name}]}
    ]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("dev?", ["dev1", "dev?"]),
        (r"dev\?", ["dev?"]),
        ("dev*", ["dev", "dev1", "dev?", "dev[1]"]),
        ("dev[1]", ["dev[1]"]),
        ("dev", ["dev"]),
        ("DEV", []),
        (r"d\e\v", ["dev"]),
    ],
)
def test_filter_values_are_patterns(sandbox: Sandbox, ec2: Any, pattern: str, found: list[str]) -> None:
    names = ["dev", "dev1", "dev?", "dev[1]"]
    for name in names:
        sandbox.launch(ClientToken=name, TagSpecifications=tagged("instance", name))
        ec2.create_key_pair(KeyName=name, KeyType="ed25519", TagSpecifications=tagged("key-pair", name))
        ec2.create_security_group(GroupName=name, Description=name, TagSpecifications=tagged("security-group", name))

    def instances(filter_name: str) -> list[str]:
        answer = ec2.describe_instances(Filters=[{"Name": filter_name, "Values": [pattern]}])
        return sorted(each["ClientToken"] for one in answer["Reservations"] for each in one["Instances"])

    def keys(filter_name: str) -> list[str]:
        answer = ec2.describe_key_pairs(Filters=[{"Name": filter_name, "Values": [pattern]}])
        return sorted(each["KeyName"] for each in answer["KeyPairs"])

    def groups(filter_name: str) -> list[str]:
        answer = ec2.describe_security_groups(Filters=[{"Name": filter_name, "Values": [pattern]}])
        return sorted(each["GroupName"] for each in answer["SecurityGroups"])

    for kind, own in ((instances, "client-token"), (keys, "key-name"), (groups, "group-name")):
        for filter_name in ("tag:Name", "tag:bky:iac:environment", own):
            assert kind(filter_name) == found, (kind, filter_name)


def test_states_and_tag_keys_are_patterns_too(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.set(pending=1e9)
    sandbox.launch(TagSpecifications=tagged("instance", "dev"))

    def count(name: str, value: str) -> int:
        return len(ec2.describe_instances(Filters=[{"Name": name, "Values": [value]}])["Reservations"])

    assert count("instance-state-name", "pend*") == 1
    assert count("instance-state-name", "running") == 0
    assert count("tag-key", "bky:iac:*") == 1
    assert count("tag-key", "bky:other:*") == 0


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_an_imported_key_keeps_its_type_and_public_half(sandbox: Sandbox, ec2: Any, tmp_path: Path, kind: str) -> None:
    key = Key(sandbox, tmp_path, kind)
    (shown,) = ec2.describe_key_pairs(KeyNames=[key.name], IncludePublicKey=True)["KeyPairs"]
    assert shown["KeyType"] == kind
    assert shown["PublicKey"].split()[:2] == key.public.split()[:2]
    assert "PublicKey" not in ec2.describe_key_pairs(KeyNames=[key.name])["KeyPairs"][0]
    refused("InvalidKeyPair.Duplicate", ec2.import_key_pair, KeyName=key.name, PublicKeyMaterial=key.public.encode())


def test_rules_are_tagged_when_made(sandbox: Sandbox, ec2: Any) -> None:
    group = ec2.create_security_group(GroupName="ssh", Description="ssh")["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "203.0.113.7/32"}]}
    tags = [{"Key": "Name", "Value": "dev"}]
    made = ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[permission],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": tags}],
    )
    assert made["SecurityGroupRules"][0]["Tags"] == tags
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert [rule["Tags"] for rule in rules if not rule["IsEgress"]] == [tags]


def test_rules_of_one_call_come_together(sandbox: Sandbox, ec2: Any) -> None:
    group = ec2.create_security_group(GroupName="ssh", Description="ssh")["GroupId"]

    def permission(*addresses: str) -> dict[str, Any]:
        ranges = [{"CidrIp": address} for address in addresses]
        return {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ranges}

    permissions = [permission("192.0.2.1/32"), permission("192.0.2.2/32", "192.0.2.3/32")]
    made = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)["SecurityGroupRules"]
    assert sorted(rule["CidrIpv4"] for rule in made) == ["192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32"]
    again = {"GroupId": group, "IpPermissions": [permission("192.0.2.4/32"), permission("192.0.2.1/32")]}
    refused("InvalidPermission.Duplicate", ec2.authorize_security_group_ingress, **again)
    (shown,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    assert len(shown["IpRanges"]) == 3


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
@pytest.mark.parametrize("kernel", ["default", "6.1", "6.12", "6.18"])
def test_the_public_images_exist(sandbox: Sandbox, ec2: Any, machine: str, kernel: str) -> None:
    name = PARAMETER.replace("x86_64", machine).replace("default", kernel)
    image = sandbox.image(name)
    (shown,) = ec2.describe_images(ImageIds=[image])["Images"]
    assert (shown["Architecture"], shown["RootDeviceName"], shown["State"]) == (machine, "/dev/xvda", "available")


def test_the_catalogue_is_paged_and_filtered(sandbox: Sandbox, ec2: Any) -> None:
    first = ec2.describe_instance_types()
    assert len(first["InstanceTypes"]) == 100 and first["NextToken"]
    supported = [{"Name": "nitro-enclaves-support", "Values": ["supported"]}]
    family = [{"Name": "instance-type", "Values": ["c6a.*"]}]
    types = ec2.describe_instance_types(Filters=[*family, *supported])["InstanceTypes"]
    names = {each["InstanceType"] for each in types}
    assert "c6a.xlarge" in names and "c6a.large" not in names
    assert all(name.startswith("c6a.") for name in names)
    (named,) = ec2.describe_instance_types(InstanceTypes=["t3.micro"])["InstanceTypes"]
    assert named["NitroEnclavesSupport"] == "unsupported"
    offers = ec2.describe_instance_type_offerings(LocationType="availability-zone", Filters=family)
    zones = {each["Location"] for each in offers["InstanceTypeOfferings"]}
    assert "us-east-1a" in zones and "us-east-1e" not in zones


def test_the_catalogue_is_worked_out_once(sandbox: Sandbox, ec2: Any) -> None:
    def work() -> int:
        """The processor time that an answer takes, in ticks of the kernel: what else runs here does not count."""
        stat = Path(f"/proc/{sandbox.process.pid}/stat")
        before = sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13]))
        ec2.describe_instance_types(Filters=[{"Name": "instance-type", "Values": ["m*"]}])
        return sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13])) - before

    first = work()
    sandbox.reset()
    assert min(work() for _ in range(3)) < first / 2


def test_a_record_that_is_there_is_not_created(sandbox: Sandbox) -> None:
    dns = sandbox.client("route53")
    zone = dns.create_hosted_zone(Name="example.org", CallerReference="1")["HostedZone"]["Id"]

    def change(action: str, value: str, name: str = "dev.example.org") -> dict[str, Any]:
        record = {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": value}]}
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        return dns.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    change("CREATE", "192.0.2.1")
    for name in ("dev.example.org", "DEV.example.org."):
        with pytest.raises(dns.exceptions.InvalidChangeBatch, match="already exists"):
            change("CREATE", "192.0.2.2", name)
    with pytest.raises(dns.exceptions.InvalidChangeBatch, match="current values"):
        change("DELETE", "192.0.2.2")
    with pytest.raises(dns.exceptions.InvalidChangeBatch, match="not found"):
        change("DELETE", "192.0.2.1", "other.example.org")
    change("UPSERT", "192.0.2.3")
    change("DELETE", "192.0.2.3")
    change("CREATE", "192.0.2.4")


def test_the_public_address_service_says_what_is_set(sandbox: Sandbox) -> None:
    assert sandbox.request("/sandbox/public-ip") == (200, "203.0.113.7\n")
    sandbox.set(public_ip="<html>2001:db8::1", public_ip_status=500)
    assert sandbox.request("/sandbox/public-ip") == (500, "<html>2001:db8::1\n")


@pytest.mark.parametrize(
    "changes",
    [{"lagg": 1}, {"lag": "1"}, {"lag": -1}, {"console": "loud"}, {"capacity": {"a": 1}}, ["lag"], {"lag": True}],
)
def test_a_wrong_setting_is_refused_as_a_whole(sandbox: Sandbox, changes: Any) -> None:
    before = sandbox.request("/sandbox/settings")
    status, text = sandbox.request(
        "/sandbox/settings", {"pending": 7, **changes} if isinstance(changes, dict) else changes
    )
    assert status == 400 and json.loads(text)["error"]
    assert sandbox.request("/sandbox/settings") == before


def test_a_request_that_stalls_holds_nobody_and_does_nothing(sandbox: Sandbox, ec2: Any) -> None:
    body = b"Action=CreateKeyPair&Version=2016-11-15&KeyName=torn"
    credential = "Credential=key/20260101/us-east-1/ec2/aws4_request"
    head = [
        "POST / HTTP/1.1",
        "Host: sandbox",
        "Content-Type: application/x-www-form-urlencoded",
        f"Authorization: AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0",
        f"Content-Length: {len(body) + 1}",
    ]
    address = urllib.parse.urlsplit(sandbox.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=30) as stalled:
        stalled.sendall("\r\n".join([*head, "", ""]).encode() + body)
        assert ec2.describe_key_pairs()["KeyPairs"] == []
        stalled.shutdown(socket.SHUT_WR)
        assert b" 400 " in stalled.recv(4096).splitlines()[0]
    assert ec2.describe_key_pairs()["KeyPairs"] == []


def test_a_reset_forgets_everything(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.set(lag=0.5, pending=1)
    name = sandbox.launch(ClientToken="token")["InstanceId"]
    until(lambda: (sandbox.state / "instances" / name).exists(), "the instance has its folder")
    sandbox.reset()
    assert list((sandbox.state / "instances").iterdir()) == []
    assert json.loads(sandbox.request("/sandbox/settings")[1])["pending"] == 2
    assert ec2.describe_instances()["Reservations"] == []
    assert sandbox.launch(ClientToken="token")["InstanceId"] != name


def test_the_oracles_of_moto_work(sandbox: Sandbox, ec2: Any, key: Key) -> None:
    def there() -> dict[str, int]:
        data = json.loads(sandbox.request("/moto-api/data.json")[1])["ec2"]
        assert data["EC2Backend"] == [], "moto's own tables take long to write and to read"
        kinds = ("Instance", "KeyPair", "SecurityGroup", "SecurityGroupRule", "Volume", "NetworkInterface", "Snapshot")
        return {kind: len(data[kind]) for kind in kinds}

    before = there()
    sandbox.request("/moto-api/recorder/start-recording", {})
    group = ec2.create_security_group(GroupName="new", Description="new")["GroupId"]
    name = sandbox.launch(KeyName=key.name, SecurityGroupIds=[group], EnclaveOptions={"Enabled": True})["InstanceId"]
    during = there()
    assert [during[kind] - before[kind] for kind in ("Instance", "SecurityGroup", "Volume")] == [1, 1, 1]
    (shown,) = json.loads(sandbox.request("/moto-api/data.json")[1])["ec2"]["Instance"]
    assert shown["enclave_options"] == {"Enabled": True}
    ec2.terminate_instances(InstanceIds=[name])
    until(lambda: ec2.describe_network_interfaces()["NetworkInterfaces"] == [], "the interface is gone")
    ec2.delete_security_group(GroupId=group)
    sandbox.request("/moto-api/recorder/stop-recording", {})
    assert there() == {**before, "Instance": 1}
    ec2.delete_key_pair(KeyName=key.name)
    assert there()["KeyPair"] == 0
    recorded = [json.loads(line) for line in sandbox.request("/moto-api/recorder/download-recording")[1].splitlines()]
    assert {each["method"] for each in recorded} == {"POST", "GET"} and len(recorded) > 5


def test_the_quota_of_standard_instances_is_known(sandbox: Sandbox) -> None:
    quota = sandbox.client("service-quotas").get_service_quota(ServiceCode="ec2", QuotaCode="L-1216C47A")["Quota"]
    assert quota["Value"] == 32.0


def test_the_caller_has_an_account(sandbox: Sandbox) -> None:
    assert sandbox.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_the_default_vpc_leads_out(ec2: Any) -> None:
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    (gateway,) = ec2.describe_internet_gateways()["InternetGateways"]
    assert gateway["Attachments"] == [{"State": "available", "VpcId": vpc["VpcId"]}]
    (table,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["RouteTables"]
    routes = {route["DestinationCidrBlock"]: (route["GatewayId"], route["State"]) for route in table["Routes"]}
    out = (gateway["InternetGatewayId"], "active")
    assert routes == {vpc["CidrBlock"]: ("local", "active"), "0.0.0.0/0": out}
