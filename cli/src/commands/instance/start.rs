//! `iac instance start`: asks AWS to start the instance again, and waits until SSH answers at its new address.
//!
//! The host key is still the one proven before the stop, so the entry of `known_hosts`, by instance id, stays good; the
//! console of a restarted instance may not show it again.

use iac_core::observed::Instance;
use iac_core::power::{self, Power};

use super::list::described;
use super::wait::{self, Login, made};
use crate::args::{WaitFor, WaitOptions};
use crate::aws::{Aws, CallError, LaunchError};
use crate::commands::host_key::Trust;
use crate::commands::patience::Patience;
use crate::commands::{Context, check_account, connect, must_be_ours, select, target};
use crate::error::{Error, Result, refused_start};
use crate::files::SecretsFolder;

/// Starts one instance and waits as far as was asked for.
pub(super) async fn start(
    context: &Context<'_>,
    id: Option<&str>,
    goal: WaitFor,
    options: &WaitOptions,
    force: bool,
) -> Result<()> {
    let settings = context.settings;
    let aws = connect(settings).await?;
    let chosen = select::one_or_ending(&aws, settings, id);
    let (instance, _) = tokio::try_join!(chosen, check_account(settings, &aws))?;
    must_be_ours(&instance.owner(), &format!("instance {}", instance.id), force)?;
    // A key that is not here is found missing before anything costs again.
    let key_file = match goal {
        WaitFor::Ssh | WaitFor::Ready => {
            let folder = SecretsFolder::existing(settings.secrets_folder()?);
            let key_file = target::private_half(context, &aws, &folder, &instance).await?;
            Some((folder, key_file))
        }
        WaitFor::None | WaitFor::Running => None,
    };
    let trust = if options.accept_host_key { Trust::Server } else { Trust::ConsoleOfRestarted };
    let login = key_file.as_ref().map(|(folder, key_file)| Login { folder, key_file, trust });

    let mut patience = Patience::new(options.timeout.0);
    let begun = begin(context, &aws, &instance, &mut patience).await?;
    let started = wait::until(context, &aws, goal, login.as_ref(), &mut patience, &begun).await;
    let started = started.map_err(|error| error.made([made(&begun)]))?.instance;
    context.ui.data(&started, |width| described(&started, width))
}

/// Asks AWS to start an instance where that is needed, and returns the instance in the state that follows.
pub(crate) async fn begin(
    context: &Context<'_>,
    aws: &Aws,
    instance: &Instance,
    patience: &mut Patience,
) -> Result<Instance> {
    let id = &instance.id;
    match power::start(&instance.state) {
        Power::Done | Power::UnderWay => return Ok(instance.clone()),
        Power::Never => {
            return Err(wait::ended(instance).hint("run `iac instance create` for a new one"));
        }
        Power::AskLater => drop(wait::stopped(context, aws, id, patience).await?),
        Power::Ask => {}
    }
    context.interrupt.check()?;
    let progress = context.ui.progress(&format!("starting {id}"));
    let state = progress.during(aws.start(id)).await.map_err(|error| refused(instance, error))?;
    // Its former address went with the stop.
    Ok(Instance { state, public_dns_name: None, public_ip_address: None, ..instance.clone() })
}

fn refused(instance: &Instance, error: CallError) -> Error {
    let Instance { id, instance_type, availability_zone, .. } = instance;
    let zone = availability_zone.as_deref().unwrap_or("its zone");
    refused_start(LaunchError::from(error), id, instance_type, zone)
}
