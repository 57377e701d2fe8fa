//! No bytes pass for anything but what the documents say that pass unchanged, and none make the reader panic.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use nitro::{
    attestation::{Claims, Expectations, Root, Timestamp, UnverifiedDocument, verify},
    pcr::Pcr,
};

/// A document that passes, and expectations that it meets as of its own time.
struct Passing {
    claims: Claims,
    expectations: Expectations,
}

/// A genuine one, and one of the test PKI whose payload is a map of indefinite length.
static PASSING: LazyLock<[Passing; 2]> = LazyLock::new(|| {
    let test = Root::other("test", include_bytes!("../seeds/certificate/test-0.der")).expect("it is a certificate");
    let documents: [(&[u8], Root); 2] = [
        (include_bytes!("../seeds/document/nitro-1.cose"), Root::aws()),
        (include_bytes!("../seeds/document/indefinite.cose"), test),
    ];
    documents.map(|(bytes, root)| {
        let claims = UnverifiedDocument::decode(bytes).expect("it is a document").claims().clone();
        let expectations = expected(claims.pcrs[&0], root);
        assert!(verify(bytes, &expectations, claims.timestamp).is_ok(), "it passes unchanged");
        Passing { claims, expectations }
    })
});

fn expected(pcr0: Pcr, root: Root) -> Expectations {
    Expectations::builder().pcr(0, pcr0).root(root).build().expect("an image is expected")
}

fuzz_target!(|bytes: &[u8]| {
    for passing in PASSING.iter() {
        match verify(bytes, &passing.expectations, passing.claims.timestamp) {
            Ok(document) => assert_eq!(document.claims(), &passing.claims, "another document passed"),
            Err(error) => assert!(!error.failed().passed && !error.to_string().is_empty()),
        }
    }
    if let Ok(document) = UnverifiedDocument::decode(bytes) {
        // As of its own time and for its own image, so that the later steps are reached.
        let pcr0 = document.claims().pcrs.get(&0).filter(|pcr0| !pcr0.is_zero());
        let expectations = expected(pcr0.copied().unwrap_or(Pcr::from_bytes([1; 48])), Root::aws());
        let _ = verify(bytes, &expectations, document.claims().timestamp);
        let _ = verify(bytes, &expectations, Timestamp::from_milliseconds(u64::MAX));
    }
});
