//! Machine images: where AWS publishes the newest ones, and what an image is like.

use std::collections::BTreeMap;

use aws_sdk_ec2::operation::describe_images::DescribeImagesInput;
use aws_sdk_ec2::types;
use aws_sdk_ssm::operation::get_parameters::GetParametersInput;
use iac_core::observed::{Architecture, ImageOwner};

use super::client::Aws;
use super::error::CallError;

/// What a launch has to know of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MachineImage {
    pub(crate) id: String,
    pub(crate) architecture: Architecture,
    pub(crate) root_device: String,
    /// Whether it can be launched from.
    pub(crate) available: bool,
}

impl Aws {
    /// The values of SSM parameters, by name; those that do not exist are absent.
    pub(crate) async fn parameters(&self, names: &[String]) -> Result<BTreeMap<String, String>, CallError> {
        let request = GetParametersInput::builder().set_names(Some(names.to_vec()));
        let answer = request.send_with(&self.ssm).await;
        let answer = answer.map_err(|error| CallError::new(&error))?;
        let parameters = answer.parameters.unwrap_or_default().into_iter();
        Ok(parameters.filter_map(|parameter| Some((parameter.name?, parameter.value?))).collect())
    }

    /// Who owns images; one that AWS does not show, or not to this account, is left out.
    pub(crate) async fn image_owners(&self, ids: &[String]) -> Result<BTreeMap<String, ImageOwner>, CallError> {
        let wanted = types::Filter::builder().name("image-id").set_values(Some(ids.to_vec())).build();
        let answer = DescribeImagesInput::builder().filters(wanted).send_with(&self.ec2).await;
        let images = answer.map_err(|error| CallError::new(&error))?.images.unwrap_or_default().into_iter();
        let owner = |image: types::Image| {
            let is_amazon = image.image_owner_alias.as_deref() == Some("amazon");
            Some((image.image_id?, ImageOwner { account: image.owner_id?, is_amazon }))
        };
        Ok(images.filter_map(owner).collect())
    }

    /// An image by its id; `None` where there is none, or none that this account may use.
    pub(crate) async fn image(&self, id: &str) -> Result<Option<MachineImage>, CallError> {
        let answer = DescribeImagesInput::builder().image_ids(id).send_with(&self.ec2).await;
        match answer.map_err(|error| CallError::new(&error)) {
            Ok(answer) => {
                let mut images = answer.images.unwrap_or_default().into_iter();
                Ok(images.find(|image| image.image_id() == Some(id)).map(|image| MachineImage {
                    id: id.to_owned(),
                    architecture: Architecture::from(image.architecture().map_or("unknown", |value| value.as_str())),
                    root_device: image.root_device_name.clone().unwrap_or_else(|| "/dev/xvda".to_owned()),
                    available: image.state().is_some_and(|state| state.as_str() == "available"),
                }))
            }
            Err(error) if error.is("InvalidAMIID.NotFound") || error.is("InvalidAMIID.Malformed") => Ok(None),
            Err(error) => Err(error),
        }
    }
}
