//! `iac security-group`: make, list and delete one group, and find it for a launch.

mod change;
mod choose;
mod create;
mod delete;
mod list;
mod ssh_from;
mod users;

use crate::args::{SecurityGroupCommand, SecurityGroupVerb};
use crate::aws::{Aws, Group};
use crate::commands::Context;
use crate::config::Settings;
use crate::error::Result;

pub(crate) use choose::{Candidates, candidates};
pub(crate) use create::ensure;
pub(crate) use delete::until_gone;
pub(crate) use ssh_from::wanted;

/// Runs one verb of `iac security-group`.
pub(super) async fn run(context: &Context<'_>, command: SecurityGroupCommand) -> Result<()> {
    match command.verb {
        SecurityGroupVerb::Create { force, .. } => create::create(context, force).await,
        SecurityGroupVerb::List(list) => list::list(context, list.everyone).await,
        SecurityGroupVerb::Delete { force, timeout } => delete::delete(context, force, timeout.0).await,
    }
}

/// The group that an instance is launched with, whoever made it.
pub(crate) async fn find(settings: &Settings, aws: &Aws) -> Result<Group> {
    let wanted = settings.security_group()?;
    let candidates = choose::candidates(settings, aws).await?;
    let found = candidates.at_home(wanted)?.cloned();
    found.ok_or_else(|| candidates.missing(wanted).hint("make it with `iac security-group create`"))
}

/// A group as messages name it.
fn titled(group: &Group) -> String {
    format!("security group `{}` {}", group.name, group.id)
}
