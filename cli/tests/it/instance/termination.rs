//! Terminations: whose they may be, and which instance of several is meant.

use serde_json::json;

use super::{CREATE_RUNNING, ENVIRONMENT, LIST, TERMINATE, live, prepare, ready};
use crate::harness::{Laptop, NEVER, kill_at_every_call, until};

#[test]
fn an_instance_of_the_older_tool_keeps_its_name_and_can_be_ended_by_it() {
    let laptop = ready();
    let id = laptop.aws().foreign_instance(&[("Name", "nitro-dev"), ("Deployment", "Sequencer")]);
    let _ = laptop.iac(CREATE_RUNNING).fails("instance_exists");
    let listed = laptop.iac(["--output", "text", "instance", "list"]).ok();
    assert!(listed.text().contains(&id) && listed.text().contains("older tool"), "{}", listed.text());
    let _ = laptop.iac(TERMINATE).ok();
    assert!(live(&laptop).is_empty());
}

#[test]
fn instances_of_others_are_neither_in_the_way_nor_touched() {
    let laptop = ready();
    let aws = laptop.aws();
    let others = [
        aws.foreign_instance(&[("Name", "nitro-dev")]),
        aws.foreign_instance(&[("Name", "nitro-dev"), ("ManagedBy", "iac")]),
        aws.foreign_instance(&[("Name", "nitro-dev"), (ENVIRONMENT, "nitro-dev2")]),
    ];
    let _ = laptop.iac(CREATE_RUNNING).ok();
    let _ = laptop.iac(TERMINATE).ok();
    let _ = laptop.iac(TERMINATE).fails("instance_missing");
    let mut left: Vec<String> = live(&laptop).iter().map(|left| left["id"].as_str().unwrap().to_owned()).collect();
    left.sort();
    let mut expected = others.to_vec();
    expected.sort();
    assert_eq!(left, expected);
    let _ = laptop.iac(["instance", "terminate", "--id", &others[0]]).fails("not_ours");
    let _ = laptop.iac(["instance", "terminate", "--force", "--id", &others[0]]).ok();
    assert_eq!(live(&laptop).len(), 2);
}

#[test]
fn two_of_one_name_are_listed_and_an_id_picks() {
    let laptop = Laptop::new();
    let aws = laptop.aws();
    let ids = [1, 2].map(|_| aws.foreign_instance(&[("Name", "nitro-dev"), (ENVIRONMENT, "nitro-dev")]));
    let refused = laptop.iac(TERMINATE).fails("instance_ambiguous");
    assert!(ids.iter().all(|id| refused.stderr.contains(id)), "{}", refused.stderr);
    let described = laptop.iac(["instance", "describe", "--id", &ids[1]]).ok().json();
    assert_eq!(described["id"], *ids[1]);
    let _ = laptop.iac(["instance", "terminate", "--id", &ids[0]]).ok();
    let _ = laptop.iac(TERMINATE).ok();
    assert!(live(&laptop).is_empty());
}

#[test]
fn what_is_ending_is_listed_only_on_request() {
    let laptop = ready();
    let _ = laptop.iac(CREATE_RUNNING).ok();
    laptop.cloud(&json!({"shutting_down": NEVER}));
    let ended = laptop.iac(["instance", "terminate", "--no-wait"]).ok().json();
    assert_eq!(ended["state"], "shutting-down");
    assert_eq!(laptop.iac(LIST).ok().json(), json!([]));
    assert_eq!(laptop.iac(["instance", "list", "--all"]).ok().json()[0]["state"], "shutting-down");
    let _ = laptop.iac(["instance", "terminate", "--timeout", "1s"]).fails("timed_out");
}

#[test]
fn a_second_terminate_waits_for_the_first() {
    let laptop = ready();
    let _ = laptop.iac(CREATE_RUNNING).ok();
    laptop.cloud(&json!({"shutting_down": NEVER}));
    let _ = laptop.iac(["instance", "terminate", "--no-wait"]).ok();
    let looks = || laptop.aws().requests_of("DescribeInstances").len();
    let before = looks();
    let second = laptop.start(TERMINATE);
    until("the second looks again", || looks() >= before + 3);
    laptop.sandbox().hasten();
    assert_eq!(second.finish().ok().json()["state"], "terminated");
}

#[test]
fn a_termination_killed_at_any_call_leaves_nothing() {
    kill_at_every_call(
        &TERMINATE,
        |laptop| {
            prepare(laptop);
            let _ = laptop.iac(CREATE_RUNNING).ok();
        },
        |laptop, second, _| {
            // Where the first run got as far as the end, there is nothing left to terminate.
            if !second.status.success() {
                let _ = second.fails("instance_missing");
            }
            assert!(live(laptop).is_empty());
        },
    );
}
