//! One call of a command goes wrong however often it is made: the command says so in time, names what exists, and the
//! next run, or the deletion, finds nothing that it cannot clean up.

use crate::harness::{Fault, When};

use super::job::{Call, Job, Stage, on_stages};
use super::jobs;

/// How long one call may take while nothing answers, and while something does. A sixth of it is what an answer may take to
/// begin, on a machine that does other things too.
const CALL: (&str, &str) = ("10s", "20s");
/// How often a call is made at most that fails however often it is made: the SDK makes it five times, and a command may
/// look again whether it was carried out.
const ATTEMPTS: usize = 10;

const THROTTLED: (Fault, &str) = (Fault::Refuse(503, "RequestLimitExceeded", "Slow down."), "aws_throttled");
const FAULT: (Fault, &str) = (Fault::Refuse(500, "InternalError", "An internal error"), "aws_fault");

/// What happens to a call, and the error that says it. Where a call only reads, it is the same whether it was carried out.
fn faults(call: &Call) -> Vec<(Fault, &'static str)> {
    if call.only_reads {
        return vec![THROTTLED, (Fault::Stall, "aws_timeout")];
    }
    let lost = [Fault::DropBefore, Fault::DropAfter, Fault::HalfAnswer].map(|fault| (fault, "aws_unreachable"));
    [THROTTLED, FAULT].into_iter().chain(lost).chain([(Fault::StallAfter, "aws_timeout")]).collect()
}

fn ends_clearly(job: Job) {
    ends_clearly_at(job, |_| true);
}

/// The same at those calls alone that are of interest.
pub(super) fn ends_clearly_at(job: Job, is_of_interest: impl Fn(&Call) -> bool) {
    let mut cases = Vec::new();
    for call in job.calls().into_iter().filter(is_of_interest) {
        for (fault, code) in faults(&call) {
            cases.extend(ends(&fault).iter().map(|end| (call.clone(), fault.clone(), code, end)));
        }
    }
    on_stages(job, cases, |mut stage, (call, fault, code, end)| {
        fails(&mut stage, job, &call, &fault, code);
        if stage.is_untouched() {
            stage.proxy.reset();
            return Some(stage);
        }
        end(&mut stage);
        None
    });
}

/// How the work is ended: the deletion meets what a lost answer left, which is as much as anything leaves.
fn ends(fault: &Fault) -> &'static [fn(&mut Stage)] {
    match fault {
        Fault::DropAfter => &[Stage::again, Stage::undo],
        _ => &[Stage::again],
    }
}

fn fails(stage: &mut Stage, job: Job, call: &Call, fault: &Fault, code: &str) {
    let stalls = matches!(fault, Fault::Stall | Fault::StallAfter);
    stage.allow(if stalls { CALL.0 } else { CALL.1 });
    stage.proxy.fault(When::Nth(call.action.clone(), call.nth), fault.clone());
    let run = stage.laptop.iac(job.words);
    let case = format!("{:?}: {} {} met {fault:?}\n{}", job.words, call.action, call.nth, run.stderr);
    let attempts = stage.proxy.struck();
    assert!((1..=ATTEMPTS).contains(&attempts), "it was made {attempts} times: {case}");
    assert_eq!(run.json()["error"]["code"], code, "{case}");
    assert!(run.stderr.contains("hint: "), "nothing says what to do: {case}");
    if call.only_reads {
        stage.made_is_said(&run);
    }
    let _ = run.fails(code);
}

#[test]
fn key_create() {
    ends_clearly(jobs::KEY_CREATE);
}

#[test]
fn key_delete() {
    ends_clearly(jobs::KEY_DELETE);
}

#[test]
fn security_group_create() {
    ends_clearly(jobs::GROUP_CREATE);
}

#[test]
fn security_group_mending() {
    ends_clearly(jobs::GROUP_MEND);
}

#[test]
fn security_group_delete() {
    ends_clearly(jobs::GROUP_DELETE);
}

#[test]
fn instance_create() {
    ends_clearly(jobs::INSTANCE_CREATE);
}

#[test]
fn instance_terminate() {
    ends_clearly(jobs::INSTANCE_TERMINATE);
}

#[test]
fn instance_stop_start_and_extend() {
    [jobs::INSTANCE_STOP, jobs::INSTANCE_START, jobs::INSTANCE_EXTEND].into_iter().for_each(ends_clearly);
}

#[test]
fn reading_commands_and_copies() {
    jobs::READING.into_iter().chain([jobs::DEPLOY_COPY, jobs::DEPLOY_FETCH]).for_each(ends_clearly);
}
