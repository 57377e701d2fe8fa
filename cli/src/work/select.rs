//! Which instance a command means: the one live instance of a name, or the one of an id.

use iac_core::name::InstanceName;
use iac_core::observed::{Instance, InstanceState};
use iac_core::tag::Owner;

use crate::aws::{Aws, CallError, Wanted};
use crate::config::Settings;
use crate::error::{Error, Kind, Result};

/// Every instance of a name that this tool or the older one made, in every state.
pub(crate) async fn named(aws: &Aws, name: &InstanceName) -> std::result::Result<Vec<Instance>, CallError> {
    let (mut ours, older) =
        tokio::try_join!(aws.instances(Wanted::Environment(name)), aws.instances(Wanted::OlderTool(Some(name))))?;
    ours.extend(older);
    Ok(ours)
}

/// Those of a name among all instances: what [`named`] asks AWS for.
pub(crate) fn of_name<'a>(name: &InstanceName, instances: &'a [Instance]) -> Vec<&'a Instance> {
    let is_named = |instance: &&Instance| match instance.owner() {
        Owner::Ours { environment } => environment.as_deref() == Some(name.as_str()),
        Owner::OlderTool => instance.name.as_deref() == Some(name.as_str()),
        Owner::Someone => false,
    };
    instances.iter().filter(is_named).collect()
}

/// The instance a command means: by id if one is given, otherwise the one live instance of the name.
pub(crate) async fn one(aws: &Aws, settings: &Settings, id: Option<&str>) -> Result<Instance> {
    match id {
        Some(id) => aws.instance(id).await?.ok_or_else(|| missing(id)),
        None => {
            let name = settings.instance_name()?;
            let instances = named(aws, name).await?;
            Ok(one_live(name, &instances)?.ok_or_else(|| missing(name.as_str()))?.clone())
        }
    }
}

/// The same, or failing a live one an instance of the name that is still ending.
pub(crate) async fn one_or_ending(aws: &Aws, settings: &Settings, id: Option<&str>) -> Result<Instance> {
    if id.is_some() {
        return one(aws, settings, id).await;
    }
    let name = settings.instance_name()?;
    let instances = named(aws, name).await?;
    let ending = || instances.iter().find(|instance| instance.state == InstanceState::ShuttingDown);
    one_live(name, &instances)?.or_else(ending).cloned().ok_or_else(|| missing(name.as_str()))
}

/// The one live instance among those of a name; several are an error that lists them.
pub(crate) fn one_live<'a>(
    name: &InstanceName,
    instances: impl IntoIterator<Item = &'a Instance>,
) -> Result<Option<&'a Instance>> {
    let live: Vec<&Instance> = instances.into_iter().filter(|instance| instance.state.is_live()).collect();
    match live.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        many => Err(ambiguous(name, many)),
    }
}

/// Several live instances of one name.
pub(crate) fn ambiguous(name: &InstanceName, instances: &[&Instance]) -> Error {
    let error = Error::new(Kind::InstanceAmbiguous, format!("{} live instances are named `{name}`", instances.len()));
    let error =
        instances.iter().fold(error, |error, instance| error.cause(format!("{} is {}", instance.id, instance.state)));
    error.hint("say which one with `--id`")
}

/// No live instance of this name or id.
pub(crate) fn missing(what: &str) -> Error {
    Error::new(Kind::InstanceMissing, format!("there is no live instance `{what}`"))
        .hint("see which there are with `iac instance list`; make one with `iac instance create`")
}
