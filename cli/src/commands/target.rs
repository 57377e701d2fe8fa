//! The server that `ssh` and `deploy` connect to: the instance, its key, its proven host key.

use std::path::PathBuf;

use iac_core::name::KeyName;
use iac_core::observed::{Instance, InstanceState};

use crate::args::TargetOptions;
use crate::aws::Aws;
use crate::commands::host_key::Trust;
use crate::commands::patience::Patience;
use crate::commands::{Context, check_account, connect, host_key, key, select};
use crate::config::{Key, Source};
use crate::error::{Error, Kind, Result};
use crate::files::{self, Found, SecretsFolder};
use crate::ssh::Target;

/// Finds the instance and everything that a connection to it needs.
pub(super) async fn target(context: &Context<'_>, options: &TargetOptions) -> Result<Target> {
    let settings = context.settings;
    let folder = SecretsFolder::existing(settings.secrets_folder()?);
    let aws = connect(settings).await?;
    let progress = context.ui.progress("looking for the instance");
    let account = async {
        match settings.account {
            Some(_) => check_account(settings, &aws).await.map(drop),
            None => Ok(()),
        }
    };
    let looking = Box::pin(async { tokio::try_join!(select::one(&aws, settings, options.id.as_deref()), account) });
    let (instance, ()) = progress.during(context.interrupt.or_stop(looking)).await??;
    drop(progress);
    running(&instance)?;
    let key_file = private_half(context, &aws, &folder, &instance).await?;
    let target = host_key::target(settings, &folder, &instance, &key_file)?;
    let mut patience = Patience::new(options.timeout.0);
    let trust = if options.accept_host_key { Trust::Server } else { Trust::Console };
    host_key::prove(context, &aws, &folder, &target, &mut patience, trust).await?;
    Ok(target)
}

fn running(instance: &Instance) -> Result<()> {
    if instance.state == InstanceState::Running {
        return Ok(());
    }
    let error = Error::new(Kind::InstanceNotRunning, format!("instance {} is {}", instance.id, instance.state));
    Err(match instance.state {
        InstanceState::Pending => error.hint("it is starting: run the command again in a few seconds"),
        InstanceState::Stopped | InstanceState::Stopping => {
            error.hint(format!("start it with `iac instance start --id {}`", instance.id))
        }
        _ => error.hint("see which instances there are with `iac instance list`"),
    })
}

/// The private half of the pair that the instance lets in: the one it was launched with, unless a flag names another.
///
/// A file that OpenSSH would take is not compared with AWS's public half: the server itself will tell.
pub(super) async fn private_half(
    context: &Context<'_>,
    aws: &Aws,
    folder: &SecretsFolder,
    instance: &Instance,
) -> Result<PathBuf> {
    let settings = context.settings;
    let launched = instance.key_name.as_deref().and_then(|name| KeyName::parse(name).ok());
    let name = match (settings.source(Key::KeyName), launched) {
        (Source::Flag(_), _) | (_, None) => settings.key_name()?.clone(),
        (_, Some(launched)) => launched,
    };
    let path = folder.pem(&name);
    match files::read(&path)? {
        // Nobody else can read it: the last six bits are clear.
        Found::File { mode, .. } if mode.trailing_zeros() >= 6 => Ok(path),
        _ => key::private_half_of(context, aws, folder, &name).await,
    }
}
