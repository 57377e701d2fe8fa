//! `iac instance terminate`: asks AWS to end the instance, waits until it is gone, forgets its host key.

use iac_core::observed::InstanceState;
use serde::Serialize;

use crate::args::StopWait;
use crate::error::Result;
use crate::work::instance::end::{end, forget};
use crate::work::instance::wait;
use crate::work::patience::Patience;
use crate::work::{Context, must_be_ours, select};

/// What `instance terminate` and `instance stop` print.
#[derive(Debug, Serialize)]
pub(super) struct Changed {
    pub(super) name: Option<String>,
    pub(super) id: String,
    pub(super) state: InstanceState,
}

/// Terminates one instance and waits as was asked for.
pub(super) async fn terminate(context: &Context<'_>, id: Option<&str>, wait: &StopWait, force: bool) -> Result<()> {
    let session = context.connect().await?;
    let (instance, _) = tokio::try_join!(
        // One that is still ending counts, so that a second run can wait for it.
        select::one_or_ending(&session.aws, context.settings, id),
        session.account()
    )?;
    must_be_ours(&instance.owner(), &format!("instance {}", instance.id), force)?;
    let mut state = end(&session, &instance.id).await?;
    if !wait.no_wait {
        wait::terminated(&session, &instance.id, &mut Patience::new(wait.timeout.0)).await?;
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
