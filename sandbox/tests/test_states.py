"""States that take their time, what moves with them, and resources that are seen late."""

from __future__ import annotations

import time
from typing import Any

from conftest import NEVER, SECOND, Key, Sandbox, refused, until


def test_states_pass_by_the_clock(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.set(pending=20)
    begun = time.monotonic()
    name = sandbox.launch()["InstanceId"]
    sandbox.wait(name, "running")
    assert time.monotonic() - begun >= 20 * float(SECOND)
    sandbox.set(stopping=10)
    ec2.stop_instances(InstanceIds=[name])
    sandbox.wait(name, "stopped")
    sandbox.set(shutting_down=10)
    ec2.terminate_instances(InstanceIds=[name])
    sandbox.wait(name, "terminated")


def test_states_between_are_told_until_they_pass(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.set(pending=NEVER, stopping=NEVER, shutting_down=NEVER)
    launched = sandbox.launch()
    name = launched["InstanceId"]
    assert launched["State"]["Name"] == sandbox.state_of(name) == "pending"
    sandbox.hasten()
    assert sandbox.state_of(name) == "running"
    stopping = ec2.stop_instances(InstanceIds=[name])["StoppingInstances"][0]
    assert (stopping["PreviousState"]["Name"], stopping["CurrentState"]["Name"]) == ("running", "stopping")
    assert sandbox.state_of(name) == "stopping"
    sandbox.hasten()
    assert sandbox.state_of(name) == "stopped"
    ec2.terminate_instances(InstanceIds=[name])
    assert sandbox.state_of(name) == "shutting-down"
    sandbox.hasten()
    assert sandbox.state_of(name) == "terminated"
    again = ec2.terminate_instances(InstanceIds=[name])["TerminatingInstances"][0]
    assert again["CurrentState"]["Name"] == "terminated"
    listed = ec2.describe_instances()["Reservations"][0]["Instances"][0]
    assert (listed["InstanceId"], listed["State"]["Name"]) == (name, "terminated")


def test_a_terminated_pending_instance_never_runs(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.set(pending=NEVER, shutting_down=NEVER)
    name = sandbox.launch()["InstanceId"]
    ec2.terminate_instances(InstanceIds=[name])
    assert sandbox.state_of(name) == "shutting-down"
    # Both are due at once, the beginning before the end.
    sandbox.hasten()
    assert sandbox.state_of(name) == "terminated"
    assert not (sandbox.state / "instances" / name).exists()


def test_a_change_from_the_wrong_state_is_refused(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.set(pending=NEVER, shutting_down=NEVER)
    name = sandbox.launch()["InstanceId"]
    refused("IncorrectInstanceState", ec2.stop_instances, InstanceIds=[name])
    ec2.terminate_instances(InstanceIds=[name])
    refused("IncorrectInstanceState", ec2.start_instances, InstanceIds=[name])


def test_a_start_moves_launch_time_and_address(sandbox: Sandbox, ec2: Any) -> None:
    name = sandbox.launch()["InstanceId"]
    before = sandbox.wait(name, "running")
    assert before["PublicDnsName"] == before["PublicIpAddress"]
    assert before["PublicIpAddress"].startswith("127.")
    assert len(before["PublicIpAddress"]) == 15, "tables are as wide in every run"
    ec2.stop_instances(InstanceIds=[name])
    stopped = sandbox.wait(name, "stopped")
    assert not stopped.get("PublicIpAddress") and not stopped.get("PublicDnsName")
    # LaunchTime is told in whole seconds.
    until(lambda: time.time() >= before["LaunchTime"].timestamp() + 1, "a second is over")
    ec2.start_instances(InstanceIds=[name])
    after = sandbox.wait(name, "running")
    assert after["LaunchTime"] > before["LaunchTime"]
    assert after["PublicIpAddress"] != before["PublicIpAddress"]


def test_addresses_come_back_on_request_only(sandbox: Sandbox, ec2: Any) -> None:
    def one_life() -> str:
        launched = sandbox.launch()
        ec2.terminate_instances(InstanceIds=[launched["InstanceId"]])
        sandbox.wait(launched["InstanceId"], "terminated")
        return launched["PublicIpAddress"]

    assert one_life() != one_life()
    sandbox.set(addresses="recycled")
    assert one_life() == one_life()


def test_new_things_are_seen_late_on_request(sandbox: Sandbox, ec2: Any, tmp_path: Any) -> None:
    sandbox.set(lag=NEVER, pending=0)
    group = ec2.create_security_group(GroupName="late", Description="late")["GroupId"]
    key = Key(sandbox, tmp_path)
    name = sandbox.launch(KeyName=key.name, SecurityGroupIds=[group])["InstanceId"]
    refused("InvalidInstanceID.NotFound", ec2.describe_instances, InstanceIds=[name])
    refused("InvalidInstanceID.NotFound", ec2.terminate_instances, InstanceIds=[name])
    refused("InvalidGroup.NotFound", ec2.describe_security_groups, GroupIds=[group])
    refused("InvalidKeyPair.NotFound", ec2.describe_key_pairs, KeyNames=[key.name])
    assert ec2.describe_instances()["Reservations"] == []
    assert ec2.describe_key_pairs()["KeyPairs"] == []
    assert group not in [each["GroupId"] for each in ec2.describe_security_groups()["SecurityGroups"]]
    sandbox.set(lag=0)
    assert ec2.describe_instances()["Reservations"] != [], "a shorter lag shows what a longer one hid"
    sandbox.set(lag=NEVER)
    refused("InvalidInstanceID.NotFound", ec2.describe_instances, InstanceIds=[name])
    sandbox.hasten()
    sandbox.wait(name, "running")
    assert ec2.describe_key_pairs(KeyNames=[key.name])["KeyPairs"]
    assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    sandbox.set(lag=20)
    sandbox.launch()
    until(lambda: len(ec2.describe_instances()["Reservations"]) == 2, "the instance is seen without help")


def test_a_thing_made_without_lag_is_never_hidden(sandbox: Sandbox, ec2: Any) -> None:
    name = sandbox.launch()["InstanceId"]
    sandbox.set(lag=NEVER)
    assert sandbox.state_of(name) in ("pending", "running")


def test_an_instance_says_why_it_ended(sandbox: Sandbox, ec2: Any) -> None:
    def reason(name: str) -> str:
        [reservation] = ec2.describe_instances(InstanceIds=[name])["Reservations"]
        return str(reservation["Instances"][0]["StateReason"]["Code"])

    sandbox.set(shutting_down=NEVER)
    ended = sandbox.launch()["InstanceId"]
    ec2.terminate_instances(InstanceIds=[ended])
    assert reason(ended) == "Client.UserInitiatedShutdown", "also while it is ending"
    sandbox.set(shutting_down=0.5, launch_failure="Server.InternalError: Internal error on launch")
    failed = sandbox.launch()["InstanceId"]
    sandbox.wait(failed, "terminated")
    assert reason(failed) == "Server.InternalError"


def test_a_group_in_use_stays(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.set(shutting_down=NEVER, interface_release=NEVER)
    group = ec2.create_security_group(GroupName="used", Description="used")["GroupId"]
    name = sandbox.launch(SecurityGroupIds=[group])["InstanceId"]
    refused("DependencyViolation", ec2.delete_security_group, GroupId=group)
    ec2.terminate_instances(InstanceIds=[name])
    refused("DependencyViolation", ec2.delete_security_group, GroupId=group)
    sandbox.hasten()
    assert sandbox.state_of(name) == "terminated"
    refused("DependencyViolation", ec2.delete_security_group, GroupId=group)
    sandbox.hasten()
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    ec2.delete_security_group(GroupId=group)


def test_a_group_that_a_rule_names_stays(sandbox: Sandbox, ec2: Any) -> None:
    named = ec2.create_security_group(GroupName="named", Description="named")["GroupId"]
    other = ec2.create_security_group(GroupName="other", Description="other")["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": named}]}
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[permission])
    refused("DependencyViolation", ec2.delete_security_group, GroupId=named)
    ec2.delete_security_group(GroupId=other)
    ec2.delete_security_group(GroupId=named)
