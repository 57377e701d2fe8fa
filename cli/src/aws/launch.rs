//! Launching: the one request that makes an instance, and what its refusals mean.

use aws_sdk_ec2::operation::run_instances::RunInstancesInput;
use aws_sdk_ec2::operation::run_instances::builders::RunInstancesInputBuilder;
use aws_sdk_ec2::types;
use iac_core::launch::{LaunchToken, Refusal};
use iac_core::observed::Instance;
use iac_core::policy::Operation;
use iac_core::tag::Tag;

use super::client::Aws;
use super::convert::tag_specification;
use super::error::CallError;
use super::instance::instance;

/// Everything that a launch asks for; nothing of it depends on the clock, the user or the machine.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) image_id: String,
    /// The image's root device, such as `/dev/xvda`.
    pub(crate) root_device: String,
    pub(crate) instance_type: String,
    pub(crate) nitro: bool,
    pub(crate) key_name: String,
    pub(crate) security_group_id: String,
    /// The size of the root volume in GiB.
    pub(crate) volume_gib: i32,
    /// The name or the ARN of an instance profile.
    pub(crate) instance_profile: Option<String>,
    /// What the host does at its first boot, at most 16 KiB.
    pub(crate) user_data: Option<String>,
    /// Whether a shutdown from inside terminates the instance.
    pub(crate) ends_itself: bool,
    pub(crate) tags: Vec<Tag>,
}

/// Why a launch in one zone came to nothing.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{call}")]
pub(crate) struct LaunchError {
    /// What EC2's answer means, where it is a refusal of this launch.
    pub(crate) refusal: Refusal,
    pub(crate) call: CallError,
}

impl From<CallError> for LaunchError {
    fn from(call: CallError) -> Self {
        let refusal = call.code.as_deref().map_or(Refusal::Other, |code| Refusal::of(code, &call.failure.to_string()));
        Self { refusal, call }
    }
}

/// The request for one instance in one subnet, which fixes the zone that its token is scoped by.
pub(super) fn request(launch: &Launch, subnet_id: &str) -> RunInstancesInputBuilder {
    let resources = [types::ResourceType::Instance, types::ResourceType::Volume, types::ResourceType::NetworkInterface];
    let specifications = resources.map(|kind| tag_specification(kind, &launch.tags));
    RunInstancesInput::builder()
        .min_count(1)
        .max_count(1)
        .image_id(&launch.image_id)
        .instance_type(launch.instance_type.as_str().into())
        .key_name(&launch.key_name)
        .security_group_ids(&launch.security_group_id)
        .subnet_id(subnet_id)
        .block_device_mappings(root_volume(launch))
        .metadata_options(metadata_options())
        .enclave_options(types::EnclaveOptionsRequest::builder().enabled(launch.nitro).build())
        .set_iam_instance_profile(launch.instance_profile.as_deref().map(profile))
        // The SDK does not encode it.
        .set_user_data(launch.user_data.as_ref().map(aws_smithy_types::base64::encode))
        .set_instance_initiated_shutdown_behavior(launch.ends_itself.then_some(types::ShutdownBehavior::Terminate))
        .set_tag_specifications(Some(specifications.into()))
}

/// The request as it is sent: repeated with the same token it launches nothing more.
fn once(launch: &Launch, subnet_id: &str, token: &LaunchToken) -> RunInstancesInputBuilder {
    request(launch, subnet_id).client_token(token.as_str())
}

/// gp3, encrypted, deleted with the instance.
fn root_volume(launch: &Launch) -> types::BlockDeviceMapping {
    let volume = types::EbsBlockDevice::builder()
        .volume_type(types::VolumeType::Gp3)
        .volume_size(launch.volume_gib)
        .encrypted(true)
        .delete_on_termination(true);
    types::BlockDeviceMapping::builder().device_name(&launch.root_device).ebs(volume.build()).build()
}

/// Instance metadata by session tokens only (`IMDSv2`), within the host itself.
fn metadata_options() -> types::InstanceMetadataOptionsRequest {
    types::InstanceMetadataOptionsRequest::builder()
        .http_tokens(types::HttpTokensState::Required)
        .http_endpoint(types::InstanceMetadataEndpointState::Enabled)
        .http_put_response_hop_limit(1)
        .build()
}

fn profile(name_or_arn: &str) -> types::IamInstanceProfileSpecification {
    let profile = types::IamInstanceProfileSpecification::builder();
    if name_or_arn.starts_with("arn:") { profile.arn(name_or_arn).build() } else { profile.name(name_or_arn).build() }
}

impl Aws {
    /// Launches one instance, or returns the one that this token launched before.
    pub(crate) async fn launch(
        &self,
        launch: &Launch,
        subnet_id: &str,
        token: &LaunchToken,
    ) -> Result<Instance, LaunchError> {
        let answer = once(launch, subnet_id, token).send_with(&self.ec2).await;
        let answer = answer.map_err(|error| CallError::new(&error))?;
        let launched = answer.instances.unwrap_or_default().into_iter().next();
        let launched = launched.filter(|launched| launched.instance_id.is_some());
        Ok(launched
            .map(instance)
            .ok_or_else(|| CallError::answer(Operation::RunInstances, "the answer names no instance"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iac_core::launch::launch_token;
    use iac_core::name::InstanceName;

    fn launch() -> Launch {
        Launch {
            image_id: "ami-1".into(),
            root_device: "/dev/xvda".into(),
            instance_type: "c6a.xlarge".into(),
            nitro: true,
            key_name: "dev".into(),
            security_group_id: "sg-1".into(),
            volume_gib: 16,
            instance_profile: None,
            user_data: None,
            ends_itself: false,
            tags: vec![Tag::new("Name", "dev")],
        }
    }

    fn built(launch: &Launch) -> RunInstancesInput {
        let name = InstanceName::parse("dev").unwrap();
        once(launch, "subnet-1", &launch_token("123456789012", "us-east-1", &name, 0)).build().unwrap()
    }

    #[test]
    fn a_launch_has_the_safe_defaults() {
        let request = built(&launch());
        let metadata = request.metadata_options().unwrap();
        assert_eq!(metadata.http_tokens(), Some(&types::HttpTokensState::Required));
        assert_eq!(metadata.http_put_response_hop_limit(), Some(1));
        let volume = request.block_device_mappings()[0].ebs().unwrap();
        assert_eq!(volume.encrypted(), Some(true));
        assert_eq!(volume.delete_on_termination(), Some(true));
        assert_eq!(volume.volume_type(), Some(&types::VolumeType::Gp3));
        assert_eq!(volume.volume_size(), Some(16));
        assert_eq!(request.enclave_options().unwrap().enabled(), Some(true));
        assert_eq!((request.min_count(), request.max_count()), (Some(1), Some(1)));
        assert_eq!(request.client_token().map(str::len), Some(64));
    }

    #[test]
    fn only_what_is_to_be_launched_takes_a_token() {
        assert_eq!(request(&launch(), "subnet-1").dry_run(true).build().unwrap().client_token(), None);
    }

    #[test]
    fn everything_that_can_be_tagged_is_tagged_at_once() {
        let request = built(&launch());
        let kinds: Vec<_> = request.tag_specifications().iter().filter_map(|tags| tags.resource_type()).collect();
        assert_eq!(
            kinds,
            [&types::ResourceType::Instance, &types::ResourceType::Volume, &types::ResourceType::NetworkInterface]
        );
        assert!(request.tag_specifications().iter().all(|tags| tags.tags()[0].value() == Some("dev")));
    }

    #[test]
    fn user_data_is_encoded_and_an_end_terminates() {
        let plain = built(&launch());
        assert_eq!((plain.user_data(), plain.instance_initiated_shutdown_behavior()), (None, None));
        let ending = built(&Launch { user_data: Some("#!/bin/sh\n".into()), ends_itself: true, ..launch() });
        assert_eq!(ending.user_data(), Some("IyEvYmluL3NoCg=="));
        assert_eq!(ending.instance_initiated_shutdown_behavior(), Some(&types::ShutdownBehavior::Terminate));
    }

    #[test]
    fn a_profile_goes_by_name_or_by_arn() {
        let arn = "arn:aws:iam::123456789012:instance-profile/web";
        let with = |profile: &str| built(&Launch { instance_profile: Some(profile.into()), ..launch() });
        let by_name = with("web").iam_instance_profile().cloned().unwrap();
        assert_eq!((by_name.name(), by_name.arn()), (Some("web"), None));
        let by_arn = with(arn).iam_instance_profile().cloned().unwrap();
        assert_eq!((by_arn.name(), by_arn.arn()), (None, Some(arn)));
    }
}
