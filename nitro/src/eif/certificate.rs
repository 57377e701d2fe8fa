//! The certificate an image was signed with: whose it is, for how long, and the key in it.
//!
//! nitro-cli checks no chain here, and neither does this: the certificate counts by itself, because PCR8 is its hash.
//! What is decided is only what its bytes say.

use std::io::Cursor;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, EcdsaVerificationAlgorithm,
};
use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521};
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use super::signature::SignatureError;
use crate::pcr::Pcr;

/// A signing certificate as its bytes state it; nobody is asked whether it deserves trust.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningCertificate {
    der: Vec<u8>,
    subject: String,
    issuer: String,
    not_before: i64,
    not_after: i64,
    key: Option<SigningKey>,
}

/// A public key of a kind that AWS's signer can use, with its point as X9.62 has it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SigningKey {
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) point: Vec<u8>,
}

/// How a signature of an image is made, which follows from the curve of the key (source: RFC 9053, section 2.1, and
/// `aws-nitro-enclaves-cose`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ECDSA on P-256 with SHA-256, COSE's −7.
    Es256,
    /// ECDSA on P-384 with SHA-384, COSE's −35. What nitro-cli's documentation uses.
    Es384,
    /// ECDSA on P-521 with SHA-512, COSE's −36.
    Es512,
}

impl SignatureAlgorithm {
    /// The number that stands for it in a COSE header.
    #[must_use]
    pub fn cose_number(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::Es384 => -35,
            Self::Es512 => -36,
        }
    }

    pub(super) fn verifier(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::Es256 => &ECDSA_P256_SHA256_FIXED,
            Self::Es384 => &ECDSA_P384_SHA384_FIXED,
            Self::Es512 => &ECDSA_P521_SHA512_FIXED,
        }
    }
}

impl SigningCertificate {
    /// Reads the first certificate of a PEM text, as OpenSSL does: blocks of other kinds before it are passed over.
    pub(super) fn from_pem(text: &[u8]) -> Result<Self, SignatureError> {
        let mut blocks = Cursor::new(text);
        loop {
            let (block, _) = Pem::read(&mut blocks).map_err(|source| SignatureError::Pem { source: source.into() })?;
            if matches!(block.label.as_str(), "CERTIFICATE" | "X509 CERTIFICATE") {
                return Self::from_der(block.contents);
            }
        }
    }

    fn from_der(der: Vec<u8>) -> Result<Self, SignatureError> {
        let (rest, certificate) =
            X509Certificate::from_der(&der).map_err(|source| SignatureError::Certificate { source: source.into() })?;
        if !rest.is_empty() {
            return Err(SignatureError::CertificateTail { length: rest.len() });
        }
        let validity = certificate.validity();
        Ok(Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            not_before: validity.not_before.timestamp(),
            not_after: validity.not_after.timestamp(),
            key: signing_key(certificate.public_key()),
            der,
        })
    }

    /// The certificate in DER, which is what PCR8 is taken from.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whose key it certifies, a distinguished name such as `CN=signer, O=Example`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Who says so, a distinguished name.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The first second of its validity, counted from 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn not_before(&self) -> i64 {
        self.not_before
    }

    /// The last second of its validity, counted from 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        self.not_after
    }

    /// Whether it is valid at a time, given in seconds since 1970-01-01T00:00:00Z. nitro-cli starts no enclave from an
    /// image whose certificate is not.
    #[must_use]
    pub fn is_valid_at(&self, time: i64) -> bool {
        (self.not_before..=self.not_after).contains(&time)
    }

    /// How signatures by its key are made; `None` for a key that AWS's signer cannot use, such as RSA.
    #[must_use]
    pub fn algorithm(&self) -> Option<SignatureAlgorithm> {
        self.key.as_ref().map(|key| key.algorithm)
    }

    /// PCR8 of an enclave whose image this certificate signed first.
    #[must_use]
    pub fn pcr8(&self) -> Pcr {
        Pcr::of_content(&self.der)
    }

    pub(super) fn key(&self) -> Option<&SigningKey> {
        self.key.as_ref()
    }
}

impl std::fmt::Debug for SigningCertificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SigningCertificate")
            .field("subject", &self.subject)
            .field("issuer", &self.issuer)
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

fn signing_key(info: &SubjectPublicKeyInfo<'_>) -> Option<SigningKey> {
    if info.algorithm.algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY {
        return None;
    }
    let curve = info.algorithm.parameters.as_ref()?.as_oid().ok()?;
    let algorithm = if curve == OID_EC_P256 {
        SignatureAlgorithm::Es256
    } else if curve == OID_NIST_EC_P384 {
        SignatureAlgorithm::Es384
    } else if curve == OID_NIST_EC_P521 {
        SignatureAlgorithm::Es512
    } else {
        return None;
    };
    Some(SigningKey { algorithm, point: info.subject_public_key.data.to_vec() })
}
