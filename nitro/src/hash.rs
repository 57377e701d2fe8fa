//! SHA-384, the one hash that Nitro measures with. Apart, so that the rest of the crate sees arrays of 48 bytes and not
//! the crypto library.

use aws_lc_rs::digest::{Context, SHA384};

/// A SHA-384 that takes its input in pieces.
#[derive(Clone)]
pub(crate) struct Sha384(Context);

impl Sha384 {
    pub(crate) fn new() -> Self {
        Self(Context::new(&SHA384))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> [u8; 48] {
        self.0.finish().as_ref().try_into().expect("a SHA-384 digest has 48 bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hash_like_the_whole() {
        let mut hash = Sha384::new();
        hash.update(b"a");
        hash.update(b"bc");
        // FIPS 180-4's example for "abc".
        let expected =
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7";
        assert_eq!(data_encoding::HEXLOWER.encode(&hash.finish()), expected);
    }
}
