//! `iac instance create`: one live instance of the name, whatever interrupted an earlier run.
//!
//! Nothing is remembered of a launch but that it was begun (`NAME.launch` beside the key). The token is computed, so a
//! second run finds or gets the same instance.

use iac_core::launch::{Create, LaunchToken, LaunchTokens, create_decision};
use iac_core::name::InstanceName;
use iac_core::observed::Instance;

use super::list::described;
use crate::args::{CreateOptions, WaitFor};
use crate::config::Key;
use crate::error::{Error, Kind, Result};
use crate::files::SecretsFolder;
use crate::work::host_key::{Login, Trust};
use crate::work::instance::launch::{end_surplus, finish, launch};
use crate::work::instance::prepare::prepare;
use crate::work::instance::wait::{Wait, made};
use crate::work::patience::Patience;
use crate::work::{Context, select};

/// Launches the instance, or goes on with one whose launch was interrupted, and waits for it.
pub(super) async fn create(context: &Context<'_>, options: &CreateOptions) -> Result<()> {
    let settings = context.settings;
    settings.require(&[Key::InstanceName, Key::KeyName, Key::SecurityGroup, Key::SecretsFolder])?;
    let name = settings.instance_name()?;
    let wait = wait_for(context, options)?;
    let folder = SecretsFolder::open(settings.secrets_folder()?)?;
    let mut patience = Patience::new(options.wait.timeout.0);
    let session = context.connect().await?;
    let (prepared, instances) =
        tokio::join!(prepare(&session, &folder, !options.no_setup, None), select::named(&session.aws, name));
    let instances = instances?;
    let live: Vec<Instance> = instances.iter().filter(|instance| instance.state.is_live()).cloned().collect();
    let marker = folder.launch(name)?.as_deref().and_then(LaunchToken::parse);
    if let (None, Some(instance)) = (&marker, select::one_live(name, &live)?) {
        return Err(exists(name, instance));
    }
    let prepared = prepared?;

    let tokens = LaunchTokens::new(&prepared.account, &session.aws.region, name);
    let instance = match create_decision(&live, &tokens, marker.as_ref()) {
        Create::Exists(instance) => return Err(exists(name, instance)),
        Create::Ambiguous(instances) => return Err(select::ambiguous(name, &instances)),
        Create::Adopt(instance) => {
            context.ui.note(&format!("going on with instance {}, whose launch was interrupted", instance.id));
            instance.clone()
        }
        Create::Launch => {
            note_cost(context);
            launch(&session, &folder, &prepared, tokens.unused(&instances)).await?
        }
    };
    end_surplus(&session, &tokens, &instance).await?;
    let trust = if options.wait.accept_host_key { Trust::Server } else { Trust::Console };
    let login = Login { folder: &folder, key_file: &prepared.key_file, trust };
    let wait = Wait { until: wait, login: Some(&login) };
    let finished = finish(&session, &folder, &instance, wait, &mut patience).await;
    let instance = finished.map_err(|error| error.made([made(&instance)]))?;
    context.ui.data(&instance, |width| described(&instance, width))
}

/// What to wait for: as far as the launch makes the host, unless something else is asked for.
fn wait_for(context: &Context<'_>, options: &CreateOptions) -> Result<WaitFor> {
    let is_set_up = context.settings.nitro() && !options.no_setup;
    match options.wait.until {
        Some(WaitFor::Ready) if options.no_setup => {
            Err(Error::new(Kind::Usage, "`--wait ready` waits for the set-up that `--no-setup` leaves out")
                .hint("leave one of them out"))
        }
        Some(wait) => Ok(wait),
        None if is_set_up => Ok(WaitFor::Ready),
        None => Ok(WaitFor::Ssh),
    }
}

fn note_cost(context: &Context<'_>) {
    if context.settings.ttl.is_none() {
        context.ui.note("no `ttl`: the instance runs, and costs, until it is terminated");
    }
}

fn exists(name: &InstanceName, instance: &Instance) -> Error {
    Error::new(Kind::InstanceExists, format!("instance `{name}` exists already: {} is {}", instance.id, instance.state))
        .hint("use it with `iac ssh`, or end it with `iac instance terminate`")
}
