//! A command under test: what it starts from, what holds when it is done, and what takes everything away again.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde_json::json;

use crate::harness::{Laptop, Proxy, Run, World};

/// A command whose calls are to be broken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    pub(super) words: &'static [&'static str],
    /// The command that takes away what this one makes, where it makes anything.
    pub(super) undo: Option<&'static [&'static str]>,
    /// What must be there before.
    pub(super) prepare: fn(&Laptop),
    /// What is demanded once the command is done.
    pub(super) done: fn(&Laptop),
    /// How a second run fails where the first has done its work before it broke.
    pub(super) done_before: Option<&'static str>,
}

/// One call of the undisturbed run.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) action: String,
    /// Which of the calls of this action it is, from 1.
    pub(super) nth: usize,
    pub(super) only_reads: bool,
}

/// A machine in front of a proxy, with what was there before the command.
#[derive(Debug)]
pub(super) struct Stage {
    job: Job,
    pub(super) laptop: Laptop,
    pub(super) proxy: Proxy,
    world: World,
    files: BTreeSet<String>,
}

/// How many stages work through the cases of one test at the same time: nearly all of a case is waiting for time-outs.
const STAGES: usize = 4;

/// Works through cases on several stages; the work leaves a stage that serves again.
pub(super) fn on_stages<T: Send>(job: Job, cases: Vec<T>, work: impl Fn(Stage, T) -> Option<Stage> + Sync) {
    let cases = Mutex::new(cases);
    let next = || cases.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let perform = || {
        let mut idle: Option<Stage> = None;
        while let Some(case) = next() {
            let given_up = GivenUp(&cases);
            idle = work(idle.unwrap_or_else(|| Stage::new(job)), case);
            std::mem::forget(given_up);
        }
    };
    thread::scope(|scope| {
        let stages = [(); STAGES].map(|()| scope.spawn(perform));
        for stage in stages {
            stage.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    });
}

/// Takes the other cases away when one has failed, so that the test ends.
struct GivenUp<'a, T>(&'a Mutex<Vec<T>>);

impl<T> Drop for GivenUp<'_, T> {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// What of a world a failed command has to report: its ids by kind.
const REPORTED: [(&str, &str); 3] =
    [("Instance", "instance"), ("KeyPair", "key pair"), ("SecurityGroup", "security group")];

impl Job {
    /// The calls of the undisturbed run, polls counted once.
    pub(super) fn calls(self) -> Vec<Call> {
        let stage = Stage::new(self);
        let _ = stage.laptop.iac(self.words).ok();
        let mut calls: Vec<Call> = Vec::new();
        for request in stage.proxy.calls() {
            let nth = 1 + calls.iter().filter(|call| call.action == request.action).count();
            calls.push(Call { only_reads: request.only_reads(), action: request.action, nth });
        }
        assert!(!calls.is_empty(), "{:?} makes no call", self.words);
        calls
    }
}

impl Stage {
    /// Prepares a machine.
    pub(super) fn new(job: Job) -> Self {
        let mut laptop = Laptop::new();
        // Otherwise it depends on the moment how often a group's deletion is tried.
        laptop.cloud(&json!({"interface_release": 0}));
        (job.prepare)(&laptop);
        let (world, files) = (laptop.aws().world(), files(&laptop));
        let proxy = laptop.proxy();
        Self { job, laptop, proxy, world, files }
    }

    /// Lets a call to AWS take this long from now on.
    pub(super) fn allow(&mut self, call_timeout: &str) {
        self.laptop.set("BKY_IAC_CALL_TIMEOUT", call_timeout);
    }

    /// Undoes what was set up to disturb.
    fn calm(&mut self) {
        self.proxy.reset();
        self.laptop.unset("BKY_IAC_CALL_TIMEOUT");
    }

    /// Whether everything is as it was before: then the stage serves again.
    pub(super) fn is_untouched(&self) -> bool {
        self.laptop.aws().world() == self.world && files(&self.laptop) == self.files
    }

    /// Demands that a failed run names every resource that it made.
    pub(super) fn made_is_said(&self, run: &Run) {
        let world = self.laptop.aws().world();
        let made = run.json()["made"].clone();
        for (kind, said) in REPORTED {
            for id in world[kind].keys().filter(|id| !self.world[kind].contains_key(*id)) {
                let named = made.as_array().unwrap().iter().any(|made| made["kind"] == said && made["id"] == **id);
                assert!(named, "{id} exists and is not reported: {made}\n{}", run.stderr);
            }
        }
    }

    /// Runs the command again, undisturbed, and demands that it finishes the work.
    pub(super) fn again(&mut self) {
        self.calm();
        let second = self.laptop.iac(self.job.words);
        match self.job.done_before {
            Some(code) if !second.status.success() => drop(second.fails(code)),
            _ => drop(second.ok()),
        }
        (self.job.done)(&self.laptop);
    }

    /// Takes away what may have been made, and demands that everything is as it was before.
    pub(super) fn undo(&mut self) {
        self.calm();
        let Some(words) = self.job.undo else { return self.again() };
        // Where nothing was made there is nothing to delete; the state tells.
        let run = self.laptop.iac(words);
        assert_eq!(files(&self.laptop), self.files, "{}", run.stderr);
        let kinds = |world: &World| world.iter().map(|(kind, all)| (*kind, all.len())).collect::<Vec<_>>();
        assert_eq!(kinds(&self.laptop.aws().world()), kinds(&self.world), "{}", run.stderr);
    }
}

/// The names in the secrets folder but for the host keys, of which the last stay with nobody to forget them.
fn files(laptop: &Laptop) -> BTreeSet<String> {
    let entries = std::fs::read_dir(laptop.secrets()).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.starts_with("known_hosts")).collect()
}
