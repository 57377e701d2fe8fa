//! Who the credentials are, and what time it is at AWS: one answer tells both.
//!
//! AWS dates every answer, also the one that refuses a request for its time, so the clock is known where nothing else is.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ec2::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_ec2::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ec2::error::BoxError;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use iac_core::policy::Operation;

use super::client::Aws;
use super::error::CallError;

/// Whose the credentials are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The account, twelve digits.
    pub(crate) account: String,
    /// The user or role.
    pub(crate) arn: String,
}

impl Aws {
    /// Who the credentials are, and by how many seconds this machine's clock is ahead of AWS's where AWS answered at all.
    pub(crate) async fn identity(&self) -> (Result<Identity, CallError>, Option<i64>) {
        let dated = Dated::default();
        let answer = self.sts.get_caller_identity().customize().interceptor(dated.clone()).send().await;
        let identity = answer.map_err(|error| CallError::new(&error)).and_then(|answer| {
            let missing = || CallError::answer(Operation::GetCallerIdentity, "the answer names no account");
            let account = answer.account.ok_or_else(missing)?;
            Ok(Identity { account, arn: answer.arn.unwrap_or_default() })
        });
        (identity, *dated.ahead.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Compares the date of an answer with this machine's clock at the moment when it arrives.
#[derive(Debug, Clone, Default)]
struct Dated {
    ahead: Arc<Mutex<Option<i64>>>,
}

impl Intercept for Dated {
    fn name(&self) -> &'static str {
        "Dated"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").and_then(seconds);
        let ahead = date.map(|date| jiff::Timestamp::now().as_second() - date);
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = ahead;
        Ok(())
    }
}

/// The seconds since 1970 of a date as HTTP writes it.
fn seconds(date: &str) -> Option<i64> {
    DateTime::from_str(date, Format::HttpDate).ok().map(|date| date.secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_http_writes_them() {
        assert_eq!(seconds("Thu, 01 Jan 1970 00:01:00 GMT"), Some(60));
        assert_eq!(seconds("Sun, 22 Nov 2026 23:15:09 GMT"), Some(1_795_389_309));
        assert_eq!(seconds("yesterday"), None);
    }
}
