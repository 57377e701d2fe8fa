//! Waiting for an instance to run, or to be gone.

use iac_core::observed::{Instance, InstanceState};

use crate::aws::Aws;
use crate::commands::Context;
use crate::commands::patience::{Patience, timed_out};
use crate::error::{Error, Kind, Made, Result};

/// Waits until an instance runs; an instance that EC2 does not show yet is waited for too.
pub(crate) async fn running(context: &Context<'_>, aws: &Aws, id: &str, patience: &mut Patience) -> Result<Instance> {
    let progress = context.ui.progress(&format!("waiting for {id} to run"));
    loop {
        match progress.during(aws.instance(id)).await? {
            Some(instance) if instance.state == InstanceState::Running => return Ok(instance),
            Some(instance) if instance.state.is_ending() => return Err(ended(&instance)),
            _ if patience.is_over() => return Err(timed_out(&format!("{id} to run"))),
            _ => progress.during(patience.pause(context)).await?,
        }
    }
}

/// Waits until AWS says that an instance is terminated.
pub(crate) async fn terminated(context: &Context<'_>, aws: &Aws, id: &str, patience: &mut Patience) -> Result<()> {
    let progress = context.ui.progress(&format!("waiting for {id} to terminate"));
    loop {
        match progress.during(aws.instance(id)).await? {
            Some(instance) if instance.state == InstanceState::Terminated => return Ok(()),
            _ if patience.is_over() => return Err(timed_out(&format!("{id} to terminate"))),
            _ => progress.during(patience.pause(context)).await?,
        }
    }
}

fn ended(instance: &Instance) -> Error {
    let error = Error::new(Kind::InstanceFailed, format!("instance {} is {}", instance.id, instance.state));
    match &instance.state_reason {
        Some(reason) => error.cause(reason),
        None => error,
    }
    .hint("run `iac instance create` again for a new one")
}

/// An instance as something that exists although the command failed.
pub(crate) fn made(instance: &Instance) -> Made {
    Made { kind: "instance", id: instance.id.clone(), name: instance.name.clone() }
}
