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
            Some("check the access key with `iac config show`; it may be deleted, inactive or \
                  expired; and no key works in a region that the account has not enabled"
                .into()),
        ),
        Failure::NoCredentials(_) => (
            Kind::CredentialsMissing,
            Some(
                "set `cred_file`, or set `profile` to one in `~/.aws/config`; for single sign-on run `aws sso login` first"
                    .into(),
            ),
        ),
        Failure::Denied(message) => (Kind::AwsDenied, Some(denied(call.operation, message))),
        Failure::Account(_) => (
            Kind::AccountNotReady,
            Some(
                "follow AWS's message in the AWS console; AWS takes up to a day to activate a new account, and some regions \
                 must be enabled first"
                    .into(),
            ),
        ),
        Failure::Role(_) => (
            Kind::CredentialsRefused,
            Some("check `role_arn` and `source_profile` of the profile, and that the role trusts the source profile".into()),
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
            (Kind::AwsAnswer, Some("check `endpoint_url`, and any proxy between this machine and AWS".into()))
        }
    }
}

/// What to do about a profile that cannot be used.
pub(super) const MEND_PROFILE: &str =
    "correct the profile in `~/.aws/config` or `~/.aws/credentials`, or set `profile` or `AWS_PROFILE` to another one";

/// Where certificates come from that servers are trusted by.
pub(super) fn certificates(error: &TrustError) -> &'static str {
    match error {
        TrustError::None => {
            "install CA certificates, for instance with `apt-get install ca-certificates` or `dnf install ca-certificates`, \
             or set `AWS_CA_BUNDLE` to a file of certificates"
        }
        TrustError::Unreadable { .. } | TrustError::Empty(_) => {
            "correct the file, or set `AWS_CA_BUNDLE` (or `ca_bundle` of the profile) to a file of PEM certificates"
        }
    }
}

/// Who can let a denied call pass, and how.
fn denied(operation: Operation, message: &str) -> String {
    let action = operation.refused_action(message);
    match Denial::of(message) {
        Denial::NotAllowed => {
            format!("allow these credentials `{action}`, as `iac policy` prints it, then run the command again")
        }
        Denial::DeniedByPolicy => format!(
            "a policy denies `{action}`, so allowing it does not help: change that policy, or use other credentials"
        ),
        Denial::Organisation => format!(
            "no policy of this account can allow `{action}`: ask those who administer the organisation, or use another \
             `region` or account"
        ),
        Denial::Boundary => {
            format!(
                "change the permissions boundary of these credentials so that it allows `{action}`, or use other credentials"
            )
        }
        Denial::Session => format!(
            "the session of these credentials allows less than their role: sign in with a session that allows `{action}`"
        ),
        Denial::Endpoint => {
            format!(
                "change the policy of the VPC endpoint so that it allows `{action}`, or connect to AWS without that endpoint"
            )
        }
    }
}
