//! `COSE_Sign1` of RFC 9052, section 4.2: the envelope of an attestation document, and of a signature in an image. It splits
//! bytes into header, payload and signature, and says which bytes the signature is over; what the payload means and whose
//! key counts is decided elsewhere.

use std::fmt;

use minicbor::{
    Decoder, Encoder,
    data::{Tag, Type},
    decode::Error,
};

use super::cbor::{self, Form};

/// RFC 9052's tag for `COSE_Sign1`. Nitro leaves it away.
const TAG_SIGN1: Tag = Tag::new(18);

/// RFC 9052's label of the algorithm in a header.
const LABEL_ALGORITHM: i64 = 1;

/// A signature algorithm, by its number in IANA's registry of COSE algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Algorithm(pub i64);

impl Algorithm {
    /// ECDSA on P-384 with SHA-384, the only one that Nitro uses.
    pub const ES384: Self = Self(-35);

    /// What QEMU writes where it does not sign.
    pub(crate) const UNSIGNED: Self = Self(-1);
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ES384 => formatter.write_str("ES384 (-35)"),
            Self(number) => write!(formatter, "{number}"),
        }
    }
}

/// How much of an envelope is prescribed, beside what both have in common: four parts, definite lengths, a protected header
/// that names the algorithm and nothing else (another one could change the meaning), and nothing after the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// As Nitro Secure Modules write it: the protected header in the strict form, no unprotected one.
    Document,
    /// As AWS's reader of images takes it: the protected header in any spelling, and an unprotected one that is passed over.
    Image,
}

/// The parts of an envelope, borrowed from its bytes. Nothing is checked yet.
#[derive(Debug)]
pub(crate) struct Sign1<'a> {
    protected: &'a [u8],
    pub(crate) algorithm: Algorithm,
    pub(crate) payload: &'a [u8],
    pub(crate) signature: &'a [u8],
}

impl<'a> Sign1<'a> {
    /// Reads an envelope, tagged or not. That the bytes around its parts are strict CBOR is not asked here.
    pub(crate) fn decode(bytes: &'a [u8], strictness: Strictness) -> Result<Self, Error> {
        let mut decoder = Decoder::new(bytes);
        if decoder.datatype()? == Type::Tag && decoder.tag()? != TAG_SIGN1 {
            return Err(Error::message("tagged as something other than COSE_Sign1"));
        }
        if cbor::array(&mut decoder)? != 4 {
            return Err(Error::message("COSE_Sign1 has four parts"));
        }
        let protected = decoder.bytes()?;
        unprotected(&mut decoder, strictness)?;
        let (payload, signature) = (decoder.bytes()?, decoder.bytes()?);
        cbor::end(&decoder)?;
        Ok(Self { protected, algorithm: algorithm(protected, strictness)?, payload, signature })
    }

    /// Gives the bytes that the signature is over: `Sig_structure` of RFC 9052, section 4.4, without external data.
    pub(crate) fn signed_bytes(&self) -> Vec<u8> {
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

/// Passes over the unprotected header, a map.
fn unprotected(decoder: &mut Decoder<'_>, strictness: Strictness) -> Result<(), Error> {
    let entries = cbor::map(&mut decoder.probe())?;
    if entries != 0 && strictness == Strictness::Document {
        return Err(Error::message("the unprotected header is not empty"));
    }
    decoder.skip()
}

/// Reads the protected header, which names the algorithm and nothing else.
fn algorithm(protected: &[u8], strictness: Strictness) -> Result<Algorithm, Error> {
    if strictness == Strictness::Document {
        cbor::require_strict(protected, Form::Definite)
            .map_err(|found| Error::message(format!("the protected header is not strict CBOR: {found}")))?;
    }
    let mut decoder = Decoder::new(protected);
    if cbor::map(&mut decoder)? != 1 || decoder.i64()? != LABEL_ALGORITHM {
        return Err(Error::message("the protected header names something other than the algorithm"));
    }
    let algorithm = Algorithm(decoder.i64()?);
    cbor::end(&decoder)?;
    Ok(algorithm)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An envelope of a one-byte payload and a one-byte signature.
    fn envelope(protected: &[u8], unprotected: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x84];
        Encoder::new(&mut bytes).bytes(protected).unwrap();
        bytes.extend_from_slice(unprotected);
        bytes.extend_from_slice(&[0x41, 1, 0x41, 2]);
        bytes
    }

    fn algorithm_of(bytes: &[u8], strictness: Strictness) -> Option<Algorithm> {
        Sign1::decode(bytes, strictness).ok().map(|envelope| envelope.algorithm)
    }

    #[test]
    fn a_document_is_stricter_than_an_image_in_two_points_and_in_no_third() {
        let es384 = [0xa1, 1, 0x38, 0x22];
        let both = |bytes: &[u8]| [Strictness::Document, Strictness::Image].map(|strict| algorithm_of(bytes, strict));
        let usual = envelope(&es384, &[0xa0]);
        let found = Some(Algorithm::ES384);
        assert_eq!(both(&usual), [found, found]);
        assert_eq!(both(&[&[0xd2], &usual[..]].concat()), [found, found]);
        // A header that is not protected, and a number that is not the shortest.
        assert_eq!(both(&envelope(&es384, &[0xa1, 4, 0x40])), [None, found]);
        assert_eq!(both(&envelope(&[0xa1, 1, 0x39, 0, 0x22], &[0xa0])), [None, found]);
        let refused = [
            [&[0xd3], &usual[..]].concat(),
            [&usual[..], &[0]].concat(),
            [&[0x85], &usual[1..], &[0]].concat(),
            [&[0x9f], &usual[1..], &[0xff]].concat(),
            envelope(&es384, &[0xbf, 0xff]),
            envelope(&es384, &[0xf6]),
            envelope(&[], &[0xa0]),
            envelope(&[0xa0], &[0xa0]),
            envelope(&[0xbf, 1, 0x38, 0x22, 0xff], &[0xa0]),
            envelope(&[0xa1, 4, 0x38, 0x22], &[0xa0]),
            envelope(&[0xa2, 1, 0x38, 0x22, 4, 0x40], &[0xa0]),
            envelope(&[0xa1, 1, 0x38, 0x22, 0], &[0xa0]),
        ];
        for bytes in refused {
            assert_eq!(both(&bytes), [None, None], "{bytes:x?}");
        }
    }
}
