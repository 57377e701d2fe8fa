//! The signature section: written as AWS's signer writes it, and then bent.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm,
};
use minicbor::Encoder;
use nitro::eif::{Error, SignatureAlgorithm, SignatureError};
use nitro::pcr::Pcr;
use rcgen::{CertificateParams, DnType, KeyPair};

use crate::support::{Builder, SIGNATURE, measure, open};

/// A key with its certificate, as a user of nitro-cli makes it.
struct Signer {
    key: KeyPair,
    certificate: rcgen::Certificate,
    algorithm: i64,
    signing: &'static EcdsaSigningAlgorithm,
}

impl Signer {
    fn new(algorithm: SignatureAlgorithm) -> Self {
        let (rcgen_algorithm, signing) = match algorithm {
            SignatureAlgorithm::Es256 => (&rcgen::PKCS_ECDSA_P256_SHA256, &ECDSA_P256_SHA256_FIXED_SIGNING),
            SignatureAlgorithm::Es384 => (&rcgen::PKCS_ECDSA_P384_SHA384, &ECDSA_P384_SHA384_FIXED_SIGNING),
            SignatureAlgorithm::Es512 => (&rcgen::PKCS_ECDSA_P521_SHA512, &ECDSA_P521_SHA512_FIXED_SIGNING),
        };
        let key = KeyPair::generate_for(rcgen_algorithm).unwrap();
        let certificate = certify(&key);
        Self { key, certificate, algorithm: algorithm.cose_number(), signing }
    }

    fn sign(&self, payload: &[u8]) -> Vec<u8> {
        let protected = encode(|cbor| {
            cbor.map(1).unwrap().i64(1).unwrap().i64(self.algorithm).unwrap();
        });
        let signed = encode(|cbor| {
            let cbor = cbor.array(4).unwrap().str("Signature1").unwrap().bytes(&protected).unwrap();
            cbor.bytes(&[]).unwrap().bytes(payload).unwrap();
        });
        let key = EcdsaKeyPair::from_pkcs8(self.signing, &self.key.serialize_der()).unwrap();
        let signature = key.sign(&SystemRandom::new(), &signed).unwrap();
        sign1(&protected, payload, signature.as_ref())
    }
}

fn certify(key: &KeyPair) -> rcgen::Certificate {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, "signer");
    parameters.not_before = rcgen::date_time_ymd(2026, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2027, 1, 1);
    parameters.self_signed(key).unwrap()
}

fn encode(write: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut Encoder::new(&mut bytes));
    bytes
}

fn sign1(protected: &[u8], payload: &[u8], signature: &[u8]) -> Vec<u8> {
    encode(|cbor| {
        let cbor = cbor.array(4).unwrap().bytes(protected).unwrap().map(0).unwrap();
        cbor.bytes(payload).unwrap().bytes(signature).unwrap();
    })
}

/// What AWS's signer signs for a register.
fn content(index: u8, value: &[u8]) -> Vec<u8> {
    encode(|cbor| {
        cbor.map(2).unwrap().str("register_index").unwrap().u8(index).unwrap().str("register_value").unwrap();
        numbers(cbor, value);
    })
}

/// Bytes as AWS's crate writes them: a list of numbers.
fn numbers(cbor: &mut Encoder<&mut Vec<u8>>, bytes: &[u8]) {
    cbor.array(bytes.len() as u64).unwrap();
    for &byte in bytes {
        cbor.u8(byte).unwrap();
    }
}

fn section(entries: &[(&[u8], &[u8])]) -> Vec<u8> {
    encode(|cbor| {
        cbor.array(entries.len() as u64).unwrap();
        for (certificate, signature) in entries {
            cbor.map(2).unwrap().str("signing_certificate").unwrap();
            numbers(cbor, certificate);
            cbor.str("signature").unwrap();
            numbers(cbor, signature);
        }
    })
}

fn with_section(data: &[u8]) -> Vec<u8> {
    Builder::usual().section(SIGNATURE, data).build()
}

fn usual_pcr0() -> Pcr {
    measure(&Builder::usual().build()).measurements.pcr0
}

/// Signs the usual image with a payload, and says what checking the first entry gives.
fn check(signer: &Signer, cose: &[u8]) -> Result<SignatureAlgorithm, SignatureError> {
    let bytes = with_section(&section(&[(signer.certificate.pem().as_bytes(), cose)]));
    let pcr0 = measure(&bytes).measurements.pcr0;
    open(&bytes).unwrap().signature().unwrap().first().verify(&pcr0)
}

#[test]
fn a_signature_of_pcr0_on_every_curve_is_verified() {
    for algorithm in [SignatureAlgorithm::Es256, SignatureAlgorithm::Es384, SignatureAlgorithm::Es512] {
        let signer = Signer::new(algorithm);
        let cose = signer.sign(&content(0, usual_pcr0().as_bytes()));
        assert_eq!(check(&signer, &cose).unwrap(), algorithm);
        let tagged = [&[0xd2], &cose[..]].concat();
        assert_eq!(check(&signer, &tagged).unwrap(), algorithm);
    }
}

#[test]
fn pcr8_is_the_first_certificates_and_the_certificate_says_whose_it_is() {
    let (first, second) = (Signer::new(SignatureAlgorithm::Es384), Signer::new(SignatureAlgorithm::Es256));
    let content = content(0, usual_pcr0().as_bytes());
    let bytes = with_section(&section(&[
        (first.certificate.pem().as_bytes(), &first.sign(&content)),
        (second.certificate.pem().as_bytes(), &second.sign(&content)),
    ]));
    assert_eq!(measure(&bytes).measurements.pcr8, Some(Pcr::of_content(first.certificate.der())));
    let image = open(&bytes).unwrap();
    let signature = image.signature().unwrap();
    assert_eq!(signature.entries().count(), 2);
    for entry in signature.entries() {
        entry.verify(&usual_pcr0()).unwrap();
    }
    let certificate = signature.first().certificate();
    assert_eq!((certificate.subject(), certificate.issuer()), ("CN=signer", "CN=signer"));
    assert_eq!(certificate.der(), &first.certificate.der()[..]);
    assert_eq!(certificate.algorithm(), Some(SignatureAlgorithm::Es384));
    let (begin, end) = (1_767_225_600, 1_798_761_600);
    assert_eq!((certificate.not_before(), certificate.not_after()), (begin, end));
    let valid = [begin - 1, begin, end, end + 1].map(|time| certificate.is_valid_at(time));
    assert_eq!(valid, [false, true, true, false]);
}

#[test]
fn an_unsigned_image_has_no_pcr8() {
    assert_eq!(measure(&Builder::usual().build()).measurements.pcr8, None);
}

#[test]
fn a_genuine_signature_of_something_else_is_told_from_a_forged_one() {
    let signer = Signer::new(SignatureAlgorithm::Es384);
    let pcr0 = *usual_pcr0().as_bytes();
    let mut other = pcr0;
    other[47] ^= 1;
    for content in [content(0, &other), content(1, &pcr0), content(0, &pcr0[..47]), pcr0.to_vec(), Vec::new()] {
        assert!(matches!(check(&signer, &signer.sign(&content)), Err(SignatureError::OtherImage)));
    }
}

#[test]
fn every_changed_bit_of_a_signature_is_noticed() {
    let signer = Signer::new(SignatureAlgorithm::Es256);
    let cose = signer.sign(&content(0, usual_pcr0().as_bytes()));
    check(&signer, &cose).unwrap();
    for bit in 0..cose.len() * 8 {
        let mut bent = cose.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert!(check(&signer, &bent).is_err(), "bit {bit}");
    }
}

#[test]
fn another_persons_key_does_not_count() {
    let (signer, other) = (Signer::new(SignatureAlgorithm::Es384), Signer::new(SignatureAlgorithm::Es384));
    let cose = other.sign(&content(0, usual_pcr0().as_bytes()));
    assert!(matches!(check(&signer, &cose), Err(SignatureError::Forged)));
}

#[test]
fn the_algorithm_is_the_one_of_the_key() {
    let mut signer = Signer::new(SignatureAlgorithm::Es384);
    signer.algorithm = -7;
    let cose = signer.sign(&content(0, usual_pcr0().as_bytes()));
    assert!(matches!(check(&signer, &cose), Err(SignatureError::Algorithm { found: -7, expected: -35 })));
}

#[test]
fn a_protected_header_that_is_not_understood_is_refused() {
    let signer = Signer::new(SignatureAlgorithm::Es384);
    let critical = encode(|cbor| {
        cbor.map(2).unwrap().i64(1).unwrap().i64(-35).unwrap().i64(2).unwrap().array(1).unwrap().i64(99).unwrap();
    });
    for protected in [critical, Vec::new(), vec![0xa0], vec![0xa1, 0x04, 0x40]] {
        let cose = sign1(&protected, &content(0, usual_pcr0().as_bytes()), &[0; 96]);
        assert!(matches!(check(&signer, &cose), Err(SignatureError::Cbor { what: "signature", .. })));
    }
}

#[test]
fn a_key_that_aws_signs_no_image_with_still_has_its_pcr8() {
    let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let certificate = certify(&key);
    let bytes = with_section(&section(&[(certificate.pem().as_bytes(), b"")]));
    assert_eq!(measure(&bytes).measurements.pcr8, Some(Pcr::of_content(certificate.der())));
    let image = open(&bytes).unwrap();
    let entry = image.signature().unwrap().first();
    assert_eq!(entry.certificate().algorithm(), None);
    assert!(matches!(entry.verify(&usual_pcr0()), Err(SignatureError::UnsupportedKey)));
}

#[test]
fn the_first_certificate_of_the_text_counts_as_with_openssl() {
    let signer = Signer::new(SignatureAlgorithm::Es384);
    let other = Signer::new(SignatureAlgorithm::Es384);
    let text =
        format!("{}a remark\n{}{}", signer.key.serialize_pem(), signer.certificate.pem(), other.certificate.pem());
    let bytes = with_section(&section(&[(text.as_bytes(), b"")]));
    assert_eq!(measure(&bytes).measurements.pcr8, Some(Pcr::of_content(signer.certificate.der())));
}

#[test]
fn a_section_in_byte_strings_is_read_too() {
    let signer = Signer::new(SignatureAlgorithm::Es384);
    let cose = signer.sign(&content(0, usual_pcr0().as_bytes()));
    let data = encode(|cbor| {
        let cbor = cbor.array(1).unwrap().map(2).unwrap().str("signature").unwrap().bytes(&cose).unwrap();
        cbor.str("signing_certificate").unwrap().bytes(signer.certificate.pem().as_bytes()).unwrap();
    });
    let bytes = with_section(&data);
    open(&bytes).unwrap().signature().unwrap().first().verify(&usual_pcr0()).unwrap();
}

#[test]
fn what_is_no_signature_section_is_refused_where_it_lies() {
    let signer = Signer::new(SignatureAlgorithm::Es384);
    let pem = signer.certificate.pem();
    let right = section(&[(pem.as_bytes(), b"signature")]);
    open(&with_section(&right)).unwrap();
    let offset = Builder::usual().build().len() as u64;
    let mut tail = right.clone();
    tail.push(0);
    let mut unknown = right.clone();
    unknown[3] = b'S';
    let twice = encode(|cbor| {
        cbor.array(1).unwrap().map(2).unwrap();
        cbor.str("signature").unwrap().bytes(b"").unwrap().str("signature").unwrap().bytes(b"").unwrap();
    });
    // A list, and a list of bytes, whose lengths lie.
    let long_list = vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let long_bytes = [&[0x81, 0xa2, 0x69], &b"signature"[..], &long_list].concat();
    let indefinite = vec![0x9f, 0xff];
    for data in [vec![], tail, unknown, twice, long_list, long_bytes, indefinite, right[..right.len() - 1].to_vec()] {
        let refused = open(&with_section(&data)).unwrap_err();
        assert!(
            matches!(&refused, Error::Signature { offset: at, source: SignatureError::Cbor { .. } } if *at == offset),
            "{refused:?}"
        );
    }
    let refused = |data: &[u8]| match open(&with_section(data)) {
        Err(Error::Signature { source, .. }) => source,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refused(&[0x80]), SignatureError::Empty));
    assert!(matches!(refused(&section(&[(b"no certificate", b"")])), SignatureError::Pem { .. }));
    let empty = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
    assert!(matches!(refused(&section(&[(empty.as_bytes(), b"")])), SignatureError::Certificate { .. }));
    let mut long = signer.certificate.der().to_vec();
    long.extend([0; 3]);
    let text = pem_of(&long);
    assert!(matches!(refused(&section(&[(text.as_bytes(), b"")])), SignatureError::CertificateTail { length: 3 }));
}

fn pem_of(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", data_encoding::BASE64.encode(der))
}
