//! Full domain names, in the one spelling that is compared: lower case, without the dot at the end.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::text::plain;

/// A full domain name such as `nitro.example.org`, in lower case and without a dot at its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Fqdn(String);

/// A text is no full domain name of a host.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("must be a full domain name such as `nitro.example.org`, not `{}`", plain(.0))]
pub struct FqdnError(String);

/// What the mark's name begins with; no host can be named so.
const MARK: &str = "_iac.";

impl Fqdn {
    /// Reads a name; its dot at the end is optional.
    ///
    /// The whole must leave room for the mark's prefix in the 253 characters of a name (RFC 1035, section 2.3.4).
    pub fn parse(text: &str) -> Result<Self, FqdnError> {
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.len() + MARK.len() <= 253 && name.contains('.') && name.split('.').all(is_label) {
            Ok(Self(name.to_ascii_lowercase()))
        } else {
            Err(FqdnError(text.to_owned()))
        }
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of the TXT record that says whose the record is.
    #[must_use]
    pub fn mark(&self) -> String {
        format!("{MARK}{}", self.0)
    }

    /// Tells whether the name is this domain or lies below it.
    #[must_use]
    pub fn is_within(&self, domain: &str) -> bool {
        self.0.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl fmt::Display for Fqdn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Returns a name of Route 53 in the spelling that is compared: lower case, no dot at its end, escapes such as `\052`
/// (`*`) read.
///
/// See <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html>.
#[must_use]
pub fn unescaped(name: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = name.strip_suffix('.').unwrap_or(name).bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'\\' { super::escaped(&mut rest).unwrap_or(byte) } else { byte });
    }
    String::from_utf8_lossy(&bytes).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        for text in ["Dev.Example.org", "dev.example.org."] {
            assert_eq!(Fqdn::parse(text).expect("a name").as_str(), "dev.example.org");
        }
        let long = format!("{}.example.org", ["a"; 120].join("."));
        for text in ["", "dev", "dev..org", "-a.org", "a-.org", "a_b.org", "dev.example.org..", "é.org", &long] {
            assert!(Fqdn::parse(text).is_err(), "{text}");
        }
        assert_eq!(Fqdn::parse("a.org").expect("a name").mark(), "_iac.a.org");
    }

    #[test]
    fn a_name_lies_within_whole_labels_only() {
        let name = Fqdn::parse("dev.example.org").expect("a name");
        for (domain, is_within) in [
            ("dev.example.org", true),
            ("example.org", true),
            ("org", true),
            ("ample.org", false),
            ("a.dev.example.org", false),
        ] {
            assert_eq!(name.is_within(domain), is_within, "{domain}");
        }
    }

    #[test]
    fn escapes_of_route_53_are_read() {
        assert_eq!(unescaped("\\052.Example.org."), "*.example.org");
        assert_eq!(unescaped("_iac.a.org"), "_iac.a.org");
        assert_eq!(unescaped("a\\"), "a\\");
    }
}
