//! Enclaves switched on or off, which EC2 does on a stopped instance only.

use aws_sdk_ec2::operation::modify_instance_attribute::ModifyInstanceAttributeInput;
use aws_sdk_ec2::operation::modify_instance_attribute::builders::ModifyInstanceAttributeInputBuilder;
use aws_sdk_ec2::types;

use super::client::Aws;
use super::error::CallError;

/// The request that switches enclaves of a stopped instance.
pub(super) fn switch(id: &str, on: bool) -> ModifyInstanceAttributeInputBuilder {
    let options = types::EnclaveOptionsRequest::builder().enabled(on).build();
    ModifyInstanceAttributeInput::builder().instance_id(id).enclave_options(options)
}

impl Aws {
    /// Switches enclaves of a stopped instance on or off.
    pub(crate) async fn switch_enclaves(&self, id: &str, on: bool) -> Result<(), CallError> {
        let answer = switch(id, on).send_with(&self.ec2).await;
        answer.map(drop).map_err(|error| CallError::new(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enclaves_are_switched_and_nothing_else() {
        for on in [true, false] {
            let built = switch("i-1", on).build().unwrap();
            assert_eq!(built.enclave_options().and_then(types::EnclaveOptionsRequest::enabled), Some(on));
            assert_eq!((built.instance_id(), built.instance_type()), (Some("i-1"), None));
        }
    }
}
