//! What is wanted: the settings, with the caller's address and the image that they stand for.

use iac_core::environment::Environment;
use iac_core::ingress::Wanted;

use crate::config::value::Image;
use crate::error::{Error, Kind, Result};
use crate::work::{Session, group};

/// Understands the settings; whatever an environment needs and is not set is an error.
pub(super) async fn want(session: &Session<'_>) -> Result<Environment> {
    let settings = session.settings;
    let (name, key_name, group) = (settings.instance_name()?, settings.key_name()?, settings.security_group()?);
    let (ssh_from, image): (Wanted, _) = tokio::try_join!(group::wanted(session), image(session))?;
    Ok(Environment {
        name: name.clone(),
        key_name: key_name.clone(),
        group: group.clone(),
        ssh_port: settings.ssh_port(),
        ssh_from,
        instance_type: settings.instance_type().to_owned(),
        image,
        nitro: settings.nitro(),
        subnet_id: settings.subnet_id.clone(),
        volume_gib: settings.named_volume_gib(),
        instance_profile: settings.instance_profile.clone(),
        ttl: settings.ttl,
        fqdn: settings.fqdn.clone(),
        tags: settings.tags.clone(),
    })
}

/// The image's id, where the user names one.
async fn image(session: &Session<'_>) -> Result<Option<String>> {
    let name = match &session.settings.image {
        Some(Image::Id(id)) => return Ok(Some(id.clone())),
        Some(image) if image.moves_by_itself() => return Ok(None),
        Some(Image::Parameter(name)) => name,
        None => return Ok(None),
    };
    let value = session.aws.parameters(std::slice::from_ref(name)).await?.remove(name);
    value.map(Some).ok_or_else(|| {
        Error::new(Kind::ImageMissing, format!("there is no SSM parameter `{name}` in this region"))
            .hint("check `image` and `region`")
    })
}
