//! One certificate: its facts, and the demands it must meet alone. What certificates must be to each other is the chain's
//! business.
//!
//! The structure is read by x509-parser, signatures are checked by aws-lc. Only the two extensions that decide something
//! are looked into; any other is skipped, or refused if it is critical, as RFC 5280, section 4.2, demands.

use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_FIXED, UnparsedPublicKey, VerificationAlgorithm};
use thiserror::Error;
use x509_parser::{
    certificate::{X509Certificate, X509CertificateParser},
    extensions::{BasicConstraints, KeyUsage, X509Extension},
    nom::Parser,
    oid_registry::{
        OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_SIG_ECDSA_WITH_SHA384, OID_X509_EXT_BASIC_CONSTRAINTS,
        OID_X509_EXT_KEY_USAGE, Oid,
    },
    prelude::FromDer,
    time::ASN1Time,
    x509::{AlgorithmIdentifier, X509Version},
};

use super::Timestamp;

/// The bytes of an uncompressed point on P-384: a mark and two coordinates.
const POINT_SIZE: usize = 97;

/// The mark of an uncompressed point (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// A certificate whose structure is sound: version 3, a P-384 key, said to be signed with ECDSA and SHA-384, and without
/// a critical extension that is not understood here.
#[derive(Debug)]
pub(super) struct Certificate<'a> {
    parsed: X509Certificate<'a>,
    /// That it is a certificate authority, by its basic constraints.
    pub(super) authority: Option<Authority>,
    /// That its key usage has `keyCertSign`.
    pub(super) may_sign_certificates: bool,
    /// That its key usage has `digitalSignature`.
    pub(super) may_sign_documents: bool,
}

/// What the basic constraints of an authority limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Authority {
    /// How many authorities may stand between it and a leaf; no limit if none is given.
    pub(super) path_length: Option<u32>,
}

/// Why a certificate cannot stand in a chain.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum CertificateError {
    #[error("it is not the DER of one certificate")]
    NotDer,
    #[error("it is not of version 3")]
    Version,
    #[error("it is not signed with ECDSA and SHA-384")]
    Algorithm,
    #[error("its key is not on P-384")]
    Key,
    #[error("extension {0} stands twice")]
    DuplicateExtension(String),
    #[error("extension {0} is malformed")]
    MalformedExtension(String),
    #[error("the critical extension {0} is not known")]
    UnknownCriticalExtension(String),
}

impl<'a> Certificate<'a> {
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
        let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
        let (rest, parsed) = parser.parse(der).map_err(|_| CertificateError::NotDer)?;
        if !rest.is_empty() {
            return Err(CertificateError::NotDer);
        }
        if parsed.version() != X509Version::V3 {
            return Err(CertificateError::Version);
        }
        require_es384(&parsed)?;
        require_p384(&parsed)?;
        let mut certificate = Self { parsed, authority: None, may_sign_certificates: false, may_sign_documents: false };
        certificate.read_extensions()?;
        Ok(certificate)
    }

    fn read_extensions(&mut self) -> Result<(), CertificateError> {
        let mut constraints = None;
        let mut usage = None;
        for extension in self.parsed.extensions() {
            if extension.oid == OID_X509_EXT_BASIC_CONSTRAINTS {
                read_once::<BasicConstraints>(extension, &mut constraints)?;
            } else if extension.oid == OID_X509_EXT_KEY_USAGE {
                read_once::<KeyUsage>(extension, &mut usage)?;
            } else if extension.critical {
                return Err(CertificateError::UnknownCriticalExtension(extension.oid.to_id_string()));
            }
        }
        if let Some(BasicConstraints { ca: true, path_len_constraint }) = constraints {
            self.authority = Some(Authority { path_length: path_len_constraint });
        }
        self.may_sign_certificates = usage.as_ref().is_some_and(KeyUsage::key_cert_sign);
        self.may_sign_documents = usage.as_ref().is_some_and(KeyUsage::digital_signature);
        Ok(())
    }

    /// Says whether the issuer that this certificate names is the subject of the other, byte for byte.
    pub(super) fn names_as_issuer(&self, issuer: &Certificate<'_>) -> bool {
        self.parsed.issuer().as_raw() == issuer.parsed.subject().as_raw()
    }

    /// Says whether the key of the other signed this certificate.
    pub(super) fn is_signed_by(&self, issuer: &Certificate<'_>) -> bool {
        let signature = &self.parsed.signature_value;
        let signed = self.parsed.tbs_certificate.as_ref();
        signature.unused_bits == 0 && issuer.verify(&ECDSA_P384_SHA384_ASN1, signed, &signature.data)
    }

    /// Says whether the key of this certificate signed the bytes; the signature is r and s, 48 bytes each.
    pub(super) fn signed_document(&self, signed: &[u8], signature: &[u8]) -> bool {
        self.verify(&ECDSA_P384_SHA384_FIXED, signed, signature)
    }

    fn verify(&self, algorithm: &'static dyn VerificationAlgorithm, signed: &[u8], signature: &[u8]) -> bool {
        let point = &self.parsed.public_key().subject_public_key.data;
        UnparsedPublicKey::new(algorithm, point).verify(signed, signature).is_ok()
    }

    /// Gives the seconds since 1970 from and through which the certificate is valid.
    pub(super) fn validity(&self) -> Validity {
        let validity = self.parsed.validity();
        Validity { from: seconds(validity.not_before), through: seconds(validity.not_after) }
    }

    /// Gives the subject's common name, made safe to print.
    pub(super) fn common_name(&self) -> String {
        let name = self.parsed.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
        name.unwrap_or("no common name").escape_debug().to_string()
    }
}

/// Refuses a certificate unless both of its two fields name ECDSA with SHA-384, without parameters (RFC 5758, section 3.2).
fn require_es384(certificate: &X509Certificate<'_>) -> Result<(), CertificateError> {
    let is_es384 = |algorithm: &AlgorithmIdentifier<'_>| {
        algorithm.algorithm == OID_SIG_ECDSA_WITH_SHA384 && algorithm.parameters.is_none()
    };
    let both = is_es384(&certificate.signature_algorithm) && is_es384(&certificate.tbs_certificate.signature);
    if both { Ok(()) } else { Err(CertificateError::Algorithm) }
}

/// Refuses a key unless it is an uncompressed point said to be on P-384; that it is on the curve, aws-lc checks at use.
fn require_p384(certificate: &X509Certificate<'_>) -> Result<(), CertificateError> {
    let key = certificate.public_key();
    let curve: Option<Oid<'_>> = key.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
    let point = &key.subject_public_key;
    let is_p384 = key.algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY && curve == Some(OID_NIST_EC_P384);
    let is_point =
        point.unused_bits == 0 && point.data.len() == POINT_SIZE && point.data.first() == Some(&UNCOMPRESSED);
    if is_p384 && is_point { Ok(()) } else { Err(CertificateError::Key) }
}

fn read_once<'a, T: FromDer<'a, x509_parser::error::X509Error>>(
    extension: &X509Extension<'a>,
    found: &mut Option<T>,
) -> Result<(), CertificateError> {
    match T::from_der(extension.value) {
        Ok((&[], _)) if found.is_some() => Err(CertificateError::DuplicateExtension(extension.oid.to_id_string())),
        Ok((&[], value)) => {
            *found = Some(value);
            Ok(())
        }
        _ => Err(CertificateError::MalformedExtension(extension.oid.to_id_string())),
    }
}

/// The seconds since 1970 from and through which a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) from: i64,
    pub(super) through: i64,
}

impl Validity {
    /// Says whether the time lies within; both ends do.
    pub(super) fn contains(&self, time: Timestamp) -> bool {
        let milliseconds = i128::from(time.as_milliseconds());
        (i128::from(self.from) * 1000..=i128::from(self.through) * 1000).contains(&milliseconds)
    }

    /// Gives the time in which both are valid.
    pub(super) fn and(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), through: self.through.min(other.through) }
    }
}

impl std::fmt::Display for Validity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let date = |seconds| {
            let date = jiff::Timestamp::from_second(seconds).map(|date| date.to_string());
            date.unwrap_or_else(|_| format!("{seconds} s"))
        };
        write!(formatter, "{} to {}", date(self.from), date(self.through))
    }
}

fn seconds(time: ASN1Time) -> i64 {
    time.timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &[u8] = include_bytes!("aws-nitro-enclaves-root.der");

    /// Replaces some bytes, which stand there once.
    fn patched(from: &[u8], to: &[u8]) -> Vec<u8> {
        let at: Vec<usize> = (0..ROOT.len() - from.len()).filter(|at| ROOT[*at..].starts_with(from)).collect();
        assert_eq!(at.len(), 1, "{from:x?}");
        let mut der = ROOT.to_vec();
        der[at[0]..at[0] + from.len()].copy_from_slice(to);
        der
    }

    #[test]
    fn the_root_signed_itself() {
        let root = Certificate::parse(ROOT).unwrap();
        assert!(root.names_as_issuer(&root) && root.is_signed_by(&root));
    }

    #[test]
    fn another_version_curve_or_point_is_refused() {
        let refused = |from: &[u8], to: &[u8]| Certificate::parse(&patched(from, to)).map(|_| ()).unwrap_err();
        assert_eq!(refused(&[0xa0, 3, 2, 1, 2], &[0xa0, 3, 2, 1, 1]), CertificateError::Version);
        // secp521r1 for secp384r1, a compressed point, bits that are not used, an RSA key.
        let curve = [6, 5, 0x2b, 0x81, 4, 0, 0x22];
        assert_eq!(refused(&curve, &[6, 5, 0x2b, 0x81, 4, 0, 0x23]), CertificateError::Key);
        let point = [3, 0x62, 0, 4];
        assert_eq!(refused(&point, &[3, 0x62, 0, 2]), CertificateError::Key);
        assert_eq!(refused(&point, &[3, 0x62, 1, 4]), CertificateError::Key);
        let kind = [6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
        assert_eq!(refused(&kind, &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 2]), CertificateError::Key);
    }

    #[test]
    fn a_signature_that_is_not_whole_bytes_is_none() {
        let root = Certificate::parse(ROOT).unwrap();
        let der = patched(&[3, 0x69, 0, 0x30, 0x66], &[3, 0x69, 1, 0x30, 0x66]);
        assert!(!Certificate::parse(&der).is_ok_and(|certificate| certificate.is_signed_by(&root)));
    }

    #[test]
    fn both_ends_of_the_validity_lie_within() {
        let validity = Validity { from: 10, through: 20 };
        let contains = |milliseconds| validity.contains(Timestamp::from_milliseconds(milliseconds));
        assert!(!contains(9_999) && contains(10_000) && contains(20_000) && !contains(20_001));
        let ancient = Validity { from: i64::MIN, through: i64::MAX };
        assert!(ancient.contains(Timestamp::from_milliseconds(0)));
        assert_eq!(validity.and(Validity { from: 15, through: 30 }), Validity { from: 15, through: 20 });
    }
}
