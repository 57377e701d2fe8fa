//! What a document says, whoever says it: the payload's fields and the rules of their form. Apart from the envelope and
//! from the proof, neither of which needs to know the fields.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use minicbor::{Decoder, data::Type, decode::Error};
use serde::{Serialize, Serializer};

use super::Timestamp;
use crate::{cbor, pcr::Pcr};

/// The highest register that a Nitro Secure Module has.
const LAST_REGISTER: u8 = 31;

/// More certificates than this are refused before any is read; AWS sends four: root, region, zone, instance.
const MAXIMUM_CABUNDLE: u64 = 8;

/// What an attestation document says.
///
/// This is a statement, not a proof: it stands in an [`UnverifiedDocument`](super::UnverifiedDocument) as well as in a
/// [`VerifiedDocument`](super::VerifiedDocument). Serde prints bytes as lower-case hexadecimal and the time as RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Claims {
    /// The Nitro Secure Module that signed: instance id and enclave id, `i-…-enc…`.
    pub module_id: String,
    /// When the document was made.
    pub timestamp: Timestamp,
    /// The registers that were locked when the document was made: 1 to 32, numbered 0 to 31.
    pub pcrs: BTreeMap<u8, Pcr>,
    /// The certificate of the key that signed the document, DER. It lives for about three hours.
    #[serde(serialize_with = "hexadecimal")]
    pub certificate: Vec<u8>,
    /// The certificates above that one, DER, the root first.
    #[serde(serialize_with = "hexadecimals")]
    pub cabundle: Vec<Vec<u8>>,
    /// A public key that the enclave gave, in whatever form it chose; AWS KMS wants DER.
    #[serde(serialize_with = "optional_hexadecimal")]
    pub public_key: Option<Vec<u8>>,
    /// Bytes that the enclave gave.
    #[serde(serialize_with = "optional_hexadecimal")]
    pub user_data: Option<Vec<u8>>,
    /// Bytes that the enclave was given by whoever asked for the document, against replay.
    #[serde(serialize_with = "optional_hexadecimal")]
    pub nonce: Option<Vec<u8>>,
}

fn hexadecimal<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&HEXLOWER.encode(bytes))
}

fn hexadecimals<S: Serializer>(list: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list.iter().map(|bytes| HEXLOWER.encode(bytes)))
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn optional_hexadecimal<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    bytes.as_ref().map(|bytes| HEXLOWER.encode(bytes)).serialize(serializer)
}

impl Claims {
    /// Gives the id of the parent instance, with which the module's id begins, if it has that form.
    #[must_use]
    pub fn instance_id(&self) -> Option<&str> {
        let (instance, _) = self.module_id.rsplit_once("-enc")?;
        instance.starts_with("i-").then_some(instance)
    }

    /// Reads a payload that is strict CBOR; its map may be of indefinite length.
    pub(super) fn decode(payload: &[u8]) -> Result<Self, Error> {
        let mut decoder = Decoder::new(payload);
        let mut fields = Fields::default();
        cbor::entries(&mut decoder, |decoder| fields.read(decoder))?;
        cbor::end(&decoder)?;
        fields.complete()
    }
}

/// A value that may be null where its key stands.
struct Nullable(Option<Vec<u8>>);

/// The fields read so far.
#[derive(Default)]
struct Fields {
    module_id: Option<String>,
    digest: Option<()>,
    timestamp: Option<Timestamp>,
    pcrs: Option<BTreeMap<u8, Pcr>>,
    certificate: Option<Vec<u8>>,
    cabundle: Option<Vec<Vec<u8>>>,
    public_key: Option<Nullable>,
    user_data: Option<Nullable>,
    nonce: Option<Nullable>,
}

impl Fields {
    /// Reads one entry. AWS's specification closes the map, so a key that it does not name is refused.
    fn read(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Error> {
        match decoder.str()? {
            "module_id" => once(&mut self.module_id, text(decoder)?),
            "digest" => once(&mut self.digest, digest(decoder)?),
            "timestamp" => once(&mut self.timestamp, Timestamp::from_milliseconds(decoder.u64()?)),
            "pcrs" => once(&mut self.pcrs, pcrs(decoder)?),
            "certificate" => once(&mut self.certificate, decoder.bytes()?.to_vec()),
            "cabundle" => once(&mut self.cabundle, cabundle(decoder)?),
            "public_key" => once(&mut self.public_key, nullable(decoder)?),
            "user_data" => once(&mut self.user_data, nullable(decoder)?),
            "nonce" => once(&mut self.nonce, nullable(decoder)?),
            unknown => Err(Error::message(format!("unknown field `{}`", shortened(unknown)))),
        }
    }

    fn complete(self) -> Result<Claims, Error> {
        let missing = |name: &str| Error::message(format!("`{name}` is missing"));
        self.digest.ok_or_else(|| missing("digest"))?;
        Ok(Claims {
            module_id: self.module_id.ok_or_else(|| missing("module_id"))?,
            timestamp: self.timestamp.ok_or_else(|| missing("timestamp"))?,
            pcrs: self.pcrs.ok_or_else(|| missing("pcrs"))?,
            certificate: self.certificate.ok_or_else(|| missing("certificate"))?,
            cabundle: self.cabundle.ok_or_else(|| missing("cabundle"))?,
            public_key: self.public_key.and_then(|value| value.0),
            user_data: self.user_data.and_then(|value| value.0),
            nonce: self.nonce.and_then(|value| value.0),
        })
    }
}

/// Keeps a message readable whatever the name is.
fn shortened(name: &str) -> String {
    name.chars().take(40).flat_map(char::escape_debug).collect()
}

/// Fills a field, unless its key stood there before.
fn once<T>(field: &mut Option<T>, value: T) -> Result<(), Error> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::message("a key stands twice")),
    }
}

fn text(decoder: &mut Decoder<'_>) -> Result<String, Error> {
    let text = decoder.str()?;
    if text.is_empty() { Err(Error::message("`module_id` is empty")) } else { Ok(text.to_owned()) }
}

fn digest(decoder: &mut Decoder<'_>) -> Result<(), Error> {
    if decoder.str()? == "SHA384" { Ok(()) } else { Err(Error::message("`digest` is not `SHA384`")) }
}

fn pcrs(decoder: &mut Decoder<'_>) -> Result<BTreeMap<u8, Pcr>, Error> {
    let mut pcrs = BTreeMap::new();
    for _ in 0..cbor::map(decoder)? {
        let index = decoder.u8()?;
        if index > LAST_REGISTER {
            return Err(Error::message("PCRs are numbered 0 to 31"));
        }
        let value = decoder.bytes()?.try_into().map_err(|_| Error::message("a PCR has 48 bytes"))?;
        if pcrs.insert(index, Pcr::from_bytes(value)).is_some() {
            return Err(Error::message("a PCR stands twice"));
        }
    }
    if pcrs.is_empty() { Err(Error::message("there are no PCRs")) } else { Ok(pcrs) }
}

fn cabundle(decoder: &mut Decoder<'_>) -> Result<Vec<Vec<u8>>, Error> {
    match cbor::array(decoder)? {
        0 => Err(Error::message("`cabundle` is empty")),
        length @ 1..=MAXIMUM_CABUNDLE => (0..length).map(|_| decoder.bytes().map(<[u8]>::to_vec)).collect(),
        _ => Err(Error::message(format!("`cabundle` holds more than {MAXIMUM_CABUNDLE} certificates"))),
    }
}

fn nullable(decoder: &mut Decoder<'_>) -> Result<Nullable, Error> {
    if decoder.datatype()? == Type::Null {
        return decoder.null().map(|()| Nullable(None));
    }
    decoder.bytes().map(|bytes| Nullable(Some(bytes.to_vec())))
}
