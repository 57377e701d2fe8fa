//! The server that `ssh`, `deploy` and `host` connect to: the instance, its key, its proven host key.

use std::path::PathBuf;
use std::time::Duration;

use iac_core::name::KeyName;
use iac_core::observed::{Instance, InstanceState};

use crate::args::{ExtendOptions, TargetOptions};
use crate::aws::Aws;
use crate::config::{Key, Settings, Source};
use crate::error::{Error, Kind, Result};
use crate::files::{self, Found, SecretsFolder};
use crate::ssh::Target;
use crate::work::host_key::Trust;
use crate::work::patience::Patience;
use crate::work::{Context, Session, host_key, key, select};

/// Which instance is meant, and how far to go for its host key.
#[derive(Debug)]
pub(crate) struct Wish<'a> {
    id: Option<&'a str>,
    accept_host_key: bool,
    timeout: Duration,
}

impl<'a> From<&'a TargetOptions> for Wish<'a> {
    fn from(typed: &'a TargetOptions) -> Self {
        Self { id: typed.id.as_deref(), accept_host_key: typed.accept_host_key, timeout: typed.timeout.0 }
    }
}

impl<'a> From<&'a ExtendOptions> for Wish<'a> {
    fn from(typed: &'a ExtendOptions) -> Self {
        Self { id: typed.one.id.as_deref(), accept_host_key: typed.accept_host_key, timeout: typed.timeout.0 }
    }
}

/// An instance that can be connected to.
#[derive(Debug)]
pub(crate) struct Reached<'a> {
    pub(crate) session: Session<'a>,
    pub(crate) instance: Instance,
    pub(crate) target: Target,
}

/// Finds what a connection to the instance needs.
pub(crate) async fn target(context: &Context<'_>, options: &TargetOptions) -> Result<Target> {
    Ok(reach(context, &options.into()).await?.target)
}

/// Finds the instance and everything that a connection to it needs.
pub(crate) async fn reach<'a>(context: &Context<'a>, wish: &Wish<'_>) -> Result<Reached<'a>> {
    let (reached, ()) = reach_and(context, wish, async |_, _| Ok(())).await?;
    Ok(reached)
}

/// Does as [`reach`], and something else with the instance side by side with the way there.
pub(crate) async fn reach_and<'a, T>(
    context: &Context<'a>,
    wish: &Wish<'_>,
    meanwhile: impl AsyncFnOnce(&Aws, &Instance) -> Result<T>,
) -> Result<(Reached<'a>, T)> {
    let settings = context.settings;
    let folder = SecretsFolder::existing(settings.secrets_folder()?);
    let session = context.connect().await?;
    let account = async {
        match settings.account {
            Some(_) => session.account().await.map(drop),
            None => Ok(()),
        }
    };
    let looking = Box::pin(async { tokio::try_join!(select::one(&session.aws, settings, wish.id), account) });
    let (instance, ()) = context.look("looking for the instance", looking).await??;
    running(&instance)?;
    let way = async {
        let key_file = private_half(&session, &folder, &instance).await?;
        let target = host_key::target(settings, &folder, &instance, &key_file)?;
        let mut patience = Patience::new(wish.timeout);
        let trust = if wish.accept_host_key { Trust::Server } else { Trust::Console };
        host_key::prove(&session, &folder, &target, &mut patience, trust).await?;
        Ok(target)
    };
    let (target, done) = tokio::try_join!(way, meanwhile(&session.aws, &instance))?;
    Ok((Reached { session, instance, target }, done))
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

/// The pair that lets into an instance: the one it was launched with, unless a flag names another.
pub(crate) fn key_name(settings: &Settings, instance: &Instance) -> Result<KeyName> {
    let launched = instance.key_name.as_deref().and_then(|name| KeyName::parse(name).ok());
    match (settings.source(Key::KeyName), launched) {
        (Source::Flag(_), _) | (_, None) => Ok(settings.key_name()?.clone()),
        (_, Some(launched)) => Ok(launched),
    }
}

/// The private half of the pair that [`key_name`] tells.
///
/// A file that OpenSSH would take is not compared with AWS's public half: the server itself will tell.
pub(crate) async fn private_half(
    session: &Session<'_>,
    folder: &SecretsFolder,
    instance: &Instance,
) -> Result<PathBuf> {
    let name = key_name(session.settings, instance)?;
    let path = folder.pem(&name);
    match files::read(&path)? {
        // Nobody else can read it: the last six bits are clear.
        Found::File { mode, .. } if mode.trailing_zeros() >= 6 => Ok(path),
        _ => key::private_half_of(session, folder, &name).await,
    }
}
