//! Proof of what runs in an enclave, between the files on this machine and the `nitro` library: documents and images are
//! read, expectations gathered, receipts kept. Nothing here reads settings, speaks to AWS, or reads the clock.

mod encoding;
mod error;
mod image;
mod input;
mod receipt;
mod wanted;
mod watched;

pub(crate) use encoding::EncodingError;
pub(crate) use error::{ProofError, Refusal};
pub(crate) use image::{Inspected, inspect, open, open_watched};
pub(crate) use input::{InputError, bytes, document, name_of, receipt as receipt_file, small};
pub(crate) use receipt::{Receipt, ReceiptError};
pub(crate) use wanted::{Taken, Wanted};
pub(crate) use watched::Watched;
