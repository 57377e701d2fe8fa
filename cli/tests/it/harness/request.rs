//! Requests as AWS received them, read from moto's recorder: an oracle that knows nothing of our code.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use super::http::{self, Message};

mod route53;

/// A request to AWS: its action, and its parameters as EC2's query protocol names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) action: String,
    pub(crate) parameters: BTreeMap<String, String>,
    /// The id of the access key that signed it.
    pub(crate) access_key: Option<String>,
}

impl Request {
    /// Reads a request: the body of a query, the target and the JSON body of another protocol, or the path of Route 53's;
    /// `None` for a page of the sandbox.
    pub(super) fn read(message: &Message) -> Option<Self> {
        let (action, parameters) = match message.field("x-amz-target") {
            Some(target) => (target.rsplit('.').next()?.to_owned(), targeted(&message.body)?),
            None => route53::read(message).or_else(|| queried(&message.body))?,
        };
        let credential = message.field("authorization").and_then(|signature| signature.split_once("Credential="));
        let access_key = credential.and_then(|(_, scope)| scope.split('/').next()).map(str::to_owned);
        Some(Self { action, parameters, access_key })
    }

    /// The value of a parameter, such as `EnclaveOptions.Enabled`.
    pub(crate) fn get(&self, parameter: &str) -> Option<&str> {
        self.parameters.get(parameter).map(String::as_str)
    }

    /// The tags that this request sets in the creating call on a kind of resource, such as `volume`.
    pub(crate) fn tags(&self, resource: &str) -> BTreeMap<String, String> {
        let mut tags = BTreeMap::new();
        for specification in (1..).map(|n| format!("TagSpecification.{n}")).take_while(|prefix| self.has(prefix)) {
            if self.get(&format!("{specification}.ResourceType")) == Some(resource) {
                for tag in (1..).map(|n| format!("{specification}.Tag.{n}")).take_while(|prefix| self.has(prefix)) {
                    let part = |name: &str| self.get(&format!("{tag}.{name}")).unwrap_or_default().to_owned();
                    tags.insert(part("Key"), part("Value"));
                }
            }
        }
        tags
    }

    fn has(&self, prefix: &str) -> bool {
        let prefix = format!("{prefix}.");
        self.parameters.keys().any(|name| name.starts_with(&prefix))
    }

    /// Whether it changes nothing.
    pub(crate) fn only_reads(&self) -> bool {
        let reads = ["Describe", "Get", "List"].iter().any(|verb| self.action.starts_with(verb));
        reads || self.get("DryRun") == Some("true")
    }
}

/// The parameters of a JSON body.
fn targeted(body: &[u8]) -> Option<BTreeMap<String, String>> {
    let body: BTreeMap<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
    let text = |value: serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(body.into_iter().map(|(name, value)| (name, text(value))).collect())
}

/// The action and the parameters of a query.
fn queried(body: &[u8]) -> Option<(String, BTreeMap<String, String>)> {
    let mut parameters: BTreeMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
    Some((parameters.remove("Action")?, parameters))
}

/// A line of the recording.
#[derive(Deserialize)]
struct Recorded {
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    body: String,
    body_encoded: bool,
}

/// Every request that a server has received since its last case.
pub(super) fn recorded(endpoint: &str) -> Vec<Request> {
    let recording = http::get(endpoint, "/moto-api/recorder/download-recording");
    let lines = recording.lines().filter(|line| !line.is_empty());
    lines.filter_map(|line| Request::read(&message(serde_json::from_str(line).unwrap()))).collect()
}

/// A recorded request as it was sent.
fn message(recorded: Recorded) -> Message {
    let Recorded { method, url, headers, body, body_encoded } = recorded;
    let (_, path) = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).unwrap_or_default();
    let body = if body_encoded { BASE64_STANDARD.decode(&body).unwrap() } else { body.into_bytes() };
    let fields = headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
    Message { first_line: format!("{method} /{path} HTTP/1.1"), fields, body }
}
