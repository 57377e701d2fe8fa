//! The envelope of a document: `COSE_Sign1` of RFC 9052, section 4.2. It splits bytes into header, payload and signature,
//! and says which bytes the signature is over; what the payload means is not its business.

use std::fmt;

use minicbor::{Decoder, Encoder, data::Type, decode::Error};

use super::cbor::{self, Form};

/// RFC 9052's tag for `COSE_Sign1`. Nitro leaves it away.
const TAG_SIGN1: u64 = 18;

/// RFC 9052's label of the algorithm in a header.
const LABEL_ALGORITHM: i64 = 1;

/// A signature algorithm, by its number in IANA's registry of COSE algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Algorithm(pub i64);

impl Algorithm {
    /// ECDSA on P-384 with SHA-384, the only one that Nitro uses.
    pub const ES384: Self = Self(-35);

    /// What QEMU writes where it does not sign.
    pub(super) const UNSIGNED: Self = Self(-1);
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ES384 => formatter.write_str("ES384 (-35)"),
            Self(number) => write!(formatter, "{number}"),
        }
    }
}

/// The parts of an envelope, borrowed from its bytes.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    protected: &'a [u8],
    pub(super) algorithm: Algorithm,
    pub(super) payload: &'a [u8],
    pub(super) signature: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Reads an envelope, tagged or not, from bytes that are strict CBOR.
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut decoder = Decoder::new(bytes);
        if decoder.datatype()? == Type::Tag && decoder.tag()?.as_u64() != TAG_SIGN1 {
            return Err(Error::message("tagged as something other than COSE_Sign1"));
        }
        if cbor::array(&mut decoder)? != 4 {
            return Err(Error::message("COSE_Sign1 has four parts"));
        }
        let protected = decoder.bytes()?;
        if cbor::map(&mut decoder)? != 0 {
            return Err(Error::message("the unprotected header is not empty"));
        }
        let (payload, signature) = (decoder.bytes()?, decoder.bytes()?);
        cbor::end(&decoder)?;
        Ok(Self { protected, algorithm: algorithm(protected)?, payload, signature })
    }

    /// Gives the bytes that the signature is over: `Sig_structure` of RFC 9052, section 4.4, without external data.
    pub(super) fn signed_bytes(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::with_capacity(self.payload.len() + 32));
        encoder
            .array(4)
            .and_then(|encoder| encoder.str("Signature1"))
            .and_then(|encoder| encoder.bytes(self.protected))
            .and_then(|encoder| encoder.bytes(&[]))
            .and_then(|encoder| encoder.bytes(self.payload))
            .expect("writing to memory cannot fail");
        encoder.into_writer()
    }
}

/// Reads the protected header, which names the algorithm and nothing else.
fn algorithm(protected: &[u8]) -> Result<Algorithm, Error> {
    cbor::require_strict(protected, Form::Definite)
        .map_err(|found| Error::message(format!("the protected header is not strict CBOR: {found}")))?;
    let mut decoder = Decoder::new(protected);
    if cbor::map(&mut decoder)? != 1 || decoder.i64()? != LABEL_ALGORITHM {
        return Err(Error::message("the protected header names something other than the algorithm"));
    }
    let algorithm = Algorithm(decoder.i64()?);
    cbor::end(&decoder)?;
    Ok(algorithm)
}
