//! Platform configuration registers: the values with which Nitro says what an enclave is and where it runs.
//!
//! A register holds a SHA-384 digest, 48 bytes. Each starts as zeros and is extended once, so its value is the hash of
//! 48 zero bytes and something else; what that is depends on the register:
//!
//! | register | over | hashes |
//! | --- | --- | --- |
//! | 0, 1, 2 | the image; kernel, command line and first ramdisk; the other ramdisks | two |
//! | 3, 4 | the parent instance's role ARN; its instance id | one |
//! | 8 | the certificate that signed the image | two |
//!
//! Source: <https://docs.aws.amazon.com/enclaves/latest/user/set-up-attestation.html>.

mod identity;
mod measurements;

use std::{fmt, str::FromStr};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use thiserror::Error;

pub use self::{
    identity::{IdentityError, pcr3, pcr4},
    measurements::{Measurements, MeasurementsError},
};
use crate::hash::Sha384;

/// The value of one register: a SHA-384 digest, 48 bytes.
///
/// It is printed, and serialised, as 96 lower-case hexadecimal digits; it is parsed from 96 of either case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pcr([u8; 48]);

impl Pcr {
    /// The size of a register in bytes.
    pub const SIZE: usize = 48;

    /// The value that a register starts with, and the one that a debug enclave shows for its image.
    pub const ZERO: Self = Self([0; Self::SIZE]);

    /// Takes a value as it stands in an attestation document.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 48]) -> Self {
        Self(bytes)
    }

    /// Gives the 48 bytes of the value.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 48] {
        &self.0
    }

    /// Says whether every byte is zero, which measures nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// Measures `content` as PCR0, 1, 2 and 8 do: SHA-384 over 48 zero bytes and the SHA-384 of the content.
    #[must_use]
    pub fn of_content(content: &[u8]) -> Self {
        let mut hash = Sha384::new();
        hash.update(content);
        Self::of_content_digest(&hash.finish())
    }

    /// Does the second half of [`of_content`](Self::of_content) where the content's SHA-384 is known already.
    #[must_use]
    pub fn of_content_digest(digest: &[u8; 48]) -> Self {
        Self::of_identity(digest)
    }

    /// Measures `identity` as PCR3 and PCR4 do: SHA-384 over 48 zero bytes and the bytes themselves.
    fn of_identity(identity: &[u8]) -> Self {
        let mut hash = Sha384::new();
        hash.update(&Self::ZERO.0);
        hash.update(identity);
        Self(hash.finish())
    }
}

/// Why a text is not the value of a register.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a PCR is 96 hexadecimal digits, not `{}`", shortened(.0))]
pub struct ParsePcrError(String);

/// Keeps a message readable whatever was typed.
fn shortened(text: &str) -> String {
    let mut start: String = text.chars().take(100).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

impl FromStr for Pcr {
    type Err = ParsePcrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
        let value = bytes.and_then(|bytes| <[u8; Self::SIZE]>::try_from(bytes).ok());
        value.map(Self).ok_or_else(|| ParsePcrError(text.to_owned()))
    }
}

impl fmt::Display for Pcr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Pcr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for Pcr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Pcr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn printing_and_parsing_are_inverse(bytes: [u8; 24], more: [u8; 24]) {
            let value = Pcr(<[u8; 48]>::try_from([bytes, more].concat()).unwrap());
            prop_assert_eq!(value.to_string().parse(), Ok(value));
            prop_assert_eq!(value.to_string().to_uppercase().parse(), Ok(value));
            let json = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(&json, &format!("\"{value}\""));
            prop_assert_eq!(serde_json::from_str::<Pcr>(&json).unwrap(), value);
        }
    }

    #[test]
    fn a_text_of_another_length_or_alphabet_is_refused() {
        let good = Pcr::ZERO.to_string();
        for bad in ["", "00", &good[1..], &good[2..], &format!("{good}00"), &good.replacen('0', "g", 1)] {
            assert!(bad.parse::<Pcr>().is_err(), "{bad}");
        }
        let message = "é".repeat(1000).parse::<Pcr>().unwrap_err().to_string();
        assert!(message.ends_with("é…`") && message.len() < 300, "{message}");
    }

    #[test]
    fn content_is_hashed_twice() {
        let mut inner = Sha384::new();
        inner.update(b"content");
        let digest = inner.finish();
        let mut outer = Sha384::new();
        outer.update(&[0; 48]);
        outer.update(&digest);
        assert_eq!(Pcr::of_content(b"content"), Pcr(outer.finish()));
        assert_eq!(Pcr::of_content_digest(&digest), Pcr::of_content(b"content"));
    }

    #[test]
    fn only_zeros_are_zero() {
        assert!(Pcr::ZERO.is_zero());
        let mut bytes = [0; 48];
        bytes[47] = 1;
        assert!(!Pcr(bytes).is_zero());
    }
}
