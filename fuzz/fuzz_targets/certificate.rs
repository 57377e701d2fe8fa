//! No bytes in the place of a certificate make a document pass that nobody signed, and none make the reader panic.

#![no_main]

use std::convert::Infallible;

use libfuzzer_sys::fuzz_target;
use minicbor::{Encoder, encode::Error};
use nitro::{
    attestation::{Check, Expectations, Root, Timestamp, verify},
    pcr::Pcr,
};

const AWS_ROOT: &[u8] = include_bytes!("../seeds/certificate/nitro-1-0.der");
const MADE: u64 = 1_736_179_625_472;

/// Writes a document with these certificates, and a signature that is none.
fn document(bundle: &[&[u8]], leaf: &[u8]) -> Result<Vec<u8>, Error<Infallible>> {
    let mut payload = Encoder::new(Vec::new());
    payload.map(6)?.str("module_id")?.str("i-1-enc2")?.str("digest")?.str("SHA384")?;
    payload.str("timestamp")?.u64(MADE)?.str("pcrs")?.map(1)?.u8(0)?.bytes(&[1; 48])?;
    payload.str("certificate")?.bytes(leaf)?.str("cabundle")?.array(bundle.len() as u64)?;
    for certificate in bundle {
        payload.bytes(certificate)?;
    }
    let mut envelope = Encoder::new(Vec::new());
    envelope.array(4)?.bytes(&[0xa1, 0x01, 0x38, 0x22])?.map(0)?.bytes(payload.writer())?.bytes(&[1; 96])?;
    Ok(envelope.into_writer())
}

fn expected(root: Root) -> Expectations {
    let image = Expectations::builder().pcr(0, Pcr::from_bytes([1; 48]));
    image.root(root).build().expect("an image is expected")
}

fn refused_at(expectations: &Expectations, bundle: &[&[u8]], leaf: &[u8]) -> Check {
    let bytes = document(bundle, leaf).expect("writing to memory cannot fail");
    let error = verify(&bytes, expectations, Timestamp::from_milliseconds(MADE)).expect_err("nobody signed this");
    error.failed().check
}

/// Three of them still fit into a document.
const LARGEST: usize = 5000;

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() > LARGEST {
        return;
    }
    let aws = expected(Root::aws());
    refused_at(&aws, &[AWS_ROOT], bytes);
    refused_at(&aws, &[AWS_ROOT, bytes], bytes);
    if let Ok(root) = Root::other("fuzz", bytes) {
        let other = expected(root);
        let check = refused_at(&other, &[bytes], bytes);
        assert!(check > Check::Certificates, "what is good as a root is good as a certificate, not {check}");
        refused_at(&other, &[bytes, bytes], bytes);
    }
});
