//! `kill -9` at every call of `up` and of `down`: a second run ends as one that was never disturbed.

use serde_json::json;

use super::{DOWN, QUICK_UP, assert_nothing_left, assert_whole};
use crate::harness::{Fault, Laptop, When, kill_at_every_call};

/// `up` as it is killed: what waiting adds are polls.
const LAUNCH: [&str; 4] = ["up", "--yes", "--wait", "none"];

#[test]
fn an_up_killed_anywhere_is_finished_by_the_next() {
    kill_at_every_call(
        &LAUNCH,
        |_| (),
        |laptop, second, _| {
            let _ = second.ok();
            assert_whole(laptop);
        },
    );
}

#[test]
fn a_down_killed_anywhere_is_finished_by_the_next() {
    kill_at_every_call(
        &DOWN,
        |laptop| {
            let _ = laptop.iac(QUICK_UP).ok();
        },
        |laptop, second, _| {
            assert_eq!(second.ok().json()["left"], 0);
            assert_nothing_left(laptop);
        },
    );
}

/// Kills an `up` after AWS has carried out its first call of this action, while AWS shows new things late.
fn killed_after(action: &'static str) -> Laptop {
    let mut laptop = Laptop::new();
    laptop.cloud(&json!({"lag": 20}));
    let proxy = laptop.proxy();
    proxy.fault(When::First(action), Fault::KillAfter);
    let running = laptop.start(LAUNCH);
    proxy.aim(&running);
    running.finish().killed();
    proxy.reset();
    laptop
}

#[test]
fn what_aws_shows_late_is_made_once() {
    for action in ["ImportKeyPair", "CreateSecurityGroup", "RunInstances"] {
        let laptop = killed_after(action);
        let _ = laptop.iac(LAUNCH).ok();
        assert_whole(&laptop);
    }
}

#[test]
fn what_aws_shows_late_is_not_left_behind() {
    for action in ["ImportKeyPair", "CreateSecurityGroup", "RunInstances"] {
        let laptop = killed_after(action);
        assert_eq!(laptop.iac(DOWN).ok().json()["left"], 0, "{action}");
        assert_nothing_left(&laptop);
    }
}

#[test]
fn an_up_that_fails_says_what_exists() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("RunInstances"), Fault::Refuse(403, "UnauthorizedOperation", "not allowed"));
    let failed = laptop.iac(LAUNCH).fails("aws_denied").json();
    let made: Vec<_> = failed["made"].as_array().unwrap().iter().map(|made| made["kind"].clone()).collect();
    assert_eq!(made, ["security group", "key pair"]);
    proxy.reset();
    let _ = laptop.iac(LAUNCH).ok();
    assert_whole(&laptop);
}
