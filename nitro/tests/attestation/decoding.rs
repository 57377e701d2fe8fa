//! What is a document and what is not, before anything is believed.

use std::collections::BTreeMap;

use nitro::{
    attestation::{DecodeError, MAXIMUM_SIZE, UnverifiedDocument},
    pcr::Pcr,
};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
};

use super::{
    samples,
    writer::{ES384, Payload, envelope, protected},
};

fn payload() -> Payload {
    Payload {
        module_id: "i-1-enc2".to_owned(),
        digest: "SHA384".to_owned(),
        timestamp: 1,
        pcrs: vec![(0, vec![1; 48])],
        certificate: vec![1],
        cabundle: vec![vec![2]],
        optional: Vec::new(),
        digests: 1,
        indefinite: false,
    }
}

fn decoded(payload: &Payload) -> Result<UnverifiedDocument, DecodeError> {
    UnverifiedDocument::decode(&envelope(&protected(ES384), &payload.encode(), &[1; 96]))
}

#[test]
fn payloads_of_another_shape_are_refused() {
    assert!(decoded(&payload()).is_ok());
    let refuses = |name: &str, bend: fn(&mut Payload)| {
        let mut payload = payload();
        bend(&mut payload);
        assert!(matches!(decoded(&payload), Err(DecodeError::Shape { part: "payload", .. })), "{name}");
    };
    refuses("an empty module id", |payload| payload.module_id.clear());
    refuses("another digest", |payload| payload.digest = "SHA256".to_owned());
    refuses("no digest", |payload| payload.digests = 0);
    refuses("a duplicate key", |payload| payload.digests = 2);
    refuses("no PCRs", |payload| payload.pcrs.clear());
    refuses("a short PCR", |payload| payload.pcrs[0].1 = vec![1; 47]);
    refuses("a long PCR", |payload| payload.pcrs[0].1 = vec![1; 64]);
    refuses("a duplicate PCR", |payload| payload.pcrs.push((0, vec![1; 48])));
    refuses("PCR32", |payload| payload.pcrs.push((32, vec![1; 48])));
    refuses("PCR256", |payload| payload.pcrs.push((256, vec![1; 48])));
    refuses("an empty bundle", |payload| payload.cabundle.clear());
    refuses("an unknown field", |payload| payload.optional.push(("color", None)));
    refuses("a duplicate null", |payload| payload.optional = vec![("nonce", None), ("nonce", Some(vec![1]))]);
}

#[test]
fn the_error_says_what_is_wrong() {
    let message = |bend: fn(&mut Payload)| {
        let mut payload = payload();
        bend(&mut payload);
        decoded(&payload).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(|payload| payload.pcrs.clear()), @"the payload is not that of an attestation document: there are no PCRs");
    insta::assert_snapshot!(message(|payload| payload.digests = 2), @"the payload is not that of an attestation document: a key stands twice");
    insta::assert_snapshot!(message(|payload| payload.optional.push(("co\nlor", None))), @"the payload is not that of an attestation document: unknown field `co\\nlor`");
    insta::assert_snapshot!(UnverifiedDocument::decode(&[0x81, 0x00]).unwrap_err(), @"the envelope is not that of an attestation document: COSE_Sign1 has four parts");
    insta::assert_snapshot!(UnverifiedDocument::decode(&[0x9f, 0xff]).unwrap_err(), @"the envelope is not strict CBOR: it has an array of indefinite length at byte 0");
    insta::assert_snapshot!(UnverifiedDocument::decode(b"not CBOR").unwrap_err(), @"the first byte is 0x6e, and a document begins with 0x84 or, tagged, with 0xd2");
    insta::assert_snapshot!(UnverifiedDocument::decode(b"").unwrap_err(), @"there are no bytes");
}

#[test]
fn envelopes_of_another_shape_are_refused() {
    let (header, payload) = (protected(ES384), payload().encode());
    let good = envelope(&header, &payload, &[1; 96]);
    let tagged = |tag: u8| [&[tag], &good[..]].concat();
    assert_eq!(
        UnverifiedDocument::decode(&tagged(0xd2)).unwrap().claims(),
        UnverifiedDocument::decode(&good).unwrap().claims()
    );
    let with_header = |header: &[u8]| envelope(header, &payload, &[1; 96]);
    let mut unprotected = good.clone();
    unprotected.splice(1 + 1 + header.len()..=1 + 1 + header.len(), [0xa1, 0x04, 0x40]);
    let mut swallowing = good.clone();
    swallowing[1 + 1 + header.len()] = 0xa1;
    for (name, bytes) in [
        ("nothing", Vec::new()),
        ("another tag", tagged(0xd1)),
        ("two tags", [&[0xd2], &tagged(0xd2)[..]].concat()),
        ("a byte after the end", [&good[..], &[0]].concat()),
        ("a missing byte", good[..good.len() - 1].to_vec()),
        ("five parts", [&[0x85], &good[1..], &[0xf6]].concat()),
        ("an unprotected header", unprotected),
        ("payload and signature in the unprotected header", swallowing),
        ("an empty protected header", with_header(&[])),
        ("a header without algorithm", with_header(&[0xa0])),
        ("a header with a key id", with_header(&[0xa2, 0x01, 0x38, 0x22, 0x04, 0x40])),
        ("an algorithm by name", with_header(&[0xa1, 0x01, 0x65, b'E', b'S', b'3', b'8', b'4'])),
        ("a long integer in the header", with_header(&[0xa1, 0x01, 0x39, 0x00, 0x22])),
        ("a byte after the header", with_header(&[0xa1, 0x01, 0x38, 0x22, 0x00])),
        ("another label", with_header(&[0xa1, 0x03, 0x38, 0x22])),
    ] {
        assert!(UnverifiedDocument::decode(&bytes).is_err(), "{name}");
    }
}

#[test]
fn a_document_of_any_other_spelling_is_refused() {
    for document in samples::all() {
        let long_array = [&[0x98, 0x04], &document.bytes[1..]].concat();
        let indefinite = [&[0x9f], &document.bytes[1..], &[0xff]].concat();
        for bytes in [long_array, indefinite] {
            let error = UnverifiedDocument::decode(&bytes).unwrap_err();
            assert!(matches!(error, DecodeError::NotStrict { part: "envelope", .. }), "{error}");
        }
    }
}

/// What modules have written since August 2025, and what they have not.
#[test]
fn the_payload_is_a_map_of_either_length_and_nothing_in_it_is_indefinite() {
    let definite = payload();
    let indefinite = Payload { indefinite: true, ..payload() };
    assert_eq!(decoded(&indefinite).unwrap().claims(), decoded(&definite).unwrap().claims());

    let bytes = indefinite.encode();
    assert_eq!((bytes[0], bytes.last()), (0xbf, Some(&0xff)));
    let refused = |bytes: &[u8]| UnverifiedDocument::decode(&envelope(&protected(ES384), bytes, &[1; 96])).unwrap_err();
    let not_strict = |bytes: &[u8], item: &str| match refused(bytes) {
        DecodeError::NotStrict { part: "payload", found } => assert!(found.contains(item), "{found}"),
        other => panic!("{other}"),
    };
    not_strict(&bytes[..bytes.len() - 1], "a map of indefinite length at byte 0");
    not_strict(&[&bytes[..], &[0xf6]].concat(), "a map of indefinite length at byte 0");
    not_strict(&[&bytes[..], &[0xff]].concat(), "the end of an item of indefinite length");
    not_strict(&[&definite.encode()[..], &[0xff]].concat(), "the end of an item of indefinite length");
    // Each item inside, written with an indefinite length in its turn.
    let place =
        |text: &str| bytes.windows(text.len()).position(|window| window == text.as_bytes()).unwrap() + text.len();
    let closed = |from: usize, to: usize, head: u8, items: &[u8]| {
        [&bytes[..from], &[head], items, &[0xff], &bytes[to..]].concat()
    };
    let (pcrs, cabundle, digest) = (place("pcrs"), place("cabundle"), place("digest"));
    let entry = &bytes[pcrs + 1..pcrs + 1 + 51];
    not_strict(&closed(pcrs, pcrs + 52, 0xbf, entry), "a map of indefinite length");
    not_strict(&closed(cabundle, cabundle + 3, 0x9f, &[0x41, 0x02]), "an array of indefinite length");
    not_strict(&closed(cabundle + 1, cabundle + 3, 0x5f, &[0x41, 0x02]), "bytes of indefinite length");
    not_strict(&closed(digest, digest + 7, 0x7f, b"\x66SHA384"), "text of indefinite length");
    // A key without its value, and no entries at all.
    let half = [&bytes[..bytes.len() - 1], b"\x65nonce\xff"].concat();
    for bytes in [&half[..], &[0xbf, 0xff]] {
        assert!(matches!(refused(bytes), DecodeError::Shape { part: "payload", .. }));
    }
    let twice = Payload { indefinite: true, digests: 2, ..payload() };
    assert!(matches!(decoded(&twice), Err(DecodeError::Shape { .. })));
    let unknown = Payload { indefinite: true, optional: vec![("color", None)], ..payload() };
    assert!(matches!(decoded(&unknown), Err(DecodeError::Shape { .. })));
}

#[test]
fn the_size_is_limited_before_anything_is_read() {
    let mut payload = payload();
    payload.optional.push(("user_data", Some(vec![7; MAXIMUM_SIZE])));
    assert!(matches!(decoded(&payload), Err(DecodeError::TooLarge(_))));
    let size = |payload: &Payload| envelope(&protected(ES384), &payload.encode(), &[1; 96]).len();
    let excess = size(&payload) - MAXIMUM_SIZE;
    payload.optional[0].1 = Some(vec![7; MAXIMUM_SIZE - excess]);
    assert_eq!(size(&payload), MAXIMUM_SIZE);
    assert!(decoded(&payload).is_ok());
    payload.module_id.push('2');
    assert!(matches!(decoded(&payload), Err(DecodeError::TooLarge(_))));
}

#[test]
fn claims_are_printed_as_json() {
    let mut payload = payload();
    payload.optional = vec![("nonce", Some(vec![0xab])), ("user_data", None)];
    let json = serde_json::to_value(decoded(&payload).unwrap().claims()).unwrap();
    let expected = serde_json::json!({
        "module_id": "i-1-enc2",
        "timestamp": "1970-01-01T00:00:00.001Z",
        "pcrs": { "0": "01".repeat(48) },
        "certificate": "01",
        "cabundle": ["02"],
        "public_key": null,
        "user_data": null,
        "nonce": "ab",
    });
    assert_eq!(json, expected);
}

prop_compose! {
    fn any_payload()(
        module_id in "\\PC{1,60}",
        timestamp: u64,
        pcrs in btree_map(0..32u64, vec(any::<u8>(), 48), 1..32),
        certificate in vec(any::<u8>(), 0..300),
        cabundle in vec(vec(any::<u8>(), 0..300), 1..=8),
        values in vec(proptest::option::of(vec(any::<u8>(), 0..300)), 0..=3),
        indefinite: bool,
    ) -> Payload {
        let optional = ["public_key", "user_data", "nonce"].into_iter().zip(values).collect();
        let pcrs = pcrs.into_iter().collect();
        Payload { module_id, timestamp, pcrs, certificate, cabundle, optional, indefinite, ..payload() }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(payload in any_payload()) {
        let document = decoded(&payload).unwrap();
        let claims = document.claims();
        let pcrs: BTreeMap<u8, Pcr> = payload.pcrs.iter().map(|(index, value)| {
            (u8::try_from(*index).unwrap(), Pcr::from_bytes(value[..].try_into().unwrap()))
        }).collect();
        let optional = |name| payload.optional.iter().find(|(key, _)| *key == name).and_then(|(_, value)| value.clone());
        prop_assert_eq!(&claims.module_id, &payload.module_id);
        prop_assert_eq!(claims.timestamp.as_milliseconds(), payload.timestamp);
        prop_assert_eq!(&claims.pcrs, &pcrs);
        prop_assert_eq!(&claims.certificate, &payload.certificate);
        prop_assert_eq!(&claims.cabundle, &payload.cabundle);
        prop_assert_eq!(&claims.public_key, &optional("public_key"));
        prop_assert_eq!(&claims.user_data, &optional("user_data"));
        prop_assert_eq!(&claims.nonce, &optional("nonce"));
    }
}
