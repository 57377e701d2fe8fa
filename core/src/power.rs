//! Stopping and starting an instance: what has to happen from each state, so that a second run finds nothing to do.

use crate::observed::InstanceState;

/// What has to happen so that an instance is stopped, or started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Nothing: it is so already.
    Done,
    /// It is on its way there.
    UnderWay,
    /// EC2 is asked for it.
    Ask,
    /// EC2 would refuse now: it is on its way to the opposite, and is asked once it has arrived there.
    AskLater,
    /// It never will be: the instance ends or has ended.
    Never,
}

/// What has to happen so that an instance in this state is stopped.
///
/// EC2 refuses to stop an instance that is still pending.
#[must_use]
pub fn stop(state: &InstanceState) -> Power {
    match state {
        InstanceState::Stopped => Power::Done,
        InstanceState::Stopping => Power::UnderWay,
        InstanceState::Running | InstanceState::Unknown(_) => Power::Ask,
        InstanceState::Pending => Power::AskLater,
        InstanceState::ShuttingDown | InstanceState::Terminated => Power::Never,
    }
}

/// What has to happen so that an instance in this state is running.
///
/// EC2 refuses to start an instance that is still stopping.
#[must_use]
pub fn start(state: &InstanceState) -> Power {
    match state {
        InstanceState::Running => Power::Done,
        InstanceState::Pending => Power::UnderWay,
        InstanceState::Stopped | InstanceState::Unknown(_) => Power::Ask,
        InstanceState::Stopping => Power::AskLater,
        InstanceState::ShuttingDown | InstanceState::Terminated => Power::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_way() {
        let rows = [
            ("pending", Power::AskLater, Power::UnderWay),
            ("running", Power::Ask, Power::Done),
            ("stopping", Power::UnderWay, Power::AskLater),
            ("stopped", Power::Done, Power::Ask),
            ("shutting-down", Power::Never, Power::Never),
            ("terminated", Power::Never, Power::Never),
            ("a new one", Power::Ask, Power::Ask),
        ];
        for (state, stopped, started) in rows {
            let state = InstanceState::from(state);
            assert_eq!((stop(&state), start(&state)), (stopped, started), "{state}");
        }
    }
}
