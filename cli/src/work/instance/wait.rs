//! Waiting for an instance: to run, to answer SSH, to have stopped, to be gone.
//!
//! What AWS shows may be some seconds old, so a state on the way to another one is never taken for the last word.

use iac_core::host::report::Report;
use iac_core::observed::{Instance, InstanceState};

use crate::args::WaitFor;
use crate::error::{Error, Kind, Made, Result};
use crate::ssh::Target;
use crate::work::host::ready::Goal;
use crate::work::host_key::{self, Login};
use crate::work::patience::{Look, Patience, timed_out};
use crate::work::{Session, host};

/// How far to wait; to log in takes a [`Login`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait<'a> {
    pub(crate) until: WaitFor,
    pub(crate) login: Option<&'a Login<'a>>,
}

/// An instance that has been waited for, with what was learnt on the way.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) instance: Instance,
    /// How to connect to it, where SSH was waited for.
    pub(crate) target: Option<Target>,
    /// What the host says of itself, where it was waited for until it was ready.
    pub(crate) report: Option<Report>,
}

/// Waits as far as was asked for.
pub(crate) async fn until(
    session: &Session<'_>,
    begun: &Instance,
    wait: Wait<'_>,
    patience: &mut Patience,
) -> Result<Arrived> {
    if wait.until == WaitFor::None {
        return Ok(Arrived { instance: begun.clone(), target: None, report: None });
    }
    let instance = running(session, &begun.id, patience).await?;
    let (WaitFor::Ssh | WaitFor::Ready, Some(login)) = (wait.until, wait.login) else {
        return Ok(Arrived { instance, target: None, report: None });
    };
    let reach = host_key::reach(session, &instance, login, patience);
    let (target, report) = match wait.until {
        WaitFor::Ready => {
            let wanted = host::wanted_of(session.settings, &session.aws, &instance);
            let (target, wanted) = tokio::try_join!(reach, wanted)?;
            let report = host::ready::until(session, &target, &wanted, Goal::Ready, patience).await?;
            (target, Some(report))
        }
        _ => (reach.await?, None),
    };
    Ok(Arrived { instance, target: Some(target), report })
}

/// Waits until an instance runs; an instance that EC2 does not show yet is waited for too.
pub(crate) async fn running(session: &Session<'_>, id: &str, patience: &mut Patience) -> Result<Instance> {
    let failed = |instance: &Instance| {
        ended(instance)
            .hint(format!("see what it printed with `iac instance console --id {id}`"))
            .hint("run `iac instance create` again for a new one")
    };
    in_state(session, id, patience, (&InstanceState::Running, "run"), failed).await
}

/// Waits until an instance has stopped.
pub(crate) async fn stopped(session: &Session<'_>, id: &str, patience: &mut Patience) -> Result<Instance> {
    in_state(session, id, patience, (&InstanceState::Stopped, "stop"), ended).await
}

async fn in_state(
    session: &Session<'_>,
    id: &str,
    patience: &mut Patience,
    (wanted, verb): (&InstanceState, &str),
    failed: impl Fn(&Instance) -> Error,
) -> Result<Instance> {
    let progress = session.ui.progress(&format!("waiting for {id} to {verb}"));
    let look = async |_: &_| match session.interrupt.or_stop(session.aws.instance(id)).await?? {
        Some(instance) if instance.state == *wanted => Ok(Look::Found(instance)),
        Some(instance) if instance.state.is_ending() => Err(failed(&instance)),
        seen => {
            let late = timed_out(&format!("{id} to {verb}"));
            Ok(Look::NotYet(Err(seen.iter().fold(late, |late, seen| late.cause(format!("{id} is {}", seen.state))))))
        }
    };
    progress.during(patience.until(session, look)).await
}

/// Waits until AWS says that an instance is terminated.
pub(crate) async fn terminated(session: &Session<'_>, id: &str, patience: &mut Patience) -> Result<()> {
    let progress = session.ui.progress(&format!("waiting for {id} to terminate"));
    let look = async |_: &_| match session.interrupt.or_stop(session.aws.instance(id)).await?? {
        Some(instance) if instance.state == InstanceState::Terminated => Ok(Look::Found(())),
        _ => Ok(Look::NotYet(Err(timed_out(&format!("{id} to terminate"))))),
    };
    progress.during(patience.until(session, look)).await
}

/// An instance that ends can neither run nor stop any more. Where somebody asked for its end, the world has moved; what AWS
/// itself has ended, it would end again.
pub(crate) fn ended(instance: &Instance) -> Error {
    let error = Error::new(Kind::InstanceFailed, format!("instance {} is {}", instance.id, instance.state));
    let error = if instance.was_ended_by_a_call() { error.moved() } else { error };
    match &instance.state_reason {
        Some(reason) => error.cause(reason),
        None => error,
    }
}

/// An instance as something that exists although the command failed.
pub(crate) fn made(instance: &Instance) -> Made {
    Made { kind: "instance", id: instance.id.clone(), name: instance.name.clone() }
}
