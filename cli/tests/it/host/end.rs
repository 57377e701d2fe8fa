//! Instances that end themselves, whatever becomes of the laptop.

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{host, ran};
use crate::harness::{Laptop, tags, until};

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

/// What the host's clock told when it was launched, and what at a moment of this machine's: since 1970.
fn clock(root: &Path, moment: SystemTime) -> [Duration; 2] {
    let told = fs::read_to_string(root.join("var/lib/sandbox/clock")).unwrap();
    let (launched, second) = told.trim_end().split_once(' ').unwrap();
    let launched = Duration::from_secs_f64(launched.parse().unwrap());
    let since = moment.duration_since(UNIX_EPOCH + launched).unwrap();
    [launched, launched + since.div_f64(second.parse().unwrap())]
}

/// How a list may say, between two moments, how long it is until an end: whole minutes, and hours where there are any. The
/// list knows parts of a second, so the last of these seconds may be nearly over.
fn lefts(end: i64, between: RangeInclusive<i64>) -> Vec<String> {
    let minutes = (end - between.end() - 1) / 60..=(end - between.start()) / 60;
    let said = |minutes: i64| match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h {minutes}m"),
    };
    minutes.map(said).collect()
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[test]
fn the_end_is_armed_without_a_set_up_and_ends_the_instance() {
    let (laptop, root) = host(&["--no-setup", "--ttl", "10h"]);
    let launch = &laptop.aws().requests_of("RunInstances")[0];
    assert_eq!(launch.get("InstanceInitiatedShutdownBehavior"), Some("terminate"));
    assert_eq!(launch.tags("instance")["bky:iac:ttl"], "10h");
    assert_eq!(ran(&root), ["systemctl enable --now iac-end.timer"]);
    assert_eq!(tagged(&laptop), written(&root));
    // It was reckoned, by the host's own clock, at some time between the launch and the writing.
    let [launched, armed] = clock(&root, fs::metadata(root.join("var/lib/iac/end")).unwrap().modified().unwrap());
    let reckoned = u64::try_from(written(&root) - 36_000).unwrap();
    assert!((launched.as_secs()..=armed.as_secs()).contains(&reckoned), "{launched:?} {reckoned} {armed:?}");
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
    let since = now();
    let listed = laptop.iac(["--output", "text", "instance", "list"]).ok().text();
    let (titles, row) = listed.trim_end().split_once('\n').unwrap();
    let lefts = lefts(before + 7200, since..=now());
    assert!(titles.ends_with("  LEFT") && lefts.iter().any(|left| row.ends_with(left)), "{lefts:?}\n{listed}");
    // Another machine's end means nothing here. A file that is missing would be written anew by a check at this moment.
    let (end, other) = (root.join("var/lib/iac/end"), root.join("var/lib/iac/other"));
    fs::write(&other, "99999999999 i-of-another\n").unwrap();
    fs::rename(other, end).unwrap();
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
