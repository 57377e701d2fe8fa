//! Security groups: which one is meant, made with the SSH rules that are wanted, deleted once nothing uses it.

mod change;
mod choose;
mod ensure;
mod ssh_from;
mod until_gone;
mod users;

use crate::aws::{Aws, Group};
use crate::config::Settings;
use crate::error::Result;

pub(crate) use choose::{Candidates, candidates};
pub(crate) use ensure::ensure;
pub(crate) use ssh_from::wanted;
pub(crate) use until_gone::until_gone;

/// The group that an instance is launched with, whoever made it.
pub(crate) async fn find(settings: &Settings, aws: &Aws) -> Result<Group> {
    let wanted = settings.security_group()?;
    let candidates = choose::candidates(settings, aws).await?;
    let found = candidates.at_home(wanted)?.cloned();
    found.ok_or_else(|| candidates.missing(wanted).hint("make it with `iac security-group create`"))
}

/// A group as messages name it.
pub(crate) fn titled(group: &Group) -> String {
    format!("security group `{}` {}", group.name, group.id)
}
