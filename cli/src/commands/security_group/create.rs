//! `iac security-group create`: one group of the name whose SSH rules are as wanted, whatever interrupted an earlier run.

use std::time::Duration;

use super::list;
use crate::error::{Made, Result};
use crate::work::group::{candidates, ensure, wanted};
use crate::work::patience::{Look, Patience};
use crate::work::{Context, Session};

/// Makes the group, or mends the SSH rules of the one that is there, and prints it.
pub(super) async fn create(context: &Context<'_>, force: bool) -> Result<()> {
    let settings = context.settings;
    let reference = settings.security_group()?;
    let session = context.connect().await?;
    let progress = context.ui.progress("looking at the security group");
    let (candidates, wanted, _) = progress
        .during(async { tokio::try_join!(candidates(settings, &session.aws), wanted(context), session.account()) })
        .await?;
    progress.now(&format!("setting up security group {reference}"));
    let group = progress.during(ensure(&session, &candidates, &wanted, force)).await?;
    let is_new = !candidates.groups.iter().any(|known| known.id == group.id);
    if is_new {
        progress.now(&format!("waiting until AWS shows {}", group.id));
        let made = Made { kind: "security group", id: group.id.clone(), name: Some(group.name.clone()) };
        progress.during(seen(&session, &group.id)).await.map_err(|error| error.made([made]))?;
    }
    drop(progress);
    context.ui.data(&group, |width| list::described(&group, width))
}

/// Waits until AWS shows a group that it has made, but not for long: that it is made is known.
async fn seen(session: &Session<'_>, id: &str) -> Result<()> {
    let look = async |_: &_| match session.aws.security_group(id).await? {
        Some(_) => Ok(Look::Found(())),
        None => Ok(Look::NotYet(Ok(()))),
    };
    Patience::new(SEEN_WITHIN).until(session, look).await
}

/// How long the command waits until AWS shows what it has answered to have made: whoever calls next may look for it.
const SEEN_WITHIN: Duration = Duration::from_secs(10);
