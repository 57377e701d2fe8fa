//! Requests as AWS received them, read from moto's recorder: an oracle that knows nothing of our code.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use super::http;

/// A request to AWS: its action, and its parameters as EC2's query protocol names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) action: String,
    pub(crate) parameters: BTreeMap<String, String>,
    /// The id of the access key that signed it.
    pub(crate) access_key: Option<String>,
}

impl Request {
    /// Reads the body of a query, or the target and the JSON body of the other protocol; `None` for a page of the
    /// sandbox.
    pub(super) fn read(target: Option<&str>, body: &[u8]) -> Option<Self> {
        if let Some(target) = target {
            let action = target.rsplit('.').next()?.to_owned();
            let body: BTreeMap<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
            let text = |value: serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let parameters = body.into_iter().map(|(name, value)| (name, text(value))).collect();
            return Some(Self { action, parameters, access_key: None });
        }
        let mut parameters: BTreeMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
        Some(Self { action: parameters.remove("Action")?, parameters, access_key: None })
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

/// A line of the recording.
#[derive(Deserialize)]
struct Recorded {
    headers: BTreeMap<String, String>,
    body: String,
    body_encoded: bool,
}

/// Every request that a server has received since its last case.
pub(super) fn recorded(endpoint: &str) -> Vec<Request> {
    let recording = http::get(endpoint, "/moto-api/recorder/download-recording");
    let lines = recording.lines().filter(|line| !line.is_empty());
    lines.filter_map(|line| understood(&serde_json::from_str(line).unwrap())).collect()
}

fn understood(recorded: &Recorded) -> Option<Request> {
    let field = |wanted: &str| {
        let field = recorded.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        field.map(|(_, value)| value.as_str())
    };
    let body = match recorded.body_encoded {
        true => BASE64_STANDARD.decode(&recorded.body).unwrap(),
        false => recorded.body.clone().into_bytes(),
    };
    let mut request = Request::read(field("x-amz-target"), &body)?;
    let credential = field("authorization").and_then(|signature| signature.split_once("Credential="));
    request.access_key = credential.and_then(|(_, scope)| scope.split('/').next()).map(str::to_owned);
    Some(request)
}
