//! Faults at the calls of the environment's commands, Route 53's among them, and how many answers these wait for.
//!
//! `plan`, `up`, `status` and `down` look at the world by the same calls. What passes is tried on `up`, which makes all of
//! them; what lasts on `plan`, once for each action, and on the others at the calls that they alone make.

use crate::harness::Laptop;

use super::for_good::ends_clearly_at;
use super::job::{Call, Job};
use super::once::survives;
use super::rounds::{before, rounds};

const NAME: &str = "dev.example.org";

const PLAN: Job = Job { words: &["plan"], undo: None, prepare: up, done: is_whole, done_before: None };

const UP: Job = Job {
    words: &["up", "--yes", "--wait", "running"],
    undo: Some(&["down", "--yes"]),
    prepare: named,
    done: is_whole,
    done_before: None,
};

const DOWN: Job = Job { words: &["down", "--yes"], undo: None, prepare: up, done: nothing_is_left, done_before: None };

/// Makes the record that somebody has taken away.
const DNS_CREATE: Job = Job {
    words: &["dns", "create"],
    undo: Some(&["dns", "delete"]),
    prepare: |laptop| {
        up(laptop);
        let _ = laptop.iac(["dns", "delete"]).ok();
    },
    done: is_whole,
    done_before: None,
};

const DNS_DELETE: Job = Job {
    words: &["dns", "delete"],
    undo: None,
    prepare: up,
    done: |laptop| assert_eq!(records(laptop), 0),
    done_before: Some("record_missing"),
};

/// A zone for the name, and the name in the configuration.
fn named(laptop: &Laptop) {
    laptop.configure(&format!("fqdn = \"{NAME}\"\n"));
    laptop.aws().zone("example.org", false);
}

fn up(laptop: &Laptop) {
    named(laptop);
    let _ = laptop.iac(UP.words).ok();
}

/// How many records of ours there are; every zone has two of its own.
fn records(laptop: &Laptop) -> usize {
    laptop.aws().world()["RecordSet"].len() - 2
}

/// Instances that are not ended, key pairs, groups, records.
fn counts(laptop: &Laptop) -> (usize, usize, usize, usize) {
    let aws = laptop.aws();
    let live = aws.instances().iter().filter(|instance| instance["state"] != "shutting-down").count();
    (live, aws.key_pairs().len(), aws.security_groups().len(), records(laptop))
}

fn is_whole(laptop: &Laptop) {
    assert_eq!(counts(laptop), (1, 1, 1, 2));
}

fn nothing_is_left(laptop: &Laptop) {
    assert_eq!(counts(laptop), (0, 0, 0, 0));
    assert!(!laptop.secrets().join("nitro-dev.pem").exists());
}

/// Whether a call is none of those by which all four commands look at the world, and none that only explains a failure.
fn is_its_own(call: &Call) -> bool {
    let looks = [
        "DescribeInstances",
        "DescribeKeyPairs",
        "DescribeNetworkInterfaces",
        "DescribeSecurityGroups",
        "DescribeSecurityGroupRules",
        "DescribeSubnets",
        "DescribeVolumes",
        "DescribeVpcs",
        "GetCallerIdentity",
        "ListHostedZones",
        "ListResourceRecordSets",
    ];
    !looks.contains(&call.action.as_str())
}

#[test]
fn up_goes_on() {
    survives(UP);
}

#[test]
fn down_goes_on() {
    survives(DOWN);
}

#[test]
fn records_go_on() {
    survives(DNS_CREATE);
    survives(DNS_DELETE);
}

#[test]
fn looking_ends_clearly() {
    ends_clearly_at(PLAN, |call| call.nth == 1);
}

#[test]
fn up_ends_clearly() {
    ends_clearly_at(UP, is_its_own);
}

#[test]
fn down_ends_clearly() {
    ends_clearly_at(DOWN, is_its_own);
}

#[test]
fn records_end_clearly() {
    ends_clearly_at(DNS_CREATE, is_its_own);
    ends_clearly_at(DNS_DELETE, is_its_own);
}

/// Demands that a run comes by with so few answers.
fn comes_by_with(job: Job, most: usize, count: impl Fn(&[Vec<String>]) -> usize) {
    let rounds = rounds(job);
    assert!(count(&rounds) <= most, "{:?}: {rounds:#?}", job.words);
}

/// One answer for what the settings name, one for what that leads to; `up` looks once more whether the instance runs.
#[test]
fn what_is_as_wanted_is_found_so_in_few_answers() {
    for (words, most) in [(&["plan"][..], 2), (&["status"], 2), (UP.words, 3)] {
        comes_by_with(Job { words, ..PLAN }, most, <[_]>::len);
    }
}

#[test]
fn a_first_up_launches_after_few_answers() {
    comes_by_with(UP, 8, |rounds| before(rounds, "RunInstances"));
}

#[test]
fn down_ends_the_instance_after_two_answers() {
    comes_by_with(DOWN, 2, |rounds| before(rounds, "TerminateInstances"));
}
