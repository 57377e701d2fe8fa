//! The console: what a machine printed while it booted, which AWS keeps although SSH never answers.

use aws_sdk_ec2::operation::get_console_output::GetConsoleOutputInput;

use super::client::Aws;
use super::convert::base64_text;
use super::error::{CallError, Failure};

/// What an instance has printed, in the two texts that AWS keeps.
#[derive(Debug)]
pub(crate) struct Console {
    /// The present one, which a long life has filled with other things and older types do not have.
    pub(crate) present: Option<String>,
    /// The one of the last boot, which lags behind.
    pub(crate) last_boot: Option<String>,
}

impl Aws {
    /// What an instance has printed, as far as AWS has it; both texts are asked for at the same time.
    pub(crate) async fn console(&self, id: &str) -> Result<Console, CallError> {
        let (present, last_boot) = tokio::join!(self.printed(id, true), self.printed(id, false));
        let present = match present {
            // Types without the Nitro system refuse to show their present text.
            Err(CallError { failure: Failure::Refused(_), .. }) => None,
            present => present?,
        };
        Ok(Console { present, last_boot: last_boot? })
    }

    async fn printed(&self, id: &str, latest: bool) -> Result<Option<String>, CallError> {
        let request = GetConsoleOutputInput::builder().instance_id(id).set_latest(latest.then_some(true));
        match request.send_with(&self.ec2).await.map_err(|error| CallError::new(&error)) {
            Ok(answer) => Ok(answer.output.as_deref().and_then(base64_text).filter(|text| !text.is_empty())),
            Err(error) if error.is("InvalidInstanceID.NotFound") => Ok(None),
            Err(error) => Err(error),
        }
    }
}
