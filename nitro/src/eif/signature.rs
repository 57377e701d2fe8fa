//! The signature section: a CBOR list of certificates, each with its signature of a PCR.
//!
//! Reading it and checking it are two things: an image with a wrong signature still has its PCRs, and someone may wish to
//! see them. Source of the format: `PcrSignature` and `PcrInfo` in AWS's `aws-nitro-enclaves-image-format`, whose bytes
//! are arrays of numbers in CBOR (major type 4), not byte strings; both are read.

use aws_lc_rs::signature::UnparsedPublicKey;
use minicbor::data::Type;
use minicbor::decode::Error as CborError;
use minicbor::{Decoder, Encoder};

use super::certificate::{SignatureAlgorithm, SigningCertificate, SigningKey};
use crate::cbor;
use crate::cose::{Sign1, Strictness};
use crate::pcr::Pcr;

/// The largest signature section, in bytes: what AWS accepts.
pub const MAX_SIGNATURE: u64 = 32_768;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a signature section cannot be read, or why one of its signatures proves nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The section, a signature in it, or what that signature is over, is not the CBOR it should be.
    #[error("the {what} is not the CBOR it should be")]
    Cbor {
        /// What was being read.
        what: &'static str,
        /// What the decoder says.
        source: Source,
    },
    /// The list of signatures has no entry.
    #[error("the list of signatures is empty")]
    Empty,
    /// There is no certificate in PEM where one should be.
    #[error("the signing certificate is not in PEM form")]
    Pem {
        /// What is wrong with the text.
        source: Source,
    },
    /// The certificate is not X.509.
    #[error("the signing certificate is not X.509")]
    Certificate {
        /// What is wrong with its DER.
        source: Source,
    },
    /// Bytes follow the certificate that do not belong to it.
    #[error("{length} bytes follow the signing certificate and belong to nothing")]
    CertificateTail {
        /// How many bytes.
        length: usize,
    },
    /// The certificate's key is not on P-256, P-384 or P-521, the only curves that AWS signs images with.
    #[error("the signing certificate's key is of a kind that images are not signed with")]
    UnsupportedKey,
    /// The signature names another algorithm than the one that belongs to the certificate's key.
    #[error("the signature is made for COSE algorithm {found}, the signing certificate's key for {expected}")]
    Algorithm {
        /// COSE's number in the signature's protected header.
        found: i64,
        /// COSE's number for the key.
        expected: i64,
    },
    /// The signature was not made with the certificate's key, or not over this content.
    #[error("the signature was not made by the signing certificate's key")]
    Forged,
    /// The signature is genuine, but what it signs is not PCR0 of this image.
    #[error("the signature is genuine, but signs something else than this image's PCR0")]
    OtherImage,
}

/// The signature section of an image: at least one certificate, with its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    first: SignatureEntry,
    others: Vec<SignatureEntry>,
}

/// A certificate and the signature that is said to be made with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureEntry {
    certificate: SigningCertificate,
    cose: Vec<u8>,
}

impl Signature {
    /// Reads the data of a signature section, at most [`MAX_SIGNATURE`] bytes of it.
    pub(super) fn parse(data: &[u8]) -> Result<Self, SignatureError> {
        let not_cbor = |source| not_cbor("signature section", source);
        let mut decoder = Decoder::new(data);
        let count = cbor::array(&mut decoder).map_err(not_cbor)?;
        let mut entries = Vec::new();
        for _ in 0..count {
            let (certificate, cose) = entry(&mut decoder).map_err(not_cbor)?;
            entries.push(SignatureEntry { certificate: SigningCertificate::from_pem(&certificate)?, cose });
        }
        cbor::end(&decoder).map_err(not_cbor)?;
        let mut entries = entries.into_iter();
        let first = entries.next().ok_or(SignatureError::Empty)?;
        Ok(Self { first, others: entries.collect() })
    }

    /// The entries in the order of the file, at least one.
    pub fn entries(&self) -> impl Iterator<Item = &SignatureEntry> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The entry that counts: nitro-cli checks this one only, and PCR8 is taken from its certificate.
    #[must_use]
    pub fn first(&self) -> &SignatureEntry {
        &self.first
    }
}

impl SignatureEntry {
    /// The certificate, as it is: neither its validity nor its issuer has been checked.
    #[must_use]
    pub fn certificate(&self) -> &SigningCertificate {
        &self.certificate
    }

    /// Checks that the certificate's key signed this PCR0, and says by which algorithm.
    ///
    /// The time is not looked at ([`SigningCertificate::is_valid_at`]), and neither is who issued the certificate: PCR8,
    /// which is its hash, is what stands for the signer.
    ///
    /// # Errors
    ///
    /// The signature is no `COSE_Sign1` that AWS's signer could have made, is not by that key, or is over another value
    /// than the CBOR of `{register_index: 0, register_value: PCR0}`.
    pub fn verify(&self, pcr0: &Pcr) -> Result<SignatureAlgorithm, SignatureError> {
        let key = self.certificate.key().ok_or(SignatureError::UnsupportedKey)?;
        let signed = Sign1::decode(&self.cose, Strictness::Image).map_err(|source| not_cbor("signature", source))?;
        require_signed(&signed, key)?;
        if signed.payload == register_content(pcr0) { Ok(key.algorithm) } else { Err(SignatureError::OtherImage) }
    }
}

/// Checks that the key made the signature, by the algorithm that belongs to it.
fn require_signed(signed: &Sign1<'_>, key: &SigningKey) -> Result<(), SignatureError> {
    let (found, expected) = (signed.algorithm.0, key.algorithm.cose_number());
    if found != expected {
        return Err(SignatureError::Algorithm { found, expected });
    }
    UnparsedPublicKey::new(key.algorithm.verifier(), &key.point)
        .verify(&signed.signed_bytes(), signed.signature)
        .map_err(|_| SignatureError::Forged)
}

/// The bytes that AWS's signer signs for PCR0; its checker compares them as bytes, so there is one form only.
fn register_content(pcr0: &Pcr) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes);
    let written = (|| {
        encoder.map(2)?.str("register_index")?.u8(0)?.str("register_value")?;
        encoder.array(Pcr::SIZE as u64)?;
        for &byte in pcr0.as_bytes() {
            encoder.u8(byte)?;
        }
        Ok::<_, minicbor::encode::Error<_>>(())
    })();
    written.expect("a vector takes every byte");
    bytes
}

fn entry(decoder: &mut Decoder<'_>) -> Result<(Vec<u8>, Vec<u8>), CborError> {
    let (mut certificate, mut signature) = (None, None);
    for _ in 0..cbor::map(decoder)? {
        let slot = match decoder.str()? {
            "signing_certificate" => &mut certificate,
            "signature" => &mut signature,
            other => return Err(CborError::message(format!("unknown key `{}`", other.escape_debug()))),
        };
        if slot.replace(bytes(decoder)?).is_some() {
            return Err(CborError::message("the same key twice").at(decoder.position()));
        }
    }
    match (certificate, signature) {
        (Some(certificate), Some(signature)) => Ok((certificate, signature)),
        _ => Err(CborError::message("a key is missing").at(decoder.position())),
    }
}

/// Reads bytes, in the one form or the other. A length that lies makes no difference: it reserves nothing.
fn bytes(decoder: &mut Decoder<'_>) -> Result<Vec<u8>, CborError> {
    if decoder.datatype()? == Type::Bytes {
        return decoder.bytes().map(<[u8]>::to_vec);
    }
    let count = cbor::array(decoder)?;
    (0..count).map(|_| decoder.u8()).collect()
}

fn not_cbor(what: &'static str, source: CborError) -> SignatureError {
    SignatureError::Cbor { what, source: source.into() }
}
