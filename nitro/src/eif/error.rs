//! Every reason to refuse an image, with the place in the file where it was found.
//!
//! One type for reading and measuring, so that a caller can show the offset whatever went wrong. It stands apart because
//! it is the list of rules in the negative: each variant is one thing that an EIF must not be.

use std::io;

use super::section::SectionKind;
use super::signature::SignatureError;

/// Why a file is not an enclave image that can be measured.
///
/// Offsets and sizes are in bytes, offsets from the beginning of the file; sections count from 0, as the header's table
/// has them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The reader failed, or ended earlier than its own length said.
    #[error("cannot read the image at offset {offset}")]
    Read {
        /// Where the failed read began.
        offset: u64,
        /// What the reader said.
        source: io::Error,
    },
    /// The file cannot even hold the header of 548 bytes.
    #[error("not an enclave image: {length} bytes are fewer than the header's 548")]
    TooShort {
        /// Length of the file.
        length: u64,
    },
    /// The first four bytes are not `.eif`.
    #[error("not an enclave image: it begins with {found:02x?}, not with `.eif`")]
    Magic {
        /// The four bytes found.
        found: [u8; 4],
    },
    /// The version is one whose rules are not known here.
    #[error("the image is of version {found} (offset 4), only 3 and 4 can be measured")]
    Version {
        /// The version found.
        found: u16,
    },
    /// The number of sections is one that no image can have.
    #[error("the header counts {found} sections (offset 26), an image has 2 to 32")]
    SectionCount {
        /// The number found.
        found: u16,
    },
    /// The header's table goes on after its last section.
    #[error("entry {index} of the header's table is not zero, but the image has {count} sections")]
    UnusedEntry {
        /// The first entry that ought to be zero.
        index: usize,
        /// The number of sections in the header.
        count: u16,
    },
    /// Bytes between two sections belong to none.
    #[error("section {index} begins at offset {found}, {} bytes after the end of what is before it", found - expected)]
    Gap {
        /// The later section.
        index: usize,
        /// Where the header's table puts it.
        found: u64,
        /// Where the section before it ends.
        expected: u64,
    },
    /// A section begins before the one in front of it has ended.
    #[error("section {index} begins at offset {found}, but what is before it ends at offset {expected}")]
    Overlap {
        /// The later section.
        index: usize,
        /// Where the header's table puts it.
        found: u64,
        /// Where the section before it ends.
        expected: u64,
    },
    /// A section goes on after the end of the file.
    #[error("section {index} at offset {offset} has {size} bytes, but the image ends at offset {length}")]
    PastEnd {
        /// The section.
        index: usize,
        /// Where its section header begins.
        offset: u64,
        /// How many bytes of data it claims.
        size: u64,
        /// Length of the file.
        length: u64,
    },
    /// The header's table and the section's own header state different sizes.
    #[error("section {index} ({kind}) at offset {offset} has {found} bytes, but the header's table says {table}{}", resigned(*kind))]
    Size {
        /// The section.
        index: usize,
        /// What it holds.
        kind: SectionKind,
        /// Where its section header begins.
        offset: u64,
        /// The size in the section's own header.
        found: u64,
        /// The size in the header's table.
        table: u64,
    },
    /// Bytes after the last section belong to none.
    #[error("{} bytes after the last section, from offset {offset} on, belong to nothing", length - offset)]
    Tail {
        /// Where the last section ends.
        offset: u64,
        /// Length of the file.
        length: u64,
    },
    /// The number of a section's type is not one of the five.
    #[error("section {index} at offset {offset} is of unknown type {found}")]
    SectionType {
        /// The section.
        index: usize,
        /// Where its section header begins.
        offset: u64,
        /// The number found.
        found: u16,
    },
    /// A section that every image of its version needs is not there.
    #[error("the image has no {kind} section")]
    Missing {
        /// What is missing.
        kind: SectionKind,
    },
    /// A section that can be there once is there twice, so that readers may differ about which one counts.
    #[error("section {index} at offset {offset} is a second {kind} section")]
    Repeated {
        /// The second one.
        index: usize,
        /// What it holds.
        kind: SectionKind,
        /// Where its section header begins.
        offset: u64,
    },
    /// A section that is read into memory is larger than any honest one.
    #[error("the {kind} section at offset {offset} has {size} bytes, more than {limit}")]
    TooLarge {
        /// What it holds.
        kind: SectionKind,
        /// Where its section header begins.
        offset: u64,
        /// Its size.
        size: u64,
        /// The largest size that is read.
        limit: u64,
    },
    /// The metadata is not the JSON that nitro-cli writes.
    #[error("the metadata section at offset {offset} is not the JSON of an enclave image")]
    Metadata {
        /// Where its section header begins.
        offset: u64,
        /// What is wrong with the JSON.
        source: serde_json::Error,
    },
    /// The system gave no thread to measure with.
    #[error("cannot start a thread to measure with")]
    Thread {
        /// What the system said.
        source: io::Error,
    },
    /// The signature section cannot be read; whether its signature is *valid* is another question, asked later.
    #[error("the signature section at offset {offset} cannot be read")]
    Signature {
        /// Where its section header begins.
        offset: u64,
        /// What is wrong with it.
        source: SignatureError,
    },
}

/// Says where a wrong size of a signature comes from: nitro-cli's `sign-eif` replaces a signature without putting the new
/// size into the header's table (seen in `aws-nitro-enclaves-image-format` 0.8.1).
fn resigned(kind: SectionKind) -> &'static str {
    match kind {
        SectionKind::Signature => "; `nitro-cli sign-eif` leaves this behind on an image that was signed before",
        _ => "",
    }
}
