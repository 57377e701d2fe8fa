//! The verification of a document: which steps there are, in which order, and where they stop. The steps themselves are
//! the chain's and the expectations'.

use std::time::Duration;

use thiserror::Error;

use super::{
    Algorithm, Check, Claims, DecodeError, Expectations, Report, Root, Timestamp, UnverifiedDocument,
    chain::Chain,
    document::MAXIMUM_SIZE,
    report::{Finding, Step},
    timestamp::readable,
};

/// How far the clock of the module may be ahead of that of whoever verifies.
const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// An attestation document that is genuine and says what was expected. Only [`verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedDocument {
    claims: Claims,
    report: Report,
}

impl VerifiedDocument {
    /// Gives what the document says.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Gives everything that was looked at to believe it.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }
}

/// Why a document is not believed: the step that failed first, and the report of all that were taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the attestation document is refused at `{}`: expected {}, found {}", .failed.check, .failed.expected, .failed.found)]
pub struct VerificationError {
    failed: Box<Step>,
    report: Box<Report>,
}

impl VerificationError {
    /// Gives the step that failed first.
    #[must_use]
    pub fn failed(&self) -> &Step {
        &self.failed
    }

    /// Gives every step that was taken, that one and any later one that failed among them.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }
}

/// Verifies a document as of the time `at`: that it is genuine, and that it says what is expected.
///
/// The time is the caller's: the present for a document that was just made, an earlier one to verify what was kept, since
/// the leaf certificate of a document lives for about three hours.
///
/// # Errors
///
/// If any step fails. [`Check`] lists them in order, [`Report`] says where they stop.
pub fn verify(bytes: &[u8], expectations: &Expectations, at: Timestamp) -> Result<VerifiedDocument, VerificationError> {
    let mut report = Report::new(expectations.root().clone(), at);
    match examine(bytes, expectations, at, &mut report) {
        Ok(document) => Ok(VerifiedDocument { claims: document.into_claims(), report }),
        Err(failed) => Err(VerificationError { failed: Box::new(failed), report: Box::new(report) }),
    }
}

/// Takes the steps, and gives the document if every one of them passed.
fn examine(
    bytes: &[u8],
    expectations: &Expectations,
    at: Timestamp,
    report: &mut Report,
) -> Result<UnverifiedDocument, Step> {
    let document = decode(bytes, report)?;
    let chain = authenticate(&document, expectations.root(), report)?;
    compare_times(&chain, document.claims().timestamp, at, report);
    expectations.compare(document.claims(), at, report);
    match report.failed() {
        None => Ok(document),
        Some(step) => Err(step.clone()),
    }
}

fn decode(bytes: &[u8], report: &mut Report) -> Result<UnverifiedDocument, Step> {
    let decoded = UnverifiedDocument::decode(bytes);
    let expected = match decoded {
        Err(DecodeError::TooLarge(_)) => format!("an attestation document of at most {MAXIMUM_SIZE} bytes"),
        _ => "an attestation document".to_owned(),
    };
    let finding = decoded.map_err(|error| error.to_string()).map(|document| {
        let found = format!("{} bytes by `{}`", bytes.len(), document.claims().module_id.escape_debug());
        (document, found)
    });
    report.require_value(Check::Decoding, expected, finding)
}

/// Proves that the document is signed under the root. The cheap steps come first, so that rubbish costs little.
fn authenticate<'a>(document: &'a UnverifiedDocument, root: &Root, report: &mut Report) -> Result<Chain<'a>, Step> {
    let claims = document.claims();
    report.require(Check::Signer, "a Nitro Secure Module", signer(document))?;
    report.require(Check::Algorithm, Algorithm::ES384.to_string(), algorithm(document))?;
    report.require(Check::Root, root.to_string(), bundled_root(claims, root))?;

    let parsed = Chain::parse(claims).map(|chain| (chain, format!("{} and a leaf", claims.cabundle.len())));
    let chain = report.require_value(Check::Certificates, "P-384 certificates, root to leaf", parsed)?;
    report.require(Check::Order, "each names the one before it as its issuer", chain.order())?;
    report.require(Check::Authorities, "each may sign those below it", chain.authorities())?;
    report.require(Check::Leaf, "may sign documents, is no authority", chain.leaf())?;
    let signed = chain.document_signature(document.signed_bytes(), document.signature());
    report.require(Check::DocumentSignature, "signed with the leaf's key", signed)?;
    report.require(Check::ChainSignatures, "each signed with the key of the one before it", chain.signatures())?;
    Ok(chain)
}

fn signer(document: &UnverifiedDocument) -> Finding {
    if document.is_emulated() {
        Err("an emulator: the document is not signed".to_owned())
    } else {
        Ok(format!("`{}`", document.claims().module_id.escape_debug()))
    }
}

fn algorithm(document: &UnverifiedDocument) -> Finding {
    let algorithm = document.algorithm();
    if algorithm == Algorithm::ES384 { Ok(algorithm.to_string()) } else { Err(algorithm.to_string()) }
}

/// The root that is trusted is the caller's; the one in the document only has to be the same.
fn bundled_root(claims: &Claims, root: &Root) -> Finding {
    let first = claims.cabundle.first().map(Vec::as_slice).unwrap_or_default();
    if root.is(first) { Ok(root.to_string()) } else { Err(Root::unknown(first).to_string()) }
}

fn compare_times(chain: &Chain<'_>, made: Timestamp, at: Timestamp, report: &mut Report) {
    report.record(Check::Validity, format!("every certificate valid at {at}"), chain.validity(at));
    let window = chain.leaf_validity();
    report.record(Check::DocumentTime, format!("made while the leaf was valid, {window}"), chain.document_time(made));
    let is_past = made.since(at) <= CLOCK_SKEW;
    let finding = if is_past { Ok(made.to_string()) } else { Err(made.to_string()) };
    report.record(Check::Clock, format!("made at most {} after {at}", readable(CLOCK_SKEW)), finding);
}
