//! Attestation documents: what a Nitro Secure Module signs about the enclave that asked for it, and whether to believe it.
//!
//! A document is read in two steps, and the types keep them apart. [`UnverifiedDocument::decode`] reads what is written,
//! by whomever. [`verify`] believes it: the signature, the chain of certificates as given up to the pinned root of AWS,
//! the times, and the [`Expectations`] of the caller, who cannot leave open which image is expected. Only `verify` makes
//! a [`VerifiedDocument`].
//!
//! ```
//! use nitro::{attestation::{Expectations, Timestamp, verify}, pcr::Pcr};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let document = include_bytes!("../../tests/data/nitro-1.cose");
//! # let now = Timestamp::from_milliseconds(1_736_179_625_472);
//! let pcr0: Pcr = "8bb159f202bb95d6d4d98e0e103918246cea734f1d57cd26\
//!                  3e4fd56075ed53f6fa8c68854817a32749a241e11874c26b".parse()?;
//! let expectations = Expectations::builder().pcr(0, pcr0).instance("i-0bee92034f3d60691").build()?;
//! let document = verify(document, &expectations, now)?;
//! assert_eq!(document.claims().module_id, "i-0bee92034f3d60691-enc01943c5eaab3ad6a");
//! # Ok(())
//! # }
//! ```
//!
//! Sources: <https://docs.aws.amazon.com/enclaves/latest/user/verify-root.html> for the format and the root,
//! RFC 9052 for `COSE_Sign1`, RFC 5280 for certificates.

mod certificate;
mod chain;
mod claims;
mod document;
mod expectations;
mod report;
mod root;
mod stated_certificate;
mod timestamp;
mod verification;

pub use self::{
    claims::Claims,
    document::{DecodeError, MAXIMUM_SIZE, UnverifiedDocument},
    expectations::{Expectations, ExpectationsBuilder, ExpectationsError},
    report::{Check, ParseCheckError, Report, Step},
    root::{Root, RootError},
    stated_certificate::StatedCertificate,
    timestamp::{ParseTimestampError, Timestamp},
    verification::{VerificationError, VerifiedDocument, verify},
};
pub use crate::cose::Algorithm;
