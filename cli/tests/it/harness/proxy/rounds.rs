//! Rounds: what is asked for side by side is held until nothing more comes, then let through at once.
//!
//! So the number of rounds is the number of answers that a command waits for one after the other, whatever the speed of
//! this machine: a round is complete only when the one before it is answered to the last call, and nothing has come for a
//! while since then.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long no call must come, and no answer go, before a round is complete.
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
    /// How many calls were let through and are not answered.
    under_way: usize,
    /// When the last call came or the last answer went.
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
    ///
    /// The call is under way until what is returned is dropped.
    pub(super) fn pass(&self, action: &str) -> UnderWay<'_> {
        let mut state = self.state();
        if !state.holds {
            return self.begin(state);
        }
        let round = state.released.len();
        state.held.push(action.to_owned());
        state.last = Some(Instant::now());
        while state.released.len() == round {
            let quiet = state.last.map_or(QUIET, |last| last.elapsed());
            let left = if state.under_way > 0 { QUIET } else { QUIET.saturating_sub(quiet) };
            if left.is_zero() {
                let mut actions = std::mem::take(&mut state.held);
                actions.sort();
                // All at once: a call that wakes late is under way already.
                state.under_way += actions.len();
                state.released.push(actions);
                self.changed.notify_all();
                return UnderWay { rounds: self };
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        UnderWay { rounds: self }
    }

    /// Lets a call through that belongs to the round under way: the next page of an answer.
    pub(super) fn go_on(&self) -> UnderWay<'_> {
        self.begin(self.state())
    }

    fn begin(&self, mut state: MutexGuard<'_, State>) -> UnderWay<'_> {
        state.under_way += 1;
        UnderWay { rounds: self }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that was let through; dropped when it is answered.
#[derive(Debug)]
pub(super) struct UnderWay<'rounds> {
    rounds: &'rounds Rounds,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = self.rounds.state();
        state.under_way -= 1;
        state.last = Some(Instant::now());
    }
}
