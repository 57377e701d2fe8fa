//! The proof of an instance's host key, before the first connection: what the instance prints on its console, which AWS
//! hands out over its own authenticated channel.

use std::path::Path;
use std::time::Duration;

use iac_core::address::is_host;
use iac_core::console::{HostKey, host_keys};
use iac_core::known_hosts::{self, Place};
use iac_core::observed::Instance;
use iac_core::text::excerpt;

use crate::aws::Wanted;
use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::files::SecretsFolder;
use crate::ssh::{SshError, Target, Trouble};
use crate::work::lock::lock;
use crate::work::patience::{Look, Patience, timed_out};
use crate::work::{Context, Session};

/// How much longer the console is looked at once the server answers, before its word is taken for it: what prints the
/// keys runs at the very end of the first boot.
const AFTER_ANSWER: Duration = Duration::from_secs(10);
/// How long one attempt to log in, or to be shown the host keys, may take before the next.
const ATTEMPT: Duration = Duration::from_secs(20);
/// How long a server may refuse the key while its first boot is still installing it.
const DENIED: Duration = Duration::from_secs(10);

/// What a host key that is not known yet is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The console, for as long as there is patience.
    Console,
    /// The console, which after a restart shows what the first boot printed or nothing at all: it is not waited for much
    /// longer than for the server.
    ConsoleOfRestarted,
    /// The console, or else the server itself, because the user accepts that.
    Server,
}

/// What it takes to log in once an instance runs.
#[derive(Debug)]
pub(crate) struct Login<'a> {
    pub(crate) folder: &'a SecretsFolder,
    pub(crate) key_file: &'a Path,
    pub(crate) trust: Trust,
}

/// Waits until the instance's host key is proven and SSH answers; then it is ready to be used.
pub(crate) async fn reach(
    session: &Session<'_>,
    instance: &Instance,
    login: &Login<'_>,
    patience: &mut Patience,
) -> Result<Target> {
    let target = target(session.settings, login.folder, instance, login.key_file)?;
    prove(session, login.folder, &target, patience, login.trust).await?;
    answers(session, &target, patience).await?;
    Ok(target)
}

/// How to connect to an instance; its host key may still have to be proven.
pub(crate) fn target(
    settings: &Settings,
    folder: &SecretsFolder,
    instance: &Instance,
    key_file: &Path,
) -> Result<Target> {
    let address = instance.address().ok_or_else(|| {
        Error::new(Kind::NoAddress, format!("instance {} has no public address", instance.id))
            .hint("launch it in a subnet that gives public addresses, with `subnet_id`")
    })?;
    // What AWS says goes into files of OpenSSH's and onto its command line.
    let unusable = |what: &str, text: &str| {
        Error::new(Kind::AwsAnswer, format!("AWS's answer holds no usable {what}: `{}`", excerpt(text, 80)))
    };
    if !known_hosts::is_instance_id(&instance.id) {
        return Err(unusable("instance id", &instance.id));
    }
    if !is_host(address) {
        return Err(unusable("address", address));
    }
    Ok(Target {
        instance_id: instance.id.clone(),
        address: address.to_owned(),
        port: settings.ssh_port(),
        user: settings.ssh_user().to_owned(),
        key_file: key_file.to_owned(),
        known_hosts: folder.known_hosts(),
        config: settings.ssh_config.clone(),
    })
}

/// Removes what is known of an instance that is gone.
pub(crate) async fn forget(context: &Context<'_>, folder: &SecretsFolder, id: &str) -> Result<()> {
    if is_known(folder, id)? {
        folder.forget_hosts(&lock(context, folder).await?, &[id])?;
    }
    Ok(())
}

/// How many values one filter of EC2's takes.
const MOST_ASKED: usize = 200;

/// Removes the host keys of instances that are gone from this account and region, and returns the instances' ids. AWS is
/// asked only where such an instance may have keys here.
pub(crate) async fn sweep(session: &Session<'_>, folder: &SecretsFolder) -> Result<Vec<String>> {
    let text = folder.read_known_hosts()?;
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let Some(place) = Place::new(&session.account().await?, &session.aws.region) else { return Ok(Vec::new()) };
    let asked = known_hosts::hosts_in(&text, &place);
    let mut listed = Vec::new();
    for ids in asked.chunks(MOST_ASKED) {
        listed.extend(session.aws.instances(Wanted::Ids(ids)).await?);
    }
    let gone = known_hosts::gone(&text, &place, &listed);
    if !gone.is_empty() {
        let ids: Vec<&str> = gone.iter().map(String::as_str).collect();
        folder.forget_hosts(&lock(session, folder).await?, &ids)?;
    }
    Ok(gone)
}

/// Where the instances of a session are; `None` where AWS does not tell.
async fn place(session: &Session<'_>) -> Option<Place> {
    Place::new(&session.account().await.ok()?, &session.aws.region)
}

/// Tells whether a host key of the instance has been proven on this machine.
pub(crate) fn is_known(folder: &SecretsFolder, id: &str) -> Result<bool> {
    let known = known_hosts::has_host(&folder.read_known_hosts()?, id);
    known.map_err(|error| Error::new(Kind::AwsAnswer, "AWS's answer holds no usable instance id").cause(error))
}

/// Makes sure that a host key of the instance is known: from before, from its console, or, where the user accepts that,
/// from the server itself.
pub(crate) async fn prove(
    session: &Session<'_>,
    folder: &SecretsFolder,
    target: &Target,
    patience: &mut Patience,
    trust: Trust,
) -> Result<()> {
    let id = &target.instance_id;
    if is_known(folder, id)? {
        return Ok(());
    }
    let waits_for_console = trust == Trust::Console;
    let shown = if waits_for_console { None } else { Some(shown(session, target, patience).await?) };
    let mut shorter = Patience::new(AFTER_ANSWER.min(patience.left()));
    let printed = printed(session, id, if waits_for_console { patience } else { &mut shorter });
    let place = async { session.interrupt.or_stop(place(session)).await };
    let (console, place) = tokio::try_join!(printed, place)?;
    let keys = match (console, shown) {
        (Some(printed), _) => printed,
        (None, Some(shown)) if trust == Trust::Server => {
            session.ui.warn(&format!("{id}: the host key that {} shows is trusted without proof", target.address));
            shown
        }
        (None, _) => return Err(unproven(&folder.known_hosts(), id)),
    };
    Ok(folder.trust_host(&lock(session, folder).await?, id, &keys, place.as_ref())?)
}

/// The host keys on the instance's console, once there are any; `None` when the time is over.
async fn printed(session: &Session<'_>, id: &str, patience: &mut Patience) -> Result<Option<Vec<HostKey>>> {
    let progress = session.ui.progress(&format!("waiting for {id} to print its host keys"));
    let look = async |_: &_| {
        let console = session.interrupt.or_stop(session.aws.console(id)).await??;
        let texts = [console.present, console.last_boot];
        let keys = texts.iter().flatten().map(|text| host_keys(text)).find(|keys| !keys.is_empty());
        Ok(if keys.is_some() { Look::Found(keys) } else { Look::NotYet(Ok(None)) })
    };
    progress.during(patience.until(session, look)).await
}

/// The host keys that the server shows to anybody, once it answers.
async fn shown(context: &Context<'_>, target: &Target, patience: &mut Patience) -> Result<Vec<HostKey>> {
    let progress = context.ui.progress(&format!("waiting for {} to show its host keys", target.address));
    let late = || Err(timed_out(&format!("{} to show its host keys", target.instance_id)));
    let look = async |patience: &Patience| {
        let keys = context.interrupt.or_stop(target.shown_host_keys(patience.one_look(ATTEMPT))).await??;
        Ok(if keys.is_empty() { Look::NotYet(late()) } else { Look::Found(keys) })
    };
    progress.during(patience.until(context, look)).await
}

/// Waits until the server lets us in, as long as what keeps it from that can pass.
async fn answers(context: &Context<'_>, target: &Target, patience: &mut Patience) -> Result<()> {
    let progress = context.ui.progress(&format!("waiting for SSH on {}", target.instance_id));
    let mut denied: Option<Patience> = None;
    let look = async |patience: &Patience| {
        let failure = match context.interrupt.or_stop(target.probe(patience.one_look(ATTEMPT))).await? {
            Ok(()) => return Ok(Look::Found(())),
            Err(SshError::Connection(failure)) => failure,
            Err(error) => return Err(error.into()),
        };
        let may_pass = match failure.trouble {
            Trouble::HostKey | Trouble::NoHostKey | Trouble::KeyFile | Trouble::Algorithms | Trouble::Options => false,
            Trouble::Denied | Trouble::Locked => !denied.get_or_insert_with(|| Patience::new(DENIED)).is_over(),
            Trouble::Unreachable | Trouble::Signal | Trouble::Other => true,
        };
        if !may_pass {
            return Err((*failure).into());
        }
        let id = &target.instance_id;
        let late = timed_out(&format!("SSH on {id}"))
            .hint(format!("see what the machine printed with `iac instance console --id {id}`"));
        Ok(Look::NotYet(Err(failure.said.iter().fold(late, Error::cause))))
    };
    progress.during(patience.until(context, look)).await
}

fn unproven(known_hosts: &Path, id: &str) -> Error {
    Error::new(Kind::HostKeyUnproven, format!("no host key of {id} could be proven"))
        .cause("its console shows none so far")
        .hint("a new instance prints them at the end of its first boot: run the command again to go on waiting")
        .hint(format!(
            "one that was started again may not print them: copy the lines of `{id}` from the machine that made it to `{}`",
            known_hosts.display()
        ))
        .hint(format!("see what it printed with `iac instance console --id {id}`"))
        .hint("trust the key that the server shows, this once, with `--accept-host-key`")
}
