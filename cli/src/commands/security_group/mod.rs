//! `iac security-group`: make, list and delete one group, and find it for a launch.

mod choose;

use crate::aws::{Aws, Group};
use crate::config::Settings;
use crate::error::Result;

/// The group that an instance is launched with, whoever made it.
pub(crate) async fn find(settings: &Settings, aws: &Aws) -> Result<Group> {
    let wanted = settings.security_group()?;
    let candidates = choose::candidates(settings, aws).await?;
    let found = candidates.at_home(wanted)?.cloned();
    found.ok_or_else(|| candidates.missing(wanted).hint("make it with `iac security-group create`"))
}
