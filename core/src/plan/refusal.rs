//! Why a plan cannot be carried out as it stands: what only the user can decide or bring.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::dns::{DnsRefusal, ZoneError};
use crate::name::KeyName;

/// What stands against a plan. Each has a code of its own; the texts are for people.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The pair is there, its private half is not on this machine.
    #[error("the private half of key pair `{0}` is not on this machine")]
    KeyFileMissing(KeyName),
    /// The pair is there, the file is another key.
    #[error("`{0}.pem` is not the private half of key pair `{0}`")]
    KeyFileDiffers(KeyName),
    /// The pair is not there, and its file is no key whose public half could be imported.
    #[error("there is no key pair `{0}`, and `{0}.pem` is no private key")]
    KeyFileUnreadable(KeyName),
    /// The instance lets in a pair that is gone, and nothing here can bring it back.
    #[error("key pair `{name}` is gone, and the instance lets nobody else in: {id}")]
    KeyGone {
        /// The pair.
        name: KeyName,
        /// The instance.
        id: String,
    },
    /// The settings name a group by an id that does not exist.
    #[error("there is no security group `{0}` in this region")]
    GroupMissing(String),
    /// There is no VPC to make a group in.
    #[error("this region has no default VPC to make the security group in")]
    NoVpc,
    /// Several live instances carry the environment's name, and not all were launched by this tool for it.
    #[error("{} live instances belong to `{name}`: {}", ids.len(), ids.join(", "))]
    Ambiguous {
        /// The environment.
        name: String,
        /// Their ids in the order of launch.
        ids: Vec<String>,
    },
    /// An instance of the older tool has the name.
    #[error("an instance of the older tool has the name `{name}`: {id}")]
    NameTaken {
        /// The name.
        name: String,
        /// The instance.
        id: String,
    },
    /// The name that is wanted has no zone to be made in.
    #[error("{0}")]
    Zone(ZoneError),
    /// What is at the name is not ours to change.
    #[error("{0}")]
    Dns(DnsRefusal),
    /// The instance has no address that a name could lead to.
    #[error("instance {0} has no public address")]
    NoAddress(String),
}

impl Refusal {
    /// Returns the code of the refusal, the one that errors have.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyFileMissing(_) => "key_file_missing",
            Self::KeyFileDiffers(_) => "key_file_differs",
            Self::KeyFileUnreadable(_) => "key_file_exists",
            Self::KeyGone { .. } => "key_missing",
            Self::GroupMissing(_) => "group_missing",
            Self::NoVpc => "no_default_vpc",
            Self::Ambiguous { .. } => "instance_ambiguous",
            Self::NameTaken { .. } => "instance_exists",
            Self::Zone(ZoneError::None(_)) => "zone_missing",
            Self::Zone(ZoneError::Ambiguous { .. }) => "zone_ambiguous",
            Self::Dns(_) => "record_not_ours",
            Self::NoAddress(_) => "no_address",
        }
    }
}

impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut refusal = serializer.serialize_struct("Refusal", 2)?;
        refusal.serialize_field("code", self.code())?;
        refusal.serialize_field("reason", &self.to_string())?;
        refusal.end()
    }
}
