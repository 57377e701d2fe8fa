//! Instances: how they are found, what EC2's answer means, how they are ended.

use aws_sdk_ec2::operation::create_tags::CreateTagsInput;
use aws_sdk_ec2::operation::create_tags::builders::CreateTagsInputBuilder;
use aws_sdk_ec2::operation::describe_instances::DescribeInstancesInput;
use aws_sdk_ec2::operation::describe_instances::builders::DescribeInstancesInputBuilder;
use aws_sdk_ec2::operation::terminate_instances::TerminateInstancesInput;
use aws_sdk_ec2::types;
use iac_core::filter::filter_pattern;
use iac_core::name::{InstanceName, KeyName};
use iac_core::observed::{Instance, InstanceState};
use iac_core::policy::Operation;
use iac_core::tag::{self, Owner, Tag};
use iac_core::text::one_line;

use super::client::Aws;
use super::convert::{filter, sdk_tags, tags, timestamp};
use super::error::CallError;
use super::pages::every_token;
use super::power::state_after;

/// Which instances to look for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// Every instance of the region.
    All,
    /// Every instance that carries the environment's tag, whatever its value.
    Ours,
    /// The instances of one environment.
    Environment(&'a InstanceName),
    /// The instances of one name that the older tool made.
    OlderTool(Option<&'a InstanceName>),
    /// The instances launched with a key pair.
    KeyPair(&'a KeyName),
    /// The instances in a security group, by its id.
    Group(&'a str),
    /// The instances of these ids, at most 200; those that are gone are absent.
    Ids(&'a [String]),
}

/// The request for a set of instances.
fn request(wanted: Wanted<'_>) -> DescribeInstancesInputBuilder {
    let request = DescribeInstancesInput::builder();
    match wanted {
        Wanted::All => request,
        Wanted::Ours => request.filters(filter("tag-key", tag::ENVIRONMENT)),
        Wanted::Environment(name) => {
            request.filters(filter(&format!("tag:{}", tag::ENVIRONMENT), &filter_pattern(name.as_str())))
        }
        Wanted::OlderTool(name) => {
            let request = request.filters(filter("tag:Deployment", "Sequencer"));
            match name {
                Some(name) => request.filters(filter("tag:Name", &filter_pattern(name.as_str()))),
                None => request,
            }
        }
        Wanted::KeyPair(name) => request.filters(filter("key-name", &filter_pattern(name.as_str()))),
        Wanted::Group(id) => request.filters(filter("instance.group-id", id)),
        Wanted::Ids(ids) => {
            request.filters(types::Filter::builder().name("instance-id").set_values(Some(ids.to_vec())).build())
        }
    }
}

/// Whether an instance is what was asked for; a pattern may match more than its literal.
fn is_wanted(instance: &Instance, wanted: Wanted<'_>) -> bool {
    match wanted {
        Wanted::All => true,
        Wanted::Ours => instance.owner().is_ours(),
        Wanted::Environment(name) => instance.environment().as_deref() == Some(name.as_str()),
        Wanted::OlderTool(name) => {
            instance.owner() == Owner::OlderTool
                && name.is_none_or(|name| instance.name.as_deref() == Some(name.as_str()))
        }
        Wanted::KeyPair(name) => instance.key_name.as_deref() == Some(name.as_str()),
        Wanted::Group(id) => instance.security_groups.iter().any(|group| group == id),
        Wanted::Ids(ids) => ids.contains(&instance.id),
    }
}

impl Aws {
    /// The instances asked for, in every state, however many pages AWS makes of them.
    pub(crate) async fn instances(&self, wanted: Wanted<'_>) -> Result<Vec<Instance>, CallError> {
        every_token(async |next| {
            let page = request(wanted).max_results(1000).set_next_token(next).send_with(&self.ec2).await?;
            let instances = page.reservations.unwrap_or_default().into_iter();
            let instances = instances.flat_map(|reservation| reservation.instances.unwrap_or_default()).map(instance);
            Ok((instances.filter(|instance| is_wanted(instance, wanted)), page.next_token))
        })
        .await
    }

    /// One instance by its id; `None` where AWS does not know it (yet).
    pub(crate) async fn instance(&self, id: &str) -> Result<Option<Instance>, CallError> {
        let answer = DescribeInstancesInput::builder().instance_ids(id).send_with(&self.ec2).await;
        match answer.map_err(|error| CallError::new(&error)) {
            Ok(answer) => {
                let reservations = answer.reservations.unwrap_or_default().into_iter();
                let mut found = reservations.flat_map(|reservation| reservation.instances.unwrap_or_default());
                Ok(found.find(|found| found.instance_id() == Some(id)).map(instance))
            }
            Err(error) if error.is("InvalidInstanceID.NotFound") || error.is("InvalidInstanceID.Malformed") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts tags on a resource, over those of the same keys.
    pub(crate) async fn tag(&self, id: &str, tags: &[Tag]) -> Result<(), CallError> {
        let answer = tagging(id, tags).send_with(&self.ec2).await;
        answer.map(drop).map_err(|error| CallError::new(&error))
    }

    /// Asks AWS to terminate an instance and returns the state it then has.
    ///
    /// # Errors
    /// `InvalidInstanceID.NotFound` does not mean that it is gone: a new instance may not be known everywhere yet.
    pub(crate) async fn terminate(&self, id: &str) -> Result<InstanceState, CallError> {
        let answer = TerminateInstancesInput::builder().instance_ids(id).send_with(&self.ec2).await;
        let answer = answer.map_err(|error| CallError::new(&error))?;
        state_after(Operation::TerminateInstances, id, answer.terminating_instances)
    }
}

/// The request that puts tags on a resource.
pub(super) fn tagging(id: &str, tags: &[Tag]) -> CreateTagsInputBuilder {
    CreateTagsInput::builder().resources(id).set_tags(Some(sdk_tags(tags)))
}

/// Reads EC2's description of an instance.
pub(super) fn instance(described: types::Instance) -> Instance {
    let root_volume = root_volume(&described);
    let tags = tags(described.tags);
    let present = |text: Option<String>| text.filter(|text| !text.is_empty());
    Instance {
        name: tag::value(&tags, tag::NAME).map(str::to_owned),
        id: described.instance_id.unwrap_or_default(),
        state: InstanceState::from(
            described.state.and_then(|state| state.name).as_ref().map_or("unknown", |name| name.as_str()),
        ),
        key_name: present(described.key_name),
        tags,
        public_dns_name: present(described.public_dns_name),
        public_ip_address: present(described.public_ip_address),
        nitro: described.enclave_options.and_then(|options| options.enabled).unwrap_or(false),
        instance_type: described.instance_type.as_ref().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        image_id: described.image_id.unwrap_or_default(),
        availability_zone: described.placement.and_then(|placement| present(placement.availability_zone)),
        launch_time: described.launch_time.as_ref().and_then(timestamp),
        state_reason: described.state_reason.and_then(|reason| present(reason.message).map(|reason| one_line(&reason))),
        client_token: present(described.client_token),
        security_groups: described
            .security_groups
            .unwrap_or_default()
            .into_iter()
            .filter_map(|group| group.group_id)
            .collect(),
        subnet_id: present(described.subnet_id),
        instance_profile: described.iam_instance_profile.and_then(|profile| present(profile.arn)),
        root_volume,
    }
}

/// The id of the volume behind the root device.
fn root_volume(described: &types::Instance) -> Option<String> {
    let root = described.root_device_name()?;
    let mapping = described.block_device_mappings().iter().find(|mapping| mapping.device_name() == Some(root))?;
    mapping.ebs()?.volume_id().map(str::to_owned)
}
