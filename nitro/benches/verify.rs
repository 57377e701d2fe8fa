//! What verification costs beside the cryptography that it cannot do without: a document is verified, and its five P-384
//! signatures are verified bare with the same library, by turns. Run with `cargo bench -p nitro --bench verify`.

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_FIXED, UnparsedPublicKey, VerificationAlgorithm};
use minicbor::{Decoder, Encoder};
use nitro::attestation::{Expectations, Timestamp, UnverifiedDocument, verify};
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

const DOCUMENT: &[u8] = include_bytes!("../tests/data/nitro-1.cose");
const MADE: Timestamp = Timestamp::from_milliseconds(1_736_179_625_472);

/// What a document may cost, in multiples of its five bare verifications.
const LIMIT: f64 = 1.2;

/// Enough turns that the fastest of each kind was undisturbed.
const TURNS: usize = 60;
const REPETITIONS: u32 = 20;

/// What one bare verification takes.
struct Signature {
    algorithm: &'static dyn VerificationAlgorithm,
    key: Vec<u8>,
    signed: Vec<u8>,
    value: Vec<u8>,
}

/// Takes the five signatures out of the document: that of the document itself and those of all certificates but the root.
fn signatures(document: &[u8]) -> Vec<Signature> {
    let claims = UnverifiedDocument::decode(document).expect("the document is genuine").claims().clone();
    let ders: Vec<_> = claims.cabundle.iter().chain([&claims.certificate]).collect();
    let certificates: Vec<_> =
        ders.iter().map(|der| X509Certificate::from_der(der).expect("a certificate").1).collect();
    let key = |certificate: &X509Certificate<'_>| certificate.public_key().subject_public_key.data.to_vec();
    let (signed, signature) = signed_document(document).expect("the document is genuine");
    let leaf = certificates.last().map(key).expect("there is a leaf");
    let own = Signature { algorithm: &ECDSA_P384_SHA384_FIXED, key: leaf, signed, value: signature };
    let links = certificates.windows(2).map(|pair| Signature {
        algorithm: &ECDSA_P384_SHA384_ASN1,
        key: key(&pair[0]),
        signed: pair[1].tbs_certificate.as_ref().to_vec(),
        value: pair[1].signature_value.data.to_vec(),
    });
    links.chain([own]).collect()
}

/// Gives the bytes that are signed, and the signature.
fn signed_document(document: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Box<dyn std::error::Error>> {
    let mut decoder = Decoder::new(document);
    decoder.array()?;
    let protected = decoder.bytes()?;
    decoder.map()?;
    let (payload, signature) = (decoder.bytes()?, decoder.bytes()?);
    let mut encoder = Encoder::new(Vec::new());
    encoder.array(4)?.str("Signature1")?.bytes(protected)?.bytes(&[])?.bytes(payload)?;
    Ok((encoder.into_writer(), signature.to_vec()))
}

fn time(mut work: impl FnMut()) -> Duration {
    let start = Instant::now();
    (0..REPETITIONS).for_each(|_| work());
    start.elapsed() / REPETITIONS
}

#[expect(clippy::print_stdout, reason = "the figures are what a bench is for")]
fn main() -> ExitCode {
    let signatures = signatures(DOCUMENT);
    assert_eq!(signatures.len(), 5, "a document holds five signatures");
    let pcr0 = UnverifiedDocument::decode(DOCUMENT).expect("the document is genuine").claims().pcrs[&0];
    let expectations = Expectations::builder().pcr(0, pcr0).build().expect("an image is expected");

    let (mut whole, mut bare) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        whole = whole.min(time(|| {
            assert!(verify(black_box(DOCUMENT), &expectations, MADE).is_ok());
        }));
        bare = bare.min(time(|| {
            for each in &signatures {
                let key = UnparsedPublicKey::new(each.algorithm, black_box(&each.key));
                assert!(key.verify(&each.signed, &each.value).is_ok());
            }
        }));
    }
    let ratio = whole.as_secs_f64() / bare.as_secs_f64();
    println!("a document verified:           {whole:>10.1?}");
    println!("its five P-384 signatures bare:{bare:>10.1?}");
    println!("ratio:                         {ratio:>10.3} (at most {LIMIT})");
    if ratio <= LIMIT { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
