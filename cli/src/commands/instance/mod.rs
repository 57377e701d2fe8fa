//! `iac instance`: make, list, describe, wait for, stop, start, extend and terminate one instance.

mod console;
mod create;
mod extend;
mod list;
mod start;
mod stop;
mod terminate;
mod wait;

use crate::args::{InstanceCommand, InstanceVerb, WaitFor};
use crate::error::Result;
use crate::work::host_key::Trust;
use crate::work::patience::Patience;
use crate::work::{Context, select};

/// Runs one verb of `iac instance`.
pub(super) async fn run(context: &Context<'_>, command: InstanceCommand) -> Result<()> {
    match command.verb {
        InstanceVerb::Create(options) => create::create(context, &options).await,
        InstanceVerb::List { all, list } => list::list(context, all, list.everyone).await,
        InstanceVerb::Describe(one) => {
            let session = context.connect().await?;
            let instance = select::one(&session.aws, context.settings, one.id.as_deref()).await?;
            context.ui.data(&instance, |width| list::described(&instance, width))
        }
        InstanceVerb::Wait { one, goal, timeout, accept_host_key, .. } => {
            let trust = if accept_host_key { Trust::Server } else { Trust::Console };
            wait::wait(context, one.id.as_deref(), goal, trust, Patience::new(timeout.0)).await
        }
        InstanceVerb::Stop { one, wait, force } => stop::stop(context, one.id.as_deref(), &wait, force).await,
        InstanceVerb::Start { one, wait, no_wait, force, .. } => {
            let goal = if no_wait { WaitFor::None } else { wait.until.unwrap_or(WaitFor::Ssh) };
            start::start(context, one.id.as_deref(), goal, &wait, force).await
        }
        InstanceVerb::Console(one) => console::console(context, one.id.as_deref()).await,
        InstanceVerb::Extend(options) => extend::extend(context, &options).await,
        InstanceVerb::Terminate { one, wait, force } => {
            terminate::terminate(context, one.id.as_deref(), &wait, force).await
        }
    }
}
