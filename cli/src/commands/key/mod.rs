//! `iac key`: makes, lists and deletes key pairs.

mod create;
mod delete;
mod list;

use crate::args::{KeyCommand, KeyVerb};
use crate::error::Result;
use crate::work::Context;

/// Runs one verb of `iac key`.
pub(super) async fn run(context: &Context<'_>, command: KeyCommand) -> Result<()> {
    match command.verb {
        KeyVerb::Create { kind } => create::create(context, kind).await,
        KeyVerb::List(list) => list::list(context, list.everyone).await,
        KeyVerb::Delete { force } => delete::delete(context, force).await,
    }
}
