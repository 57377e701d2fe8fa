//! What `key create` and `key delete` do, decided from the files beside `NAME.pem` and the pair on AWS. Each run may have
//! been killed at any moment; the next one reads from these states what was done and finishes it.
//!
//! A file is believed to be a pair's private half only if the public key computed from it is the one AWS holds.

mod create;
mod delete;
#[cfg(test)]
mod tests;

use crate::name::KeyName;
use crate::observed::{KeyFile, KeyPair};
use crate::public_key::PublicKey;

pub use create::{CreateRefusal, CreateWork, create_refused_by_files, create_work};
pub use delete::{DeleteRefusal, DeleteWork, delete_work, teardown_work};

/// The three names that the private half of a pair has in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyFileName {
    /// `NAME.pem`: finished.
    Pem,
    /// `NAME.pem.new`: being created.
    New,
    /// `NAME.pem.deleting`: being deleted.
    Deleting,
}

impl KeyFileName {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Pem, Self::New, Self::Deleting];

    /// Returns the name of this file of a pair.
    #[must_use]
    pub fn of(self, key: &KeyName) -> String {
        let suffix = match self {
            Self::Pem => "",
            Self::New => ".new",
            Self::Deleting => ".deleting",
        };
        format!("{key}.pem{suffix}")
    }
}

/// What is found under one of these names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FileState {
    /// Nothing.
    #[default]
    Absent,
    /// A private key with this public half.
    Key(PublicKey),
    /// Something that cannot be read as a private key.
    Unreadable,
}

impl FileState {
    /// Tells whether something is there.
    #[must_use]
    pub fn is_present(&self) -> bool {
        *self != Self::Absent
    }

    /// Tells whether it is the private half of this pair. Without the pair's public key nothing is proven.
    #[must_use]
    pub fn is_private_half_of(&self, pair: &KeyPair) -> bool {
        matches!((self, &pair.public_key), (Self::Key(own), Some(pairs)) if own == pairs)
    }

    /// Says how a file stands to a pair, as `key list` shows it.
    #[must_use]
    pub fn beside(&self, pair: &KeyPair) -> KeyFile {
        match self {
            Self::Absent => KeyFile::Missing,
            own if own.is_private_half_of(pair) => KeyFile::Ok,
            Self::Key(_) | Self::Unreadable => KeyFile::Differs,
        }
    }
}

/// What is found under the three names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFiles {
    /// `NAME.pem`.
    pub pem: FileState,
    /// `NAME.pem.new`.
    pub new: FileState,
    /// `NAME.pem.deleting`.
    pub deleting: FileState,
}

impl KeyFiles {
    /// Returns what is found under one of the names.
    #[must_use]
    pub fn get(&self, name: KeyFileName) -> &FileState {
        match name {
            KeyFileName::Pem => &self.pem,
            KeyFileName::New => &self.new,
            KeyFileName::Deleting => &self.deleting,
        }
    }

    /// Returns the names of the files for which this holds, of those that are there.
    fn which(&self, mut holds: impl FnMut(KeyFileName, &FileState) -> bool) -> Vec<KeyFileName> {
        let present = KeyFileName::ALL.into_iter().filter(|&name| self.get(name).is_present());
        present.filter(|&name| holds(name, self.get(name))).collect()
    }
}
