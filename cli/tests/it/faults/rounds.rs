//! How many answers a command waits for one after the other. What can be asked side by side is.

use super::job::{Job, Stage};
use super::jobs;

/// The rounds of an undisturbed run up to its first change, and that change.
pub(super) fn rounds(job: Job) -> Vec<Vec<String>> {
    let mut stage = Stage::new(job);
    // A call that is held must not be given up.
    stage.allow("10m");
    stage.proxy.hold();
    let running = stage.laptop.start(job.words);
    stage.proxy.aim(&running);
    let _ = running.finish().ok();
    stage.proxy.rounds()
}

/// How many rounds come before an action, and whether it then stands alone.
pub(super) fn before(rounds: &[Vec<String>], action: &str) -> usize {
    let place = rounds.iter().position(|round| round.iter().any(|called| called == action));
    place.unwrap_or_else(|| panic!("no {action} in {rounds:?}"))
}

#[test]
fn changes_come_after_as_few_answers_as_can_be() {
    let cases = [
        (jobs::KEY_CREATE, "ImportKeyPair", 1),
        (jobs::KEY_DELETE, "DeleteKeyPair", 1),
        (jobs::GROUP_CREATE, "CreateSecurityGroup", 1),
        (jobs::GROUP_DELETE, "DeleteSecurityGroup", 1),
        (jobs::INSTANCE_CREATE, "RunInstances", 2),
        (jobs::INSTANCE_TERMINATE, "TerminateInstances", 1),
        (jobs::INSTANCE_STOP, "StopInstances", 1),
        (jobs::INSTANCE_START, "StartInstances", 1),
    ];
    for (job, action, expected) in cases {
        let rounds = rounds(job);
        assert_eq!(before(&rounds, action), expected, "{:?}: {rounds:#?}", job.words);
    }
}

#[test]
fn reading_takes_one_answer() {
    for job in jobs::READING {
        // The rules of groups, the console of an instance and its state from now on are asked for by their ids.
        let needs_ids = matches!(job.words, ["security-group", "list"] | ["instance", "console" | "wait"]);
        let most = if needs_ids { 2 } else { 1 };
        let rounds = rounds(job);
        assert!(rounds.len() <= most, "{:?}: {rounds:#?}", job.words);
    }
}
