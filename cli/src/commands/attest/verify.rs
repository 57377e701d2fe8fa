//! `iac attest verify` and `recheck`: the same verification, once of a document and once of what a receipt holds.

use std::path::Path;
use std::time::Duration;

use nitro::attestation::{Timestamp, UnverifiedDocument, VerificationError, verify as verify_document};

use super::expectations::gather;
use super::verdict::{AsOf, Verdict};
use crate::args::{At, ExpectationOptions};
use crate::error::{Error, Kind, Result};
use crate::files;
use crate::proof::{self, ProofError, Receipt, Refusal, Taken};
use crate::ui::Ui;

/// How old a document may be where neither a nonce nor an earlier time is given.
const DEFAULT_AGE: Duration = Duration::from_mins(5);

/// Verifies a document, and keeps a receipt of it if it is believed.
pub(super) fn verify(ui: &Ui, file: &Path, options: &ExpectationOptions, receipt: Option<&Path>) -> Result<u8> {
    refuse_age_of_itself(options)?;
    let mut wanted = gather(ui, options)?;
    if options.at.is_none() && wanted.nonce.is_none() {
        wanted.max_age.get_or_insert(DEFAULT_AGE);
    }
    let expectations = wanted.build().map_err(ProofError::from)?;
    let document = proof::document(file)?;
    let (at, as_of) = time(options.at, &document)?;
    let outcome = verify_document(&document, &expectations, at);
    if let (Ok(verified), Some(path)) = (&outcome, receipt) {
        let written = Receipt::write(&document, &wanted, verified.report());
        let written = written.map_err(|error| Error::new(Kind::Internal, "cannot write JSON").cause(error))?;
        files::write_new(path, written.as_bytes()).map_err(ProofError::from)?;
    }
    let refusal = outcome.as_ref().err().map(|error| refusal(&document, error, at, None).into());
    Verdict { outcome, as_of, taken: Taken::new(), refusal }.show(ui)
}

/// Verifies what a receipt holds. The time and the record that it states are claims, and nothing rests on them.
///
/// A receipt is a file from anyone: whoever writes one can choose a document and expect what it says. So which image is
/// expected must be typed, as for [`verify`], unless the receipt is to be believed by name.
pub(super) fn recheck(ui: &Ui, file: &Path, options: &ExpectationOptions, expected_by_receipt: bool) -> Result<u8> {
    refuse_age_of_itself(options)?;
    let content = proof::receipt_file(file).map_err(ProofError::from)?;
    let receipt =
        Receipt::read(&content).map_err(|source| ProofError::Receipt { name: proof::name_of(file), source })?;
    let mut wanted = gather(ui, options)?;
    if !expected_by_receipt {
        wanted.build().map_err(ProofError::of_recheck)?;
    }
    let mut taken = wanted.complete(&receipt.wanted);
    let (at, as_of) = match options.at {
        None => {
            // The receipt's limit of age belongs to the receipt's time.
            if let (None, Some(age)) = (wanted.max_age, receipt.wanted.max_age) {
                wanted.max_age = Some(age);
                taken.push(nitro::attestation::Check::Age);
            }
            (receipt.claimed_time, AsOf::Receipt)
        }
        typed => time(typed, &receipt.document)?,
    };
    let expectations = wanted.build().map_err(ProofError::from)?;
    let outcome = verify_document(&receipt.document, &expectations, at);
    let root = receipt.other_root.filter(|_| options.root.is_none());
    let refusal = outcome.as_ref().err().map(|error| refusal(&receipt.document, error, at, root).into());
    Verdict { outcome, as_of, taken, refusal }.show(ui)
}

fn refuse_age_of_itself(options: &ExpectationOptions) -> Result<()> {
    match (options.max_age, options.at) {
        (Some(_), Some(At::Document)) => Err(ProofError::AgeOfItself.into()),
        _ => Ok(()),
    }
}

/// The time of verification. A document that cannot be decoded has none of its own, and is refused at any.
fn time(at: Option<At>, document: &[u8]) -> Result<(Timestamp, AsOf)> {
    match at {
        Some(At::Time(time)) => Ok((time, AsOf::Time)),
        Some(At::Document) => match UnverifiedDocument::decode(document) {
            Ok(document) => Ok((document.claims().timestamp, AsOf::Document)),
            Err(_) => Ok((now()?, AsOf::Now)),
        },
        None => Ok((now()?, AsOf::Now)),
    }
}

fn now() -> Result<Timestamp> {
    let milliseconds = u64::try_from(jiff::Timestamp::now().as_millisecond());
    milliseconds.map(Timestamp::from_milliseconds).map_err(|_| {
        Error::new(Kind::Usage, "this machine's clock says that it is before 1970")
            .hint("set the clock, or say the time of verification with `--at TIME`")
    })
}

fn refusal(document: &[u8], error: &VerificationError, at: Timestamp, root_of_receipt: Option<String>) -> Refusal {
    let certificates = UnverifiedDocument::decode(document).map(|document| document.certificates());
    let ends = certificates.unwrap_or_default().into_iter().flatten().map(|certificate| certificate.not_after);
    let ended = ends.min().filter(|end| *end < at);
    Refusal { failed: error.failed().clone(), ended, root_of_receipt }
}
