//! No bytes but those of a genuine document pass, and none make the reader panic.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use nitro::{
    attestation::{Claims, Expectations, Timestamp, UnverifiedDocument, verify},
    pcr::Pcr,
};

/// A genuine document and expectations that it meets as of its own time.
struct Genuine {
    claims: Claims,
    expectations: Expectations,
}

static GENUINE: LazyLock<[Genuine; 2]> = LazyLock::new(|| {
    let documents: [&[u8]; 2] =
        [include_bytes!("../seeds/document/nitro-1.cose"), include_bytes!("../seeds/document/nitro-2.cose")];
    documents.map(|bytes| {
        let claims = UnverifiedDocument::decode(bytes).expect("it is genuine").claims().clone();
        let expectations = expected(claims.pcrs[&0]);
        assert!(verify(bytes, &expectations, claims.timestamp).is_ok(), "what is genuine passes");
        Genuine { claims, expectations }
    })
});

fn expected(pcr0: Pcr) -> Expectations {
    Expectations::builder().pcr(0, pcr0).build().expect("an image is expected")
}

fuzz_target!(|bytes: &[u8]| {
    for genuine in GENUINE.iter() {
        match verify(bytes, &genuine.expectations, genuine.claims.timestamp) {
            Ok(document) => assert_eq!(document.claims(), &genuine.claims, "another document passed"),
            Err(error) => assert!(!error.failed().passed && !error.to_string().is_empty()),
        }
    }
    if let Ok(document) = UnverifiedDocument::decode(bytes) {
        // As of its own time and for its own image, so that the later steps are reached.
        let pcr0 = document.claims().pcrs.get(&0).filter(|pcr0| !pcr0.is_zero());
        let expectations = expected(pcr0.copied().unwrap_or(Pcr::from_bytes([1; 48])));
        let _ = verify(bytes, &expectations, document.claims().timestamp);
        let _ = verify(bytes, &expectations, Timestamp::from_milliseconds(u64::MAX));
    }
});
