//! Instances that end themselves, whatever becomes of the laptop.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{host, ran};
use crate::harness::{Laptop, tags};

/// The end that the host has written, in seconds since 1970.
pub(crate) fn written(root: &Path) -> i64 {
    let end = fs::read_to_string(root.join("var/lib/iac/end")).unwrap();
    end.split(' ').next().unwrap().parse().unwrap()
}

/// The end as the instance's tag tells it.
pub(crate) fn tagged(laptop: &Laptop) -> i64 {
    let instance: Value = laptop.aws().instances().remove(0);
    let ends: jiff::Timestamp = tags(&instance)["bky:iac:ends"].parse().unwrap();
    ends.as_second()
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_mins(2);
    while !is_so() {
        assert!(Instant::now() < limit, "waited in vain until {what}");
    }
}

#[test]
fn the_end_is_armed_without_a_set_up_and_ends_the_instance() {
    let (laptop, root) = host(&["--no-setup", "--ttl", "10h"]);
    let launch = &laptop.aws().requests_of("RunInstances")[0];
    assert_eq!(launch.get("InstanceInitiatedShutdownBehavior"), Some("terminate"));
    assert_eq!(launch.tags("instance")["bky:iac:ttl"], "10h");
    assert_eq!(ran(&root), ["systemctl enable --now iac-end.timer"]);
    assert_eq!(tagged(&laptop), written(&root));
    let armed = fs::metadata(root.join("var/lib/iac/end")).unwrap().modified().unwrap();
    let armed = armed.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let span = written(&root) - i64::try_from(armed).unwrap();
    // The host's clock runs twenty times as fast as this machine's.
    assert!((36_000..37_800).contains(&span), "{span}");
    fs::write(root.join("var/lib/iac/end"), "1 unknown\n").unwrap();
    until("the instance has ended itself", || laptop.aws().instances().is_empty());
}

#[test]
fn an_end_that_passed_while_the_instance_was_stopped_ends_it_at_the_next_boot() {
    let (laptop, root) = host(&["--no-setup", "--ttl", "10h"]);
    let id = laptop.iac(["instance", "describe"]).ok().json()["id"].as_str().unwrap().to_owned();
    let aws = laptop.aws();
    aws.call("StopInstances", &[("InstanceId.1", &id)]);
    until("it has stopped", || aws.instances()[0]["state"] == "stopped");
    fs::write(root.join("var/lib/iac/end"), "1 unknown\n").unwrap();
    aws.call("StartInstances", &[("InstanceId.1", &id)]);
    until("the instance has ended itself", || aws.instances().is_empty());
}

#[test]
fn an_end_is_moved_on_the_host_first() {
    let (laptop, root) = host(&["--no-setup", "--ttl", "10h"]);
    let (before, tag) = (written(&root), tagged(&laptop));
    // Nobody answers there, so nothing changes.
    let unreachable = ["instance", "extend", "2h", "--ssh-port", "1"];
    let _ = laptop.iac(unreachable).fails("ssh_failed");
    assert_eq!((written(&root), tagged(&laptop)), (before, tag));
    let moved = laptop.iac(["instance", "extend", "2h"]).ok().json();
    assert_eq!((written(&root), tagged(&laptop)), (before + 7200, before + 7200));
    assert_eq!(moved["ends"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second(), before + 7200);
    let _ = laptop.iac(["instance", "extend", "30d"]).fails("end_too_far");
    let listed = laptop.iac(["--output", "text", "instance", "list"]).ok().text();
    assert!(listed.contains("LEFT") && listed.contains("1h"), "{listed}");
    fs::remove_file(root.join("var/lib/iac/end")).unwrap();
    fs::remove_file(root.join("var/lib/sandbox/active/iac-end.timer")).unwrap();
    let _ = laptop.iac(["instance", "extend", "2h"]).fails("no_end");
}

#[test]
fn an_instance_without_an_end_is_given_none() {
    let (laptop, root) = host(&["--no-setup"]);
    let _ = laptop.iac(["instance", "extend", "2h"]).fails("no_end");
    assert_eq!((ran(&root).len(), laptop.aws().requests_of("CreateTags").len()), (0, 0));
    let instance = &laptop.aws().instances()[0];
    assert_eq!(instance["instance_initiated_shutdown_behavior"], json!("stop"));
}
