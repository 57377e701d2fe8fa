//! Volumes: those of an environment, which mostly go with their instance, and how one that does not is deleted.

use aws_sdk_ec2::operation::delete_volume::DeleteVolumeInput;
use aws_sdk_ec2::operation::describe_volumes::DescribeVolumesInput;
use aws_sdk_ec2::operation::describe_volumes::builders::DescribeVolumesInputBuilder;
use aws_sdk_ec2::types;
use iac_core::filter::filter_pattern;
use iac_core::name::InstanceName;
use iac_core::observed::Volume;
use iac_core::tag;

use super::client::Aws;
use super::convert::{filter, tags, timestamp};
use super::error::CallError;
use super::pages::every_token;

/// The request for the volumes of an environment, or of all.
fn request(environment: Option<&InstanceName>) -> DescribeVolumesInputBuilder {
    let request = DescribeVolumesInput::builder();
    match environment {
        Some(name) => request.filters(filter(&format!("tag:{}", tag::ENVIRONMENT), &filter_pattern(name.as_str()))),
        None => request.filters(filter("tag-key", tag::ENVIRONMENT)),
    }
}

impl Aws {
    /// The volumes that carry an environment's tag, or any environment's.
    pub(crate) async fn volumes(&self, environment: Option<&InstanceName>) -> Result<Vec<Volume>, CallError> {
        let is_wanted = |volume: &Volume| match environment {
            Some(name) => tag::value(&volume.tags, tag::ENVIRONMENT) == Some(name.as_str()),
            None => volume.owner().is_ours(),
        };
        every_token(async |next| {
            let page = request(environment).max_results(500).set_next_token(next).send_with(&self.ec2).await?;
            let volumes = page.volumes.unwrap_or_default().into_iter().filter_map(volume);
            Ok((volumes.filter(is_wanted), page.next_token))
        })
        .await
    }

    /// Deletes a volume; one that is gone already is as good as deleted.
    ///
    /// # Errors
    /// `VolumeInUse` while it is still attached.
    pub(crate) async fn delete_volume(&self, id: &str) -> Result<(), CallError> {
        let answer = DeleteVolumeInput::builder().volume_id(id).send_with(&self.ec2).await;
        match answer.map_err(|error| CallError::new(&error)) {
            Err(error) if !error.is("InvalidVolume.NotFound") => Err(error),
            _ => Ok(()),
        }
    }
}

/// Reads EC2's description of a volume; `None` for one that is on its way out.
fn volume(described: types::Volume) -> Option<Volume> {
    if matches!(described.state, Some(types::VolumeState::Deleting | types::VolumeState::Deleted)) {
        return None;
    }
    let attachments = described.attachments.unwrap_or_default();
    let attached = attachments.iter().find(|one| one.state != Some(types::VolumeAttachmentState::Detached));
    Some(Volume {
        id: described.volume_id?,
        attached_to: attached.and_then(|one| one.instance_id.clone()).filter(|id| !id.is_empty()),
        goes_with_instance: attached.is_some_and(|one| one.delete_on_termination == Some(true)),
        gib: described.size,
        created: described.create_time.as_ref().and_then(timestamp),
        tags: tags(described.tags),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_says_whether_it_goes_with_its_instance() {
        let attachment = |goes: bool| {
            let builder = types::VolumeAttachment::builder().instance_id("i-1").delete_on_termination(goes);
            builder.state(types::VolumeAttachmentState::Attached).build()
        };
        let described = |goes: bool| types::Volume::builder().volume_id("vol-1").attachments(attachment(goes));
        for goes in [true, false] {
            let read = volume(described(goes).build()).unwrap();
            assert_eq!((read.attached_to.as_deref(), read.goes_with_instance), (Some("i-1"), goes));
        }
        let free = volume(types::Volume::builder().volume_id("vol-1").build()).unwrap();
        assert_eq!((free.attached_to, free.goes_with_instance), (None, false));
        assert_eq!(volume(described(true).state(types::VolumeState::Deleting).build()), None);
    }
}
