//! `iac host`: what makes an instance ready for enclaves, and whether it is.

mod script;
mod setup;
mod status;

use crate::args::{HostCommand, HostVerb};
use crate::error::Result;
use crate::work::Context;

/// Runs one verb of `iac host` and returns the exit status.
pub(super) async fn run(context: &Context<'_>, command: HostCommand) -> Result<u8> {
    match command.verb {
        HostVerb::Script { format } => script::print(context, format).map(|()| 0),
        HostVerb::Setup => setup::run(context, &command.target).await.map(|()| 0),
        HostVerb::Status { fix } => status::run(context, &command.target, fix).await,
    }
}
