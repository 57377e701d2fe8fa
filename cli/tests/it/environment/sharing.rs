//! What is not of the environment, and what two environments share.

use super::{DOWN, QUICK_UP, actions, assert_nothing_left, live};
use crate::harness::{Laptop, until};

const OTHER: [&str; 2] = ["--instance-name", "other"];

#[test]
fn what_two_environments_share_goes_with_the_last() {
    let laptop = Laptop::new();
    let _ = laptop.iac(QUICK_UP).ok();
    let other = laptop.iac(QUICK_UP.iter().chain(&OTHER)).ok().json();
    assert_eq!(actions(&other), ["launch_instance"], "the pair and the group are there");
    let down = laptop.iac(DOWN).ok().json();
    assert_eq!(actions(&down), ["terminate_instance"]);
    let kept: Vec<_> = down["kept"].as_array().unwrap().iter().map(|kept| kept["resource"].clone()).collect();
    assert_eq!(kept, ["security group `nitro-dev`", "key pair `nitro-dev`"]);
    assert_eq!(live(&laptop)[0]["id"], other["instance"]["id"], "the other is whole");
    assert_eq!(laptop.iac(["plan", "--check"].iter().chain(&OTHER)).status.code(), Some(0));
    let _ = laptop.iac(DOWN.iter().chain(&OTHER)).ok();
    assert_nothing_left(&laptop);
}

#[test]
fn the_resources_of_others_survive_under_the_same_names() {
    let laptop = Laptop::new();
    let aws = laptop.aws();
    let older = [("Name", "nitro-dev"), ("Deployment", "Sequencer")];
    let _ = (aws.foreign_instance(&[("Name", "nitro-dev"), ("ManagedBy", "iac")]), aws.foreign_group("other", &older));
    let _ = aws.foreign_key_pair("other", &older);
    // Its instance runs, and has booted, by itself, a moment later.
    until("it has booted", || aws.instances()[0]["has_booted"] == true);
    let before = aws.world();
    let _ = laptop.iac(QUICK_UP).ok();
    let _ = laptop.iac(DOWN).ok();
    assert_eq!(aws.world(), before);
}

#[test]
fn a_group_of_somebody_else_is_used_as_it_is_and_kept() {
    let laptop = Laptop::new();
    let group = laptop.aws().foreign_group("nitro-dev", &[]);
    let up = laptop.iac(QUICK_UP).ok().json();
    assert_eq!(actions(&up), ["create_key_pair", "launch_instance"]);
    let down = laptop.iac(DOWN).ok().json();
    assert_eq!(down["kept"][0]["id"], *group);
    assert_eq!(laptop.aws().security_groups().len(), 1);
}

#[test]
fn an_instance_of_the_older_tool_keeps_its_name() {
    let laptop = Laptop::new();
    let id = laptop.aws().foreign_instance(&[("Name", "nitro-dev"), ("Deployment", "Sequencer")]);
    laptop.iac(QUICK_UP).fails("instance_exists");
    let down = laptop.iac(DOWN).ok().json();
    assert_eq!((&down["kept"][0]["id"], &down["kept"][0]["reason"]), (&id.into(), &"the older tool made it".into()));
    assert_eq!(live(&laptop).len(), 1);
}
