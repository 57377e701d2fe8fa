//! One launch: the token and the zone that it is tried with, the wait for what came of it, and the end of a second one that
//! was made at the same time.
//!
//! Nothing is remembered of a launch but that it was begun (`NAME.launch` beside the key). The token is computed, so a
//! second run finds or gets the same instance.

use iac_core::launch::{self, GENERATIONS, LaunchToken, LaunchTokens, Refusal};
use iac_core::observed::Instance;

use super::end;
use super::prepare::Prepared;
use super::wait::{self, Wait, made};
use crate::args::WaitFor;
use crate::aws::{LaunchError, Wanted};
use crate::error::{Error, Kind, Result, refused_launch};
use crate::files::SecretsFolder;
use crate::work::host::ready::Goal;
use crate::work::patience::Patience;
use crate::work::{Session, host};

/// Launches under the first token that is not used up, leaving a marker until `create` has returned.
pub(crate) async fn launch(
    session: &Session<'_>,
    folder: &SecretsFolder,
    prepared: &Prepared,
    tokens: impl Iterator<Item = LaunchToken>,
) -> Result<Instance> {
    let name = session.settings.instance_name()?;
    let progress = session.ui.progress(&format!("launching {}", prepared.launch.instance_type));
    for token in tokens {
        session.interrupt.check()?;
        folder.write_launch(name, &token)?;
        match progress.during(launch_in_a_zone(session, prepared, &token)).await {
            Ok(instance) => return Ok(instance),
            Err(LaunchError { refusal: Refusal::TokenUsed, .. }) => (),
            Err(error) => {
                // The answer may have been lost, not the launch: then the marker lets a second run adopt it.
                if error.refusal.is_certain() {
                    folder.remove_launch(name)?;
                }
                let zones: Vec<&str> = prepared.subnets.iter().map(|subnet| subnet.zone.as_str()).collect();
                return Err(refused_launch(error, &prepared.launch.instance_type, &zones.join(", ")));
            }
        }
    }
    Err(Error::new(Kind::LaunchMismatch, format!("all {GENERATIONS} launch tokens of `{name}` are used up"))
        .hint("wait an hour, or choose another `instance_name`"))
}

/// Tries the zones in their order until one launches it. Of several refusals the one that waiting mends is told.
async fn launch_in_a_zone(
    session: &Session<'_>,
    prepared: &Prepared,
    token: &LaunchToken,
) -> std::result::Result<Instance, LaunchError> {
    let mut told: Option<LaunchError> = None;
    for subnet in &prepared.subnets {
        match session.aws.launch(&prepared.launch, &subnet.id, token).await {
            Err(error) if error.refusal.another_zone() => {
                let why = match error.refusal {
                    Refusal::NoCapacity => "no capacity".to_owned(),
                    _ => error.call.failure.to_string(),
                };
                session.ui.note(&format!("{}: {why}", subnet.zone));
                let is_full = |error: &LaunchError| error.refusal == Refusal::NoCapacity;
                told = told.filter(is_full).or(Some(error));
            }
            result => return result,
        }
    }
    Err(told.expect("a launch is prepared with at least one subnet"))
}

/// Waits as far as was asked for, accepting a host key without proof where that was too, and removes the marker: the
/// launch is no longer interrupted. As long as AWS does not show the instance the marker stays, so that an `iac down` knows
/// what to wait for.
pub(crate) async fn finish(
    session: &Session<'_>,
    folder: &SecretsFolder,
    launched: &Instance,
    wait: Wait<'_>,
    patience: &mut Patience,
) -> Result<Instance> {
    let arrived = wait::until(session, launched, wait, patience).await?;
    let mut instance = arrived.instance;
    if let Some(target) = arrived.target {
        let wanted = host::wanted(session.settings, None);
        let ends = match (arrived.report, wanted.ttl) {
            (Some(report), _) => report.ends,
            (None, Some(_)) => host::ready::until(session, &target, &wanted, Goal::Armed, patience).await?.ends,
            (None, None) => None,
        };
        let tag = host::end::tag(session, &instance, ends).await?;
        instance.tags.retain(|kept| tag.as_ref().is_none_or(|tag| tag.key != kept.key));
        instance.tags.extend(tag);
    }
    let is_shown =
        wait.until != WaitFor::None || session.interrupt.or_stop(session.aws.instance(&instance.id)).await??.is_some();
    if is_shown {
        folder.remove_launch(session.settings.instance_name()?)?;
    }
    Ok(instance)
}

/// Looks again: where two runs at once launched two, whoever sees it ends the later one.
///
/// Only instances that such a launch made count; one that somebody copied with its tags is not touched.
pub(crate) async fn end_surplus(session: &Session<'_>, tokens: &LaunchTokens, launched: &Instance) -> Result<()> {
    let name = session.settings.instance_name()?;
    let failed = |error: Error| error.made([made(launched)]);
    let found = session.aws.instances(Wanted::Environment(name)).await.map_err(|error| failed(error.into()))?;
    let mut live: Vec<Instance> = found.into_iter().filter(|found| found.state.is_live()).collect();
    live.retain(|instance| tokens.launched(instance));
    if !live.iter().any(|instance| instance.id == launched.id) {
        live.push(launched.clone());
    }
    let surplus = launch::surplus(&live);
    for later in &surplus {
        end::end(session, &later.id).await.map_err(failed)?;
        session.ui.warn(&format!("two instances were launched at once; the later one, {}, is terminated", later.id));
    }
    if surplus.iter().any(|later| later.id == launched.id) {
        return Err(Error::new(Kind::InstanceExists, format!("another run launched `{name}` at the same time"))
            .cause(format!("{} was launched later, so it was terminated again", launched.id))
            .hint("see the other with `iac instance describe`")
            .moved());
    }
    Ok(())
}
