//! No forgery passes by what is signed or said: each document is bent in one place, and refused at the step that is there
//! for it.

use std::time::Duration;

use nitro::{
    attestation::{Check, Expectations, Timestamp, verify},
    pcr::Pcr,
};
use rcgen::{BasicConstraints, IsCa};

use super::{
    pki::{HOUR, INSTANCE, Module, NOW, REGION, now, plans},
    writer::{ES384, Payload, envelope, protected, signed_bytes},
};

#[test]
fn what_is_not_bent_passes() {
    let module = Module::new(plans());
    let expectations = module.expected().maximum_age(Duration::ZERO).build().unwrap();
    let verified = verify(&module.document(&module.payload()), &expectations, now()).unwrap();
    assert_eq!(verified.report().failed(), None);
    assert_eq!(verified.report().root.name(), "test");
    assert!(!verified.report().root.is_aws());

    // One authority is enough, and so is a root without a limit of its path.
    let short = Module::bent(|plans| {
        plans.drain(REGION..=INSTANCE);
        plans[0].is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    });
    assert!(verify(&short.document(&short.payload()), &short.expected().build().unwrap(), now()).is_ok());
}

#[test]
fn a_signature_over_anything_else_is_refused() {
    let module = Module::new(plans());
    let (header, payload) = (protected(ES384), module.payload().encode());
    let right = module.sign(&signed_bytes(&header, &payload));
    assert!(verify(&envelope(&header, &payload, &right), &module.expected().build().unwrap(), now()).is_ok());

    let mut other = module.payload();
    other.pcrs[5].1 = vec![0xff; 48];
    for (name, signature) in [
        ("over another payload", module.sign(&signed_bytes(&header, &other.encode()))),
        ("over the bare payload", module.sign(&payload)),
        ("over another header", module.sign(&signed_bytes(&protected(-7), &payload))),
        ("by another leaf", Module::new(plans()).sign(&signed_bytes(&header, &payload))),
        ("cut", right[..95].to_vec()),
        ("longer", [&right[..], &[0]].concat()),
        ("empty but for one byte", vec![1]),
    ] {
        let document = envelope(&header, &payload, &signature);
        assert_eq!(module.refused_at(&document), Check::DocumentSignature, "{name}");
    }
}

#[test]
fn another_algorithm_is_refused() {
    let module = Module::new(plans());
    // ES256, ES512, EdDSA, PS384, and the one that COSE reserves.
    for algorithm in [-7, -36, -8, -38, 0] {
        let document = module.document_under(&protected(algorithm), &module.payload().encode());
        assert_eq!(module.refused_at(&document), Check::Algorithm, "{algorithm}");
    }
}

#[test]
fn what_an_emulator_makes_is_named_and_refused() {
    let module = Module::new(plans());
    let unsigned = Payload { certificate: vec![0; 64], cabundle: vec![vec![0; 64]], ..module.payload() };
    let qemu = envelope(&protected(-1), &unsigned.encode(), &[0; 64]);
    let error = verify(&qemu, &module.expected().build().unwrap(), now()).unwrap_err();
    assert_eq!(error.failed().check, Check::Signer);
    assert!(error.to_string().contains("an emulator"), "{error}");

    let payload = module.payload().encode();
    assert_eq!(module.refused_at(&envelope(&protected(ES384), &payload, &[0; 96])), Check::Signer);
    let blank_leaf = Payload { certificate: vec![0; 64], ..module.payload() };
    assert_eq!(module.refused_at(&module.document(&blank_leaf)), Check::Signer);
    let algorithm_only = module.document_under(&protected(-1), &payload);
    assert_eq!(module.refused_at(&algorithm_only), Check::Signer);
}

#[test]
fn bent_times_are_refused() {
    let module = Module::new(plans());
    let after = |seconds: i64| Timestamp::from_milliseconds((NOW + seconds).unsigned_abs() * 1000);
    let check = |made: i64, at: i64| {
        let payload = Payload { timestamp: after(made).as_milliseconds(), ..module.payload() };
        let expectations = module.expected().maximum_age(Duration::from_mins(1)).build().unwrap();
        verify(&module.document(&payload), &expectations, after(at)).map_err(|error| error.failed().check).map(|_| ())
    };
    assert_eq!(check(0, 60), Ok(()));
    assert_eq!(check(0, 61), Err(Check::Age));
    assert_eq!(check(300, 0), Ok(()));
    assert_eq!(check(301, 0), Err(Check::Clock));
    assert_eq!(check(-HOUR, 60 - HOUR), Ok(()));
    assert_eq!(check(-HOUR - 1, -HOUR), Err(Check::DocumentTime));
    assert_eq!(check(HOUR, HOUR), Ok(()));
    assert_eq!(check(HOUR + 1, HOUR), Err(Check::DocumentTime));
    assert_eq!(check(HOUR, HOUR + 1), Err(Check::Validity));
    assert_eq!(check(-HOUR, -HOUR - 1), Err(Check::Validity));
}

#[test]
fn a_debug_enclave_is_refused_unless_it_is_expected() {
    let module = Module::new(plans());
    let zeroed = |registers: &[usize]| {
        let mut payload = module.payload();
        for index in registers {
            payload.pcrs[*index].1 = vec![0; 48];
        }
        module.document(&payload)
    };
    assert_eq!(module.refused_at(&zeroed(&[0, 1, 2])), Check::Debug);
    assert_eq!(module.refused_at(&zeroed(&[1])), Check::Debug);
    assert_eq!(module.refused_at(&zeroed(&[2])), Check::Debug);

    // Allowed, it still has to be what is expected.
    let allowed = module.expected().allow_debug().build().unwrap();
    assert!(verify(&zeroed(&[1, 2]), &allowed, now()).is_ok());
    let error = verify(&zeroed(&[0, 1, 2]), &allowed, now()).unwrap_err();
    assert_eq!(error.failed().check, Check::Register(0));
    let root = allowed.root().clone();
    let zeros = Expectations::builder().pcr(0, Pcr::ZERO).allow_debug().root(root).build();
    assert!(verify(&zeroed(&[0, 1, 2]), &zeros.unwrap(), now()).is_ok());

    let mut payload = module.payload();
    payload.pcrs.remove(1);
    let error = verify(&module.document(&payload), &allowed, now()).unwrap_err();
    assert_eq!((error.failed().check, error.failed().found.as_str()), (Check::Debug, "there is no PCR1"));
}

#[test]
fn the_checks_that_expectations_announce_are_those_that_the_report_shows() {
    let module = Module::new(plans());
    let payload =
        Payload { optional: vec![("user_data", Some(vec![1])), ("public_key", Some(vec![2]))], ..module.payload() };
    let all = module.expected().pcr(31, Pcr::ZERO).instance("i-1234567890abcdef0").maximum_age(Duration::from_mins(1));
    let all = all.user_data([1]).public_key([3]).build().unwrap();
    let error = verify(&module.document(&payload), &all, now()).unwrap_err();
    let shown: Vec<Check> = error.report().steps.iter().map(|step| step.check).collect();
    let expected: Vec<Check> = shown.iter().copied().filter(|check| check.is_expectation()).collect();
    assert_eq!(all.checks().collect::<Vec<_>>(), expected);
    assert_eq!(expected.len(), 7);
    for check in shown {
        assert_eq!(check.to_string().parse(), Ok(check));
    }
}

#[test]
fn every_difference_of_a_genuine_document_is_reported() {
    let module = Module::new(plans());
    let expectations = module.expected().pcr(2, Pcr::from_bytes([9; 48])).pcr(3, Pcr::ZERO).nonce(*b"stale");
    let late = Timestamp::from_milliseconds((NOW + 2 * HOUR).unsigned_abs() * 1000);
    let error = verify(&module.document(&module.payload()), &expectations.build().unwrap(), late).unwrap_err();
    let failed: Vec<Check> = error.report().steps.iter().filter(|step| !step.passed).map(|step| step.check).collect();
    assert_eq!(failed, [Check::Validity, Check::Register(2), Check::Register(3), Check::Nonce]);
}
