//! Expectations that would prove nothing cannot be built.

use nitro::{
    attestation::{Expectations, ExpectationsBuilder, ExpectationsError},
    pcr::{Measurements, Pcr},
};

fn value(byte: u8) -> Pcr {
    Pcr::from_bytes([byte; 48])
}

fn problem(builder: ExpectationsBuilder) -> ExpectationsError {
    builder.build().unwrap_err()
}

#[test]
fn an_image_must_be_expected() {
    let start = Expectations::builder;
    for builder in [
        start(),
        start().instance("i-1234567890abcdef0"),
        start().role("arn:aws:iam::123456789012:role/Webserver"),
        start().nonce(*b"fresh"),
        start().pcr(1, value(1)),
        start().pcr(2, value(2)),
        start().pcr(3, value(3)).pcr(4, value(4)).pcr(16, value(5)),
        start().allow_debug(),
        start().allow_debug().pcr(1, Pcr::ZERO),
    ] {
        assert_eq!(problem(builder), ExpectationsError::NoImage);
    }
    for builder in [
        start().pcr(0, value(1)),
        start().pcr(8, value(1)),
        start().pcr(1, value(1)).pcr(2, value(2)),
        start().image(&Measurements { pcr0: value(1), pcr1: value(2), pcr2: value(3), pcr8: None }),
    ] {
        assert!(builder.build().is_ok());
    }
}

#[test]
fn zeros_are_no_image() {
    let start = Expectations::builder;
    assert_eq!(problem(start().pcr(0, Pcr::ZERO)), ExpectationsError::ZeroImage(0));
    assert_eq!(problem(start().pcr(8, Pcr::ZERO)), ExpectationsError::ZeroImage(8));
    assert_eq!(problem(start().pcr(1, value(1)).pcr(2, Pcr::ZERO)), ExpectationsError::ZeroImage(2));
    assert_eq!(problem(start().pcr(8, Pcr::ZERO).allow_debug()), ExpectationsError::ZeroImage(8));
    // That an image is not signed may be expected beside the image.
    assert!(start().pcr(0, value(1)).pcr(8, Pcr::ZERO).build().is_ok());
    assert!(start().pcr(0, Pcr::ZERO).allow_debug().build().is_ok());
    assert!(start().pcr(1, Pcr::ZERO).pcr(2, Pcr::ZERO).allow_debug().build().is_ok());
}

#[test]
fn contradictions_and_mistakes_are_refused() {
    let image = || Expectations::builder().pcr(0, value(1));
    assert!(image().pcr(0, value(1)).build().is_ok());
    let conflict = ExpectationsError::Conflict { index: 0, first: value(1), second: value(2) };
    assert_eq!(problem(image().pcr(0, value(2))), conflict);
    assert!(matches!(
        problem(image().pcr(4, value(4)).instance("i-1234567890abcdef0")),
        ExpectationsError::Conflict { index: 4, .. }
    ));
    assert!(image().pcr(31, value(1)).build().is_ok());
    assert_eq!(problem(image().pcr(32, value(1))), ExpectationsError::NoSuchRegister(32));
    assert!(matches!(problem(image().instance("web")), ExpectationsError::Identity(_)));
    assert!(matches!(problem(image().role("web")), ExpectationsError::Identity(_)));
}

#[test]
fn a_signed_image_is_expected_with_its_signer() {
    let measurements = Measurements { pcr0: value(1), pcr1: value(2), pcr2: value(3), pcr8: Some(value(8)) };
    let conflict = problem(Expectations::builder().image(&measurements).pcr(8, value(9)));
    assert_eq!(conflict, ExpectationsError::Conflict { index: 8, first: value(8), second: value(9) });
}
