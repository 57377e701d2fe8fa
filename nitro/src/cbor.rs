//! CBOR as this crate reads it: the heads of items, the end of the bytes, and the one strict form of attestation documents.
//! Apart from the reading of fields, because a decoder says what bytes mean, and this says that no other bytes mean the same.
//!
//! Nothing of indefinite length is read from a signature of an image either ([`array`], [`map`]). Its numbers and lengths need
//! not be the shortest, because AWS's own reader does not ask for that; so [`require_strict`] is for documents only.
//!
//! Where the rules of the strict form come from:
//!
//! - **Definite lengths, shortest numbers and lengths**: the deterministic encoding of RFC 8949, section 4.2.1. AWS
//!   prescribes no encoding; this is what Nitro Secure Modules have always written, with the exception that follows. The
//!   order of map keys is left free, because modules do not sort theirs.
//! - **The payload's own map may be of indefinite length** (`bf … ff`; RFC 8949, section 3.2.2). Modules have written it so
//!   since about August 2025; the envelope and everything inside the payload stayed as it was. Older documents have the
//!   definite form. Both are read, and no other item of indefinite length is.
//! - **UTF-8 in text, no key twice, nothing after the end**: what RFC 8949, section 5.3.1, calls valid. Keys are compared
//!   where the fields are read, in `claims`.
//! - **No floats, booleans or simple values but null**: the fields of AWS's specification
//!   (<https://docs.aws.amazon.com/enclaves/latest/user/verify-root.html>) have other types.
//!
//! What this buys: header and payload, in whichever form, are signed as they stand, so nobody but the module can choose
//! their spelling. It does not give a document only one spelling as a whole. Two things are outside the signature and both
//! can be changed by anybody, without a key:
//!
//! - tag 18 in front of the envelope (RFC 9052, section 2), which is optional, and
//! - the signature itself: with (r, s) also (r, n − s) is a valid one of ECDSA, where n is the order of the curve.
//!
//! So the same proven claims can come as four different byte strings. Whoever keeps a list of documents that were seen
//! must compare what they say, best their nonce, and not their bytes or a hash of those.

use std::fmt;

use minicbor::{Decoder, Encoder, data::Type, decode::Error};

/// Which items of indefinite length a part of a document may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// None at all.
    Definite,
    /// The outermost map, which then is all there is.
    OuterMapOfAnyLength,
}

/// The first item that is not in the strict form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotStrict {
    found: String,
    /// Where the item begins, in bytes from the beginning of the part.
    position: usize,
}

impl fmt::Display for NotStrict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at byte {}", self.found, self.position)
    }
}

/// Requires that the bytes are in the strict form.
///
/// Each item is read and written again, which always gives the shortest form. Time and memory are linear: an item takes at
/// least one byte, and nothing nests here.
pub(crate) fn require_strict(bytes: &[u8], form: Form) -> Result<(), NotStrict> {
    let (begin, end) = match (form, bytes) {
        // A break inside is refused like everywhere else, so this one ends the map.
        (Form::OuterMapOfAnyLength, [0xbf, .., 0xff]) => (1, bytes.len() - 1),
        _ => (0, bytes.len()),
    };
    let mut decoder = Decoder::new(&bytes[..end]);
    decoder.set_position(begin);
    let mut encoder = Encoder::new(Vec::with_capacity(end));
    while decoder.position() < end {
        let (position, written) = (decoder.position(), encoder.writer().len());
        let refused = |found: String| NotStrict { found, position };
        rewrite(&mut decoder, &mut encoder).map_err(|error| refused(problem(&error)))?;
        if encoder.writer()[written..] != bytes[position..decoder.position()] {
            return Err(refused("a number or a length that is not in its shortest form".to_owned()));
        }
    }
    Ok(())
}

/// Says what is wrong with an item that cannot be read.
fn problem(error: &Error) -> String {
    if error.is_end_of_input() {
        return "an item of which the end is missing".to_owned();
    }
    let text = error.to_string();
    text.strip_prefix("decode error: ").unwrap_or(&text).to_owned()
}

/// Reads one item, or the head of an array, a map or a tagged item, and writes it in the shortest form.
fn rewrite(decoder: &mut Decoder<'_>, encoder: &mut Encoder<Vec<u8>>) -> Result<(), Error> {
    let written = match decoder.datatype()? {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => encoder.u64(decoder.u64()?),
        Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => encoder.int(decoder.int()?),
        Type::Bytes => encoder.bytes(decoder.bytes()?),
        Type::String => encoder.str(text(decoder)?),
        Type::Array => encoder.array(array(decoder)?),
        Type::Map => encoder.map(map(decoder)?),
        Type::Tag => encoder.tag(decoder.tag()?),
        Type::Null => {
            decoder.null()?;
            encoder.null()
        }
        other => return Err(Error::message(unexpected(other))),
    };
    written.expect("writing to memory cannot fail");
    Ok(())
}

/// Reads text, telling text that is not UTF-8 from text that is cut off.
fn text<'a>(decoder: &mut Decoder<'a>) -> Result<&'a str, Error> {
    decoder
        .str()
        .map_err(|error| if error.is_end_of_input() { error } else { Error::message("text that is not UTF-8") })
}

/// Names an item of a type that no document holds in that place.
fn unexpected(item: Type) -> String {
    match item {
        Type::ArrayIndef => "an array of indefinite length".to_owned(),
        Type::MapIndef => "a map of indefinite length".to_owned(),
        Type::BytesIndef => "bytes of indefinite length".to_owned(),
        Type::StringIndef => "text of indefinite length".to_owned(),
        Type::Break => "the end of an item of indefinite length".to_owned(),
        other => format!("an item of type `{other}`, which no document holds,"),
    }
}

/// Reads the head of an array and gives its length.
pub(crate) fn array(decoder: &mut Decoder<'_>) -> Result<u64, Error> {
    decoder.array()?.ok_or_else(|| Error::message("array of indefinite length"))
}

/// Reads the head of a map and gives the number of its entries.
pub(crate) fn map(decoder: &mut Decoder<'_>) -> Result<u64, Error> {
    decoder.map()?.ok_or_else(|| Error::message("map of indefinite length"))
}

/// Reads a map of either length, calling `entry` once at the key of each entry.
pub(crate) fn entries(
    decoder: &mut Decoder<'_>,
    mut entry: impl FnMut(&mut Decoder<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    if let Some(length) = decoder.map()? {
        return (0..length).try_for_each(|_| entry(decoder));
    }
    while decoder.datatype()? != Type::Break {
        entry(decoder)?;
    }
    // Passes over the break.
    decoder.set_position(decoder.position() + 1);
    Ok(())
}

/// Requires that nothing follows.
pub(crate) fn end(decoder: &Decoder<'_>) -> Result<(), Error> {
    if decoder.position() == decoder.input().len() { Ok(()) } else { Err(Error::message("bytes follow the end")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a test knows of CBOR: a tree, written in the shortest form.
    #[derive(Debug, Clone)]
    enum Item {
        Unsigned(u64),
        Negative(u64),
        Bytes(Vec<u8>),
        Text(String),
        List(Vec<Item>),
        Null,
    }

    fn write(item: &Item, encoder: &mut Encoder<Vec<u8>>) {
        match item {
            Item::Unsigned(value) => _ = encoder.u64(*value).unwrap(),
            Item::Negative(value) => {
                let negative = minicbor::data::Int::try_from(-1 - i128::from(*value)).unwrap();
                encoder.int(negative).unwrap();
            }
            Item::Bytes(value) => _ = encoder.bytes(value).unwrap(),
            Item::Text(value) => _ = encoder.str(value).unwrap(),
            Item::List(items) => {
                encoder.array(items.len() as u64).unwrap();
                for item in items {
                    write(item, encoder);
                }
            }
            Item::Null => _ = encoder.null().unwrap(),
        }
    }

    fn item() -> impl Strategy<Value = Item> {
        let leaf = prop_oneof![
            any::<u64>().prop_map(Item::Unsigned),
            (0u64..300).prop_map(Item::Unsigned),
            any::<u64>().prop_map(Item::Negative),
            proptest::collection::vec(any::<u8>(), 0..300).prop_map(Item::Bytes),
            any::<String>().prop_map(Item::Text),
            Just(Item::Null),
        ];
        leaf.prop_recursive(3, 20, 5, |inner| proptest::collection::vec(inner, 0..5).prop_map(Item::List))
    }

    proptest! {
        #[test]
        fn what_is_written_shortest_is_strict(item in item()) {
            let mut encoder = Encoder::new(Vec::new());
            write(&item, &mut encoder);
            prop_assert_eq!(require_strict(encoder.writer(), Form::Definite), Ok(()));
        }
    }

    fn refusal(bytes: &[u8], form: Form) -> String {
        require_strict(bytes, form).map_or_else(|error| error.to_string(), |()| "none".to_owned())
    }

    #[test]
    fn every_other_spelling_is_refused_and_named() {
        let long = "a number or a length that is not in its shortest form at byte 0";
        let cut = "an item of which the end is missing at byte 0";
        let spellings: [(&[u8], &str); 20] = [
            // One byte where none is needed, two where one is enough, and so on.
            (&[0x18, 0x17], long),
            (&[0x19, 0x00, 0xff], long),
            (&[0x1a, 0x00, 0x00, 0xff, 0xff], long),
            (&[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], long),
            (&[0x38, 0x00], long),
            (&[0x58, 0x01, 0x00], long),
            (&[0x78, 0x01, b'a'], long),
            (&[0x98, 0x00], long),
            (&[0xb8, 0x00], long),
            (&[0xd8, 0x12, 0x80], long),
            (&[0x5f, 0x41, 0x00, 0xff], "bytes of indefinite length at byte 0"),
            (&[0x7f, 0x61, b'a', 0xff], "text of indefinite length at byte 0"),
            (&[0x9f, 0xff], "an array of indefinite length at byte 0"),
            (&[0xbf, 0xff], "a map of indefinite length at byte 0"),
            (&[0x61, 0xff], "text that is not UTF-8 at byte 0"),
            (&[0xf7], "an item of type `undefined`, which no document holds, at byte 0"),
            (&[0xf9, 0x00, 0x00], "an item of type `f16`, which no document holds, at byte 0"),
            (&[0xf5], "an item of type `bool`, which no document holds, at byte 0"),
            (&[0x19, 0x01], cut),
            (&[0x62, b'a'], cut),
        ];
        for (bytes, expected) in spellings {
            assert_eq!(refusal(bytes, Form::Definite), expected, "{bytes:x?}");
            // Later in the part it is refused as well, where it is.
            let later = [&[0x82, 0x01], bytes].concat();
            assert_eq!(refusal(&later, Form::Definite), expected.replace("byte 0", "byte 2"), "{bytes:x?}");
        }
    }

    #[test]
    fn only_the_outermost_map_may_be_of_indefinite_length_and_only_where_it_is_the_payload() {
        let inner: &[u8] = &[0x61, b'a', 0xa1, 0x01, 0x41, 0x00];
        let outer = [&[0xbf], inner, &[0xff]].concat();
        assert_eq!(require_strict(&outer, Form::OuterMapOfAnyLength), Ok(()));
        assert_eq!(require_strict(&[&[0xa1], inner].concat(), Form::OuterMapOfAnyLength), Ok(()));
        assert_eq!(refusal(&outer, Form::Definite), "a map of indefinite length at byte 0");

        let payload = |bytes: &[u8]| refusal(bytes, Form::OuterMapOfAnyLength);
        let end = "the end of an item of indefinite length";
        assert_eq!(payload(&outer[..outer.len() - 1]), "a map of indefinite length at byte 0");
        assert_eq!(payload(&[&outer[..], &[0x00]].concat()), "a map of indefinite length at byte 0");
        assert_eq!(payload(&[&outer[..], &[0xff]].concat()), format!("{end} at byte 7"));
        assert_eq!(payload(&[&outer[..], &outer].concat()), format!("{end} at byte 7"));
        assert_eq!(payload(&[&[0xa1], inner, &[0xff]].concat()), format!("{end} at byte 7"));
        assert_eq!(payload(&[0xbf, 0x61, b'a', 0xbf, 0xff, 0xff]), "a map of indefinite length at byte 3");
        assert_eq!(payload(&[0xbf, 0x61, b'a', 0x9f, 0xff, 0xff]), "an array of indefinite length at byte 3");
        assert_eq!(payload(&[0xbf, 0x7f, 0x61, b'a', 0xff, 0x01, 0xff]), "text of indefinite length at byte 1");
        assert_eq!(payload(&[0x9f, 0xff]), "an array of indefinite length at byte 0");
        assert_eq!(payload(&[0xff]), format!("{end} at byte 0"));
        assert_eq!(payload(&[0xbf]), "a map of indefinite length at byte 0");
        assert!(payload(&[0xbf, 0x61, b'a', 0x18, 0x00, 0xff]).starts_with("a number or a length"));
    }

    #[test]
    fn a_length_without_its_bytes_is_refused_at_once() {
        let cut = "an item of which the end is missing at byte 0";
        assert_eq!(refusal(&[0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Form::Definite), cut);
        assert_eq!(refusal(&[0x5a, 0xff, 0xff, 0xff, 0xff, 0x00], Form::Definite), cut);
    }
}
