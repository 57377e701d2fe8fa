//! Why a call to AWS failed: one shape for every service, made from the SDK's errors.
//!
//! `SdkError` prints itself as "service error" and its debug form holds the raw answer; neither is for people. Here
//! the parts that matter are taken out once, so that callers compare codes and not texts.

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::config::http::HttpResponse;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::operation::RequestId;
use iac_core::policy::Operation;

use super::operation::Named;

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
                let message = context.err().message().unwrap_or("no reason given").to_owned();
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
            Self::Refused(_) | Self::Denied(_) | Self::Credentials(_) | Self::NoCredentials(_) | Self::Clock(_)
        )
    }
}

fn service_failure(code: Option<&str>, status: u16, message: String) -> Failure {
    match code.unwrap_or_default() {
        // AWS gives a code with every refusal: this is the page of a captive portal, of a proxy, of another server.
        "" if status < 500 => Failure::Answer(format!("the answer, of status {status}, is none of AWS's")),
        "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException" => Failure::Denied(message),
        "AuthFailure"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "OptInRequired" => Failure::Credentials(message),
        "RequestExpired" | "RequestTimeTooSkewed" => Failure::Clock(message),
        "RequestLimitExceeded" | "Throttling" | "ThrottlingException" | "TooManyRequestsException" => {
            Failure::Throttled(message)
        }
        _ if status >= 500 => Failure::Fault(message),
        _ => Failure::Refused(message),
    }
}

/// A request that did not get as far as an answer: for want of credentials, or of a connection.
fn unsent(error: &(dyn std::error::Error + 'static)) -> Failure {
    match sources(error).find(|source| source.is::<CredentialsError>()) {
        Some(credentials) => Failure::NoCredentials(joined(credentials)),
        None => Failure::Unreachable(innermost(error)),
    }
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

/// The message of the last source, which is the one that says what happened.
pub(super) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    sources(error).last().unwrap_or(error).to_string()
}
