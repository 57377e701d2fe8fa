//! Documents that were read and nothing more. The name of the type says so, because the likeliest mistake around
//! attestation is to take what is written for what is true.

use minicbor::decode::Error;
use thiserror::Error as ThisError;

use super::{Algorithm, Claims, StatedCertificate};
use crate::{
    cbor::{self, Form},
    cose::{Sign1, Strictness},
};

/// The largest document that is read, in bytes. A Nitro Secure Module answers with at most 12,288.
pub const MAXIMUM_SIZE: usize = 16 * 1024;

/// CBOR's major types, the upper three bits of an item's first byte, of an array and of a tag (RFC 8949, section 3.1).
const MAJOR_ARRAY: u8 = 4;
const MAJOR_TAG: u8 = 6;

/// An attestation document that was decoded. Nothing it says is proven: anybody can write one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedDocument {
    claims: Claims,
    algorithm: Algorithm,
    signature: Vec<u8>,
    signed_bytes: Vec<u8>,
}

/// Why bytes are not an attestation document.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are more than any document has.
    #[error("{0} bytes are too many for an attestation document, which has at most {MAXIMUM_SIZE}")]
    TooLarge(usize),
    /// The bytes begin as no document does: with neither an array nor a tag; with nothing if there are no bytes.
    #[error("{}", beginning(*.0))]
    Beginning(Option<u8>),
    /// The bytes are not CBOR, or not in its one strict form.
    #[error("the {part} is not strict CBOR: it has {found}")]
    NotStrict {
        /// `envelope` or `payload`.
        part: &'static str,
        /// What was found instead, and at which byte of the part.
        found: String,
    },
    /// The bytes are CBOR in another shape than a document's.
    #[error("the {part} is not that of an attestation document: {problem}")]
    Shape {
        /// `envelope` or `payload`.
        part: &'static str,
        /// What was met instead, and where.
        problem: String,
    },
}

impl UnverifiedDocument {
    /// Reads a document: a `COSE_Sign1`, tagged or not, at most [`MAXIMUM_SIZE`] bytes.
    ///
    /// # Errors
    ///
    /// If there are more bytes, or if they are not strict CBOR (definite lengths, but for the map that is the payload;
    /// shortest integers, no duplicate keys, valid UTF-8, nothing after the end; any order of keys) of a document's shape.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > MAXIMUM_SIZE {
            return Err(DecodeError::TooLarge(bytes.len()));
        }
        let first = bytes.first().copied();
        if !first.is_some_and(|byte| matches!(byte >> 5, MAJOR_ARRAY | MAJOR_TAG)) {
            return Err(DecodeError::Beginning(first));
        }
        let envelope = strict(bytes, "envelope", Form::Definite, |bytes| Sign1::decode(bytes, Strictness::Document))?;
        let claims = strict(envelope.payload, "payload", Form::OuterMapOfAnyLength, Claims::decode)?;
        Ok(Self {
            claims,
            algorithm: envelope.algorithm,
            signature: envelope.signature.to_vec(),
            signed_bytes: envelope.signed_bytes(),
        })
    }

    /// Gives what the document says, unproven.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Gives the algorithm that the document says it is signed with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Says whether an emulator made the document: QEMU's `nitro-enclave` machine writes all of a document but signs
    /// nothing, and puts zeros where certificates and signature belong.
    #[must_use]
    pub fn is_emulated(&self) -> bool {
        let is_blank = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
        self.algorithm == Algorithm::UNSIGNED || is_blank(&self.signature) || is_blank(&self.claims.certificate)
    }

    /// Gives what the certificates state, unproven: those of the bundle, the root first, and then the leaf. None stands for
    /// bytes that are no certificate as Nitro uses them.
    #[must_use]
    pub fn certificates(&self) -> Vec<Option<StatedCertificate>> {
        let all = self.claims.cabundle.iter().chain([&self.claims.certificate]);
        all.map(|der| StatedCertificate::read(der)).collect()
    }

    /// Gives the signature: r and s, 48 bytes each, in a document that is signed.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Gives the bytes that the signature is over.
    pub(super) fn signed_bytes(&self) -> &[u8] {
        &self.signed_bytes
    }

    /// Drops what was only needed to verify.
    pub(super) fn into_claims(self) -> Claims {
        self.claims
    }
}

fn beginning(first: Option<u8>) -> String {
    match first {
        None => "there are no bytes".to_owned(),
        Some(byte) => format!("the first byte is {byte:#04x}, and a document begins with 0x84 or, tagged, with 0xd2"),
    }
}

fn strict<'a, T>(
    bytes: &'a [u8],
    part: &'static str,
    form: Form,
    decode: impl FnOnce(&'a [u8]) -> Result<T, Error>,
) -> Result<T, DecodeError> {
    cbor::require_strict(bytes, form).map_err(|found| DecodeError::NotStrict { part, found: found.to_string() })?;
    decode(bytes).map_err(|error| {
        let text = error.to_string();
        let problem = text.strip_prefix("decode error: ").unwrap_or(&text).to_owned();
        DecodeError::Shape { part, problem }
    })
}
