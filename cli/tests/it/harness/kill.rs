//! `kill -9` at every call: whatever a command has done when it dies, the next run must end well.

use super::laptop::Laptop;
use super::proxy::{Fault, Proxy, When};
use super::run::Run;

/// On which side of AWS's work the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The call never reaches AWS.
    Before,
    /// AWS has carried it out, and its answer arrives nowhere.
    After,
}

/// Where a command was killed.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) number: usize,
    pub(crate) action: String,
    pub(crate) side: Side,
}

/// Runs a command once undisturbed, to learn its calls; then, for each call and each side of it, prepares a machine
/// anew, kills the command there, runs it again undisturbed, and lets `check` look at what that left.
pub(crate) fn kill_at_every_call(words: &[&str], prepare: impl Fn(&mut Laptop), check: impl Fn(&Laptop, Run, &Case)) {
    let calls = {
        let (laptop, proxy) = fresh(&prepare);
        let running = laptop.start(words);
        running.finish().ok();
        proxy.calls()
    };
    assert!(!calls.is_empty(), "{words:?} makes no call");
    for (number, call) in (1..).zip(&calls) {
        for side in [Side::Before, Side::After] {
            let case = Case { number, action: call.action.clone(), side };
            let _said = SaidOnPanic(&case);
            let (laptop, proxy) = fresh(&prepare);
            let fault = if side == Side::Before { Fault::KillBefore } else { Fault::KillAfter };
            proxy.fault(When::Number(number), fault);
            let running = laptop.start(words);
            proxy.aim(&running);
            let first = running.finish();
            // How often a command looks again depends on the time: a run that looked less often has no such call.
            let is_repeated = calls[..number - 1].iter().any(|before| before.action == call.action);
            let _ = if is_repeated && proxy.calls().len() < number { first.ok() } else { first.killed() };
            proxy.reset();
            let second = laptop.iac(words);
            check(&laptop, second, &case);
        }
    }
}

fn fresh(prepare: &impl Fn(&mut Laptop)) -> (Laptop, Proxy) {
    let mut laptop = Laptop::new();
    prepare(&mut laptop);
    let proxy = laptop.proxy();
    (laptop, proxy)
}

/// Tells which case it was when a check fails.
struct SaidOnPanic<'a>(&'a Case);

impl Drop for SaidOnPanic<'_> {
    #[expect(clippy::print_stderr, reason = "the reader of a failed test must know which of the cases it was")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this happened after: {:?}", self.0);
        }
    }
}
