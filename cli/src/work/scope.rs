//! What a policy is for: account, region and what the settings name there.

use iac_core::partition::Partition;
use iac_core::policy::{LaunchImage, Scope};

use crate::config::Settings;
use crate::config::value::Image;
use crate::error::{Result, unknown_partition};

/// What a policy is for: the settings, in this account and region.
pub(crate) fn scope_of(settings: &Settings, account: String, region: String) -> Result<Scope> {
    let partition = Partition::of(&region).ok_or_else(|| unknown_partition(&region))?;
    Ok(Scope {
        account,
        region,
        partition,
        all_regions: false,
        environment: settings.optional_instance_name().cloned(),
        key_name: settings.optional_key_name().cloned(),
        image: match &settings.image {
            None => LaunchImage::Newest,
            Some(Image::Id(id)) => LaunchImage::Id(id.clone()),
            Some(Image::Parameter(name)) => LaunchImage::Parameter(name.clone()),
        },
        subnet_id: settings.subnet_id.clone(),
        instance_profile: settings.instance_profile.clone(),
        fqdn: settings.fqdn.clone(),
        tag_keys: settings.tags.keys().cloned().collect(),
    })
}
