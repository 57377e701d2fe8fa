//! Writes documents: as a Nitro Secure Module would, and in every way that it would not. The writer knows nothing of the
//! reader under test.

use std::convert::Infallible;

use minicbor::{Encoder, encode::Error};

pub(crate) const ES384: i64 = -35;

/// The fields of a payload. Lists keep what a map would drop: order and duplicates.
#[derive(Debug, Clone)]
pub(crate) struct Payload {
    pub(crate) module_id: String,
    pub(crate) digest: String,
    pub(crate) timestamp: u64,
    pub(crate) pcrs: Vec<(u64, Vec<u8>)>,
    pub(crate) certificate: Vec<u8>,
    pub(crate) cabundle: Vec<Vec<u8>>,
    /// `public_key`, `user_data`, `nonce`; any is written as null if it is none, and left away if it is not listed.
    pub(crate) optional: Vec<(&'static str, Option<Vec<u8>>)>,
    /// How many times the digest is written.
    pub(crate) digests: usize,
    /// Whether the map that all of this stands in is of indefinite length, as modules have written it since August 2025.
    pub(crate) indefinite: bool,
}

impl Payload {
    /// Writes the payload, with as many entries as there are.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new());
        self.write(&mut encoder).unwrap();
        encoder.into_writer()
    }

    fn write(&self, encoder: &mut Encoder<Vec<u8>>) -> Result<(), Error<Infallible>> {
        if self.indefinite {
            encoder.begin_map()?;
        } else {
            encoder.map((5 + self.digests + self.optional.len()) as u64)?;
        }
        encoder.str("module_id")?.str(&self.module_id)?;
        for _ in 0..self.digests {
            encoder.str("digest")?.str(&self.digest)?;
        }
        encoder.str("timestamp")?.u64(self.timestamp)?;
        encoder.str("pcrs")?.map(self.pcrs.len() as u64)?;
        for (index, value) in &self.pcrs {
            encoder.u64(*index)?.bytes(value)?;
        }
        encoder.str("certificate")?.bytes(&self.certificate)?;
        encoder.str("cabundle")?.array(self.cabundle.len() as u64)?;
        for certificate in &self.cabundle {
            encoder.bytes(certificate)?;
        }
        for (name, value) in &self.optional {
            encoder.str(name)?;
            match value {
                Some(value) => encoder.bytes(value)?,
                None => encoder.null()?,
            };
        }
        if self.indefinite {
            encoder.end()?;
        }
        Ok(())
    }
}

/// Writes the protected header that names an algorithm.
pub(crate) fn protected(algorithm: i64) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.map(1).and_then(|encoder| encoder.i64(1)).and_then(|encoder| encoder.i64(algorithm)).unwrap();
    encoder.into_writer()
}

/// Writes what a signature is over.
pub(crate) fn signed_bytes(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    let written = encoder.array(4).and_then(|encoder| encoder.str("Signature1"));
    let written = written.and_then(|encoder| encoder.bytes(protected)).and_then(|encoder| encoder.bytes(&[]));
    written.and_then(|encoder| encoder.bytes(payload)).unwrap();
    encoder.into_writer()
}

/// Writes the envelope.
pub(crate) fn envelope(protected: &[u8], payload: &[u8], signature: &[u8]) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    let written = encoder.array(4).and_then(|encoder| encoder.bytes(protected)).and_then(|encoder| encoder.map(0));
    written.and_then(|encoder| encoder.bytes(payload)).and_then(|encoder| encoder.bytes(signature)).unwrap();
    encoder.into_writer()
}
