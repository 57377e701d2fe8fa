//! `COSE_Sign1` as AWS's signer writes it over a PCR: one protected header, the algorithm, and nothing else that counts.
//!
//! Apart from the section around it, because it is a format of its own (RFC 9052, section 4.2).

use aws_lc_rs::signature::UnparsedPublicKey;
use minicbor::data::Tag;
use minicbor::decode::Error as CborError;
use minicbor::{Decoder, Encoder};

use super::certificate::SigningKey;
use super::signature::{SignatureError, at_end, definite};

const TAG: Tag = Tag::new(18);
const ALGORITHM: i64 = 1;

/// A `COSE_Sign1` that was decoded; nothing is checked yet.
pub(super) struct Sign1<'a> {
    protected: &'a [u8],
    algorithm: i64,
    payload: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Sign1<'a> {
    /// Decodes it, tagged or not. Headers other than the algorithm are refused where they are protected, since one of
    /// them could change the meaning, and passed over where they are not.
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, CborError> {
        let mut decoder = Decoder::new(bytes);
        if decoder.probe().tag().is_ok_and(|tag| tag == TAG) {
            decoder.tag()?;
        }
        if definite(decoder.array())? != 4 {
            return Err(CborError::message("not a list of four"));
        }
        let protected = decoder.bytes()?;
        let algorithm = algorithm(protected)?;
        definite(decoder.probe().map())?;
        decoder.skip()?;
        let payload = decoder.bytes()?;
        let signature = decoder.bytes()?;
        at_end(&decoder)?;
        Ok(Self { protected, algorithm, payload, signature })
    }

    /// Checks that the key made the signature, by the algorithm that belongs to it.
    pub(super) fn verify(&self, key: &SigningKey) -> Result<(), SignatureError> {
        let expected = key.algorithm.cose_number();
        if self.algorithm != expected {
            return Err(SignatureError::Algorithm { found: self.algorithm, expected });
        }
        UnparsedPublicKey::new(key.algorithm.verifier(), &key.point)
            .verify(&self.signed_bytes(), self.signature)
            .map_err(|_| SignatureError::Forged)
    }

    /// What was signed, which is only known once [`Sign1::verify`] has succeeded.
    pub(super) fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// `Sig_structure` of RFC 9052, section 4.4, without external data.
    fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes);
        let written = (|| {
            encoder.array(4)?.str("Signature1")?.bytes(self.protected)?.bytes(&[])?.bytes(self.payload)?;
            Ok::<_, minicbor::encode::Error<_>>(())
        })();
        written.expect("a vector takes every byte");
        bytes
    }
}

fn algorithm(protected: &[u8]) -> Result<i64, CborError> {
    let mut decoder = Decoder::new(protected);
    if definite(decoder.map())? != 1 || decoder.i64()? != ALGORITHM {
        return Err(CborError::message("a protected header besides the algorithm"));
    }
    let algorithm = decoder.i64()?;
    at_end(&decoder)?;
    Ok(algorithm)
}
