"""What a launch keeps, refuses and repeats."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import NEVER, Sandbox, refused, until


def test_enclave_options_are_kept_and_returned(sandbox: Sandbox) -> None:
    launched = sandbox.launch(EnclaveOptions={"Enabled": True})
    assert launched["EnclaveOptions"] == {"Enabled": True}
    assert sandbox.instance(launched["InstanceId"])["EnclaveOptions"] == {"Enabled": True}
    assert sandbox.launch()["EnclaveOptions"] == {"Enabled": False}


def test_enclaves_are_refused_on_a_type_without_support(sandbox: Sandbox, ec2: Any) -> None:
    refused("UnsupportedOperation", sandbox.launch, InstanceType="t3.micro", EnclaveOptions={"Enabled": True})
    assert ec2.describe_instances()["Reservations"] == []
    assert ec2.describe_volumes()["Volumes"] == []


def test_enclave_options_change_on_a_stopped_instance_only(sandbox: Sandbox, ec2: Any) -> None:
    name = sandbox.launch()["InstanceId"]
    sandbox.wait(name, "running")
    change = {"InstanceId": name, "EnclaveOptions": {"Enabled": True}}
    refused("IncorrectInstanceState", ec2.modify_instance_attribute, **change)
    ec2.stop_instances(InstanceIds=[name])
    sandbox.wait(name, "stopped")
    ec2.modify_instance_attribute(**change)
    assert sandbox.instance(name)["EnclaveOptions"] == {"Enabled": True}
    attribute = ec2.describe_instance_attribute(InstanceId=name, Attribute="enclaveOptions")
    assert attribute["EnclaveOptions"] == {"Enabled": True}


def test_metadata_options_and_encryption_are_kept(sandbox: Sandbox, ec2: Any) -> None:
    launched = sandbox.launch(
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        BlockDeviceMappings=[
            {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 16, "VolumeType": "gp3", "Encrypted": True}}
        ],
    )
    seen = sandbox.instance(launched["InstanceId"])
    assert seen["MetadataOptions"]["HttpTokens"] == "required"
    assert seen["MetadataOptions"]["HttpPutResponseHopLimit"] == 2
    (volume,) = ec2.describe_volumes()["Volumes"]
    assert (volume["Size"], volume["VolumeType"], volume["Encrypted"]) == (16, "gp3", True)
    assert volume["Attachments"][0]["Device"] == seen["RootDeviceName"] == "/dev/xvda"
    assert seen["BlockDeviceMappings"][0]["Ebs"]["DeleteOnTermination"]
    assert volume["Attachments"][0]["DeleteOnTermination"]


def test_a_mapping_of_another_device_leaves_the_root_volume(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.launch(BlockDeviceMappings=[{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 3}}])
    devices = [volume["Attachments"][0]["Device"] for volume in ec2.describe_volumes()["Volumes"]]
    assert sorted(devices) == ["/dev/sdf", "/dev/xvda"]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("InvalidAMIID.NotFound", {"ImageId": "ami-0123456789abcdef0"}),
        ("InvalidAMIID.Malformed", {"ImageId": "nonsense"}),
        ("InvalidParameterValue", {"InstanceType": "c6a.tiny"}),
        ("InvalidParameterValue", {"InstanceType": "c6g.large"}),
        ("InvalidKeyPair.NotFound", {"KeyName": "nobody's"}),
        ("InvalidGroup.NotFound", {"SecurityGroupIds": ["sg-0123456789abcdef0"]}),
        ("Unsupported", {"Placement": {"AvailabilityZone": "us-east-1e"}}),
        ("InvalidParameterValue", {"UserData": "x" * 16385}),
    ],
)
def test_what_ec2_does_not_know_is_refused(sandbox: Sandbox, ec2: Any, code: str, changes: dict[str, Any]) -> None:
    groups = len(ec2.describe_security_groups()["SecurityGroups"])
    refused(code, sandbox.launch, **changes)
    assert ec2.describe_instances()["Reservations"] == []
    assert len(ec2.describe_security_groups()["SecurityGroups"]) == groups


def test_user_data_of_the_largest_size_is_taken(sandbox: Sandbox) -> None:
    sandbox.launch(UserData="x" * 16384)


def test_a_full_zone_refuses_and_another_is_picked(sandbox: Sandbox) -> None:
    sandbox.set(capacity={"us-east-1a": "InsufficientInstanceCapacity"})
    full = refused("InsufficientInstanceCapacity", sandbox.launch, Placement={"AvailabilityZone": "us-east-1a"})
    assert full.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert sandbox.launch()["Placement"]["AvailabilityZone"] == "us-east-1b"
    sandbox.set(capacity={"us-east-1b": "VcpuLimitExceeded"})
    limit = refused("VcpuLimitExceeded", sandbox.launch, Placement={"AvailabilityZone": "us-east-1b"})
    assert limit.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_no_default_vpc_is_said(sandbox: Sandbox, ec2: Any) -> None:
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc)
    refused("VPCIdNotSpecified", sandbox.launch)


def test_a_token_is_one_launch_in_its_zone(sandbox: Sandbox, ec2: Any) -> None:
    zone = {"AvailabilityZone": "us-east-1a"}
    first = sandbox.launch(ClientToken="token", Placement=zone)["InstanceId"]
    assert sandbox.launch(ClientToken="token", Placement=zone)["InstanceId"] == first
    assert sandbox.instance(first)["ClientToken"] == "token"
    refused("IdempotentParameterMismatch", sandbox.launch, ClientToken="token", Placement=zone, EbsOptimized=True)
    other = sandbox.launch(ClientToken="token", Placement={"AvailabilityZone": "us-east-1b"})["InstanceId"]
    assert other != first
    ec2.terminate_instances(InstanceIds=[first])
    refused("IdempotentInstanceTerminated", sandbox.launch, ClientToken="token", Placement=zone)


def test_a_token_without_a_zone_is_one_launch_in_the_region(sandbox: Sandbox) -> None:
    first = sandbox.launch(ClientToken="token")["InstanceId"]
    assert sandbox.launch(ClientToken="token")["InstanceId"] == first


def test_a_subnet_scopes_a_token_by_its_zone(sandbox: Sandbox, ec2: Any) -> None:
    subnets = {each["AvailabilityZone"]: each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]}
    first = sandbox.launch(ClientToken="token", SubnetId=subnets["us-east-1a"])["InstanceId"]
    second = sandbox.launch(ClientToken="token", SubnetId=subnets["us-east-1b"])["InstanceId"]
    assert first != second


def test_a_refused_launch_does_not_use_its_token(sandbox: Sandbox) -> None:
    sandbox.set(capacity={"us-east-1a": "InsufficientInstanceCapacity"})
    zone = {"AvailabilityZone": "us-east-1a"}
    refused("InsufficientInstanceCapacity", sandbox.launch, ClientToken="token", Placement=zone)
    sandbox.set(capacity={})
    sandbox.launch(ClientToken="token", Placement=zone)


def test_everything_is_tagged_at_launch(sandbox: Sandbox, ec2: Any) -> None:
    kinds = ("instance", "volume", "network-interface")
    tags = [{"Key": "Name", "Value": "dev"}]
    launched = sandbox.launch(TagSpecifications=[{"ResourceType": kind, "Tags": tags} for kind in kinds])
    assert launched["Tags"] == tags
    assert ec2.describe_volumes()["Volumes"][0]["Tags"] == tags
    assert ec2.describe_network_interfaces()["NetworkInterfaces"][0]["TagSet"] == tags
    found = {tag["ResourceType"] for tag in ec2.describe_tags(Filters=[{"Name": "key", "Values": ["Name"]}])["Tags"]}
    assert found == set(kinds)


def test_interfaces_and_volumes_go_with_the_instance(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.set(shutting_down=NEVER)
    name = sandbox.launch()["InstanceId"]
    ec2.terminate_instances(InstanceIds=[name])
    assert len(ec2.describe_network_interfaces()["NetworkInterfaces"]) == 1
    sandbox.hasten()
    gone = sandbox.wait(name, "terminated")
    assert gone["NetworkInterfaces"] == [] and "PublicIpAddress" not in gone
    assert ec2.describe_volumes()["Volumes"] == []
    until(lambda: ec2.describe_network_interfaces()["NetworkInterfaces"] == [], "the interface is gone")


def test_many_launches_are_paged(sandbox: Sandbox, ec2: Any) -> None:
    names = {sandbox.launch()["InstanceId"] for _ in range(12)}
    pages = list(ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5}))
    assert [len(page["Reservations"]) for page in pages] == [5, 5, 2]
    found = [each["InstanceId"] for page in pages for one in page["Reservations"] for each in one["Instances"]]
    assert set(found) == names and len(found) == 12


def test_pages_can_be_short(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.set(launches_on_a_page=2)
    names = [sandbox.launch()["InstanceId"] for _ in range(3)]
    first = ec2.describe_instances(MaxResults=1000)
    assert len(first["Reservations"]) == 2
    second = ec2.describe_instances(MaxResults=1000, NextToken=first["NextToken"])
    assert second["Reservations"][0]["Instances"][0]["InstanceId"] == names[2] and not second.get("NextToken")
