//! SHA-256 over several texts at once. Each goes in with its length before it, so that no two lists of texts are the
//! same bytes (`ab`, `c` and `a`, `bc`).

use aws_lc_rs::digest::{Context, SHA256};

/// Returns the SHA-256 of a list of texts.
pub(crate) fn sha256(parts: &[&str]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        let length = u64::try_from(part.len()).expect("a length fits 64 bits");
        context.update(&length.to_be_bytes());
        context.update(part.as_bytes());
    }
    context.finish().as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Returns bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_digest() {
        // printf '\0\0\0\0\0\0\0\3abc' | sha256sum
        assert_eq!(hex(&sha256(&["abc"])), "c3494ca1a2cf8eeb8a11ded316fb55b83c3bbbedb6313cd50415251e5d09e12f");
    }

    #[test]
    fn borders_between_texts_count() {
        assert_ne!(sha256(&["ab", "c"]), sha256(&["a", "bc"]));
        assert_ne!(sha256(&["a"]), sha256(&["a", ""]));
    }
}
