//! The public half of a key pair as OpenSSH writes it. Whether a file is the private half of a pair is decided by
//! comparing these, never by fingerprints: EC2 computes those in four ways.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use thiserror::Error;

/// An OpenSSH public key: its algorithm and its key, without a comment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "String")]
pub struct PublicKey {
    algorithm: String,
    base64: String,
    string_count: usize,
}

/// Why a line is no OpenSSH public key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PublicKeyError {
    /// There are no two words.
    #[error("no OpenSSH public key: expected an algorithm and a key")]
    Shape,
    /// The key is not base64.
    #[error("no OpenSSH public key: the key is not base64")]
    Base64,
    /// The key ends before it is whole.
    #[error("no OpenSSH public key: the key is cut short")]
    Incomplete,
    /// The key was made for another algorithm than the line names.
    #[error("no OpenSSH public key: the key inside is of another algorithm")]
    Algorithm,
}

impl PublicKey {
    /// Reads the line of an `authorized_keys` file without options: algorithm, key and, ignored, a comment.
    pub fn parse(line: &str) -> Result<Self, PublicKeyError> {
        let mut words = line.split_whitespace();
        let (Some(algorithm), Some(base64)) = (words.next(), words.next()) else {
            return Err(PublicKeyError::Shape);
        };
        let blob = BASE64_STANDARD.decode(base64).map_err(|_| PublicKeyError::Base64)?;
        let strings = ssh_strings(&blob).ok_or(PublicKeyError::Incomplete)?;
        match strings.as_slice() {
            [own, key, ..] if *own == algorithm.as_bytes() && !key.is_empty() => {}
            [own, _, ..] if *own != algorithm.as_bytes() => return Err(PublicKeyError::Algorithm),
            _ => return Err(PublicKeyError::Incomplete),
        }
        Ok(Self { algorithm: algorithm.to_owned(), base64: base64.to_owned(), string_count: strings.len() })
    }

    /// Returns the algorithm, such as `ssh-ed25519`.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// Returns of how many SSH strings the key is made, its algorithm's name among them.
    pub(crate) fn string_count(&self) -> usize {
        self.string_count
    }

    /// Returns the key in base64.
    #[must_use]
    pub fn base64(&self) -> &str {
        &self.base64
    }
}

/// Tells whether a private key's text is protected by a passphrase, as far as its format shows.
///
/// See RFC 1421, section 4.6.1.1, RFC 7468, section 11, and `PROTOCOL.key` of OpenSSH.
#[must_use]
pub fn has_passphrase(private_key: &str) -> bool {
    const MAGIC: &[u8] = b"openssh-key-v1\0";
    let mut lines = private_key.lines().map(str::trim).skip_while(|line| !line.starts_with("-----BEGIN "));
    match lines.next() {
        Some("-----BEGIN ENCRYPTED PRIVATE KEY-----") => true,
        Some("-----BEGIN OPENSSH PRIVATE KEY-----") => {
            let body: String = lines.take_while(|line| !line.starts_with('-')).collect();
            let decoded = BASE64_STANDARD.decode(body).unwrap_or_default();
            // The first string is the name of the cipher.
            let cipher = decoded.strip_prefix(MAGIC).and_then(|rest| rest.split_first_chunk::<4>());
            cipher.is_some_and(|(length, rest)| {
                let length = u32::from_be_bytes(*length).try_into().unwrap_or(usize::MAX);
                rest.get(..length).is_some_and(|cipher| cipher != b"none")
            })
        }
        Some(_) => lines.next().is_some_and(|line| line.starts_with("Proc-Type:") && line.ends_with("ENCRYPTED")),
        None => false,
    }
}

/// Splits a key blob into its SSH strings; `None` if it ends in the middle of one, as a line cut short does.
///
/// See RFC 4251, section 5, and RFC 4253, section 6.6.
fn ssh_strings(mut blob: &[u8]) -> Option<Vec<&[u8]>> {
    let mut strings = vec![];
    while !blob.is_empty() {
        let (length, rest) = blob.split_first_chunk::<4>()?;
        let (string, rest) = rest.split_at_checked(u32::from_be_bytes(*length).try_into().ok()?)?;
        strings.push(string);
        blob = rest;
    }
    Some(strings)
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.algorithm, self.base64)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAINRlqlLBuq1aKX8TyOj7PndBM/wpCM69wT7HpoS0bGnC";

    #[test]
    fn the_comment_does_not_count() {
        let plain = PublicKey::parse(&format!("ssh-ed25519 {KEY}")).expect("a key");
        let commented = PublicKey::parse(&format!(" ssh-ed25519  {KEY} me@host: two words\r\n")).expect("a key");
        assert_eq!(plain, commented);
        assert_eq!(commented.to_string(), format!("ssh-ed25519 {KEY}"));
        assert_eq!((plain.algorithm(), plain.base64()), ("ssh-ed25519", KEY));
    }

    #[test]
    fn another_key_differs() {
        let other = KEY.replace("bGnC", "bGnD");
        let [one, two] = [KEY, &other].map(|key| PublicKey::parse(&format!("ssh-ed25519 {key}")).expect("a key"));
        assert_ne!(one, two);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long_length = BASE64_STANDARD.encode([0xff, 0xff, 0xff, 0xff, b's']);
        let empty_key = BASE64_STANDARD.encode(b"\0\0\0\x0bssh-ed25519\0\0\0\0");
        let cases = [
            (String::new(), PublicKeyError::Shape),
            ("ssh-ed25519".to_owned(), PublicKeyError::Shape),
            ("-----BEGIN OPENSSH PRIVATE".to_owned(), PublicKeyError::Base64),
            (format!("ssh-ed25519 {}", &KEY[..KEY.len() - 1]), PublicKeyError::Base64),
            (format!("ssh-rsa {KEY}"), PublicKeyError::Algorithm),
            (format!("ssh-ed2551 {KEY}"), PublicKeyError::Algorithm),
            ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5".to_owned(), PublicKeyError::Incomplete),
            (format!("ssh-ed25519 {}", &KEY[..KEY.len() - 4]), PublicKeyError::Incomplete),
            (format!("ssh-ed25519 {long_length}"), PublicKeyError::Incomplete),
            (format!("ssh-ed25519 {empty_key}"), PublicKeyError::Incomplete),
            ("ssh-ed25519 AAAA".to_owned(), PublicKeyError::Incomplete),
        ];
        for (line, error) in cases {
            assert_eq!(PublicKey::parse(&line), Err(error), "{line}");
        }
    }

    #[test]
    fn a_passphrase_is_seen_in_every_format() {
        let openssh = |cipher: &str| {
            let length = u32::try_from(cipher.len()).expect("a short name").to_be_bytes();
            let key = [&b"openssh-key-v1\0"[..], &length, cipher.as_bytes(), b"what follows"].concat();
            format!(
                "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
                BASE64_STANDARD.encode(key)
            )
        };
        let rsa = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n";
        for locked in [&openssh("aes256-ctr"), rsa, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"] {
            assert!(has_passphrase(locked), "{locked}");
        }
        for open in [&openssh("none"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n", "precious", ""] {
            assert!(!has_passphrase(open), "{open}");
        }
    }
}
