//! What an AWS call's failure means to a person, and what to do about it.

use super::{AwsAnswer, Error, Kind};
use crate::aws::{CallError, Failure};

impl From<CallError> for Error {
    fn from(call: CallError) -> Self {
        let (kind, hint) = meaning(&call);
        let message = match kind {
            Kind::CredentialsMissing => "no AWS credentials could be loaded".to_owned(),
            Kind::AwsUnreachable => "AWS cannot be reached".to_owned(),
            _ => format!("{} failed", call.operation.name()),
        };
        let error = Self::new(kind, message)
            .cause(&call.failure)
            .answered(AwsAnswer { code: call.code, request_id: call.request_id });
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

fn meaning(call: &CallError) -> (Kind, Option<String>) {
    match &call.failure {
        Failure::Credentials(_) => (
            Kind::CredentialsRefused,
            Some("check the access key with `iac config show`; it may be deleted, inactive or expired".into()),
        ),
        Failure::NoCredentials(_) => (
            Kind::CredentialsMissing,
            Some(
                "set `cred_file`, or `profile` to one of `~/.aws/config`; for single sign-on run `aws sso login` first"
                    .into(),
            ),
        ),
        Failure::Denied(message) => {
            let action = call.operation.refused_action(message);
            (Kind::AwsDenied, Some(format!("allow `{action}` to these credentials, then run the command again")))
        }
        Failure::Clock(_) => (Kind::AwsClock, Some("set this machine's clock, then run the command again".into())),
        Failure::Throttled(_) => (Kind::AwsThrottled, Some("wait a minute, then run the command again".into())),
        Failure::Unreachable(_) => {
            (Kind::AwsUnreachable, Some("check the network, `region` and `endpoint_url`".into()))
        }
        Failure::TimedOut => (Kind::AwsTimeout, Some("run the command again; it goes on where it stopped".into())),
        Failure::Fault(_) => (Kind::AwsFault, Some("run the command again; it goes on where it stopped".into())),
        Failure::Refused(_) => (Kind::AwsRefused, None),
        Failure::Answer(_) => {
            (Kind::AwsAnswer, Some("check `endpoint_url`, and what stands between it and here".into()))
        }
    }
}
