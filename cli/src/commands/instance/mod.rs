//! `iac instance`: make, list, describe, extend and terminate one instance.

mod create;
mod fitting;
mod list;
mod prepare;
mod terminate;
mod wait;

use crate::args::{InstanceCommand, InstanceVerb};
use crate::commands::{Context, connect, host, select};
use crate::error::Result;

/// Runs one verb of `iac instance`.
pub(super) async fn run(context: &Context<'_>, command: InstanceCommand) -> Result<()> {
    match command.verb {
        InstanceVerb::Create(options) => create::create(context, &options).await,
        InstanceVerb::List { all, list } => list::list(context, all, list.everyone).await,
        InstanceVerb::Describe(one) => {
            let aws = connect(context.settings).await?;
            let instance = select::one(&aws, context.settings, one.id.as_deref()).await?;
            context.ui.data(&instance, |width| list::described(&instance, width))
        }
        InstanceVerb::Extend(options) => host::end::extend(context, &options).await,
        InstanceVerb::Terminate { one, no_wait, timeout, force } => {
            let wait = (!no_wait).then_some(timeout.0);
            terminate::terminate(context, one.id.as_deref(), wait, force).await
        }
    }
}
