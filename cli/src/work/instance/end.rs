//! Asks AWS to end an instance, and forgets what this machine kept of it.

use std::time::Duration;

use iac_core::name::InstanceName;
use iac_core::observed::{Instance, InstanceState};

use crate::aws::CallError;
use crate::error::Result;
use crate::work::patience::{Look, Patience};
use crate::work::{Context, Session, existing_folder, host_key};

/// How long an instance that AWS does not know everywhere yet is asked to end.
const KNOWN_WITHIN: Duration = Duration::from_mins(1);

/// Forgets what this machine kept of the instance: its host keys, and that its launch was under way.
pub(crate) async fn forget(context: &Context<'_>, instance: &Instance) -> Result<()> {
    let Some(folder) = existing_folder(context.settings) else { return Ok(()) };
    host_key::forget(context, &folder, &instance.id).await?;
    let environment = instance.environment().and_then(|name| InstanceName::parse(&name).ok());
    if let Some(name) = environment {
        folder.remove_launch(&name)?;
    }
    Ok(())
}

/// Asks until AWS has taken the request: right after a launch, not every part of EC2 knows the instance.
pub(crate) async fn end(session: &Session<'_>, id: &str) -> Result<InstanceState> {
    session.interrupt.check()?;
    let ask = async |_: &_| match session.aws.terminate(id).await {
        Err(error) if unknown(&error) => Ok(Look::NotYet(Err(error.into()))),
        answer => Ok(Look::Found(answer?)),
    };
    Patience::new(KNOWN_WITHIN).until(session, ask).await
}

fn unknown(error: &CallError) -> bool {
    error.is("InvalidInstanceID.NotFound")
}
