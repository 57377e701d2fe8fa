//! The chain of certificates, as it was given: root first, leaf last, each signing the next. No path is searched for and no
//! certificate is left out, so what is proven is what stands in the document.
//!
//! Each rule is a function of its own that says what it found, so that a report can show it whether it passed or not.

use super::{
    Claims, Timestamp,
    certificate::{Certificate, Validity},
    report::Finding,
};

/// All certificates of a document. There are at least two: the bundle is never empty.
pub(super) struct Chain<'a> {
    authorities: Vec<Certificate<'a>>,
    leaf: Certificate<'a>,
}

impl<'a> Chain<'a> {
    /// Reads the certificates, or says which cannot be used.
    pub(super) fn parse(claims: &'a Claims) -> Result<Self, String> {
        let parse = |name: String, der| Certificate::parse(der).map_err(|error| format!("{name}: {error}"));
        let bundle = claims.cabundle.iter().enumerate();
        let authorities = bundle.map(|(index, der)| parse(format!("certificate {index} of the bundle"), der));
        Ok(Self {
            authorities: authorities.collect::<Result<_, _>>()?,
            leaf: parse("the leaf certificate".to_owned(), &claims.certificate)?,
        })
    }

    /// Every certificate names the one before it as its issuer.
    pub(super) fn order(&self) -> Finding {
        for (issuer, certificate) in self.links() {
            if !certificate.names_as_issuer(issuer) {
                let (name, issuer) = (certificate.common_name(), issuer.common_name());
                return Err(format!("`{name}` follows `{issuer}` and names another issuer"));
            }
        }
        Ok(self.names())
    }

    /// All but the leaf may sign certificates, and so many as stand below them.
    pub(super) fn authorities(&self) -> Finding {
        for (index, certificate) in self.authorities.iter().enumerate() {
            let name = certificate.common_name();
            let Some(authority) = certificate.authority else {
                return Err(format!("`{name}` is not a certificate authority"));
            };
            if !certificate.may_sign_certificates {
                return Err(format!("the key usage of `{name}` lacks keyCertSign"));
            }
            let below = self.authorities.len() - 1 - index;
            if let Some(limit) = authority.path_length.filter(|limit| below > *limit as usize) {
                return Err(format!("`{name}` allows {limit} authorities below it, and there are {below}"));
            }
        }
        Ok(format!("{} authorities", self.authorities.len()))
    }

    /// The leaf may sign documents and nothing else.
    pub(super) fn leaf(&self) -> Finding {
        let name = self.leaf.common_name();
        if self.leaf.authority.is_some() {
            Err(format!("`{name}` is a certificate authority"))
        } else if self.leaf.may_sign_documents {
            Ok(format!("`{name}`"))
        } else {
            Err(format!("the key usage of `{name}` lacks digitalSignature"))
        }
    }

    /// The leaf's key signed the document.
    pub(super) fn document_signature(&self, signed: &[u8], signature: &[u8]) -> Finding {
        let name = self.leaf.common_name();
        if self.leaf.signed_document(signed, signature) {
            Ok(format!("signed by `{name}`"))
        } else {
            Err(format!("the signature is not by `{name}` over this document"))
        }
    }

    /// Every certificate is signed by the one before it. From the leaf up, because a forgery is likeliest there.
    pub(super) fn signatures(&self) -> Finding {
        for (issuer, certificate) in self.links().rev() {
            if !certificate.is_signed_by(issuer) {
                let (name, issuer) = (certificate.common_name(), issuer.common_name());
                return Err(format!("`{name}` is not signed by `{issuer}`"));
            }
        }
        Ok(format!("{} signatures", self.authorities.len()))
    }

    /// Every certificate is valid at this time.
    pub(super) fn validity(&self, at: Timestamp) -> Finding {
        if let Some(outside) = self.certificates().find(|certificate| !certificate.validity().contains(at)) {
            return Err(format!("`{}` is valid {}", outside.common_name(), outside.validity()));
        }
        let windows = self.certificates().map(Certificate::validity);
        Ok(windows.fold(self.leaf.validity(), Validity::and).to_string())
    }

    /// The document was made while its leaf was valid.
    pub(super) fn document_time(&self, time: Timestamp) -> Finding {
        if self.leaf.validity().contains(time) { Ok(time.to_string()) } else { Err(time.to_string()) }
    }

    /// Gives the time in which the leaf is valid.
    pub(super) fn leaf_validity(&self) -> Validity {
        self.leaf.validity()
    }

    fn certificates(&self) -> impl DoubleEndedIterator<Item = &Certificate<'a>> {
        self.authorities.iter().chain([&self.leaf])
    }

    /// Gives each certificate but the root with the one before it.
    fn links(&self) -> impl DoubleEndedIterator<Item = (&Certificate<'a>, &Certificate<'a>)> {
        let below = self.authorities.iter().skip(1).chain([&self.leaf]).collect::<Vec<_>>();
        self.authorities.iter().zip(below)
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.certificates().map(|certificate| format!("`{}`", certificate.common_name())).collect();
        names.join(", ")
    }
}
