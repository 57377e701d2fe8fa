//! Why there is no proof: what could not be read, what is not what it should be, and what was expected in vain.

use nitro::attestation::{DecodeError, ExpectationsError, RootError, Step, Timestamp};
use nitro::pcr::MeasurementsError;
use thiserror::Error;

use super::{EncodingError, InputError, ReceiptError};
use crate::files::FileError;

/// A failure before there is a verdict. Names stand in backticks already.
#[derive(Debug, Error)]
pub(crate) enum ProofError {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("{name} holds no attestation document")]
    Encoding { name: String, source: EncodingError },
    #[error("{name} holds no attestation document")]
    Document { name: String, source: DecodeError },
    #[error("{name} is no enclave image that can be measured")]
    Image { name: String, source: nitro::eif::Error },
    #[error("{name} is damaged: {damage}")]
    Damaged { name: String, damage: String },
    #[error("{name} holds no measurements")]
    Measurements { name: String, source: MeasurementsError },
    #[error("{name} holds no text")]
    NotText { name: String },
    #[error("{name} holds no root certificate")]
    Root { name: String, source: RootError },
    #[error("{name} is empty, and expecting nothing proves nothing")]
    NothingExpected { name: String },
    #[error(transparent)]
    Expectations(#[from] ExpectationsError),
    /// Of a receipt, which says what to expect, but nobody here does.
    #[error("no image is expected but by the receipt, and whoever wrote that can expect anything")]
    OnlyByReceipt,
    #[error("`--max-age` compares with a clock, and `--at document` leaves none to compare with")]
    AgeOfItself,
    #[error("{name} cannot be rechecked")]
    Receipt { name: String, source: ReceiptError },
    #[error("cannot keep the receipt")]
    ReceiptNotWritten(#[from] FileError),
}

impl ProofError {
    /// What it means that the expectations typed for a receipt prove nothing by themselves.
    pub(crate) fn of_recheck(error: ExpectationsError) -> Self {
        match error {
            ExpectationsError::NoImage => Self::OnlyByReceipt,
            other => Self::Expectations(other),
        }
    }
}

/// A document that is not believed: what failed first, and what is known about why.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) failed: Step,
    /// When the first of its certificates ended, if that is past.
    pub(crate) ended: Option<Timestamp>,
    /// The SHA-256 of the root, other than AWS's, under which a receipt says it was verified.
    pub(crate) root_of_receipt: Option<String>,
}
