//! Key pairs, and how the file of one stands to it.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::public_key::PublicKey;
use crate::tag::{self, Owner, Tag};

/// The algorithm of a key pair.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Edwards curve 25519.
    Ed25519,
    /// RSA.
    Rsa,
    /// One that this program does not know.
    Other(String),
}

impl KeyKind {
    /// Returns the kind as EC2 writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::Rsa => "rsa",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for KeyKind {
    fn from(text: &str) -> Self {
        match text {
            "ed25519" => Self::Ed25519,
            "rsa" => Self::Rsa,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Serialize for KeyKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A key pair as AWS holds it: the public half under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyPair {
    /// Its name.
    pub name: String,
    /// Its id, `key-…`.
    #[serde(skip)]
    pub id: String,
    /// All its tags.
    pub tags: Vec<Tag>,
    /// Its algorithm.
    #[serde(rename = "type")]
    pub kind: KeyKind,
    /// What EC2 calls its fingerprint; for people, never compared.
    pub fingerprint: Option<String>,
    /// Its public key, where EC2 was asked for it.
    #[serde(skip)]
    pub public_key: Option<PublicKey>,
    /// When it was made or imported, where EC2 says so.
    #[serde(skip)]
    pub created: Option<Timestamp>,
}

impl KeyPair {
    /// Returns whose the pair is.
    #[must_use]
    pub fn owner(&self) -> Owner {
        tag::owner(&self.tags)
    }
}

/// How the file `NAME.pem` stands to the pair of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyFile {
    /// It is the pair's private half.
    Ok,
    /// There is none.
    Missing,
    /// It is another key, or none that can be read.
    Differs,
}

/// A pair with its file, as `key list` prints it; `None` where there is no folder to look in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedKeyPair {
    /// The pair.
    #[serde(flatten)]
    pub pair: KeyPair,
    /// Its file.
    pub file: Option<KeyFile>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_the_documented_fields_in_their_order() {
        let pair = KeyPair {
            name: "dev".to_owned(),
            id: "key-1".to_owned(),
            tags: vec![Tag::new("Name", "dev")],
            kind: KeyKind::from("ed25519"),
            fingerprint: None,
            public_key: None,
            created: None,
        };
        let json = |file| serde_json::to_string(&ListedKeyPair { pair: pair.clone(), file }).expect("json");
        insta::assert_snapshot!(json(None), @r#"{"name":"dev","tags":[{"Key":"Name","Value":"dev"}],"type":"ed25519","fingerprint":null,"file":null}"#);
        for (file, text) in [(KeyFile::Ok, "ok"), (KeyFile::Missing, "missing"), (KeyFile::Differs, "differs")] {
            assert!(json(Some(file)).ends_with(&format!(r#","file":"{text}"}}"#)));
        }
    }

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for (text, kind) in [("rsa", KeyKind::Rsa), ("dsa", KeyKind::Other("dsa".to_owned()))] {
            assert_eq!((KeyKind::from(text), kind.as_str()), (kind.clone(), text));
        }
    }
}
