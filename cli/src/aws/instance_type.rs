//! Instance types: what one is able to, and which zones offer it.

use aws_sdk_ec2::operation::describe_instance_type_offerings::DescribeInstanceTypeOfferingsInput;
use aws_sdk_ec2::operation::describe_instance_types::DescribeInstanceTypesInput;
use aws_sdk_ec2::types;
use iac_core::filter::filter_pattern;
use iac_core::observed::{Architecture, InstanceType};

use super::client::Aws;
use super::convert::filter;
use super::error::CallError;
use super::pages::every_token;

impl Aws {
    /// What EC2 says of an instance type; `None` where the region has no such type.
    pub(crate) async fn instance_type(&self, name: &str) -> Result<Option<InstanceType>, CallError> {
        let answer = DescribeInstanceTypesInput::builder().instance_types(name.into()).send_with(&self.ec2).await;
        match answer.map_err(|error| CallError::new(&error)) {
            Ok(answer) => {
                let mut described = answer.instance_types().iter().map(instance_type);
                Ok(described.find(|described| described.name == name))
            }
            Err(error) if error.is("InvalidInstanceType") || error.is("InvalidParameterValue") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What EC2 says of instance types that are in use, at most 100 a call; those that the region does not know are absent.
    pub(crate) async fn instance_types(&self, names: &[String]) -> Result<Vec<InstanceType>, CallError> {
        let mut types = Vec::new();
        for names in names.chunks(100) {
            let filter = types::Filter::builder().name("instance-type").set_values(Some(names.to_vec())).build();
            let answer = DescribeInstanceTypesInput::builder().filters(filter).send_with(&self.ec2).await;
            types.extend(answer.map_err(|error| CallError::new(&error))?.instance_types().iter().map(instance_type));
        }
        Ok(types)
    }

    /// The availability zones that offer an instance type.
    pub(crate) async fn zones_offering(&self, name: &str) -> Result<Vec<String>, CallError> {
        let request = DescribeInstanceTypeOfferingsInput::builder()
            .location_type(types::LocationType::AvailabilityZone)
            .filters(filter("instance-type", &filter_pattern(name)));
        every_token(async |next| {
            let page = request.clone().set_next_token(next).send_with(&self.ec2).await?;
            let offerings = page.instance_type_offerings.unwrap_or_default().into_iter();
            let exact = offerings.filter(|offer| offer.instance_type().is_some_and(|kind| kind.as_str() == name));
            Ok((exact.filter_map(|offer| offer.location), page.next_token))
        })
        .await
    }
}

pub(super) fn instance_type(described: &types::InstanceTypeInfo) -> InstanceType {
    let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok());
    let cpus = described.v_cpu_info.as_ref();
    let architectures =
        described.processor_info.as_ref().map(types::ProcessorInfo::supported_architectures).unwrap_or_default();
    let memory = described.memory_info.as_ref().and_then(types::MemoryInfo::size_in_mib);
    InstanceType {
        name: described.instance_type.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default(),
        nitro: described.nitro_enclaves_support == Some(types::NitroEnclavesSupport::Supported),
        architectures: architectures.iter().map(|value| Architecture::from(value.as_str())).collect(),
        vcpus: number(cpus.and_then(|cpus| cpus.default_v_cpus)).unwrap_or(0),
        cores: number(cpus.and_then(|cpus| cpus.default_cores)),
        threads_per_core: number(cpus.and_then(|cpus| cpus.default_threads_per_core)),
        memory_mib: memory.and_then(|memory| u64::try_from(memory).ok()).unwrap_or(0),
        bare_metal: described.bare_metal.unwrap_or(false),
        current_generation: described.current_generation.unwrap_or(false),
        accelerated: is_accelerated(described),
        local_disk: described.instance_storage_supported.unwrap_or(false),
    }
}

/// EC2 describes each kind of accelerator in a place of its own.
fn is_accelerated(described: &types::InstanceTypeInfo) -> bool {
    described.gpu_info.is_some()
        || described.neuron_info.is_some()
        || described.inference_accelerator_info.is_some()
        || described.fpga_info.is_some()
        || described.media_accelerator_info.is_some()
}
