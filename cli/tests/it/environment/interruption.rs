//! `kill -9` at every call of `up` and of `down`: a second run ends as one that was never disturbed.

use std::fs::File;
use std::time::{Duration, SystemTime};

use serde_json::json;

use super::{DOWN, QUICK_UP, assert_nothing_left, assert_whole, files, live};
use crate::harness::{Fault, Laptop, NEVER, When, kill_at_every_call, until};

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

fn lag(laptop: &Laptop, seconds: u32) {
    laptop.cloud(&json!({"lag": seconds}));
}

/// Kills an `up` after AWS has carried out its first call of this action.
fn killed_after(laptop: &mut Laptop, action: &'static str) {
    let proxy = laptop.proxy();
    proxy.fault(When::First(action), Fault::KillAfter);
    let running = laptop.start(LAUNCH);
    proxy.aim(&running);
    running.finish().killed();
    proxy.reset();
}

/// Waits until AWS was asked for this often.
fn until_called(laptop: &Laptop, action: &str, times: usize) {
    until(&format!("{action} is asked for {times} times"), || laptop.aws().requests_of(action).len() >= times);
}

/// A pair and a group that AWS shows, and nothing that is made from now on.
fn with_parts(laptop: &Laptop) {
    for noun in ["key", "security-group"] {
        let _ = laptop.iac([noun, "create"]).ok();
    }
    lag(laptop, NEVER);
}

#[test]
fn what_aws_shows_late_is_made_once() {
    for action in ["ImportKeyPair", "CreateSecurityGroup"] {
        let mut laptop = Laptop::new();
        lag(&laptop, NEVER);
        killed_after(&mut laptop, action);
        let second = laptop.start(LAUNCH);
        until_called(&laptop, action, 2);
        lag(&laptop, 0);
        let _ = second.finish().ok();
        assert_whole(&laptop);
    }
}

#[test]
fn a_launch_that_aws_does_not_show_is_gone_on_with() {
    for is_killed in [true, false] {
        let mut laptop = Laptop::new();
        with_parts(&laptop);
        if is_killed {
            killed_after(&mut laptop, "RunInstances");
        }
        let up = laptop.iac(LAUNCH).ok().json();
        assert_eq!(up["instance"]["id"], live(&laptop)[0]["id"]);
        assert_eq!(files(&laptop), ["nitro-dev.launch", "nitro-dev.pem"], "a `down` that comes now waits for it");
        assert_eq!(laptop.iac(LAUNCH).ok().json()["instance"]["id"], up["instance"]["id"]);
        lag(&laptop, 0);
        let _ = laptop.iac(LAUNCH).ok();
        assert_whole(&laptop);
    }
}

#[test]
fn what_was_launched_is_waited_for_by_its_id() {
    let laptop = Laptop::new();
    laptop.configure("fqdn = \"dev.example.org\"\n");
    let zone = laptop.aws().zone("example.org", false);
    with_parts(&laptop);
    let up = laptop.start(QUICK_UP);
    until_called(&laptop, "RunInstances", 1);
    let named = |laptop: &Laptop| {
        let asked = laptop.aws().requests_of("DescribeInstances");
        asked.iter().filter(|request| request.get("InstanceId.1").is_none()).count()
    };
    let id = live(&laptop)[0]["id"].as_str().unwrap().to_owned();
    // What asks for it by its id is let in when the lag ends; whoever asks for a name has given up by then.
    let by_id = |laptop: &Laptop| {
        let asked = laptop.aws().requests_of("DescribeInstances");
        asked.iter().filter(|request| request.get("InstanceId.1") == Some(&*id)).count()
    };
    until("the instance is looked for by its id", || by_id(&laptop) >= 2);
    let before = named(&laptop);
    lag(&laptop, 0);
    assert_eq!(up.finish().ok().json()["instance"]["id"], *id);
    assert_eq!(named(&laptop), before, "nothing is looked for that is known");
    assert!(laptop.aws().records(&zone)[1].starts_with("dev.example.org. A "));
    assert_whole(&laptop);
}

#[test]
fn what_aws_shows_late_is_not_left_behind() {
    for action in ["ImportKeyPair", "CreateSecurityGroup", "RunInstances"] {
        let mut laptop = Laptop::new();
        // A launch comes when AWS shows the pair and the group.
        if action == "RunInstances" {
            with_parts(&laptop);
        } else {
            lag(&laptop, NEVER);
        }
        killed_after(&mut laptop, action);
        // `down` waits until ten seconds after the launch began; on a slow machine they would be over.
        let mark = File::open(laptop.secrets().join("nitro-dev.launch")).unwrap();
        mark.set_modified(SystemTime::now() + Duration::from_hours(1)).unwrap();
        let down = laptop.terminal(120).start(DOWN);
        down.until("waiting until AWS shows what an interrupted run has made");
        laptop.sandbox().hasten();
        let _ = down.finish().ok();
        assert_eq!((laptop.aws().key_pairs(), files(&laptop)), (vec![], vec![]), "{action}");
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
