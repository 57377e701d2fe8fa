//! What verification looked at: every step with what was expected and found. Apart from the steps themselves, because the
//! report outlives them: it is shown, stored and sent whether the document was believed or not.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};
use thiserror::Error;

use super::{Root, Timestamp};

/// What a step found: the text stands for a good find or for one that the step refuses.
pub(super) type Finding = Result<String, String>;

/// One thing that verification looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Check {
    /// The bytes are one attestation document in strict CBOR.
    Decoding,
    /// The document comes from a Nitro Secure Module and not from an emulator that signs nothing.
    Signer,
    /// The document says that it is signed with ECDSA on P-384 and SHA-384.
    Algorithm,
    /// The first certificate of the bundle is the root that is trusted.
    Root,
    /// Each certificate is sound by itself: version 3, P-384, no critical extension that is not known.
    Certificates,
    /// Each certificate names the one before it as its issuer; none is left over.
    Order,
    /// Each certificate of the bundle is an authority that may sign certificates, within its path length.
    Authorities,
    /// The leaf may sign documents and is no authority.
    Leaf,
    /// The leaf's key signed the document.
    DocumentSignature,
    /// Each certificate is signed by the one before it.
    ChainSignatures,
    /// Every certificate is valid at the time of verification.
    Validity,
    /// The document was made while its leaf was valid.
    DocumentTime,
    /// The document does not come from the future, give or take five minutes.
    Clock,
    /// The document is no older than was asked for.
    Age,
    /// The enclave does not run in debug mode, which anybody on its host can look into.
    Debug,
    /// A register has the expected value.
    Register(u8),
    /// The nonce is the expected one.
    Nonce,
    /// The user data is what was expected.
    UserData,
    /// The public key is the expected one.
    PublicKey,
}

/// Names the checks, in one list for both directions. A check that is missing here does not compile.
macro_rules! names {
    ($($check:ident $name:literal),* $(,)?) => {
        impl fmt::Display for Check {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$check => formatter.pad($name),)*
                    Self::Register(index) => formatter.pad(&format!("pcr{index}")),
                }
            }
        }

        impl FromStr for Check {
            type Err = ParseCheckError;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name {
                    $($name => Ok(Self::$check),)*
                    _ => register(name).map(Self::Register).ok_or_else(|| ParseCheckError(name.to_owned())),
                }
            }
        }
    };
}

names! {
    Decoding "decoding",
    Signer "signer",
    Algorithm "algorithm",
    Root "root",
    Certificates "certificates",
    Order "order",
    Authorities "authorities",
    Leaf "leaf",
    DocumentSignature "document_signature",
    ChainSignatures "chain_signatures",
    Validity "validity",
    DocumentTime "document_time",
    Clock "clock",
    Age "age",
    Debug "debug",
    Nonce "nonce",
    UserData "user_data",
    PublicKey "public_key",
}

/// A text that names no check.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no check `{0}`")]
pub struct ParseCheckError(String);

/// Reads the number of a register as it is printed.
fn register(name: &str) -> Option<u8> {
    let index = name.strip_prefix("pcr")?.parse().ok()?;
    (name == format!("pcr{index}")).then_some(index)
}

impl Check {
    /// Says whether the check is only made where its expectation was given; every other one is made of each document.
    #[must_use]
    pub fn is_expectation(self) -> bool {
        match self {
            Self::Age | Self::Register(_) | Self::Nonce | Self::UserData | Self::PublicKey => true,
            Self::Decoding
            | Self::Signer
            | Self::Algorithm
            | Self::Root
            | Self::Certificates
            | Self::Order
            | Self::Authorities
            | Self::Leaf
            | Self::DocumentSignature
            | Self::ChainSignatures
            | Self::Validity
            | Self::DocumentTime
            | Self::Clock
            | Self::Debug => false,
        }
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One step of a verification. Its texts are safe to print: what a document says is escaped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// What was looked at; serialised as its name, `document_signature` or `pcr0`.
    pub check: Check,
    /// Whether what was found is what was expected.
    pub passed: bool,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

/// Everything that a verification looked at, in order.
///
/// A document whose authenticity fails is looked at no further, since nothing in it is worth a comparison. Once it is
/// proven to be signed under the root, every time and every expectation is compared, so that a report shows all
/// differences at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The root that was trusted, for what it is.
    pub root: Root,
    /// The time as of which the document was verified.
    pub verified_at: Timestamp,
    /// The steps, those that passed too.
    pub steps: Vec<Step>,
}

impl Report {
    pub(super) fn new(root: Root, verified_at: Timestamp) -> Self {
        Self { root, verified_at, steps: Vec::with_capacity(24) }
    }

    /// Gives the step that failed first, if one did.
    #[must_use]
    pub fn failed(&self) -> Option<&Step> {
        self.steps.iter().find(|step| !step.passed)
    }

    /// Adds a step.
    pub(super) fn record(&mut self, check: Check, expected: impl Into<String>, finding: Finding) {
        let passed = finding.is_ok();
        let (Ok(found) | Err(found)) = finding;
        self.steps.push(Step { check, passed, expected: expected.into(), found });
    }

    /// Adds a step that, if it does not pass, is the last.
    pub(super) fn require(&mut self, check: Check, expected: impl Into<String>, finding: Finding) -> Result<(), Step> {
        self.require_value(check, expected, finding.map(|found| ((), found)))
    }

    /// Adds a step that gives a value beside what it found and that, if it does not pass, is the last.
    pub(super) fn require_value<T>(
        &mut self,
        check: Check,
        expected: impl Into<String>,
        finding: Result<(T, String), String>,
    ) -> Result<T, Step> {
        let passed = finding.is_ok();
        let (value, found) = match finding {
            Ok((value, found)) => (Some(value), found),
            Err(found) => (None, found),
        };
        let step = Step { check, passed, expected: expected.into(), found };
        self.steps.push(step.clone());
        value.ok_or(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_read_by_the_name_that_it_prints_and_by_no_other() {
        for check in
            [Check::Decoding, Check::DocumentSignature, Check::Register(0), Check::Register(31), Check::PublicKey]
        {
            assert_eq!(check.to_string().parse(), Ok(check));
        }
        for name in ["", "Decoding", "pcr", "pcr00", "pcr+1", "pcr256", "pcr1 ", "later"] {
            assert_eq!(name.parse::<Check>(), Err(ParseCheckError(name.to_owned())));
        }
    }
}
