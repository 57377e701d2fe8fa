//! Which certificate authorities are believed: those of the system, or those of a file that AWS's own settings name.
//!
//! The SDK's HTTP client reads the system's store by itself, and panics where it is empty or where a file is not what it
//! expects. Here the certificates are read first, when TLS is spoken for the first time, and what is wrong is an error.

use std::path::{Path, PathBuf};

use aws_smithy_http_client::tls::TrustStore;
use data_encoding::BASE64;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};

/// Where the certificates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The system's store, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
    System,
    /// The file that `AWS_CA_BUNDLE` or a profile's `ca_bundle` names; nothing else is believed then, as with the AWS CLI.
    Bundle(PathBuf),
}

/// Why no certificate authority is believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TrustError {
    #[error("this machine has no CA certificates")]
    None,
    #[error("cannot read the CA certificates in `{}`: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("`{}` holds no CA certificate in PEM form", .0.display())]
    Empty(PathBuf),
}

impl Trust {
    /// Reads the certificates; at least one of them can be used.
    pub(super) fn store(&self) -> Result<TrustStore, TrustError> {
        let certificates = match self {
            // What the system has besides, such as a file without a certificate, says nothing.
            Self::System => rustls_native_certs::load_native_certs().certs,
            Self::Bundle(path) => read(path)?,
        };
        let usable: Vec<_> = certificates.into_iter().filter(is_usable).collect();
        match self {
            _ if !usable.is_empty() => Ok(TrustStore::empty().with_pem_certificate(in_pem(&usable))),
            Self::System => Err(TrustError::None),
            Self::Bundle(path) => Err(TrustError::Empty(path.clone())),
        }
    }
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let failed = |reason: String| TrustError::Unreadable { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    CertificateDer::pem_slice_iter(&bytes).collect::<Result<_, pem::Error>>().map_err(|error| failed(error.to_string()))
}

/// The SDK's client panics at a certificate that its TLS library does not take.
fn is_usable(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

/// The one form that the SDK's client takes.
fn in_pem(certificates: &[CertificateDer<'static>]) -> String {
    let mut text = String::new();
    for certificate in certificates {
        let body = BASE64.encode(certificate);
        text += &format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority() -> String {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        parameters.self_signed(&key).unwrap().pem()
    }

    fn store(content: &str) -> Result<TrustStore, TrustError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        Trust::Bundle(file.path().to_owned()).store()
    }

    #[test]
    fn a_bundle_holds_at_least_one_certificate_that_can_be_used() {
        assert!(store(&authority()).is_ok());
        let several = format!("# one\n{}# two\n{}", authority(), authority());
        assert!(store(&several).is_ok());
        assert!(matches!(store(""), Err(TrustError::Empty(_))));
        assert!(matches!(store("no certificate\n"), Err(TrustError::Empty(_))));
        let nonsense = "-----BEGIN CERTIFICATE-----\nMDA=\n-----END CERTIFICATE-----\n";
        assert!(matches!(store(nonsense), Err(TrustError::Empty(_))));
        let torn = "-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n";
        assert!(matches!(store(torn), Err(TrustError::Unreadable { .. })));
        assert!(store(&format!("{nonsense}{}", authority())).is_ok(), "one that cannot be used spoils no other");
    }

    #[test]
    fn a_bundle_that_is_not_there_is_named() {
        let error = Trust::Bundle("/no/such/bundle.pem".into()).store().unwrap_err();
        assert!(error.to_string().starts_with("cannot read the CA certificates in `/no/such/bundle.pem`: "), "{error}");
    }
}
