//! One step of a plan: what is done, why, after which other steps, and whether the user has to allow it.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::dns::Fqdn;
use crate::ingress::IngressChange;
use crate::key_work::{CreateWork, DeleteWork};
use crate::name::{GroupName, InstanceName, KeyName};
use crate::tag::Tag;

/// A step with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// Why, in words for a person.
    pub reason: String,
    /// The places of the steps of the same plan that have to be done before.
    pub after: Vec<usize>,
    /// What the user has to allow.
    pub needs: Option<Need>,
}

/// What a step takes from whoever uses the instance, and the user therefore has to allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// The instance is stopped and started again.
    Restart,
    /// The instance is terminated, with all that is on it.
    Replace,
}

impl Need {
    /// Returns the flag that allows it.
    #[must_use]
    pub fn flag(self) -> &'static str {
        match self {
            Self::Restart => "--allow-restart",
            Self::Replace => "--replace",
        }
    }
}

/// What a step does. Whoever carries it out looks again first: what is already so is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Finish an interrupted deletion of a key pair: its file that was set aside goes.
    FinishKeyDeletion(KeyName),
    /// Give the private half that a deletion set aside its name back.
    RestoreKeyFile(KeyName),
    /// Make a key pair, or finish one whose making was interrupted.
    CreateKey(KeyName, CreateWork),
    /// Import the public half of the private key file that is there.
    ImportKey(KeyName),
    /// Make a security group with its SSH rules.
    CreateGroup(GroupName),
    /// Change the SSH rules of a group.
    ChangeRules {
        /// The group's id.
        id: String,
        /// The group's name.
        name: String,
        /// The rules.
        change: IngressChange,
    },
    /// Launch the instance.
    Launch(InstanceName),
    /// Start the instance.
    Start(String),
    /// Switch enclaves on or off: stop the instance, change it, start it.
    SwitchEnclaves {
        /// The instance's id.
        id: String,
        /// Whether they are to be enabled.
        on: bool,
    },
    /// Move the end of an instance to a later time: on its host, then its tags.
    MoveEnd {
        /// The instance's id.
        id: String,
        /// The `ttl` that it has.
        from: Duration,
        /// The `ttl` that it is to have.
        to: Duration,
    },
    /// Terminate an instance and wait until it is gone.
    Terminate(String),
    /// Wait until an instance that is ending is gone.
    AwaitEnd(String),
    /// Set tags.
    Tag {
        /// What is tagged, such as `instance`.
        what: &'static str,
        /// Its id.
        id: String,
        /// The tags to set.
        tags: Vec<Tag>,
    },
    /// Make a name lead to the instance's address, which is known only where no step before changes it.
    PointName(Fqdn, Option<Ipv4Addr>),
    /// Take the name's records away.
    ForgetName(Fqdn),
    /// Delete a volume.
    DeleteVolume(String),
    /// Delete a security group.
    DeleteGroup {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
    /// Delete a key pair and its files.
    DeleteKey(KeyName, DeleteWork),
}

impl Action {
    /// Tells whether it launches an instance.
    #[must_use]
    pub fn is_launch(&self) -> bool {
        matches!(self, Self::Launch(_))
    }

    /// Returns the action's name for programs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::FinishKeyDeletion(_) => "finish_key_deletion",
            Self::RestoreKeyFile(_) => "restore_key_file",
            Self::CreateKey(..) => "create_key_pair",
            Self::ImportKey(_) => "import_key_pair",
            Self::CreateGroup(_) => "create_security_group",
            Self::ChangeRules { .. } => "change_rules",
            Self::Launch(_) => "launch_instance",
            Self::Start(_) => "start_instance",
            Self::SwitchEnclaves { .. } => "switch_enclaves",
            Self::MoveEnd { .. } => "move_end",
            Self::Terminate(_) => "terminate_instance",
            Self::AwaitEnd(_) => "await_termination",
            Self::Tag { .. } => "tag",
            Self::PointName(..) => "create_record",
            Self::ForgetName(_) => "delete_record",
            Self::DeleteVolume(_) => "delete_volume",
            Self::DeleteGroup { .. } => "delete_security_group",
            Self::DeleteKey(..) => "delete_key_pair",
        }
    }

    /// Returns what is done in the words of a person, without the resource.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::FinishKeyDeletion(_) => "finish deleting",
            Self::RestoreKeyFile(_) => "restore the file of",
            Self::CreateKey(_, CreateWork::Start | CreateWork::StartOver) | Self::CreateGroup(_) => "create",
            Self::CreateKey(..) => "finish creating",
            Self::ImportKey(_) => "import",
            Self::ChangeRules { .. } => "change the SSH rules of",
            Self::Launch(_) => "launch",
            Self::Start(_) => "start",
            Self::SwitchEnclaves { on: true, .. } => "switch enclaves on in",
            Self::SwitchEnclaves { on: false, .. } => "switch enclaves off in",
            Self::MoveEnd { .. } => "move the end of",
            Self::Terminate(_) => "terminate",
            Self::AwaitEnd(_) => "wait for the end of",
            Self::Tag { .. } => "tag",
            Self::PointName(..) => "point",
            Self::ForgetName(_) | Self::DeleteVolume(_) | Self::DeleteGroup { .. } | Self::DeleteKey(..) => "delete",
        }
    }

    /// Returns the resource in words, without its id.
    #[must_use]
    pub fn resource(&self) -> String {
        match self {
            Self::FinishKeyDeletion(name)
            | Self::RestoreKeyFile(name)
            | Self::CreateKey(name, _)
            | Self::ImportKey(name)
            | Self::DeleteKey(name, _) => format!("key pair `{name}`"),
            Self::CreateGroup(name) => format!("security group `{name}`"),
            Self::ChangeRules { name, .. } | Self::DeleteGroup { name, .. } => format!("security group `{name}`"),
            Self::Launch(name) => format!("instance `{name}`"),
            Self::Start(_)
            | Self::SwitchEnclaves { .. }
            | Self::MoveEnd { .. }
            | Self::Terminate(_)
            | Self::AwaitEnd(_) => "instance".into(),
            Self::Tag { what, .. } => (*what).to_owned(),
            Self::PointName(name, _) | Self::ForgetName(name) => format!("record `{name}`"),
            Self::DeleteVolume(_) => "volume".to_owned(),
        }
    }

    /// Returns the id of what exists already.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        match self {
            Self::ChangeRules { id, .. }
            | Self::Start(id)
            | Self::SwitchEnclaves { id, .. }
            | Self::MoveEnd { id, .. }
            | Self::Terminate(id)
            | Self::AwaitEnd(id)
            | Self::Tag { id, .. }
            | Self::DeleteVolume(id)
            | Self::DeleteGroup { id, .. } => Some(id.clone()),
            _ => None,
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut step = serializer.serialize_struct("Step", 6)?;
        step.serialize_field("action", self.action.name())?;
        step.serialize_field("resource", &self.action.resource())?;
        step.serialize_field("id", &self.action.id())?;
        step.serialize_field("reason", &self.reason)?;
        step.serialize_field("after", &self.after)?;
        step.serialize_field("needs", &self.needs)?;
        step.end()
    }
}
