//! What runs on the host: what is wanted of it, what it says of itself, and what changes there.

pub(crate) mod end;
pub(crate) mod ready;
pub(crate) mod remote;

use std::time::Duration;

use iac_core::host::Wanted;
use iac_core::host::allocator::Allocator;
use iac_core::host::report::Report;
use iac_core::observed::Instance;
use iac_core::{duration, tag};

use crate::args::TargetOptions;
use crate::aws::Aws;
use crate::config::Settings;
use crate::error::Result;
use crate::ssh::Target;
use crate::work::target::{Reached, reach_and};
use crate::work::{Context, fitting};

/// Looks at a host that can be reached, by one connection, for no longer than this.
pub(crate) async fn look(context: &Context<'_>, target: &Target, wanted: &Wanted, within: Duration) -> Result<Report> {
    Box::pin(remote::look(context, target, wanted, within)).await
}

/// What the configuration wants of a host that is launched, given what is set aside there for enclaves.
pub(crate) fn wanted(settings: &Settings, enclaves: Option<Allocator>) -> Wanted {
    Wanted {
        login_user: settings.ssh_user().to_owned(),
        enclaves,
        kms: settings.instance_profile.is_some(),
        ttl: settings.ttl,
    }
}

/// What the configuration wants of an instance that is there: that it has enclaves, and when it ends, are its own, and
/// its type decides what is set aside.
pub(crate) async fn wanted_of(settings: &Settings, aws: &Aws, instance: &Instance) -> Result<Wanted> {
    let enclaves = match settings.nitro() || instance.nitro {
        true => Some(fitting::on_type_of(settings, aws, instance).await?),
        false => None,
    };
    let ttl = tag::value(&instance.tags, tag::TTL).and_then(|text| duration::parse(text).ok());
    Ok(Wanted { ttl, ..wanted(settings, enclaves) })
}

/// Finds the way to an instance, and what is wanted of it.
pub(crate) async fn reach_host<'a>(context: &Context<'a>, options: &TargetOptions) -> Result<(Reached<'a>, Wanted)> {
    let wanted = async |aws: &Aws, instance: &Instance| wanted_of(context.settings, aws, instance).await;
    Box::pin(reach_and(context, &options.into(), wanted)).await
}
