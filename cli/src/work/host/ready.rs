//! Waiting until a new host is ready, or only until its end is armed.

use std::time::Duration;

use iac_core::host::Wanted;
use iac_core::host::report::{Check, Report};
use iac_core::host::set_up::State;

use super::remote;
use crate::error::{Error, Kind, Result};
use crate::ssh::Target;
use crate::work::Context;
use crate::work::patience::{Look, Patience, timed_out};

/// How long one look may take before the next.
const LOOK: Duration = Duration::from_mins(1);

/// What a host is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// Every check holds.
    Ready,
    /// The host has written its end and keeps it; what is wanted names no enclaves then, since the set-up may have been left
    /// out.
    Armed,
}

impl Goal {
    fn is_reached(self, report: &Report) -> bool {
        match self {
            Self::Ready => report.ready,
            Self::Armed => report.ready && report.ends.is_some(),
        }
    }

    fn of(self, id: &str) -> String {
        match self {
            Self::Ready => format!("{id} to be ready for enclaves"),
            Self::Armed => format!("{id} to arm its end"),
        }
    }
}

/// Looks until the goal is reached, until the set-up has failed, or until the time is over.
pub(crate) async fn until(
    context: &Context<'_>,
    target: &Target,
    wanted: &Wanted,
    goal: Goal,
    patience: &mut Patience,
) -> Result<Report> {
    let what = goal.of(&target.instance_id);
    let progress = context.ui.progress(&format!("waiting for {what}"));
    let look = async |patience: &Patience| match remote::look(context, target, wanted, patience.one_look(LOOK)).await {
        Ok(report) if goal.is_reached(&report) => Ok(Look::Found(report)),
        Ok(report) if wanted.enclaves.is_some() && has_ended(report.set_up) => {
            Err(not_ready(&target.instance_id, &report))
        }
        Ok(report) => Ok(Look::NotYet(Err(with_causes(timed_out(&what), &report)))),
        // A host that is being set up may drop a connection, or be too busy to answer.
        Err(error) if matches!(error.kind(), Kind::SshFailed | Kind::TimedOut) => Ok(Look::NotYet(Err(error))),
        Err(error) => Err(error),
    };
    progress.during(patience.until(context, look)).await
}

/// Whether nobody works any more on what is not so yet.
fn has_ended(set_up: State) -> bool {
    matches!(set_up, State::Failed | State::Done | State::Interrupted)
}

fn not_ready(id: &str, report: &Report) -> Error {
    let error = Error::new(Kind::HostNotReady, format!("the host is set up, but not ready for enclaves: {id}"));
    let message = format!("the set-up of the host failed: {id}");
    let error = if report.set_up == State::Done { error } else { error.becomes(Kind::SetUpFailed, message) };
    with_causes(error, report)
        .hint("see what mends it with `iac host status`")
        .hint("end the instance with `iac instance terminate`, or use it without set-up: `--wait ssh`")
}

fn with_causes(error: Error, report: &Report) -> Error {
    report.failed().fold(error, |error, Check { check, found, .. }| error.cause(format!("{check}: {found}")))
}
