//! The end of an instance as its tag tells it: written after the host has, since the host's own is what counts.

use std::time::Duration;

use iac_core::host::{end, script};
use iac_core::observed::Instance;
use iac_core::tag::{self, Tag};
use jiff::Timestamp;

use super::{remote, wanted};
use crate::error::{Error, Kind, Result};
use crate::ssh::Target;
use crate::work::patience::Patience;
use crate::work::{Context, Session};

/// What the host's script ends with where it has written no end.
const NO_END: u8 = 3;
/// What it ends with where the end would be too far away.
const TOO_FAR: u8 = 4;

/// Tags an instance with the end that its host has told, unless it is tagged so; returns the tag.
pub(crate) async fn tag(session: &Session<'_>, instance: &Instance, ends: Option<Timestamp>) -> Result<Option<Tag>> {
    let Some(tag) = ends.map(end::tag) else { return Ok(None) };
    if tag::value(&instance.tags, tag::ENDS) != Some(&tag.value) {
        session.interrupt.check()?;
        session.aws.tag(&instance.id, std::slice::from_ref(&tag)).await?;
    }
    Ok(Some(tag))
}

/// Makes the `ttl` of an instance that can be reached longer, however far an interrupted run came with that.
pub(crate) async fn lengthen(
    session: &Session<'_>,
    instance: &Instance,
    target: &Target,
    (from, to): (Duration, Duration),
    patience: &Patience,
) -> Result<()> {
    let within = patience.one_look(Duration::MAX);
    let report = remote::look(session, target, &wanted(session.settings, None), within).await?;
    let on_host = report.ends.ok_or_else(|| unarmed(&instance.id))?;
    session.interrupt.check()?;
    let ends = match end::still_to_add(instance, on_host, to.saturating_sub(from)) {
        Some(by) => moved(session, target, by, patience.one_look(Duration::MAX)).await?,
        None => on_host,
    };
    Ok(session.aws.tag(&instance.id, &[end::tag(ends), end::launch_tag(to)]).await?)
}

/// Moves the end on the host and returns the one that it has then.
pub(crate) async fn moved(context: &Context<'_>, target: &Target, by: Duration, within: Duration) -> Result<Timestamp> {
    let id = &target.instance_id;
    let said = remote::run_within(context, target, &script::extend(by), String::new(), within).await?;
    match (said.status, end::answer(&said.stdout)) {
        (0, Some(ends)) => Ok(ends),
        (NO_END, _) => Err(unarmed(id)),
        (TOO_FAR, _) => Err(Error::new(Kind::EndTooFar, format!("an end more than 30 days from now is refused: {id}"))
            .hint("extend by less; see how much time is left with `iac instance list`")),
        _ => Err(remote::unclear(&said, id)),
    }
}

/// The host of an instance that is to end itself has no end.
fn unarmed(id: &str) -> Error {
    none(id).hint("arm it anew with `iac host status --fix`")
}

pub(crate) fn none(id: &str) -> Error {
    Error::new(Kind::NoEnd, format!("the instance does not end by itself: {id}"))
        .hint("only a launch decides that: set `ttl` before `iac instance create`")
}
