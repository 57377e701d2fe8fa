//! `iac instance terminate`: asks AWS to end the instance, waits until it is gone, forgets its host key.

use std::time::Duration;

use iac_core::name::InstanceName;
use iac_core::observed::{Instance, InstanceState};
use serde::Serialize;

use super::wait;
use crate::args::StopWait;
use crate::aws::{Aws, CallError};
use crate::commands::patience::Patience;
use crate::commands::{Context, check_account, connect, existing_folder, host_key, must_be_ours, select};
use crate::error::Result;

/// What `instance terminate` and `instance stop` print.
#[derive(Debug, Serialize)]
pub(super) struct Changed {
    pub(super) name: Option<String>,
    pub(super) id: String,
    pub(super) state: InstanceState,
}

/// How long an instance that AWS does not know everywhere yet is asked to end.
const KNOWN_WITHIN: Duration = Duration::from_mins(1);

/// Terminates one instance and waits as was asked for.
pub(super) async fn terminate(context: &Context<'_>, id: Option<&str>, wait: &StopWait, force: bool) -> Result<()> {
    let aws = connect(context.settings).await?;
    let (instance, _) = tokio::try_join!(
        // One that is still ending counts, so that a second run can wait for it.
        select::one_or_ending(&aws, context.settings, id),
        check_account(context.settings, &aws)
    )?;
    must_be_ours(&instance.owner(), &format!("instance {}", instance.id), force)?;
    let mut state = end(context, &aws, &instance.id).await?;
    if !wait.no_wait {
        wait::terminated(context, &aws, &instance.id, &mut Patience::new(wait.timeout.0)).await?;
        state = InstanceState::Terminated;
    }
    forget(context, &instance).await?;
    for name in instance.names() {
        context.ui.note(&format!(
            "record `{name}` may still lead to where the instance was: `iac down` deletes it with all else, and \
             `iac dns delete --fqdn {name}` it alone"
        ));
    }
    let result = Changed { name: instance.name, id: instance.id, state };
    context.ui.data(&result, |_| format!("instance {} is {}", result.id, result.state))
}

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
pub(crate) async fn end(context: &Context<'_>, aws: &Aws, id: &str) -> Result<InstanceState> {
    context.interrupt.check()?;
    let mut patience = Patience::new(KNOWN_WITHIN);
    loop {
        match aws.terminate(id).await {
            Err(error) if unknown(&error) && !patience.is_over() => patience.pause(context).await?,
            result => return Ok(result?),
        }
    }
}

fn unknown(error: &CallError) -> bool {
    error.is("InvalidInstanceID.NotFound")
}
