//! The machine image of a launch: the one that is set, or the newest Amazon Linux 2023 of the type's architecture; and who
//! owns the image of an instance that is there.

use std::collections::{BTreeMap, BTreeSet};

use iac_core::observed::{Architecture, ImageOwner, Instance, InstanceType};

use crate::aws::{Aws, MachineImage, allowed};
use crate::config::{Settings, value::Image};
use crate::error::{Error, Kind, Result};
use crate::work::Session;

/// Where AWS publishes the newest Amazon Linux 2023 of an architecture.
/// <https://docs.aws.amazon.com/linux/al2023/ug/ec2.html>
const AL2023: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";

/// The image's id for each architecture it may be wanted for; one that is set is for all.
#[derive(Debug)]
pub(crate) enum ImageIds {
    Fixed(String),
    Newest { x86_64: Option<String>, arm64: Option<String> },
}

/// The SSM parameters that tell the image; none where its id is set.
pub(crate) fn parameters(settings: &Settings) -> Vec<String> {
    match &settings.image {
        Some(Image::Id(_)) => Vec::new(),
        Some(Image::Parameter(name)) => vec![name.clone()],
        None => ["x86_64", "arm64"].map(|architecture| format!("{AL2023}{architecture}")).into(),
    }
}

/// Asks for the ids, where AWS has to be asked.
pub(crate) async fn ids(settings: &Settings, aws: &Aws) -> Result<ImageIds> {
    let names = parameters(settings);
    let values = if names.is_empty() { BTreeMap::new() } else { aws.parameters(&names).await? };
    ImageIds::of(settings, values)
}

impl ImageIds {
    /// Understands what the parameters hold.
    pub(crate) fn of(settings: &Settings, mut values: BTreeMap<String, String>) -> Result<Self> {
        match &settings.image {
            Some(Image::Id(id)) => Ok(Self::Fixed(id.clone())),
            Some(Image::Parameter(name)) => values.remove(name).map(Self::Fixed).ok_or_else(|| {
                Error::new(Kind::ImageMissing, format!("there is no SSM parameter `{name}` in this region"))
                    .hint("check `image` and `region`")
            }),
            None => {
                let mut of = |architecture: &str| values.remove(&format!("{AL2023}{architecture}"));
                Ok(Self::Newest { x86_64: of("x86_64"), arm64: of("arm64") })
            }
        }
    }

    /// The id of the image for a type.
    pub(crate) fn on(&self, described: &InstanceType) -> Option<&String> {
        match self {
            Self::Fixed(id) => Some(id),
            Self::Newest { arm64, .. } if described.architectures.contains(&Architecture::Arm64) => arm64.as_ref(),
            Self::Newest { x86_64, .. } => x86_64.as_ref(),
        }
    }
}

/// Asks what the image for a type is; one that does not run there is refused.
pub(crate) async fn described(aws: &Aws, ids: &ImageIds, described: &InstanceType) -> Result<MachineImage> {
    let id = ids.on(described).ok_or_else(|| {
        Error::new(Kind::ImageMissing, "AWS publishes no Amazon Linux 2023 image in this region")
            .hint("set `image` to an `ami-…` of this region")
    })?;
    let image = aws.image(id).await?.filter(|image| image.available).ok_or_else(|| {
        Error::new(Kind::ImageMissing, format!("there is no machine image `{id}` that can be launched here"))
            .hint("check `image` and `region`; image ids differ from region to region")
    })?;
    if described.architectures.contains(&image.architecture) {
        return Ok(image);
    }
    let message = format!("image {id} is for {}, but `{}` is not", image.architecture, described.name);
    Err(Error::new(Kind::ImageUnsuitable, message).hint("leave `image` unset, or choose another `instance_type`"))
}

/// Who owns the images of live instances. Where the user names an image, that decides, and nothing is asked for; without
/// the right to look nothing is known.
pub(crate) async fn owners<'a>(
    session: &Session<'_>,
    instances: impl Iterator<Item = &'a Instance>,
) -> Result<BTreeMap<String, ImageOwner>> {
    let live = instances.filter(|instance| instance.state.is_live());
    let ids: BTreeSet<String> = live.map(|instance| instance.image_id.clone()).collect();
    let is_named = session.settings.image.as_ref().is_some_and(|image| !image.moves_by_itself());
    if is_named || ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let owners = allowed(session.aws.image_owners(&Vec::from_iter(ids)).await)?;
    if owners.is_none() {
        session.ui.note("whose image the instance was started from is not known: these credentials may not look");
    }
    Ok(owners.unwrap_or_default())
}
