//! Rounds: what is asked for side by side is held until nothing more comes, then let through at once.
//!
//! So the number of rounds is the number of answers that a command waits for one after the other, whatever the speed of
//! this machine.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long no call must come before a round is complete.
const QUIET: Duration = Duration::from_millis(50);

/// The calls that are held, and the rounds that were let through.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    holds: bool,
    /// The actions of the round that is being collected.
    held: Vec<String>,
    last: Option<Instant>,
    released: Vec<Vec<String>>,
}

impl Rounds {
    pub(super) fn hold(&self) {
        self.state().holds = true;
    }

    pub(super) fn released(&self) -> Vec<Vec<String>> {
        self.state().released.clone()
    }

    /// Waits until the call's round is let through; the one that has waited long enough lets all of them go.
    pub(super) fn pass(&self, action: &str) {
        let mut state = self.state();
        if !state.holds {
            return;
        }
        let round = state.released.len();
        state.held.push(action.to_owned());
        state.last = Some(Instant::now());
        while state.released.len() == round {
            let quiet = state.last.map_or(QUIET, |last| last.elapsed());
            if quiet >= QUIET {
                let mut actions = std::mem::take(&mut state.held);
                actions.sort();
                state.released.push(actions);
                self.changed.notify_all();
                return;
            }
            let waited = self.changed.wait_timeout(state, QUIET.saturating_sub(quiet));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
