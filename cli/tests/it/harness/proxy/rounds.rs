//! Rounds: what is asked for side by side is held until the command can ask for nothing more without an answer, then let
//! through at once.
//!
//! So the number of rounds is the number of answers that a command waits for one after the other, whatever the speed of
//! this machine: not that it has been quiet for a while ends a round, but that the process has come to rest.

use std::io::Read;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::rest::{at_rest, is_gone};

/// How often the process is looked at while a round is collected.
const LOOK: Duration = Duration::from_millis(5);

/// The calls that are held, and the rounds that were let through.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    holds: bool,
    /// How many connections have come, and how many of them have not said yet what they want.
    connections: usize,
    unread: usize,
    /// The actions of the round that is being collected.
    held: Vec<String>,
    /// Whether one of the held calls looks whether the round is complete.
    is_watched: bool,
    /// How many calls were let through and are not answered.
    under_way: usize,
    released: Vec<Vec<String>>,
}

impl Rounds {
    pub(super) fn hold(&self) {
        self.state().holds = true;
    }

    pub(super) fn released(&self) -> Vec<Vec<String>> {
        self.state().released.clone()
    }

    /// Counts a connection, which is unread until what is returned is dropped.
    pub(super) fn comes(this: &Arc<Self>) -> Unread {
        let mut state = this.state();
        state.connections += 1;
        state.unread += 1;
        Unread { rounds: Arc::clone(this) }
    }

    /// Waits until the call's round is let through. The first of a round watches the process, and lets all of them go.
    ///
    /// The call is under way until what is returned is dropped.
    pub(super) fn pass(&self, action: &str, unread: Unread, endpoint: &str, process: impl Fn() -> u32) -> UnderWay<'_> {
        let mut state = self.state();
        if !state.holds {
            drop(state);
            return self.go_on(unread);
        }
        let round = state.released.len();
        state.held.push(action.to_owned());
        let watches = !std::mem::replace(&mut state.is_watched, true);
        drop(state);
        drop(unread);
        if watches {
            let process = process();
            while !self.is_complete(endpoint, process) {}
            self.release();
        }
        let state = self.state();
        let waits = |state: &mut State| state.released.len() == round;
        drop(self.changed.wait_while(state, waits).unwrap_or_else(PoisonError::into_inner));
        UnderWay { rounds: self }
    }

    /// Whether nothing can come any more: all that came is read, all that was let through is answered, and the process
    /// has been at rest since before that was seen.
    fn is_complete(&self, endpoint: &str, process: u32) -> bool {
        let state = self.changed.wait_timeout(self.state(), LOOK).unwrap_or_else(PoisonError::into_inner).0;
        let connections = state.connections;
        drop(state);
        let Some(before) = at_rest(process) else { return is_gone(process) };
        // Connections are taken in their order, so whatever came before this one has been counted when it ends.
        if to_its_end(endpoint).is_none() {
            return false;
        }
        let state = self.state();
        let is_quiet = state.under_way == 0 && state.unread == 0 && state.connections == connections + 1;
        drop(state);
        is_quiet && at_rest(process) == Some(before)
    }

    fn release(&self) {
        let mut state = self.state();
        let mut actions = std::mem::take(&mut state.held);
        actions.sort();
        // All at once: a call that wakes late is under way already.
        state.under_way += actions.len();
        state.released.push(actions);
        state.is_watched = false;
        self.changed.notify_all();
    }

    /// Lets a call through that belongs to the round under way: the next page of an answer.
    pub(super) fn go_on(&self, unread: Unread) -> UnderWay<'_> {
        self.state().under_way += 1;
        drop(unread);
        UnderWay { rounds: self }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a connection that asks for nothing, and waits until the proxy has closed it.
fn to_its_end(endpoint: &str) -> Option<()> {
    let mut stream = TcpStream::connect(endpoint.strip_prefix("http://")?).ok()?;
    stream.shutdown(Shutdown::Write).ok()?;
    stream.read(&mut [0]).ok().map(drop)
}

/// A connection that has not said yet what it wants.
#[derive(Debug)]
pub(super) struct Unread {
    rounds: Arc<Rounds>,
}

impl Drop for Unread {
    fn drop(&mut self) {
        self.rounds.state().unread -= 1;
    }
}

/// A call that was let through; dropped when it is answered.
#[derive(Debug)]
pub(super) struct UnderWay<'rounds> {
    rounds: &'rounds Rounds,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.rounds.state().under_way -= 1;
    }
}
