//! The instance of the name, where there is one, and whether SSH gets through to it.

use std::time::Duration;

use iac_core::doctor::Check;
use iac_core::known_hosts::{self, Place};
use iac_core::observed::{Instance, InstanceState};
use iac_core::plan::Stranger;

use super::facts::Facts;
use super::of_error;
use crate::config::Settings;
use crate::error::Result;
use crate::files::SecretsFolder;
use crate::work::patience::Patience;
use crate::work::{Session, existing_folder, host_key, image, select, target};

/// How long a console may take to show host keys that are not known yet: a look, not a wait for a boot.
const CONSOLE: Duration = Duration::from_secs(3);
/// How long the server may take to let us in.
const ANSWER: Duration = Duration::from_secs(15);

/// The live instance of the name that the settings give, chosen as every command chooses it; several are an error.
pub(super) fn of<'a>(settings: &Settings, instances: &'a [Instance]) -> Result<Option<&'a Instance>> {
    let Some(name) = settings.optional_instance_name() else { return Ok(None) };
    select::one_live(name, select::of_name(name, instances))
}

/// The image of the instance, where no launch would take it; what cannot be asked is said by other checks.
pub(super) async fn origin(session: &Session<'_>, facts: &Facts, name: &'static str) -> Option<Check> {
    let instance = of(session.settings, facts.instances.as_ref().ok()?).ok()??;
    let owners = image::owners(session, std::iter::once(instance)).await.ok()?;
    let stranger = Stranger::of(instance, &owners)?;
    Some(Check::warning(name, stranger.found(), stranger.mend()))
}

/// The host keys here of instances that are gone, where there are any; what cannot be read is said by other checks.
/// `known` is what the file held before the instances were listed: what another run has added since is of no instance here.
pub(super) fn forgotten(session: &Session<'_>, facts: &Facts, known: &str, name: &'static str) -> Option<Check> {
    let folder = existing_folder(session.settings)?;
    let (Ok(identity), Ok(instances)) = (&facts.identity, &facts.instances) else { return None };
    let gone = known_hosts::gone(known, &Place::new(&identity.account, &session.aws.region)?, instances);
    let found = format!("{} has keys of instances that are gone: {}", folder.known_hosts().display(), gone.join(", "));
    (!gone.is_empty()).then(|| Check::warning(name, found, "leave them to the next `iac down`, or delete their lines"))
}

/// Whether the instance, if it runs, lets us in.
pub(super) async fn reachable(session: &Session<'_>, instances: &[Instance], name: &'static str) -> Check {
    let instance = match of(session.settings, instances) {
        Ok(Some(instance)) => instance,
        Ok(None) => return Check::not_checked(name, "there is no instance yet"),
        Err(error) => return of_error(name, error),
    };
    if instance.state != InstanceState::Running {
        return Check::not_checked(name, format!("the instance is {}: {}", instance.state, instance.id));
    }
    match answers(session, instance).await {
        Ok(address) => Check::ok(name, format!("{address} lets `{}` in: {}", session.settings.ssh_user(), instance.id)),
        Err(error) => of_error(name, error),
    }
}

async fn answers(session: &Session<'_>, instance: &Instance) -> Result<String> {
    let settings = session.settings;
    let folder = SecretsFolder::existing(settings.secrets_folder()?);
    let key_file = folder.pem(&target::key_name(settings, instance)?);
    let target = host_key::target(settings, &folder, instance, &key_file)?;
    host_key::prove(session, &folder, &target, &mut Patience::new(CONSOLE), host_key::Trust::Console).await?;
    target.probe(ANSWER).await?;
    Ok(target.address)
}
