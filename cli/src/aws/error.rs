//! Why a call to AWS failed: one shape for every service, made from the SDK's errors.
//!
//! `SdkError` prints itself as "service error" and its debug form holds the raw answer; neither is for people. Here
//! the parts that matter are taken out once, so that callers compare codes and not texts.

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::config::http::HttpResponse;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::operation::RequestId;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use iac_core::policy::Operation;
use iac_core::text::one_line;

use super::operation::Named;
use super::trust::TrustError;

/// A call that did not succeed: which, why, and what AWS said.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {failure}", operation.name())]
pub(crate) struct CallError {
    pub(crate) operation: Operation,
    pub(crate) failure: Failure,
    /// AWS's code, such as `InvalidKeyPair.Duplicate`.
    pub(crate) code: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// The kind of a failure; the text is AWS's own message or the network's.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Denied(String),
    #[error("{0}")]
    Credentials(String),
    #[error("{0}")]
    NoCredentials(String),
    #[error("{0}")]
    Account(String),
    /// A role that a profile names is not given to its source.
    #[error("{0}")]
    Role(String),
    /// A profile contradicts itself.
    #[error("{0}")]
    Profile(String),
    #[error("{0}")]
    Certificates(TrustError),
    #[error("{0}")]
    Clock(String),
    #[error("{0}")]
    Throttled(String),
    #[error("{0}")]
    Unreachable(String),
    #[error("no answer in time")]
    TimedOut,
    #[error("{0}")]
    Fault(String),
    #[error("{0}")]
    Answer(String),
}

impl CallError {
    /// Takes the SDK's error of one call apart; its type says which call.
    pub(crate) fn new<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: Named + ProvideErrorMetadata + std::error::Error + 'static,
    {
        let (failure, code) = match error {
            SdkError::ServiceError(context) => {
                let code = context.err().code().map(str::to_owned);
                let message = one_line(context.err().message().unwrap_or("no reason given"));
                (service_failure(code.as_deref(), context.raw().status().as_u16(), message), code)
            }
            SdkError::TimeoutError(_) => (Failure::TimedOut, None),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => (Failure::TimedOut, None),
            // The answer was cut off: what is no answer of AWS's would be an error of the service.
            SdkError::ResponseError(_) => (Failure::Unreachable(innermost(error)), None),
            _ => (unsent(error), None),
        };
        let request_id = error.raw_response().and_then(|raw| raw.request_id().map(str::to_owned));
        Self { operation: E::OPERATION, failure, code, request_id }
    }

    /// An answer that lacks what it must hold.
    pub(crate) fn answer(operation: Operation, what: impl Into<String>) -> Self {
        Self { operation, failure: Failure::Answer(what.into()), code: None, request_id: None }
    }

    /// Whether AWS gave exactly this code.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

impl Failure {
    /// Whether it is certain that the call changed nothing: AWS said no before it began, or was never asked.
    pub(crate) fn changed_nothing(&self) -> bool {
        matches!(
            self,
            Self::Refused(_)
                | Self::Denied(_)
                | Self::Credentials(_)
                | Self::NoCredentials(_)
                | Self::Account(_)
                | Self::Role(_)
                | Self::Profile(_)
                | Self::Certificates(_)
                | Self::Clock(_)
        )
    }
}

fn service_failure(code: Option<&str>, status: u16, message: String) -> Failure {
    match code.unwrap_or_default() {
        // AWS gives a code with every refusal: this is the page of a captive portal, of a proxy, of another server.
        "" if status < 500 => Failure::Answer(format!("the answer, of status {status}, is none of AWS's")),
        "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException" => Failure::Denied(message),
        // A clock that is wrong is told as a signature that is.
        "SignatureDoesNotMatch" | "InvalidSignatureException" if is_out_of_time(&message) => Failure::Clock(message),
        "RequestExpired" | "RequestTimeTooSkewed" => Failure::Clock(message),
        "AuthFailure"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "ExpiredToken"
        | "ExpiredTokenException" => Failure::Credentials(message),
        "OptInRequired"
        | "SubscriptionRequiredException"
        | "RegionDisabledException"
        | "PendingVerification"
        | "Blocked"
        | "AccountDisabled" => Failure::Account(message),
        "RequestLimitExceeded" | "Throttling" | "ThrottlingException" | "TooManyRequestsException" => {
            Failure::Throttled(message)
        }
        _ if status >= 500 => Failure::Fault(message),
        _ => Failure::Refused(message),
    }
}

/// Whether a signature is refused for its time and not for its key.
fn is_out_of_time(message: &str) -> bool {
    message.contains("Signature expired") || message.contains("Signature not yet current")
}

/// A request that did not get as far as an answer: for want of credentials, of certificates, or of a connection.
fn unsent(error: &(dyn std::error::Error + 'static)) -> Failure {
    if let Some(trust) = of_type::<TrustError>(error) {
        return Failure::Certificates(trust.clone());
    }
    match of_type::<CredentialsError>(error) {
        Some(credentials) => no_credentials(credentials),
        None => Failure::Unreachable(innermost(error)),
    }
}

/// What is behind credentials that could not be had: whoever hands them out is not reached, refuses, or there is nobody.
fn no_credentials(error: &CredentialsError) -> Failure {
    if let Some(connection) = of_type::<ConnectorError>(error) {
        return if connection.is_timeout() { Failure::TimedOut } else { Failure::Unreachable(innermost(connection)) };
    }
    if let Some(refusal) = of_type::<AssumeRoleError>(error) {
        let message = one_line(&refusal.message().map_or_else(|| refusal.to_string(), str::to_owned));
        return match refusal.code().unwrap_or_default() {
            "AccessDenied" => Failure::Role(message),
            code => service_failure(Some(code), 400, message),
        };
    }
    match error {
        CredentialsError::ProviderTimedOut(_) => Failure::TimedOut,
        CredentialsError::InvalidConfiguration(_) => Failure::Profile(one_line(&joined(error))),
        // The chain's list of all that was tried, a line each, is the SDK's own.
        CredentialsError::CredentialsNotLoaded(_) => Failure::NoCredentials(joined(error)),
        _ => Failure::NoCredentials(one_line(&joined(error))),
    }
}

/// The first of an error and its sources that is of this type.
pub(super) fn of_type<'a, E: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a E> {
    sources(error).find_map(|source| source.downcast_ref::<E>())
}

fn sources<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

/// The messages of an error's sources without repetitions, or its own where there is none.
fn joined(error: &(dyn std::error::Error + 'static)) -> String {
    let mut messages: Vec<String> = sources(error).skip(1).map(ToString::to_string).collect();
    messages.dedup();
    if messages.is_empty() { error.to_string() } else { messages.join(": ") }
}

/// An error with its sources, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut messages = vec![error.to_string()];
    let mut next = error.source();
    while let Some(source) = next {
        messages.push(source.to_string());
        next = source.source();
    }
    messages.dedup();
    one_line(&messages.join(": "))
}

/// The message of the last source, which is the one that says what happened.
pub(super) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    one_line(&sources(error).last().unwrap_or(error).to_string())
}

/// What was found, or nothing where the right to look is missing.
pub(crate) fn allowed<T>(answer: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match answer {
        Err(CallError { failure: Failure::Denied(_), .. }) => Ok(None),
        answer => answer.map(Some),
    }
}
