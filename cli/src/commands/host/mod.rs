//! `iac host`: what makes an instance ready for enclaves, and whether it is.

pub(crate) mod end;
pub(crate) mod ready;
mod remote;
mod script;
mod setup;
mod status;

use std::time::Duration;

use iac_core::host::Wanted;
use iac_core::host::allocator::Allocator;
use iac_core::host::report::Report;
use iac_core::observed::Instance;
use iac_core::{duration, tag};

use crate::args::{HostCommand, HostVerb};
use crate::commands::Context;
use crate::config::Settings;
use crate::error::Result;
use crate::ssh::Target;

/// Runs one verb of `iac host` and returns the exit status.
pub(super) async fn run(context: &Context<'_>, command: HostCommand) -> Result<u8> {
    match command.verb {
        HostVerb::Script { format } => script::print(context, format).map(|()| 0),
        HostVerb::Setup => setup::run(context, &command.target).await.map(|()| 0),
        HostVerb::Status { fix } => status::run(context, &command.target, fix).await,
    }
}

/// Looks at a host that can be reached, by one connection.
pub(crate) async fn look(context: &Context<'_>, target: &Target, instance: &Instance) -> Result<Report> {
    Box::pin(remote::look(context, target, &wanted_of(context.settings, instance))).await
}

/// What the configuration wants of a host that is launched.
pub(crate) fn wanted(settings: &Settings) -> Wanted {
    of(settings, settings.nitro(), settings.ttl)
}

/// What the configuration wants of an instance that is there: that it has enclaves, and when it ends, are its own.
pub(crate) fn wanted_of(settings: &Settings, instance: &Instance) -> Wanted {
    let ttl = tag::value(&instance.tags, tag::TTL).and_then(|text| duration::parse(text).ok());
    of(settings, settings.nitro() || instance.nitro, ttl)
}

fn of(settings: &Settings, nitro: bool, ttl: Option<Duration>) -> Wanted {
    let enclaves = Allocator { cpu_count: settings.cpu_count(), memory_mib: settings.memory_mib() };
    Wanted {
        login_user: settings.ssh_user().to_owned(),
        enclaves: nitro.then_some(enclaves),
        kms: settings.instance_profile.is_some(),
        ttl,
    }
}
