//! A PKI like AWS's, root to leaf, made from a plan that a test can bend in one place, and a module that signs with its
//! leaf. An unbent plan makes documents that pass.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair},
};
use nitro::{
    attestation::{Check, Expectations, ExpectationsBuilder, Root, Timestamp, verify},
    pcr::Pcr,
};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P384_SHA384,
};
use time::OffsetDateTime;

use super::writer::{ES384, Payload, envelope, protected, signed_bytes};

/// The time at which every unbent certificate is valid, in seconds since 1970.
pub(crate) const NOW: i64 = 1_750_000_000;

/// An hour, in seconds.
pub(crate) const HOUR: i64 = 3600;

/// The time at which the unbent document is made and verified.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_milliseconds(NOW.unsigned_abs() * 1000)
}

/// What one certificate is to be.
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    /// The issuer's name, if it is not that of the certificate before it.
    pub(crate) issuer_name: Option<&'static str>,
    pub(crate) is_ca: IsCa,
    pub(crate) usages: Vec<KeyUsagePurpose>,
    /// From and through, in seconds since 1970.
    pub(crate) validity: (i64, i64),
    pub(crate) key: KeyPair,
    /// The key that signs the certificate, if it is not that of the certificate before it.
    pub(crate) signing_key: Option<KeyPair>,
    pub(crate) extensions: Vec<CustomExtension>,
}

pub(crate) fn p384() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap()
}

impl Plan {
    fn new(name: &'static str, is_ca: IsCa, usages: Vec<KeyUsagePurpose>) -> Self {
        let validity = (NOW - HOUR, NOW + HOUR);
        let (key, extensions) = (p384(), Vec::new());
        Self { name, issuer_name: None, is_ca, usages, validity, key, signing_key: None, extensions }
    }

    fn authority(name: &'static str, path_length: u8) -> Self {
        let constraints = IsCa::Ca(BasicConstraints::Constrained(path_length));
        Self::new(name, constraints, vec![KeyUsagePurpose::KeyCertSign])
    }

    fn parameters(&self) -> CertificateParams {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = named(self.name);
        parameters.is_ca = self.is_ca;
        parameters.key_usages.clone_from(&self.usages);
        parameters.not_before = OffsetDateTime::from_unix_timestamp(self.validity.0).unwrap();
        parameters.not_after = OffsetDateTime::from_unix_timestamp(self.validity.1).unwrap();
        parameters.custom_extensions.clone_from(&self.extensions);
        parameters
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

/// The places of the certificates below the root, in the order of [`plans`].
pub(crate) const REGION: usize = 1;
pub(crate) const ZONE: usize = 2;
pub(crate) const INSTANCE: usize = 3;
pub(crate) const LEAF: usize = 4;

/// The plans of root, region, zone, instance and leaf, in this order.
pub(crate) fn plans() -> Vec<Plan> {
    let leaf_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    vec![
        Plan::authority("root", 3),
        Plan::authority("region", 2),
        Plan::authority("zone", 1),
        Plan::authority("instance", 0),
        Plan::new("leaf", IsCa::ExplicitNoCa, leaf_usages),
    ]
}

/// A chain of certificates with the key of its leaf: all that a Nitro Secure Module has.
pub(crate) struct Module {
    /// The certificates, DER, root first and leaf last.
    pub(crate) certificates: Vec<Vec<u8>>,
    leaf_key: KeyPair,
}

impl Module {
    /// Makes the certificates as planned, each signed with the key of the one before it.
    pub(crate) fn new(mut plans: Vec<Plan>) -> Self {
        let certificates = (0..plans.len()).map(|index| certificate(&plans, index)).collect();
        Self { certificates, leaf_key: plans.pop().unwrap().key }
    }

    /// Makes the certificates from plans that were bent.
    pub(crate) fn bent(bend: impl FnOnce(&mut Vec<Plan>)) -> Self {
        let mut plans = plans();
        bend(&mut plans);
        Self::new(plans)
    }

    /// The payload of an unbent document.
    pub(crate) fn payload(&self) -> Payload {
        let (leaf, bundle) = self.certificates.split_last().unwrap();
        Payload {
            module_id: "i-1234567890abcdef0-enc0123456789abcdef".to_owned(),
            digest: "SHA384".to_owned(),
            timestamp: now().as_milliseconds(),
            pcrs: (0..16).map(|index| (index, vec![1 + u8::try_from(index).unwrap(); 48])).collect(),
            certificate: leaf.clone(),
            cabundle: bundle.to_vec(),
            optional: vec![("public_key", None), ("user_data", None), ("nonce", Some(b"fresh".to_vec()))],
            digests: 1,
            indefinite: false,
        }
    }

    /// The payload of a document of an enclave in debug mode: its registers of the image are zeros.
    pub(crate) fn debug_payload(&self) -> Payload {
        let mut payload = self.payload();
        payload.pcrs.iter_mut().take(3).for_each(|(_, value)| *value = vec![0; 48]);
        payload
    }

    /// Signs any bytes with the leaf's key: r and s, 48 bytes each.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &self.leaf_key.serialize_der()).unwrap();
        key.sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec()
    }

    /// Makes a document of a payload, correctly signed.
    pub(crate) fn document(&self, payload: &Payload) -> Vec<u8> {
        self.document_under(&protected(ES384), &payload.encode())
    }

    /// Makes a document with any header and payload, correctly signed.
    pub(crate) fn document_under(&self, protected: &[u8], payload: &[u8]) -> Vec<u8> {
        envelope(protected, payload, &self.sign(&signed_bytes(protected, payload)))
    }

    /// Expects what the unbent payload says, under this PKI's root.
    pub(crate) fn expected(&self) -> ExpectationsBuilder {
        let root = Root::other("test", &self.certificates[0]).unwrap();
        Expectations::builder().pcr(0, Pcr::from_bytes([1; 48])).nonce(*b"fresh").root(root)
    }

    /// Gives the step at which a document is refused that would pass if it were not for its bend.
    pub(crate) fn refused_at(&self, document: &[u8]) -> Check {
        verify(document, &self.expected().build().unwrap(), now()).unwrap_err().failed().check
    }
}

fn certificate(plans: &[Plan], index: usize) -> Vec<u8> {
    let plan = &plans[index];
    let before = &plans[index.saturating_sub(1)];
    let mut issuer = before.parameters();
    if let Some(name) = plan.issuer_name {
        issuer.distinguished_name = named(name);
    }
    let issuer = Issuer::from_params(&issuer, plan.signing_key.as_ref().unwrap_or(&before.key));
    plan.parameters().signed_by(&plan.key, &issuer).unwrap().der().to_vec()
}
