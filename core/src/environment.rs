//! What a user wants of one environment: the settings, understood, and the facts that only a look elsewhere gives (the
//! caller's address, the value of an image parameter). It is compared with [`crate::observed::Observed`].

use std::collections::BTreeMap;
use std::time::Duration;

use crate::dns::Fqdn;
use crate::ingress::Wanted;
use crate::name::{GroupRef, InstanceName, KeyName};
use crate::tag::{Tag, creation_tags};

/// One environment as it is wanted: a key pair, a security group, one running instance, and, where set, its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its name, which is the instance's.
    pub name: InstanceName,
    /// The key pair to log in with.
    pub key_name: KeyName,
    /// The security group of the instance.
    pub group: GroupRef,
    /// The port that SSH listens on.
    pub ssh_port: u16,
    /// From where SSH is let in.
    pub ssh_from: Wanted,
    /// The instance type.
    pub instance_type: String,
    /// The image's id, where the user names one. The newest image moves by itself, so it is wanted only at a launch.
    pub image: Option<String>,
    /// Whether enclaves are enabled.
    pub nitro: bool,
    /// The subnet, where the user names one.
    pub subnet_id: Option<String>,
    /// The size of the root volume in GiB, where the user names one; a larger one does as well.
    pub volume_gib: Option<i32>,
    /// The name or the ARN of the instance profile, where the user names one.
    pub instance_profile: Option<String>,
    /// How long after its first boot the instance ends, where the user says so.
    pub ttl: Option<Duration>,
    /// The name that leads to the instance.
    pub fqdn: Option<Fqdn>,
    /// Tags of the user for everything that is made.
    pub tags: BTreeMap<String, String>,
}

impl Environment {
    /// Returns the tags of a resource of this name.
    #[must_use]
    pub fn tags_of(&self, resource: &str) -> Vec<Tag> {
        creation_tags(resource, Some(&self.name), &self.tags)
    }
}
