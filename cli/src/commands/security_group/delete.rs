//! `iac security-group delete`: waits for the network interfaces of ending instances, and for nothing else.

use std::time::Duration;

use serde::Serialize;

use crate::aws::Group;
use crate::error::Result;
use crate::work::group::{candidates, titled, until_gone};
use crate::work::{Context, must_be_ours};

/// What `security-group delete` prints.
#[derive(Debug, Serialize)]
struct Deleted {
    name: String,
    id: String,
    vpc_id: Option<String>,
}

/// Deletes the group; one that a live instance uses is left at once, with what uses it.
pub(super) async fn delete(context: &Context<'_>, force: bool, timeout: Duration) -> Result<()> {
    let settings = context.settings;
    let reference = settings.security_group()?;
    let session = context.connect().await?;
    let (candidates, _) = tokio::try_join!(candidates(settings, &session.aws), session.account())?;
    let found = candidates.anywhere(reference)?.cloned();
    let missing = || candidates.missing(reference).hint("see which there are with `iac security-group list`");
    let group = found.ok_or_else(missing)?;
    must_be_ours(&group.owner(), &titled(&group), force)?;
    let progress = context.ui.progress(&format!("deleting {}", titled(&group)));
    progress.during(until_gone(&session, &group, timeout)).await?;
    drop(progress);
    let Group { id, name, vpc_id, .. } = group;
    let deleted = Deleted { name, id, vpc_id };
    context.ui.data(&deleted, |_| format!("security group `{}` is deleted: {}", deleted.name, deleted.id))
}
