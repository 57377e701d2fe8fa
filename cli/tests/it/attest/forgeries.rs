//! Every forgery that the library refuses is refused by the binary, at the same check, with status 1 and without a word of
//! what the document says.

use rcgen::{BasicConstraints, CustomExtension, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256};

use super::forge::{
    ES384, HOUR, INSTANCE, LEAF, Module, NOW, Payload, REGION, ZONE, envelope, options, plans, protected, signed_bytes,
};
use super::{refused, verify};
use crate::harness::Laptop;

/// Demands that the document of a bent PKI is refused at this check.
#[track_caller]
fn refuses(laptop: &Laptop, check: &str, module: &Module, document: &[u8]) {
    refused(verify(laptop, document, options(laptop, module)), check);
}

#[test]
fn what_is_not_bent_passes() {
    let (laptop, module) = (Laptop::offline(), Module::new(plans()));
    let verdict = verify(&laptop, &module.document(&module.payload()), options(&laptop, &module)).ok().json();
    assert_eq!((&verdict["verified"], &verdict["as_of"]), (&true.into(), &"time".into()));
}

#[test]
fn bent_certificates_are_refused() {
    let laptop = Laptop::offline();
    let limited = |length| IsCa::Ca(BasicConstraints::Constrained(length));
    let p256 = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let critical = || {
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
        extension.set_criticality(true);
        vec![extension]
    };
    let bent: Vec<(&str, Module)> = vec![
        ("authorities", Module::bent(|plans| plans[0].is_ca = limited(2))),
        ("authorities", Module::bent(|plans| plans[INSTANCE].usages.clear())),
        ("authorities", Module::bent(|plans| plans[ZONE].is_ca = IsCa::ExplicitNoCa)),
        ("leaf", Module::bent(|plans| plans[LEAF].is_ca = limited(0))),
        ("leaf", Module::bent(|plans| plans[LEAF].usages = vec![KeyUsagePurpose::KeyAgreement])),
        ("validity", Module::bent(|plans| plans[REGION].validity.1 = NOW - 1)),
        ("validity", Module::bent(|plans| plans[LEAF].validity.0 = NOW + 1)),
        ("certificates", Module::bent(|plans| plans[ZONE].extensions = critical())),
        ("certificates", Module::bent(|plans| plans[INSTANCE].key = p256())),
        ("certificates", Module::bent(|plans| plans[LEAF].signing_key = Some(p256()))),
        ("order", Module::bent(|plans| plans[LEAF].issuer_name = Some("region"))),
        (
            "chain_signatures",
            Module::bent(|plans| {
                plans[ZONE].signing_key = Some(KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap());
            }),
        ),
    ];
    for (check, module) in &bent {
        refuses(&laptop, check, module, &module.document(&module.payload()));
    }
}

#[test]
fn bent_documents_are_refused() {
    let (laptop, module) = (Laptop::offline(), Module::new(plans()));
    let (header, payload) = (protected(ES384), module.payload().encode());
    let other_key = Module::new(plans()).sign(&signed_bytes(&header, &payload));
    refuses(&laptop, "document_signature", &module, &envelope(&header, &payload, &other_key));
    refuses(&laptop, "algorithm", &module, &module.document_under(&protected(-7), &payload));
    refuses(&laptop, "signer", &module, &envelope(&header, &payload, &[0; 96]));
    let whole = module.document(&module.payload());
    refuses(&laptop, "decoding", &module, &whole[..whole.len() - 1]);
    refuses(&laptop, "decoding", &module, &[&whole[..], &[0]].concat());
    let late = (NOW + HOUR + 1).unsigned_abs() * 1000;
    refuses(&laptop, "document_time", &module, &module.document(&Payload { timestamp: late, ..module.payload() }));
    let future = (NOW + 301).unsigned_abs() * 1000;
    refuses(&laptop, "clock", &module, &module.document(&Payload { timestamp: future, ..module.payload() }));
    let mut debug = module.payload();
    debug.pcrs[1].1 = vec![0; 48];
    refuses(&laptop, "debug", &module, &module.document(&debug));
    let mut missing = module.payload();
    missing.pcrs.remove(2);
    refuses(&laptop, "debug", &module, &module.document(&missing));
}

#[test]
fn what_a_document_says_never_steers_the_terminal() {
    let (laptop, module) = (Laptop::offline(), Module::new(plans()));
    let payload = Payload { module_id: "i-1\u{1b}[2J-enc1".to_owned(), ..module.payload() };
    let options = [options(&laptop, &module), vec!["--output".to_owned(), "text".to_owned()]].concat();
    let verified = verify(&laptop, &module.document(&payload), options).ok();
    let shown = laptop.iac(["attest", "show", "document.cose", "--output", "text"]).ok();
    for run in [verified, shown] {
        assert!(run.text().contains(r"i-1\u{1b}[2J-enc1") && !run.text().contains('\u{1b}'), "{}", run.text());
    }
}
