//! Each call of a command meets the same fault once: the command notices nothing but the delay.

use crate::harness::{Fault, When};

use super::job::{Job, on_stages};
use super::jobs;

/// What passes. A call that is carried out and made again meets its own work: a name that is taken, a rule that is
/// there, a resource that is gone.
const PASSING: [Fault; 7] = [
    Fault::Refuse(503, "RequestLimitExceeded", "Request limit exceeded."),
    Fault::Refuse(500, "InternalError", "An internal error has occurred"),
    Fault::DropBefore,
    Fault::DropAfter,
    Fault::HalfAnswer,
    Fault::Stall,
    Fault::StallAfter,
];

pub(super) fn survives(job: Job) {
    on_stages(job, PASSING.to_vec(), |mut stage, fault| {
        stage.allow("20s");
        stage.proxy.fault(When::EachOnce, fault.clone());
        let run = stage.laptop.iac(job.words);
        assert!(run.status.success() && run.stderr.is_empty(), "{:?} after {fault:?}: {}", job.words, run.stderr);
        assert!(stage.proxy.struck() > 0, "{:?} was not struck", job.words);
        stage.proxy.reset();
        (job.done)(&stage.laptop);
        stage.is_untouched().then_some(stage)
    });
}

#[test]
fn key_commands_go_on() {
    survives(jobs::KEY_CREATE);
    survives(jobs::KEY_DELETE);
}

#[test]
fn security_group_commands_go_on() {
    survives(jobs::GROUP_CREATE);
    survives(jobs::GROUP_MEND);
    survives(jobs::GROUP_DELETE);
}

#[test]
fn instance_create_goes_on() {
    survives(jobs::INSTANCE_CREATE);
}

#[test]
fn instance_terminate_goes_on() {
    survives(jobs::INSTANCE_TERMINATE);
}

#[test]
fn instance_stop_start_and_extend_go_on() {
    [jobs::INSTANCE_STOP, jobs::INSTANCE_START, jobs::INSTANCE_EXTEND].into_iter().for_each(survives);
}

#[test]
fn reading_commands_and_copies_go_on() {
    jobs::READING.into_iter().chain([jobs::DEPLOY_COPY, jobs::DEPLOY_FETCH]).for_each(survives);
}
