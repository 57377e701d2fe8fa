//! What an AWS call's failure means to a person, and what to do about it.

use iac_core::policy::{Denial, Operation};

use super::{AwsAnswer, Error, Kind};
use crate::aws::{CallError, Failure, TrustError};

impl From<CallError> for Error {
    fn from(call: CallError) -> Self {
        let (kind, hint) = meaning(&call);
        let message = match kind {
            Kind::CredentialsMissing => "no AWS credentials could be loaded".to_owned(),
            Kind::AwsUnreachable => "AWS cannot be reached".to_owned(),
            Kind::CertificatesMissing => "no server can be trusted".to_owned(),
            Kind::ProfileUnusable => "the profile gives no credentials".to_owned(),
            Kind::CredentialsRefused if matches!(call.failure, Failure::Role(_)) => {
                "the role of the profile is refused".to_owned()
            }
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
            Some("check the access key with `iac config show`; it may be deleted, inactive or expired, and \
                  in a region that the account has not enabled no key works"
                .into()),
        ),
        Failure::NoCredentials(_) => (
            Kind::CredentialsMissing,
            Some(
                "set `cred_file`, or `profile` to one of `~/.aws/config`; for single sign-on run `aws sso login` first"
                    .into(),
            ),
        ),
        Failure::Denied(message) => (Kind::AwsDenied, Some(denied(call.operation, message))),
        Failure::Account(_) => (
            Kind::AccountNotReady,
            Some(
                "do in the AWS console what AWS's message asks for; a new account takes up to a day to be activated, and \
                 a region may have to be enabled first"
                    .into(),
            ),
        ),
        Failure::Role(_) => (
            Kind::CredentialsRefused,
            Some("check `role_arn` and `source_profile` of the profile, and that the role trusts the source".into()),
        ),
        Failure::Profile(_) => (Kind::ProfileUnusable, Some(MEND_PROFILE.into())),
        Failure::Certificates(error) => (Kind::CertificatesMissing, Some(certificates(error).into())),
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

/// What to do about a profile that cannot be used.
pub(super) const MEND_PROFILE: &str =
    "mend the profile in `~/.aws/config` or `~/.aws/credentials`, or use another one: `profile`, `AWS_PROFILE`";

/// Where certificates come from that servers are trusted by.
pub(super) fn certificates(error: &TrustError) -> &'static str {
    match error {
        TrustError::None => {
            "install the system's, for instance with `apt-get install ca-certificates` or `dnf install ca-certificates`, \
             or name a file of them in `AWS_CA_BUNDLE`"
        }
        TrustError::Unreadable { .. } | TrustError::Empty(_) => {
            "mend the file, or let `AWS_CA_BUNDLE`, or `ca_bundle` of the profile, name one of certificates in PEM form"
        }
    }
}

/// Who can let a denied call pass, and how.
fn denied(operation: Operation, message: &str) -> String {
    let action = operation.refused_action(message);
    match Denial::of(message) {
        Denial::NotAllowed => {
            format!("allow `{action}` to these credentials as `iac policy` prints it, then run the command again")
        }
        Denial::DeniedByPolicy => format!(
            "a policy denies `{action}`, so allowing it does not help: change that policy, or use other credentials"
        ),
        Denial::Organisation => format!(
            "no policy of this account can allow `{action}`: ask those who administer the organisation, or use another \
             `region` or account"
        ),
        Denial::Boundary => {
            format!("let the permissions boundary of these credentials allow `{action}` too, or use other credentials")
        }
        Denial::Session => format!(
            "these credentials were made for less than their role allows: sign in so that the session has `{action}`"
        ),
        Denial::Endpoint => {
            format!("let the policy of the VPC endpoint allow `{action}`, or take another way to AWS")
        }
    }
}
