//! `iac security-group`: make, list and delete one group.

mod create;
mod delete;
mod list;

use crate::args::{SecurityGroupCommand, SecurityGroupVerb};
use crate::error::Result;
use crate::work::Context;

/// Runs one verb of `iac security-group`.
pub(super) async fn run(context: &Context<'_>, command: SecurityGroupCommand) -> Result<()> {
    match command.verb {
        SecurityGroupVerb::Create { force, .. } => create::create(context, force).await,
        SecurityGroupVerb::List(list) => list::list(context, list.everyone).await,
        SecurityGroupVerb::Delete { force, timeout } => delete::delete(context, force, timeout.0).await,
    }
}
