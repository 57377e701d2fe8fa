//! `iac instance stop`: asks AWS to stop the instance, which keeps its volume and its host keys but not its address.

use iac_core::host::end;
use iac_core::observed::InstanceState;

use super::terminate::Changed;
use crate::args::StopWait;
use crate::error::Result;
use crate::work::instance::{power, wait};
use crate::work::patience::Patience;
use crate::work::{Context, must_be_ours, select};

/// Stops one instance and waits as was asked for.
pub(super) async fn stop(context: &Context<'_>, id: Option<&str>, wait: &StopWait, force: bool) -> Result<()> {
    let session = context.connect().await?;
    let chosen = select::one_or_ending(&session.aws, context.settings, id);
    let (instance, _) = tokio::try_join!(chosen, session.account())?;
    must_be_ours(&instance.owner(), &format!("instance {}", instance.id), force)?;
    let mut patience = Patience::new(wait.timeout.0);
    let mut state = power::stop(&session, &instance, &mut patience).await?;
    if state != instance.state {
        context.ui.note("its volume is kept, and costs, until the instance is terminated");
        if let Some(text) = end::stop_warning(&instance) {
            context.ui.warn(text);
        }
    }
    if !wait.no_wait && state != InstanceState::Stopped {
        state = wait::stopped(&session, &instance.id, &mut patience).await?.state;
    }
    let result = Changed { name: instance.name, id: instance.id, state };
    context.ui.data(&result, |_| format!("instance {} is {}", result.id, result.state))
}
