//! No forgery passes by its certificates: each chain is bent in one place, and refused at the step that is there for it.

use nitro::attestation::{Check, verify};
use rcgen::{BasicConstraints, CustomExtension, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256};

use super::{
    pki::{INSTANCE, LEAF, Module, NOW, Plan, REGION, ZONE, now, p384, plans},
    writer::Payload,
};

/// Requires that certificates made from bent plans are refused at this step.
fn refuses(name: &str, check: Check, bend: impl FnOnce(&mut Vec<Plan>)) {
    let module = Module::bent(bend);
    assert_eq!(module.refused_at(&module.document(&module.payload())), check, "{name}");
}

fn limited(path_length: u8) -> IsCa {
    IsCa::Ca(BasicConstraints::Constrained(path_length))
}

#[test]
fn an_authority_must_be_one() {
    let check = Check::Authorities;
    refuses("path length of the root", check, |plans| plans[0].is_ca = limited(2));
    refuses("path length of an intermediate", check, |plans| plans[ZONE].is_ca = limited(0));
    refuses("a CA without keyCertSign", check, |plans| {
        plans[ZONE].usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::CrlSign];
    });
    refuses("a CA without key usage", check, |plans| plans[INSTANCE].usages.clear());
    refuses("a CA that is none", check, |plans| plans[ZONE].is_ca = IsCa::ExplicitNoCa);
    refuses("a CA without basic constraints", check, |plans| plans[ZONE].is_ca = IsCa::NoCa);
}

#[test]
fn a_leaf_must_be_one() {
    refuses("a leaf that is a CA", Check::Leaf, |plans| plans[LEAF].is_ca = limited(0));
    refuses("a leaf without key usage", Check::Leaf, |plans| plans[LEAF].usages.clear());
    refuses("a leaf without digitalSignature", Check::Leaf, |plans| {
        plans[LEAF].usages = vec![KeyUsagePurpose::KeyAgreement];
    });
}

#[test]
fn every_certificate_must_be_valid() {
    for index in [0, REGION, ZONE, INSTANCE, LEAF] {
        refuses("expired", Check::Validity, |plans| plans[index].validity.1 = NOW - 1);
        refuses("of tomorrow", Check::Validity, |plans| plans[index].validity.0 = NOW + 1);
    }
}

#[test]
fn extensions_must_be_understood() {
    let unknown = |critical| {
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
        extension.set_criticality(critical);
        vec![extension]
    };
    let check = Check::Certificates;
    refuses("critical, of the leaf", check, |plans| plans[LEAF].extensions = unknown(true));
    refuses("critical, of a CA", check, |plans| plans[ZONE].extensions = unknown(true));
    // A second one beside that which the plan itself makes.
    refuses("basic constraints twice", check, |plans| {
        plans[LEAF].extensions = vec![CustomExtension::from_oid_content(&[2, 5, 29, 19], vec![0x30, 3, 1, 1, 0xff])];
    });
    refuses("half a key usage", check, |plans| {
        plans[LEAF].usages.clear();
        plans[LEAF].extensions = vec![CustomExtension::from_oid_content(&[2, 5, 29, 15], vec![3, 2, 7])];
    });
    let harmless = Module::bent(|plans| plans[LEAF].extensions = unknown(false));
    let expectations = harmless.expected().build().unwrap();
    assert!(verify(&harmless.document(&harmless.payload()), &expectations, now()).is_ok());
}

#[test]
fn keys_names_and_signatures_must_fit() {
    let p256 = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    refuses("a CA's key on another curve", Check::Certificates, |plans| plans[INSTANCE].key = p256());
    refuses("another hash", Check::Certificates, |plans| plans[LEAF].signing_key = Some(p256()));
    refuses("another issuer's name", Check::Order, |plans| plans[LEAF].issuer_name = Some("region"));
    for index in [REGION, ZONE, INSTANCE, LEAF] {
        refuses("signed with another key", Check::ChainSignatures, |plans| plans[index].signing_key = Some(p384()));
    }
}

#[test]
fn the_bundle_must_be_the_chain() {
    let module = Module::new(plans());
    let refuses = |name: &str, check, bend: fn(&mut Payload)| {
        let mut payload = module.payload();
        bend(&mut payload);
        assert_eq!(module.refused_at(&module.document(&payload)), check, "{name}");
    };
    refuses("no root", Check::Root, |payload| _ = payload.cabundle.remove(0));
    refuses("a root with another signature", Check::Root, |payload| *payload.cabundle[0].last_mut().unwrap() ^= 1);
    refuses("the root last", Check::Root, |payload| payload.cabundle.rotate_left(1));
    refuses("a missing intermediate", Check::Order, |payload| _ = payload.cabundle.remove(ZONE));
    refuses("the last intermediate missing", Check::Order, |payload| _ = payload.cabundle.pop());
    refuses("reordered intermediates", Check::Order, |payload| payload.cabundle.swap(REGION, ZONE));
    refuses("an intermediate twice", Check::Order, |payload| {
        payload.cabundle.insert(ZONE, payload.cabundle[ZONE].clone());
    });
    refuses("the leaf in the bundle too", Check::Order, |payload| payload.cabundle.push(payload.certificate.clone()));
    // The root names itself as its issuer: twice, the first has one authority too many below it.
    refuses("the root twice", Check::Authorities, |payload| payload.cabundle.insert(0, payload.cabundle[0].clone()));
    refuses("bytes after a certificate", Check::Certificates, |payload| payload.cabundle[ZONE].push(0));
    refuses("an empty certificate", Check::Certificates, |payload| payload.cabundle[ZONE].clear());
    refuses("too many", Check::Decoding, |payload| payload.cabundle = vec![payload.cabundle[0].clone(); 9]);
    refuses("none", Check::Decoding, |payload| payload.cabundle.clear());
}

#[test]
fn a_self_made_twin_is_refused() {
    let module = Module::new(plans());
    let twin = Module::new(plans());
    // Every name is the same, and nothing else.
    assert_eq!(module.refused_at(&twin.document(&twin.payload())), Check::Root);

    let mut below_the_real_root = twin.payload();
    below_the_real_root.cabundle[0].clone_from(&module.certificates[0]);
    assert_eq!(module.refused_at(&twin.document(&below_the_real_root)), Check::ChainSignatures);

    let mut one_intermediate = module.payload();
    one_intermediate.cabundle[ZONE].clone_from(&twin.certificates[ZONE]);
    assert_eq!(module.refused_at(&module.document(&one_intermediate)), Check::ChainSignatures);

    let mut leaf = module.payload();
    leaf.certificate.clone_from(&twin.certificates[LEAF]);
    assert_eq!(module.refused_at(&module.document(&leaf)), Check::DocumentSignature);
    assert_eq!(module.refused_at(&twin.document(&leaf)), Check::ChainSignatures);
}
