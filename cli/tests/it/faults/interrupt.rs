//! Ctrl-C at every call of the commands that change something: the first lets the call in flight return, then stops and
//! says what exists; the second leaves at once. The next run finishes either way.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::harness::{Fault, When};

use super::job::{Call, Job, Stage, on_stages};
use super::jobs;

fn stops_in_two_stages(job: Job) {
    let stops = AtomicUsize::new(0);
    on_stages(job, job.calls(), |stage, call| {
        stops.fetch_add(usize::from(stops_once(&stage, job, &call)), Ordering::Relaxed);
        let stage = finished(stage).unwrap_or_else(|| Stage::new(job));
        leaves_at_once(&stage, job, &call);
        finished(stage)
    });
    assert!(stops.into_inner() > 0, "{:?} never stopped", job.words);
}

/// Lets the next run finish, unless there is nothing to finish.
fn finished(mut stage: Stage) -> Option<Stage> {
    stage.proxy.reset();
    if stage.is_untouched() {
        return Some(stage);
    }
    stage.again();
    None
}

/// Whether the first Ctrl-C stopped the command; at its last call it comes too late.
fn stops_once(stage: &Stage, job: Job, call: &Call) -> bool {
    stage.proxy.fault(When::Nth(call.action.clone(), call.nth), Fault::Signal("INT"));
    let running = stage.laptop.start(job.words);
    stage.proxy.aim(&running);
    let run = running.finish();
    assert_eq!(stage.proxy.struck(), 1, "{:?} did not come to {call:?}", job.words);
    let of_action = |request: &&crate::harness::Request| request.action == call.action;
    let calls = stage.proxy.calls();
    let struck = calls.iter().filter(of_action).nth(call.nth - 1).unwrap();
    let place = calls.iter().rposition(|request| request == struck).unwrap();
    let (before, after) = calls.split_at(place + 1);
    // What was begun is ended: EC2 may want to hear the same change again in other words.
    let is_begun = |later: &crate::harness::Request| before.iter().any(|earlier| earlier.action == later.action);
    let later: Vec<_> = after.iter().filter(|later| !later.only_reads() && !is_begun(later)).collect();
    assert!(later.is_empty(), "{:?} went on after {call:?}: {later:?}", job.words);
    if run.status.success() {
        let _ = run.ok();
        (job.done)(&stage.laptop);
        return false;
    }
    stage.made_is_said(&run);
    let _ = run.fails("interrupted");
    true
}

/// Nothing answers, and the person presses Ctrl-C until it ends.
fn leaves_at_once(stage: &Stage, job: Job, call: &Call) {
    stage.proxy.fault(When::Nth(call.action.clone(), call.nth), Fault::StallAfter);
    let running = stage.laptop.start(job.words);
    stage.proxy.wait_until_struck();
    running.signal_until_it_ends("INT");
    let run = running.finish();
    assert_eq!(run.status.code(), Some(130), "{:?} at {call:?}: {}", job.words, run.stderr);
}

/// Nothing answers, and the first Ctrl-C is enough: there is nothing to wait for.
fn leaves_at_the_first(job: Job) {
    on_stages(job, job.calls(), |mut stage, call| {
        // A command that goes on waiting does so for longer than a test waits for its end.
        stage.allow("10m");
        stage.proxy.fault(When::Nth(call.action.clone(), call.nth), Fault::Stall);
        let running = stage.laptop.start(job.words);
        stage.proxy.wait_until_struck();
        running.signal("INT");
        let _ = running.finish().fails("interrupted");
        stage.proxy.reset();
        stage.is_untouched().then_some(stage)
    });
}

/// A supervisor's stop counts as Ctrl-C. A terminal that closes ends the command as a kill does, unless `nohup` was asked
/// to prevent that.
#[test]
fn other_signals() {
    let job = jobs::INSTANCE_CREATE;
    let signal = |name: &'static str, heeds_hang_ups: bool| {
        let stage = Stage::new(job);
        stage.proxy.fault(When::First("RunInstances"), Fault::Signal(name));
        let running = stage.laptop.start_heeding_hang_ups(heeds_hang_ups, job.words);
        stage.proxy.aim(&running);
        (running.finish(), stage)
    };
    let (stopped, mut stage) = signal("TERM", true);
    stage.made_is_said(&stopped);
    let _ = stopped.fails("interrupted");
    stage.again();
    let (closed, mut stage) = signal("HUP", true);
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&closed.status), Some(1));
    stage.again();
    let (kept, stage) = signal("HUP", false);
    let _ = kept.ok();
    (job.done)(&stage.laptop);
}

#[test]
fn reading_commands() {
    jobs::READING.into_iter().for_each(leaves_at_the_first);
}

#[test]
fn key_create() {
    stops_in_two_stages(jobs::KEY_CREATE);
}

#[test]
fn key_delete() {
    stops_in_two_stages(jobs::KEY_DELETE);
}

#[test]
fn security_group_create() {
    stops_in_two_stages(jobs::GROUP_CREATE);
    stops_in_two_stages(jobs::GROUP_MEND);
}

#[test]
fn security_group_delete() {
    stops_in_two_stages(jobs::GROUP_DELETE);
}

#[test]
fn instance_create() {
    stops_in_two_stages(jobs::INSTANCE_CREATE);
}

#[test]
fn instance_terminate() {
    stops_in_two_stages(jobs::INSTANCE_TERMINATE);
}

#[test]
fn instance_stop_start_and_extend() {
    stops_in_two_stages(jobs::INSTANCE_STOP);
    stops_in_two_stages(jobs::INSTANCE_START);
    stops_in_two_stages(jobs::INSTANCE_EXTEND);
}

#[test]
fn deploy_copy_and_fetch() {
    stops_in_two_stages(jobs::DEPLOY_COPY);
    stops_in_two_stages(jobs::DEPLOY_FETCH);
}
