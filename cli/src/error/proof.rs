//! What it means to a person that something could not be proven, and what to do about it.

use std::error::Error as StdError;

use nitro::attestation::{Check, ExpectationsError, Step};

use super::local::file_failed;
use super::{Error, Kind};
use crate::proof::{EncodingError, InputError, ProofError, ReceiptError, Refusal};

impl From<ProofError> for Error {
    fn from(error: ProofError) -> Self {
        let message = error.to_string();
        match error {
            ProofError::Input(error) => error.into(),
            ProofError::Expectations(error) => error.into(),
            ProofError::OnlyByReceipt => Self::new(Kind::ExpectationMissing, message).hint(
                "give `--eif FILE`, `--measurements FILE`, or the registers themselves, such as `--pcr0 HEX`; if you trust \
                 the author of the receipt, use `--expected-by-receipt`",
            ),
            ProofError::AgeOfItself => Self::new(Kind::Usage, message)
                .hint("leave out `--max-age`, or give the time of verification with `--at TIME`"),
            ProofError::NothingExpected { .. } => Self::new(Kind::Usage, message),
            ProofError::Encoding { source: source @ EncodingError::Receipt, .. } => {
                Self::new(Kind::DocumentMalformed, message).cause(source).hint("verify it with `iac attest recheck`")
            }
            ProofError::Encoding { source, .. } => Self::new(Kind::DocumentMalformed, message).cause(source).hint(FORMS),
            ProofError::Document { source, .. } => Self::new(Kind::DocumentMalformed, message).cause(source).hint(FORMS),
            ProofError::Image { source, .. } => because(Self::new(Kind::ImageMalformed, message), &source),
            ProofError::Damaged { .. } => Self::new(Kind::ImageDamaged, message)
                .hint("build or copy the image again; nitro-cli does not start an enclave from this one"),
            ProofError::Measurements { source, .. } => because(Self::new(Kind::MeasurementsMalformed, message), &source)
                .hint("give the output of `nitro-cli build-enclave`, `describe-eif`, `describe-enclaves`, of `eif_build`, or of `iac eif show --output json`"),
            ProofError::NotText { .. } => Self::new(Kind::MeasurementsMalformed, message)
                .hint("for an enclave image, use `--eif` instead of `--measurements`"),
            ProofError::Root { source, .. } => because(Self::new(Kind::RootMalformed, message), &source)
                .hint("give one P-384 certificate in PEM or DER"),
            ProofError::Receipt { source, .. } => receipt(message, &source),
            ProofError::ReceiptNotWritten(error) if error.is_in_the_way() => {
                Self::new(Kind::ReceiptExists, format!("the file exists already: `{}`", error.path.display()))
                    .hint("name another file with `--write-receipt`")
            }
            ProofError::ReceiptNotWritten(error) => file_failed(error.to_string(), &error.source, "`--write-receipt`"),
        }
    }
}

const FORMS: &str =
    "give the document as the Nitro Secure Module returned it: binary, hexadecimal or base64, or in JSON";

impl From<InputError> for Error {
    fn from(error: InputError) -> Self {
        let new = beneath(Self::new(Kind::FileFailed, error.to_string()), &error);
        match error {
            InputError::LfsPointer { .. } => new.hint("fetch the file with `git lfs pull`"),
            _ => new,
        }
    }
}

impl From<ExpectationsError> for Error {
    fn from(error: ExpectationsError) -> Self {
        let message = error.to_string();
        match error {
            ExpectationsError::NoImage => Self::new(Kind::ExpectationMissing, message)
                .hint("give `--eif FILE`, `--measurements FILE`, or the registers themselves, such as `--pcr0 HEX`"),
            ExpectationsError::ZeroImage(0..=2) => Self::new(Kind::ExpectationMissing, message)
                .hint("zeros stand for an enclave in debug mode; to accept one, add `--allow-debug`"),
            ExpectationsError::ZeroImage(_) => Self::new(Kind::ExpectationMissing, message)
                .hint("every unsigned image has zeros there; to expect one image, use `--pcr0 HEX`"),
            ExpectationsError::Conflict { .. } => Self::new(Kind::ExpectationConflict, message)
                .hint("the flags, images and measurements given must agree"),
            _ => Self::new(Kind::Usage, message),
        }
    }
}

fn receipt(message: String, error: &ReceiptError) -> Error {
    let kind = match error {
        ReceiptError::Failed(_) | ReceiptError::NotExpected(_) | ReceiptError::NotRecorded(_) => Kind::ReceiptAltered,
        _ => Kind::ReceiptMalformed,
    };
    let new = because(Error::new(kind, message), error);
    match (kind, error) {
        (Kind::ReceiptAltered, _) => new.hint("somebody has changed the receipt; ask its author for it again"),
        (_, ReceiptError::Version(_) | ReceiptError::UnknownCheck(_)) => {
            new.hint("use the `iac` that wrote it, or a newer one")
        }
        _ => new,
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let hint = hint(&refusal);
        let Step { check, expected, found, .. } = refusal.failed;
        let kind = if check == Check::Decoding { Kind::DocumentMalformed } else { Kind::DocumentRefused };
        let error = Self::new(kind, format!("the attestation document is refused at `{check}`"))
            .cause(format!("expected: {expected}"))
            .cause(format!("found: {found}"));
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

fn hint(refusal: &Refusal) -> Option<String> {
    let hint = match refusal.failed.check {
        Check::Decoding => FORMS,
        Check::Validity => match refusal.ended {
            Some(ended) => {
                return Some(format!(
                    "a document's certificates are valid for a few hours, and the first of these expired at {ended}; to verify the \
                     document as of the time when you received it, use `--at TIME`; as of the time in it, `--at document`"
                ));
            }
            None => "the certificates are not valid yet; check this machine's clock",
        },
        Check::Age => {
            "ask the enclave for a new document; to verify an old one as of the time when you received it, use \
             `--at TIME`"
        }
        Check::Clock => "check this machine's clock",
        Check::Root => match &refusal.root_of_receipt {
            Some(sha256) => {
                return Some(format!(
                    "the receipt says that another root than AWS's was used, SHA-256 {sha256}; `iac` never takes a root \
                     from a receipt: if you trust that one, give it with `--root FILE`"
                ));
            }
            None => {
                "AWS did not sign this document, unless it comes from another partition of AWS: then give that partition's root \
                 with `--root FILE`"
            }
        },
        Check::Debug => {
            "the owner of the host can look into an enclave in debug mode; to accept that in a test, add `--allow-debug` and \
             expect zeros as PCR0"
        }
        Check::Register(0..=2) => "another image runs there; `iac eif diff` shows what differs between two",
        Check::Nonce => "the document answers another request: somebody may have sent you an old one again",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Adds an error and what lies beneath it, down to the first reason.
fn because(error: Error, source: &dyn StdError) -> Error {
    beneath(error.cause(source), source)
}

/// Adds what lies beneath an error whose own words are the message already.
fn beneath(error: Error, source: &dyn StdError) -> Error {
    std::iter::successors(source.source(), |cause| (*cause).source()).fold(error, Error::cause)
}
