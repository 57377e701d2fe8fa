//! Everything that is known of one environment and of what it shares with others: the facts that a plan is made from.

use std::collections::{BTreeMap, BTreeSet};

use crate::dns::{Fqdn, ObservedDns, ZoneError};
use crate::key_work::KeyFiles;
use crate::launch::{LaunchTokens, launch_order};
use crate::name::{InstanceName, KeyName};
use crate::observed::{Instance, KeyPair, SecurityGroup, Volume};
use crate::tag::Owner;

/// What AWS and this machine have, as far as one environment is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The environment that was looked at.
    pub environment: InstanceName,
    /// The tokens that launches of this environment can have.
    pub tokens: LaunchTokens,
    /// The key pair that the settings name, in a list of all that carry the environment's tag.
    pub key_name: Option<KeyName>,
    /// Key pairs with their files: the one that the settings name, there or not, and those of the environment.
    pub keys: Vec<ObservedKey>,
    /// The id of the group that the settings mean, if it is there.
    pub group_id: Option<String>,
    /// Security groups: the one that the settings mean, and those of the environment.
    pub groups: Vec<SecurityGroup>,
    /// The VPC in which a new group would be made.
    pub vpc_id: Option<String>,
    /// Instances in every state: all of ours, the older tool's of this name, and whatever uses the pairs and groups.
    pub instances: Vec<Instance>,
    /// Who owns the images of instances, by their ids; nothing where the settings name an image, which decides then.
    pub images: BTreeMap<String, ImageOwner>,
    /// The volumes that carry the environment's tag.
    pub volumes: Vec<Volume>,
    /// The records at the wanted name; `None` where no name is wanted.
    pub dns: Option<Result<ObservedDns, ZoneError>>,
    /// The records at other names that led to instances of the environment.
    pub former_names: Vec<Result<ObservedDns, ZoneError>>,
    /// The records at the names that `iac dns create` made besides.
    pub further_names: Vec<Result<ObservedDns, ZoneError>>,
    /// Names that tags tell, but at whose records these credentials may not look, or which they may not change.
    pub closed_names: BTreeSet<Fqdn>,
}

/// Who owns a machine image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageOwner {
    /// The account, twelve digits.
    pub account: String,
    /// Whether AWS says that the account is Amazon's own.
    pub is_amazon: bool,
}

/// A name of a key pair, with what is found under it on AWS and in the secrets folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedKey {
    /// The name.
    pub name: KeyName,
    /// The pair, whoever made it.
    pub pair: Option<KeyPair>,
    /// The files.
    pub files: KeyFiles,
}

impl Observed {
    /// Returns the records at all names that concern the environment.
    pub fn names(&self) -> impl Iterator<Item = &Result<ObservedDns, ZoneError>> {
        self.dns.iter().chain(&self.former_names).chain(&self.further_names)
    }

    /// Takes note that the records at these names cannot be changed.
    pub fn close(&mut self, names: &BTreeSet<Fqdn>) {
        let is_open = |name: &Result<ObservedDns, ZoneError>| !name.as_ref().is_ok_and(|dns| names.contains(&dns.fqdn));
        self.former_names.retain(is_open);
        self.further_names.retain(is_open);
        self.closed_names.extend(names.iter().cloned());
    }

    /// Returns the live instances of the environment in the order of their launch.
    #[must_use]
    pub fn live(&self) -> Vec<&Instance> {
        let mut live: Vec<&Instance> = self.own_instances().filter(|instance| instance.state.is_live()).collect();
        live.sort_by(|a, b| launch_order(a, b));
        live
    }

    /// Returns the instances of the environment in every state.
    pub fn own_instances(&self) -> impl Iterator<Item = &Instance> {
        let is_own = |instance: &&Instance| instance.environment().as_deref() == Some(self.environment.as_str());
        self.instances.iter().filter(is_own)
    }

    /// Returns the live instances of the older tool that have this environment's name.
    pub fn older(&self) -> impl Iterator<Item = &Instance> {
        let is_named = |instance: &&Instance| instance.name.as_deref() == Some(self.environment.as_str());
        let older = self.instances.iter().filter(|instance| instance.owner() == Owner::OlderTool);
        older.filter(is_named).filter(|instance| instance.state.is_live())
    }

    /// Returns the key pair that the settings name.
    #[must_use]
    pub fn key(&self, name: &KeyName) -> Option<&ObservedKey> {
        self.keys.iter().find(|key| key.name == *name)
    }

    /// Returns the group that the settings mean.
    #[must_use]
    pub fn group(&self) -> Option<&SecurityGroup> {
        self.groups.iter().find(|group| Some(&group.id) == self.group_id.as_ref())
    }

    /// Tells whether a resource of this owner belongs to the environment by its tag.
    #[must_use]
    pub fn is_own(&self, owner: &Owner) -> bool {
        owner.is_of(self.environment.as_str())
    }

    /// Returns the live instances outside of this environment that use a key pair.
    pub fn others_with_key(&self, name: &KeyName) -> impl Iterator<Item = &Instance> {
        self.others().filter(|instance| instance.key_name.as_deref() == Some(name.as_str()))
    }

    /// Returns the live instances outside of this environment that use a group.
    pub fn others_in_group<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Instance> {
        self.others().filter(move |instance| instance.security_groups.iter().any(|group| group == id))
    }

    /// Returns another environment with a live instance that a resource of this owner belongs to.
    #[must_use]
    pub fn live_owner<'a>(&self, owner: &'a Owner) -> Option<&'a str> {
        let Owner::Ours { environment: Some(name) } = owner else { return None };
        let is_live = |instance: &Instance| instance.environment().as_deref() == Some(name);
        self.others().any(is_live).then_some(name)
    }

    fn others(&self) -> impl Iterator<Item = &Instance> {
        let is_own = |instance: &Instance| instance.environment().as_deref() == Some(self.environment.as_str());
        self.instances.iter().filter(move |instance| instance.state.is_live() && !is_own(instance))
    }
}
