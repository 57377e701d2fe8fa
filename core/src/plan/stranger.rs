//! What is said of a thing that carries the environment's tag and another name.
//!
//! Whoever may tag can put the tag on what is somebody else's, by mistake or not. The tag still decides, since nothing else
//! is as hard to set; but whoever is asked before it ends has to see what it is.

use crate::name::InstanceName;
use crate::observed::{Instance, Volume};
use crate::tag;

/// Returns the name and the type of an instance of another name, as the end of a reason; nothing where the name is the
/// environment's.
pub(super) fn of_instance(instance: &Instance, environment: &InstanceName) -> String {
    let Some(named) = named(instance.name.as_deref(), environment) else { return String::new() };
    format!("; {named}, its type `{}`", instance.instance_type)
}

/// Returns the same of a volume, with its size.
pub(super) fn of_volume(volume: &Volume, environment: &InstanceName) -> String {
    let Some(named) = named(tag::value(&volume.tags, tag::NAME), environment) else { return String::new() };
    volume.gib.map_or_else(|| format!("; {named}"), |gib| format!("; {named}, its size {gib} GiB"))
}

fn named(name: Option<&str>, environment: &InstanceName) -> Option<String> {
    match name {
        Some(name) if name == environment.as_str() => None,
        Some(name) => Some(format!("its name is `{name}`")),
        None => Some("it has no name".to_owned()),
    }
}
