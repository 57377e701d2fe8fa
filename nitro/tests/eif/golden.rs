//! Two images of AWS's own crate, with the registers that AWS's reader computed for them.

use nitro::eif::SignatureAlgorithm;

use crate::support::{measure, open};

const PLAIN: &[u8] = include_bytes!("data/plain.eif");
const SIGNED: &[u8] = include_bytes!("data/signed.eif");

const PCR0: &str = "ca73bb45eb1eeebaebc9731d947f7d0622eff56cd0c83f416e33f402a3995c88d9caf7ee8c086dda176907f31ce2c3f8";
const PCR1: &str = "8a9764115bb8d66cc3abf87d0784a3c52dd3664414c8bfd16f8ec5f9e0a786901585fe2c4a74141f303cbe7d61417aff";
const PCR2: &str = "05deef6150dba94c3ef6d7ed55f616d3f88d806029e982df3df8f997c174640194356dfc6db913334ebab275d83da046";
const PCR8: &str = "a72d540b1cbd34640504d3339f0c93460338020a4e467451a126f62d1fcdac66e69b9b5e305d3e91d0f747c2d3ec7602";

#[test]
fn registers_are_those_that_aws_computed() {
    for (image, pcr8) in [(PLAIN, None), (SIGNED, Some(PCR8.parse().unwrap()))] {
        let measured = measure(image);
        assert!(measured.is_intact());
        let found = measured.measurements;
        assert_eq!([found.pcr0, found.pcr1, found.pcr2], [PCR0, PCR1, PCR2].map(|pcr| pcr.parse().unwrap()));
        assert_eq!(found.pcr8, pcr8);
    }
}

#[test]
fn the_signature_that_aws_made_is_verified() {
    let image = open(SIGNED).unwrap();
    let entry = image.signature().unwrap().first();
    assert_eq!(entry.verify(&PCR0.parse().unwrap()).unwrap(), SignatureAlgorithm::Es384);
    assert_eq!(entry.certificate().subject(), "CN=conformance, O=iac");
}

#[test]
fn every_changed_bit_of_an_image_is_noticed() {
    for bit in 0..PLAIN.len() * 8 {
        let mut bent = PLAIN.to_vec();
        bent[bit / 8] ^= 1 << (bit % 8);
        if let Ok(mut image) = open(&bent) {
            assert!(!image.measure(|_| {}).unwrap().is_intact(), "bit {bit}");
        }
    }
}
