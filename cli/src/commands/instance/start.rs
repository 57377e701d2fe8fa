//! `iac instance start`: asks AWS to start the instance again, and waits until SSH answers at its new address.
//!
//! The host key is still the one proven before the stop, so the entry of `known_hosts`, by instance id, stays good; the
//! console of a restarted instance may not show it again.

use super::list::described;
use crate::args::{WaitFor, WaitOptions};
use crate::error::Result;
use crate::files::SecretsFolder;
use crate::work::host_key::{Login, Trust};
use crate::work::instance::power;
use crate::work::instance::wait::{self, Wait, made};
use crate::work::patience::Patience;
use crate::work::{Context, must_be_ours, select, target};

/// Starts one instance and waits as far as was asked for.
pub(super) async fn start(
    context: &Context<'_>,
    id: Option<&str>,
    goal: WaitFor,
    options: &WaitOptions,
    force: bool,
) -> Result<()> {
    let settings = context.settings;
    let session = context.connect().await?;
    let chosen = select::one_or_ending(&session.aws, settings, id);
    let (instance, _) = tokio::try_join!(chosen, session.account())?;
    must_be_ours(&instance.owner(), &format!("instance {}", instance.id), force)?;
    // A key that is not here is found missing before anything costs again.
    let key_file = match goal {
        WaitFor::Ssh | WaitFor::Ready => {
            let folder = SecretsFolder::existing(settings.secrets_folder()?);
            let key_file = target::private_half(&session, &folder, &instance).await?;
            Some((folder, key_file))
        }
        WaitFor::None | WaitFor::Running => None,
    };
    let trust = if options.accept_host_key { Trust::Server } else { Trust::ConsoleOfRestarted };
    let login = key_file.as_ref().map(|(folder, key_file)| Login { folder, key_file, trust });

    let mut patience = Patience::new(options.timeout.0);
    let begun = power::start(&session, &instance, &mut patience).await?;
    let started = wait::until(&session, &begun, Wait { until: goal, login: login.as_ref() }, &mut patience).await;
    let started = started.map_err(|error| error.made([made(&begun)]))?.instance;
    context.ui.data(&started, |width| described(&started, width))
}
