//! A certificate as its bytes state it, for people to look at. Apart from the certificate that the chain is made of, because
//! nothing is decided here: what verification demands of certificates is not this file's business.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use serde::Serialize;

use super::{Timestamp, certificate::Certificate};

/// What a certificate of an unverified document states. Whoever made the document can have written anything here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatedCertificate {
    /// The subject's common name, made safe to print.
    pub subject: String,
    /// The issuer's common name, made safe to print.
    pub issuer: String,
    /// The first second of its validity.
    pub not_before: Timestamp,
    /// The last second of its validity.
    pub not_after: Timestamp,
    /// The SHA-256 of its DER in lower-case hexadecimal.
    pub sha256: String,
}

impl StatedCertificate {
    /// Reads a certificate; none if the bytes could not stand in a chain of Nitro's anyway, or if it is older than 1970.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::parse(der).ok()?;
        let validity = certificate.validity();
        let time = |seconds: i64| Some(Timestamp::from_milliseconds(u64::try_from(seconds).ok()?.checked_mul(1000)?));
        Some(Self {
            subject: certificate.common_name(),
            issuer: certificate.issuer_name(),
            not_before: time(validity.from)?,
            not_after: time(validity.through)?,
            sha256: HEXLOWER.encode(digest(&SHA256, der).as_ref()),
        })
    }
}
