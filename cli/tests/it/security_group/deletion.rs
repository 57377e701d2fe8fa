//! Deleting a group that is, or was a moment ago, in use.

use serde_json::json;

use super::{CREATE, DELETE, element, id, laptop, with};
use crate::harness::{Aws, Laptop, NEVER, until};

/// A group of ours with an instance in it: their ids.
fn in_use(laptop: &Laptop) -> (String, String) {
    let group = laptop.iac(with(CREATE, &["--ssh-from", "192.0.2.0/24"])).ok().json();
    let aws = laptop.aws();
    let image = aws.image("x86_64");
    let launch = [("ImageId", &*image), ("InstanceType", "t3.micro"), ("MinCount", "1"), ("MaxCount", "1")];
    let launched = aws.call("RunInstances", &[&launch[..], &[("SecurityGroupId.1", id(&group))]].concat());
    (id(&group).to_owned(), element(&launched, "instanceId"))
}

fn terminate(aws: &Aws, instance: &str) {
    aws.call("TerminateInstances", &[("InstanceId.1", instance)]);
}

#[test]
fn a_live_instance_is_named_at_once() {
    let laptop = laptop();
    laptop.cloud(&json!({"pending": 0}));
    let (group, instance) = in_use(&laptop);
    laptop.aws().call("CreateTags", &[("ResourceId.1", &instance), ("Tag.1.Key", "Name"), ("Tag.1.Value", "web *")]);
    insta::assert_snapshot!(laptop.iac(with(DELETE, &["--output", "text"])).transcript(), @"
    $ iac security-group delete --output text
    ! error: security group `nitro-dev` sg-1 is in use
    ! caused by: instance `web *` uses it and is running: i-1
    ! hint: end or change what uses it (instances with `iac instance terminate`), then run the command again
    (exit status: 1)
    ");
    let _ = laptop.iac(DELETE).fails("group_in_use");
    assert_eq!(laptop.aws().security_groups()[0]["id"], *group);
}

#[test]
fn ending_instances_are_waited_for() {
    let laptop = laptop();
    let (_, instance) = in_use(&laptop);
    laptop.cloud(&json!({"shutting_down": NEVER, "interface_release": NEVER}));
    terminate(&laptop.aws(), &instance);
    let deleting = laptop.start(DELETE);
    let tries = || laptop.aws().requests_of("DeleteSecurityGroup").len();
    until("it is tried again while the instance ends", || tries() > 1);
    laptop.sandbox().hasten();
    let before = tries();
    until("it is tried again while the interface holds it", || tries() > before + 1);
    laptop.sandbox().hasten();
    let _ = deleting.finish().ok();
    assert!(laptop.aws().security_groups().is_empty());
}

#[test]
fn the_wait_for_ending_instances_has_an_end() {
    let laptop = laptop();
    let (_, instance) = in_use(&laptop);
    laptop.cloud(&json!({"shutting_down": NEVER}));
    terminate(&laptop.aws(), &instance);
    insta::assert_snapshot!(laptop.iac(with(DELETE, &["--timeout", "1s", "--output", "text"])).transcript(), @"
    $ iac security-group delete --timeout 1s --output text
    ! error: stopped waiting for security group `nitro-dev` sg-1 to be free
    ! caused by: a network interface (`Primary network interface`) uses it: eni-1
    ! hint: run the command again to go on waiting, or allow more time with `--timeout`
    (exit status: 1)
    ");
    let _ = laptop.iac(with(DELETE, &["--timeout", "1s"])).fails("timed_out");
}

#[test]
fn a_rule_of_another_group_that_names_it_is_named_at_once() {
    let laptop = laptop();
    let group = laptop.iac(with(CREATE, &["--ssh-from", "192.0.2.0/24"])).ok().json();
    let aws = laptop.aws();
    let other = aws.foreign_group("other", &[]);
    let rule = [("GroupId", &*other), ("IpPermissions.1.IpProtocol", "-1")];
    let source = [("IpPermissions.1.Groups.1.GroupId", id(&group))];
    aws.call("AuthorizeSecurityGroupIngress", &[&rule[..], &source].concat());
    let error = laptop.iac(DELETE).fails("group_in_use").json();
    assert_eq!(error["error"]["causes"][0], format!("a rule of security group `other` names it: {other}"));
}
