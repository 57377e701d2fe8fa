//! The instance of an environment, launched once however many runs want it, and waited for.

use iac_core::launch::LaunchTokens;
use iac_core::observed::{Instance, KeyPair, Observed};

use super::launch::{end_surplus, finish, launch};
use super::prepare::{Known, prepare};
use super::wait::Wait;
use crate::args::WaitFor;
use crate::error::{Error, Kind, Result};
use crate::files::SecretsFolder;
use crate::work::host_key::{Login, Trust};
use crate::work::patience::Patience;
use crate::work::{Context, Session, key, select};

/// Marks a launch as begun, with the token that it will have. Written before anything is made for it, the mark tells a
/// `down` that comes soon after that AWS may not show everything yet.
pub(crate) fn mark_launch(context: &Context<'_>, folder: &SecretsFolder, have: &Observed) -> Result<()> {
    match have.tokens.unused(&have.instances).next() {
        Some(token) => Ok(folder.write_launch(context.settings.instance_name()?, &token)?),
        None => Ok(()),
    }
}

/// Launches the instance. Where another run has done so meanwhile, the world has moved. Of instances that this run has
/// `ended` it is known that they are not live, whatever AWS shows.
pub(crate) async fn launch_once(
    session: &Session<'_>,
    folder: &SecretsFolder,
    known: Known<'_>,
    ended: &[String],
) -> Result<Instance> {
    let name = session.settings.instance_name()?;
    let (prepared, instances) =
        tokio::join!(prepare(session, folder, true, Some(known)), select::named(&session.aws, name));
    let (instances, prepared) = (instances?, prepared?);
    let is_live = |instance: &&Instance| instance.state.is_live() && !ended.contains(&instance.id);
    if let Some(other) = instances.iter().find(is_live) {
        return Err(launched_by_another(other));
    }
    let tokens = LaunchTokens::new(&prepared.account, &session.aws.region, name);
    let instance = launch(session, folder, &prepared, tokens.unused(&instances)).await?;
    end_surplus(session, &tokens, &instance).await?;
    Ok(instance)
}

fn launched_by_another(instance: &Instance) -> Error {
    let message = format!("instance {} was launched meanwhile", instance.id);
    Error::new(Kind::InstanceExists, message).hint("see it with `iac instance describe`").moved()
}

/// Waits for the instance as far as was asked for, and removes the mark of its launch. A `pair` that is known is not looked
/// up.
pub(crate) async fn await_instance(
    session: &Session<'_>,
    folder: &SecretsFolder,
    (instance, pair): (&Instance, Option<&KeyPair>),
    (until, trust): (WaitFor, Trust),
    patience: &mut Patience,
) -> Result<Instance> {
    let key_file = match (until, pair) {
        (WaitFor::None | WaitFor::Running, _) => None,
        (WaitFor::Ssh | WaitFor::Ready, Some(pair)) => {
            Some(key::private_half_of_pair(session, folder, session.settings.key_name()?, pair).await?)
        }
        (WaitFor::Ssh | WaitFor::Ready, None) => Some(key::private_half(session, folder).await?),
    };
    let login = key_file.as_ref().map(|key_file| Login { folder, key_file, trust });
    finish(session, folder, instance, Wait { until, login: login.as_ref() }, patience).await
}
