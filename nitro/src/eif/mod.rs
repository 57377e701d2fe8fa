//! Enclave image files (EIF): what is in one, what Nitro will measure of it, and what makes two of them differ.
//!
//! An image is a header of 548 bytes and up to 32 sections: kernel, command line, ramdisks, metadata, and a signature.
//! Nitro measures them into four registers:
//!
//! | register | over the data, in the order of the file, of |
//! | --- | --- |
//! | PCR0 | every kernel, command line and ramdisk |
//! | PCR1 | every kernel and command line, and the first ramdisk |
//! | PCR2 | every ramdisk but the first |
//! | PCR8 | the certificate that signed the image, in DER |
//!
//! [`SectionKind::registers`] says it in code. Each is SHA-384 over 48 zero bytes and the SHA-384 of that data. Sources: AWS's crate
//! `aws-nitro-enclaves-image-format`, with which nitro-cli writes images, and
//! <https://docs.aws.amazon.com/enclaves/latest/user/set-up-attestation.html>.
//!
//! AWS's reader believes what it finds section by section and ignores the header's table. Here the two must agree and
//! leave no byte of the file unexplained, so that an image which is accepted means the same to every reader.
//!
//! An [`Image`] is read from anything that can seek, in bounded memory whatever its size: at most 256 KiB of metadata
//! and 32 KiB of signature are held, the rest passes through blocks.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let file = std::io::Cursor::new(include_bytes!("../../tests/eif/data/plain.eif"));
//! use nitro::eif::Image;
//!
//! let mut image = Image::open(file)?;
//! let measured = image.measure(|_bytes_done| {})?;
//! assert!(measured.is_intact());
//! println!("{}", measured.measurements.pcr0);
//! # Ok(())
//! # }
//! ```

mod certificate;
pub mod diff;
mod error;
mod header;
mod image;
mod layout;
mod measure;
mod metadata;
mod section;
mod signature;

pub use certificate::{SignatureAlgorithm, SigningCertificate};
pub use error::Error;
pub use header::{Architecture, HEADER_SIZE, Header, MAX_SECTIONS};
pub use image::Image;
pub use measure::Measured;
pub use metadata::{BuildMetadata, MAX_METADATA, Metadata};
pub use section::{SECTION_HEADER_SIZE, Section, SectionKind, numbered};
pub use signature::{MAX_SIGNATURE, Signature, SignatureEntry, SignatureError};
