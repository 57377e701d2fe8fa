//! The certificate that everything hangs from. Apart from the chain, because which root is trusted is the caller's
//! decision and the rest of the chain is not.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use serde::Serialize;
use thiserror::Error;

use super::certificate::{Certificate, CertificateError};

/// AWS's root for the commercial partition, DER; valid from 2019-10-28 to 2049-10-28. It is the first certificate of every
/// genuine document's bundle, and the content of
/// <https://aws-nitro-enclaves.amazonaws.com/AWS_NitroEnclaves_Root-G1.zip>.
const AWS: &[u8] = include_bytes!("aws-nitro-enclaves-root.der");

/// A certificate that is trusted because the caller says so: the root of a chain.
///
/// The default is AWS's own, compiled in. Serde prints its name, the SHA-256 of its DER, and whether it is AWS's.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Root {
    name: String,
    sha256: String,
    is_aws: bool,
    #[serde(skip)]
    der: Vec<u8>,
}

/// Why a certificate cannot be the root of a chain.
#[derive(Debug, Error)]
#[error("the root certificate `{name}` cannot be used")]
pub struct RootError {
    name: String,
    source: CertificateError,
}

impl Root {
    /// Gives the root of AWS Nitro Enclaves, `CN=aws.nitro-enclaves`.
    #[must_use]
    pub fn aws() -> Self {
        Self::new("AWS Nitro Enclaves", AWS)
    }

    /// Takes another root: that of another AWS partition, or of a test. Every report shows it under this name.
    ///
    /// # Errors
    ///
    /// If the bytes are not the DER of one P-384 certificate.
    pub fn other(name: &str, der: &[u8]) -> Result<Self, RootError> {
        Certificate::parse(der).map_err(|source| RootError { name: name.to_owned(), source })?;
        Ok(Self::new(name, der))
    }

    /// Describes a certificate that stands in a root's place and that nobody trusts.
    pub(super) fn unknown(der: &[u8]) -> Self {
        let name = Certificate::parse(der).map_or_else(|error| error.to_string(), |parsed| parsed.common_name());
        Self::new(&name, der)
    }

    fn new(name: &str, der: &[u8]) -> Self {
        let sha256 = HEXLOWER.encode(digest(&SHA256, der).as_ref());
        Self { name: name.to_owned(), sha256, is_aws: der == AWS, der: der.to_vec() }
    }

    /// Gives the name under which reports show it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives the SHA-256 of the certificate's DER in lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Says whether this is AWS's own root, by content and not by name.
    #[must_use]
    pub fn is_aws(&self) -> bool {
        self.is_aws
    }

    /// Says whether these bytes are this root.
    pub(super) fn is(&self, der: &[u8]) -> bool {
        self.der == der
    }
}

impl fmt::Display for Root {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (SHA-256 {})", self.name.escape_debug(), self.sha256)
    }
}

impl fmt::Debug for Root {
    /// Leaves away the DER, which the hash stands for.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Root").field(&self.name).field(&self.sha256).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AWS publishes this fingerprint of the DER beside the root; that of the ZIP around it is another.
    #[test]
    fn the_compiled_in_root_is_awss() {
        let root = Root::aws();
        assert_eq!(root.sha256(), "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b");
        assert!(root.is_aws());
        let certificate = Certificate::parse(AWS).unwrap();
        assert_eq!(certificate.common_name(), "aws.nitro-enclaves");
        assert!(certificate.authority.is_some() && certificate.may_sign_certificates);
    }

    #[test]
    fn another_root_is_what_it_is_whatever_its_name() {
        assert!(Root::other("mine", AWS).unwrap().is_aws());
        assert!(Root::other("AWS Nitro Enclaves", &AWS[1..]).is_err());
        let trailing = [AWS, &[0]].concat();
        assert!(Root::other("AWS Nitro Enclaves", &trailing).is_err());
    }
}
