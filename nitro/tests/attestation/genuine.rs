//! A genuine document, and one of the form that modules write now, pass for what they are and for nothing else; one under
//! another root does not pass.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nitro::{
    attestation::{Check, Expectations, Root, Timestamp, UnverifiedDocument, verify},
    pcr::Pcr,
};

use super::{
    pki::{Module, now, plans},
    samples::{self, GENUINE, INDEFINITE, Sample},
};

fn failed_check(bytes: &[u8], expectations: &Expectations, at: Timestamp) -> Check {
    verify(bytes, expectations, at).unwrap_err().failed().check
}

fn milliseconds_after(time: Timestamp, milliseconds: u64) -> Timestamp {
    Timestamp::from_milliseconds(time.as_milliseconds() + milliseconds)
}

#[test]
fn they_verify_as_of_their_own_time() {
    for document in samples::all() {
        let expectations = document.expected().maximum_age(Duration::ZERO).build().unwrap();
        let verified = verify(&document.bytes, &expectations, document.made).unwrap();
        assert_eq!(verified.claims(), UnverifiedDocument::decode(&document.bytes).unwrap().claims());
        assert_eq!(verified.claims().instance_id(), Some(document.instance));
        assert_eq!(verified.claims().timestamp, document.made);
        assert_eq!(verified.report().root.is_aws(), document.instance == GENUINE.instance);

        let checks: Vec<String> = verified.report().steps.iter().map(|step| step.check.to_string()).collect();
        let authenticity = "decoding signer algorithm root certificates order authorities leaf document_signature \
                            chain_signatures";
        let expectations = "validity document_time clock age debug pcr0 pcr1 pcr2 pcr4";
        assert_eq!(checks.join(" "), format!("{authenticity} {expectations}"));
        assert_eq!(verified.report().failed(), None);
    }
}

#[test]
fn the_report_says_what_was_expected_and_found() {
    let document = &*GENUINE;
    let expectations = document.expected().nonce(*b"fresh").build().unwrap();
    let error = verify(&document.bytes, &expectations, document.made).unwrap_err();
    assert_eq!(error.to_string(), "the attestation document is refused at `nonce`: expected 6672657368, found none");
    insta::assert_snapshot!(serde_json::to_string_pretty(error.report()).unwrap());
}

#[test]
fn their_certificates_state_names_and_times() {
    for document in samples::all() {
        let unverified = UnverifiedDocument::decode(&document.bytes).unwrap();
        let certificates: Vec<_> = unverified.certificates().into_iter().map(Option::unwrap).collect();
        let (root, leaf) = (&certificates[0], certificates.last().unwrap());
        assert_eq!((certificates.len(), &root.issuer), (5, &root.subject));
        assert_eq!(leaf.not_after, document.leaf_end);
        assert!(leaf.not_before <= document.made);
        assert_eq!(certificates[3].subject, leaf.issuer);
        assert_eq!(unverified.signature().len(), 96);
    }
    let genuine = UnverifiedDocument::decode(&GENUINE.bytes).unwrap().certificates();
    let (root, leaf) = (genuine[0].clone().unwrap(), genuine[4].clone().unwrap());
    assert_eq!((root.subject.as_str(), root.sha256.as_str()), ("aws.nitro-enclaves", Root::aws().sha256()));
    assert!(leaf.subject.starts_with(GENUINE.instance));
}

#[test]
fn they_do_not_verify_now() {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = Timestamp::from_milliseconds(u64::try_from(elapsed.as_millis()).unwrap());
    for document in samples::all() {
        assert_eq!(failed_check(&document.bytes, &document.expected().build().unwrap(), now), Check::Validity);
    }
}

#[test]
fn they_verify_until_the_leaf_ends_and_not_later() {
    for document in samples::all() {
        let expectations = document.expected().build().unwrap();
        let at = |milliseconds| milliseconds_after(document.leaf_end, milliseconds);
        assert!(verify(&document.bytes, &expectations, at(0)).is_ok());
        for late in [1, 5 * 60 * 1000] {
            assert_eq!(failed_check(&document.bytes, &expectations, at(late)), Check::Validity);
        }
    }
}

#[test]
fn one_wrong_nibble_is_refused() {
    for document in samples::all() {
        for index in 0..3 {
            let right = document.pcr(index).to_string();
            for position in 0..right.len() {
                let mut digits = right.clone().into_bytes();
                digits[position] = if digits[position] == b'0' { b'1' } else { b'0' };
                let wrong: Pcr = String::from_utf8(digits).unwrap().parse().unwrap();
                let check = Check::Register(u8::try_from(index).unwrap());
                assert_eq!(failed_check(&document.bytes, &expecting(document, index, wrong), document.made), check);
            }
        }
    }
}

/// Expects one register to have another value, and the other two to be what they are.
fn expecting(document: &Sample, index: usize, value: Pcr) -> Expectations {
    let builder = (0..3).fold(document.under_its_root(), |builder, each| {
        let expected = if each == index { value } else { document.pcr(each) };
        builder.pcr(u8::try_from(each).unwrap(), expected)
    });
    builder.build().unwrap()
}

#[test]
fn another_instance_nonce_user_data_or_key_is_refused() {
    let document = &*GENUINE;
    let own_key = UnverifiedDocument::decode(&document.bytes).unwrap().claims().public_key.clone().unwrap();
    let own = document.expected().public_key(own_key).build().unwrap();
    assert!(verify(&document.bytes, &own, document.made).is_ok());

    let image = || Expectations::builder().pcr(0, document.pcr(0));
    for (expectations, check) in [
        (image().instance(INDEFINITE.instance), Check::Register(4)),
        (image().role("arn:aws:iam::123456789012:role/Webserver"), Check::Register(3)),
        (image().pcr(31, Pcr::ZERO), Check::Register(31)),
        (image().nonce(Vec::new()), Check::Nonce),
        (image().user_data(*b"x"), Check::UserData),
        (image().public_key(*b"x"), Check::PublicKey),
    ] {
        assert_eq!(failed_check(&document.bytes, &expectations.build().unwrap(), document.made), check);
    }
}

#[test]
fn another_root_is_refused_at_its_own_time() {
    let module = Module::new(plans());
    let document = module.document(&module.debug_payload());
    let image = || Expectations::builder().pcr(1, Pcr::of_content(b"one")).pcr(2, Pcr::of_content(b"two"));
    assert_eq!(failed_check(&document, &image().build().unwrap(), now()), Check::Root);

    let claims = UnverifiedDocument::decode(&document).unwrap().claims().clone();
    let root = Root::other("somebody's", &claims.cabundle[0]).unwrap();
    assert!(!root.is_aws());
    let error = verify(&document, &image().root(root.clone()).build().unwrap(), now()).unwrap_err();
    assert_eq!(error.failed().check, Check::Debug);
    assert_eq!(error.report().root.name(), "somebody's");

    // What stands in its way is the debug mode: by name, and expected by its zeros, it passes under that root.
    let zeros = Expectations::builder().allow_debug().pcr(0, Pcr::ZERO).root(root).build().unwrap();
    assert!(verify(&document, &zeros, now()).is_ok());
}

/// Tag 18 and the other of two valid signatures: what anybody can change without a key.
#[test]
fn one_document_is_four_byte_strings_that_say_the_same() {
    for document in samples::all() {
        let expectations = document.expected().build().unwrap();
        let claims = UnverifiedDocument::decode(&document.bytes).unwrap().claims().clone();
        let other = with_other_signature(&document.bytes);
        assert_ne!(other, document.bytes);
        for untagged in [&document.bytes, &other] {
            for bytes in [untagged.clone(), [&[0xd2], &untagged[..]].concat()] {
                assert_eq!(verify(&bytes, &expectations, document.made).unwrap().claims(), &claims);
            }
        }
    }
}

/// The order of P-384, FIPS 186-5.
const ORDER: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";

/// Puts n − s in the place of s, which is the last 48 bytes of a document.
fn with_other_signature(document: &[u8]) -> Vec<u8> {
    let order = data_encoding::HEXLOWER.decode(ORDER.as_bytes()).unwrap();
    let mut bytes = document.to_vec();
    let begin = bytes.len() - order.len();
    let mut borrow = 0;
    for (place, digit) in order.iter().enumerate().rev() {
        let difference = i16::from(*digit) - i16::from(bytes[begin + place]) - borrow;
        borrow = i16::from(difference < 0);
        bytes[begin + place] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    bytes
}
