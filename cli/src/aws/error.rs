//! Why a call to AWS failed: one shape for every service, made from the SDK's errors.
//!
//! `SdkError` prints itself as "service error" and its debug form holds the raw answer; neither is for people. Here
//! the parts that matter are taken out once, so that callers compare codes and not texts.

use aws_sdk_ec2::config::http::HttpResponse;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::operation::RequestId;

/// A call that did not succeed: which, why, and what AWS said.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation}: {failure}")]
pub(crate) struct CallError {
    /// The service's name in IAM, such as `ec2`.
    pub(crate) service: &'static str,
    /// The operation's name, such as `RunInstances`.
    pub(crate) operation: &'static str,
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
    /// Takes the SDK's error of one operation apart.
    pub(crate) fn new<E>(service: &'static str, operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let (failure, code) = match error {
            SdkError::ServiceError(context) => {
                let code = context.err().code().map(str::to_owned);
                let message = context.err().message().unwrap_or("no reason given").to_owned();
                (service_failure(code.as_deref(), context.raw().status().as_u16(), message), code)
            }
            SdkError::TimeoutError(_) => (Failure::TimedOut, None),
            SdkError::DispatchFailure(failure) => {
                let text = failure.as_connector_error().map_or_else(|| chain(error), |source| innermost(source));
                (dispatch_failure(failure.is_timeout(), &chain(error), text), None)
            }
            SdkError::ResponseError(_) => (Failure::Answer(chain(error)), None),
            _ => (construction_failure(chain(error)), None),
        };
        let request_id = error.raw_response().and_then(|raw| raw.request_id().map(str::to_owned));
        Self { service, operation, failure, code, request_id }
    }

    /// An answer that lacks what it must hold.
    pub(crate) fn answer(service: &'static str, operation: &'static str, what: impl Into<String>) -> Self {
        Self { service, operation, failure: Failure::Answer(what.into()), code: None, request_id: None }
    }

    /// Whether AWS gave exactly this code.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// The IAM action that the operation needs.
    pub(crate) fn action(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

fn service_failure(code: Option<&str>, status: u16, message: String) -> Failure {
    match code.unwrap_or_default() {
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

fn dispatch_failure(timeout: bool, chain: &str, text: String) -> Failure {
    if timeout {
        Failure::TimedOut
    } else if chain.contains("credentials") {
        Failure::NoCredentials(chain.to_owned())
    } else {
        Failure::Unreachable(text)
    }
}

fn construction_failure(chain: String) -> Failure {
    if chain.contains("credential") { Failure::NoCredentials(chain) } else { Failure::Refused(chain) }
}

/// The messages of an error and its sources in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut messages = vec![error.to_string()];
    let mut source = error.source();
    while let Some(inner) = source {
        let message = inner.to_string();
        if messages.last() != Some(&message) {
            messages.push(message);
        }
        source = inner.source();
    }
    messages.join(": ")
}

/// The message of the first cause, which says more than "dispatch failure".
pub(super) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut current = error;
    while let Some(source) = current.source() {
        current = source;
    }
    current.to_string()
}
