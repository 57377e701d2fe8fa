//! The one strict form of CBOR that documents are read in. Apart from the reading of fields, because a decoder says what
//! bytes mean, and this says that no other bytes mean the same: two spellings of one document would be two documents.

use minicbor::{Decoder, Encoder, data::Type, decode::Error};

/// Says whether the bytes are the only spelling of what they hold: definite lengths, shortest integers, valid UTF-8, and
/// none of the floats, booleans and simple values that no document needs. The order of map keys is left free.
///
/// Each item is read and written again, which always gives the shortest form. Time and memory are linear: an item takes at
/// least one byte, and nothing nests here.
pub(super) fn is_strict(bytes: &[u8]) -> bool {
    let mut decoder = Decoder::new(bytes);
    let mut encoder = Encoder::new(Vec::with_capacity(bytes.len()));
    while decoder.position() < bytes.len() {
        if rewrite(&mut decoder, &mut encoder).is_err() {
            return false;
        }
    }
    encoder.writer() == bytes
}

/// Reads one item, or the head of an array, a map or a tagged item, and writes it in the shortest form.
fn rewrite(decoder: &mut Decoder<'_>, encoder: &mut Encoder<Vec<u8>>) -> Result<(), Error> {
    let written = match decoder.datatype()? {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => encoder.u64(decoder.u64()?),
        Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => encoder.int(decoder.int()?),
        Type::Bytes => encoder.bytes(decoder.bytes()?),
        Type::String => encoder.str(decoder.str()?),
        Type::Array => encoder.array(array(decoder)?),
        Type::Map => encoder.map(map(decoder)?),
        Type::Tag => encoder.tag(decoder.tag()?),
        Type::Null => {
            decoder.null()?;
            encoder.null()
        }
        _ => return Err(Error::message("no document holds an item of this type")),
    };
    written.expect("writing to memory cannot fail");
    Ok(())
}

/// Reads the head of an array and gives its length.
pub(super) fn array(decoder: &mut Decoder<'_>) -> Result<u64, Error> {
    decoder.array()?.ok_or_else(|| Error::message("array of indefinite length"))
}

/// Reads the head of a map and gives the number of its entries.
pub(super) fn map(decoder: &mut Decoder<'_>) -> Result<u64, Error> {
    decoder.map()?.ok_or_else(|| Error::message("map of indefinite length"))
}

/// Requires that nothing follows.
pub(super) fn end(decoder: &Decoder<'_>) -> Result<(), Error> {
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
            prop_assert!(is_strict(encoder.writer()));
        }
    }

    #[test]
    fn every_other_spelling_is_refused() {
        let spellings: [(&str, &[u8]); 18] = [
            ("one byte where none is needed", &[0x18, 0x17]),
            ("two bytes where one is enough", &[0x19, 0x00, 0xff]),
            ("four bytes where two are enough", &[0x1a, 0x00, 0x00, 0xff, 0xff]),
            ("eight bytes where four are enough", &[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
            ("a long negative number", &[0x38, 0x00]),
            ("a long length of bytes", &[0x58, 0x01, 0x00]),
            ("a long length of text", &[0x78, 0x01, b'a']),
            ("a long length of an array", &[0x98, 0x00]),
            ("a long length of a map", &[0xb8, 0x00]),
            ("a long tag", &[0xd8, 0x12, 0x80]),
            ("bytes of indefinite length", &[0x5f, 0x41, 0x00, 0xff]),
            ("text of indefinite length", &[0x7f, 0x61, b'a', 0xff]),
            ("an array of indefinite length", &[0x9f, 0xff]),
            ("a map of indefinite length", &[0xbf, 0xff]),
            ("text that is not UTF-8", &[0x61, 0xff]),
            ("undefined", &[0xf7]),
            ("a float", &[0xf9, 0x00, 0x00]),
            ("half an integer", &[0x19, 0x01]),
        ];
        for (name, bytes) in spellings {
            assert!(!is_strict(bytes), "{name}");
        }
    }

    #[test]
    fn a_length_without_its_bytes_is_refused_at_once() {
        assert!(!is_strict(&[0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
        assert!(!is_strict(&[0x5a, 0xff, 0xff, 0xff, 0xff, 0x00]));
    }
}
