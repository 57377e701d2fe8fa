//! Documents of a PKI that tests bend at will: the one that the library's own tests are made with.

#[path = "../../../../nitro/tests/attestation/pki.rs"]
#[expect(dead_code, reason = "the library's tests use the rest")]
mod pki;
#[path = "../../../../nitro/tests/attestation/writer.rs"]
mod writer;

pub(crate) use pki::{HOUR, INSTANCE, LEAF, Module, NOW, REGION, ZONE, plans};
pub(crate) use writer::{ES384, Payload, envelope, protected, signed_bytes};

use crate::harness::Laptop;

/// The options under which an unbent document passes: root, image and nonce, and the time at which it is valid.
pub(crate) fn options(laptop: &Laptop, module: &Module) -> Vec<String> {
    laptop.write("root.der", &module.certificates[0]);
    let at = (NOW * 1000).to_string();
    ["--root", "root.der", "--pcr0", &"01".repeat(48), "--nonce", "text:fresh", "--at", &at].map(str::to_owned).to_vec()
}
