//! Volumes, as far as taking an environment away has to know them.

use jiff::Timestamp;
use serde::Serialize;

use crate::tag::{self, Owner, Tag};

/// A volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Volume {
    /// Its id, `vol-…`.
    pub id: String,
    /// The instance it is attached to.
    pub attached_to: Option<String>,
    /// Whether it goes by itself when that instance ends.
    pub goes_with_instance: bool,
    /// Its size in GiB, where EC2 says so.
    pub gib: Option<i32>,
    /// When it was made, where EC2 says so.
    pub created: Option<Timestamp>,
    /// All its tags.
    pub tags: Vec<Tag>,
}

impl Volume {
    /// Returns whose the volume is.
    #[must_use]
    pub fn owner(&self) -> Owner {
        tag::owner(&self.tags)
    }
}
