//! The public-address service: asks it over the SDK's own HTTP client, which knows proxies and certificates.
//!
//! Whoever answers decides from where SSH is let in, so the answer is short, in time and exactly one address.

use std::net::IpAddr;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_ec2::config::http::{HttpRequest, HttpResponse};
use aws_sdk_ec2::error::SdkError;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::interceptors::context::{Error as ErasedError, Output};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::ser_de::DeserializeResponse;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use iac_core::address::{AddressError, caller_address};

use super::error::{innermost, of_type};
use super::http::Http;
use super::trust::TrustError;

/// How long one attempt may take, and how long all of it.
const ATTEMPT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(11);
/// More than any address; an answer that is longer is something else.
const MOST_BYTES: usize = 256;

/// Why this machine's public address is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PublicAddressError {
    #[error("{0}")]
    Unreachable(String),
    #[error("no answer in time")]
    TimedOut,
    #[error("the answer has status {0}")]
    Status(u16),
    #[error("the answer is longer than {MOST_BYTES} bytes")]
    TooLong,
    #[error(transparent)]
    Certificates(TrustError),
    #[error(transparent)]
    NoAddress(#[from] AddressError),
}

/// The address that this machine's traffic comes from, as the service at `url` sees it.
pub(crate) async fn public_address(http: Http, url: &str) -> Result<IpAddr, PublicAddressError> {
    let text = tokio::time::timeout(WHOLE, answer(http, url)).await.map_err(|_| PublicAddressError::TimedOut)??;
    Ok(caller_address(&text)?)
}

async fn answer(http: Http, url: &str) -> Result<String, PublicAddressError> {
    let (origin, path) = origin_and_path(url);
    let operation = Operation::builder()
        .service_name("public-address")
        .operation_name("GetPublicAddress")
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .endpoint_url(origin)
        .no_auth()
        .sleep_impl(TokioSleep::new())
        .standard_retry(&RetryConfig::standard().with_max_attempts(2))
        .retry_classifier(HttpStatusCodeClassifier::default())
        .retry_classifier(TransientErrorClassifier::<RefusedStatus>::new())
        .timeout_config(TimeoutConfig::builder().connect_timeout(ATTEMPT).operation_attempt_timeout(ATTEMPT).build())
        .serializer(move |(): ()| {
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_uri(path.as_str())?;
            Ok(request)
        })
        .deserializer_impl::<Body, RefusedStatus>(Streamed)
        .build();
    limited(operation.invoke(()).await.map_err(|error| meaning(&error))?.0).await
}

/// Splits a URL where its path begins: the SDK would put a `/` behind the path of an endpoint.
fn origin_and_path(url: &str) -> (&str, String) {
    let host = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |length| host + length);
    let (origin, path) = url.split_at(end);
    (origin, if path.starts_with('/') { path.to_owned() } else { format!("/{path}") })
}

/// The body of an answer that has not been read yet.
#[derive(Debug)]
struct Body(SdkBody);

/// An answer whose status is not that of success.
#[derive(Debug, thiserror::Error)]
#[error("status {0}")]
struct RefusedStatus(u16);

/// Takes the body of an answer without reading it, so that its length can be limited.
#[derive(Debug)]
struct Streamed;

impl DeserializeResponse for Streamed {
    fn deserialize_streaming(
        &self,
        response: &mut HttpResponse,
    ) -> Option<Result<Output, OrchestratorError<ErasedError>>> {
        let status = response.status();
        Some(if status.is_success() {
            Ok(Output::erase(Body(std::mem::replace(response.body_mut(), SdkBody::taken()))))
        } else {
            Err(OrchestratorError::operation(ErasedError::erase(RefusedStatus(status.as_u16()))))
        })
    }

    fn deserialize_nonstreaming(&self, _: &HttpResponse) -> Result<Output, OrchestratorError<ErasedError>> {
        Err(OrchestratorError::other("the answer was taken before"))
    }
}

/// Reads a body to its end, if that comes soon enough.
async fn limited(body: SdkBody) -> Result<String, PublicAddressError> {
    let (mut stream, mut bytes) = (ByteStream::new(body), Vec::new());
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| PublicAddressError::Unreachable(innermost(&error)))?);
        if bytes.len() > MOST_BYTES {
            return Err(PublicAddressError::TooLong);
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn meaning(error: &SdkError<RefusedStatus, HttpResponse>) -> PublicAddressError {
    if let Some(trust) = of_type::<TrustError>(error) {
        return PublicAddressError::Certificates(trust.clone());
    }
    match error {
        SdkError::ServiceError(context) => PublicAddressError::Status(context.err().0),
        SdkError::TimeoutError(_) => PublicAddressError::TimedOut,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => PublicAddressError::TimedOut,
        SdkError::DispatchFailure(failure) => {
            let text = failure.as_connector_error().map_or_else(|| innermost(error), |source| innermost(source));
            PublicAddressError::Unreachable(text)
        }
        error => PublicAddressError::Unreachable(innermost(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: SdkBody) -> Result<String, PublicAddressError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(limited(body))
    }

    #[test]
    fn a_url_is_asked_for_as_it_was_written() {
        let split = |url| {
            let (origin, path) = origin_and_path(url);
            format!("{origin} {path}")
        };
        assert_eq!(split("https://checkip.amazonaws.com/"), "https://checkip.amazonaws.com /");
        assert_eq!(split("http://127.0.0.1:1"), "http://127.0.0.1:1 /");
        assert_eq!(split("http://[::1]:1/a/b?c=d"), "http://[::1]:1 /a/b?c=d");
        assert_eq!(split("https://ip.example?format=text"), "https://ip.example /?format=text");
    }

    #[test]
    fn a_body_is_read_up_to_its_limit() {
        let longest = "1".repeat(MOST_BYTES);
        assert_eq!(read(SdkBody::from(longest.clone())), Ok(longest.clone()));
        assert_eq!(read(SdkBody::from(longest + "1")), Err(PublicAddressError::TooLong));
        assert_eq!(read(SdkBody::from(&b"\xff"[..])), Ok("\u{fffd}".to_owned()));
    }
}
