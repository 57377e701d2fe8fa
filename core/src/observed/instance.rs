//! Instances, their states and their types.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use nitro::sizing::{self, Parent};
use serde::{Serialize, Serializer};

use crate::dns::Fqdn;
use crate::tag::{self, Owner, Tag};

/// The state of an instance, see `InstanceState` in EC2's API reference.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum InstanceState {
    /// Being launched or started.
    Pending,
    /// Running; that says nothing about SSH.
    Running,
    /// On its way to [`Self::Terminated`].
    ShuttingDown,
    /// Gone; EC2 shows it for about an hour more.
    Terminated,
    /// On its way to [`Self::Stopped`].
    Stopping,
    /// Stopped, with its volumes kept.
    Stopped,
    /// A state that this program does not know.
    Unknown(String),
}

impl InstanceState {
    /// Tells whether the instance exists for its owner: pending, running, stopping or stopped.
    ///
    /// A state that this program does not know counts, so that such an instance is shown and its name not given away.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !self.is_ending()
    }

    /// Tells whether the instance is gone or cannot be kept from going.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        matches!(self, Self::ShuttingDown | Self::Terminated)
    }

    /// Returns the state as EC2 writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Unknown(text) => text,
        }
    }
}

impl From<&str> for InstanceState {
    fn from(text: &str) -> Self {
        match text {
            "pending" => Self::Pending,
            "running" => Self::Running,
            "shutting-down" => Self::ShuttingDown,
            "terminated" => Self::Terminated,
            "stopping" => Self::Stopping,
            "stopped" => Self::Stopped,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

impl fmt::Display for InstanceState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Serialize for InstanceState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An EC2 instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// The value of its `Name` tag.
    pub name: Option<String>,
    /// Its id, `i-…`.
    pub id: String,
    /// Its state.
    pub state: InstanceState,
    /// The key pair it was launched with.
    pub key_name: Option<String>,
    /// All its tags.
    pub tags: Vec<Tag>,
    /// Its public name; EC2's empty text is `None`.
    pub public_dns_name: Option<String>,
    /// Its public address.
    pub public_ip_address: Option<String>,
    /// Whether it was launched with enclaves enabled.
    pub nitro: bool,
    /// Its type, such as `c6a.xlarge`.
    pub instance_type: String,
    /// The image it was launched from.
    pub image_id: String,
    /// The zone it is in.
    pub availability_zone: Option<String>,
    /// When it was launched, or last started.
    pub launch_time: Option<Timestamp>,
    /// Why it is in its state, in EC2's words, such as `Client.VolumeLimitExceeded: …`.
    #[serde(skip)]
    pub state_reason: Option<String>,
    /// The token of the call that launched it.
    #[serde(skip)]
    pub client_token: Option<String>,
    /// The ids of its security groups.
    #[serde(skip)]
    pub security_groups: Vec<String>,
    /// The subnet it is in.
    #[serde(skip)]
    pub subnet_id: Option<String>,
    /// The ARN of its instance profile.
    #[serde(skip)]
    pub instance_profile: Option<String>,
    /// The id of its root volume.
    #[serde(skip)]
    pub root_volume: Option<String>,
}

impl Instance {
    /// An instance of which nothing is known but its id and its state.
    #[must_use]
    pub fn new(id: &str, state: InstanceState) -> Self {
        Self {
            name: None,
            id: id.to_owned(),
            state,
            key_name: None,
            tags: Vec::new(),
            public_dns_name: None,
            public_ip_address: None,
            nitro: false,
            instance_type: String::new(),
            image_id: String::new(),
            availability_zone: None,
            launch_time: None,
            state_reason: None,
            client_token: None,
            security_groups: Vec::new(),
            subnet_id: None,
            instance_profile: None,
            root_volume: None,
        }
    }

    /// Returns whose the instance is.
    #[must_use]
    pub fn owner(&self) -> Owner {
        tag::owner(&self.tags)
    }

    /// Tells whether somebody asked AWS to end or stop it; otherwise AWS, or the machine itself, had a reason.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html>
    #[must_use]
    pub fn was_ended_by_a_call(&self) -> bool {
        let reason = self.state_reason.as_deref().unwrap_or_default();
        reason.split(':').next().map(str::trim) == Some("Client.UserInitiatedShutdown")
    }

    /// Returns the environment it belongs to, where it is ours and has one.
    #[must_use]
    pub fn environment(&self) -> Option<String> {
        match self.owner() {
            Owner::Ours { environment } => environment,
            Owner::OlderTool | Owner::Someone => None,
        }
    }

    /// Returns the name that its environment has had lead to it.
    #[must_use]
    pub fn fqdn(&self) -> Option<Fqdn> {
        Fqdn::parse(tag::value(&self.tags, tag::FQDN)?).ok()
    }

    /// Returns every name that its tags tell, each once.
    #[must_use]
    pub fn names(&self) -> BTreeSet<Fqdn> {
        self.fqdn().into_iter().chain(tag::further_names(&self.tags)).collect()
    }

    /// Returns where to reach it: its public name, which moves with its address, else the address.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        [&self.public_dns_name, &self.public_ip_address]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .find(|s| !s.is_empty())
    }
}

/// The architecture of a processor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Architecture {
    /// Intel's and AMD's, 64 bits.
    X86_64,
    /// Graviton's, 64 bits.
    Arm64,
    /// One on which no enclave runs.
    Other(String),
}

impl Architecture {
    /// Returns the architecture as EC2 writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for Architecture {
    fn from(text: &str) -> Self {
        match text {
            "x86_64" => Self::X86_64,
            "arm64" => Self::Arm64,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Serialize for Architecture {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What EC2 says about an instance type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are EC2's answers to questions of their own")]
pub struct InstanceType {
    /// Its name, such as `c6a.xlarge`.
    pub name: String,
    /// Whether it can host enclaves: `NitroEnclavesSupport` is `supported`.
    pub nitro: bool,
    /// What it runs, usually one.
    pub architectures: Vec<Architecture>,
    /// How many virtual processors it has by default.
    pub vcpus: u32,
    /// How many cores it has by default; `None` where EC2 does not say.
    pub cores: Option<u32>,
    /// How many vCPUs share a core: 2 with SMT, else 1; `None` where EC2 does not say.
    pub threads_per_core: Option<u32>,
    /// Its memory in MiB.
    pub memory_mib: u64,
    /// Whether it is a whole machine without a hypervisor.
    pub bare_metal: bool,
    /// Whether AWS counts it among its current types.
    pub current_generation: bool,
    /// Whether it has something besides processors to compute with, such as a GPU.
    pub accelerated: bool,
    /// Whether it has disks of its own.
    pub local_disk: bool,
}

impl InstanceType {
    /// Returns the facts that decide which enclaves it can host.
    #[must_use]
    pub fn as_parent(&self) -> Parent {
        let of_enclaves = |architecture: &Architecture| match architecture {
            Architecture::X86_64 => Some(sizing::Architecture::X86_64),
            Architecture::Arm64 => Some(sizing::Architecture::Aarch64),
            Architecture::Other(_) => None,
        };
        Parent {
            vcpus: self.vcpus,
            cores: self.cores,
            threads_per_core: self.threads_per_core,
            memory_mib: self.memory_mib,
            architectures: self.architectures.iter().filter_map(of_enclaves).collect(),
            supports_enclaves: self.nitro,
            bare_metal: self.bare_metal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance() -> Instance {
        Instance {
            name: Some("dev".to_owned()),
            tags: vec![Tag::new("bky:iac:environment", "dev")],
            public_ip_address: Some("203.0.113.5".to_owned()),
            nitro: true,
            instance_type: "c6a.xlarge".to_owned(),
            image_id: "ami-1".to_owned(),
            availability_zone: Some("us-east-1a".to_owned()),
            launch_time: Some("2026-11-22T10:00:00Z".parse().expect("a time")),
            client_token: Some("token".to_owned()),
            security_groups: vec!["sg-1".to_owned()],
            subnet_id: Some("subnet-1".to_owned()),
            ..Instance::new("i-1", InstanceState::Running)
        }
    }

    #[test]
    fn json_has_the_documented_fields_in_their_order() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&instance()).expect("json"), @r#"
        {
          "name": "dev",
          "id": "i-1",
          "state": "running",
          "key_name": null,
          "tags": [
            {
              "Key": "bky:iac:environment",
              "Value": "dev"
            }
          ],
          "public_dns_name": null,
          "public_ip_address": "203.0.113.5",
          "nitro": true,
          "instance_type": "c6a.xlarge",
          "image_id": "ami-1",
          "availability_zone": "us-east-1a",
          "launch_time": "2026-11-22T10:00:00Z"
        }
        "#);
    }

    #[test]
    fn the_public_name_is_preferred_and_an_empty_one_is_none() {
        let mut instance = instance();
        assert_eq!(instance.address(), Some("203.0.113.5"));
        instance.public_dns_name = Some(String::new());
        assert_eq!(instance.address(), Some("203.0.113.5"));
        instance.public_dns_name = Some("host.example".to_owned());
        assert_eq!(instance.address(), Some("host.example"));
        instance.public_dns_name = None;
        instance.public_ip_address = None;
        assert_eq!(instance.address(), None);
    }

    #[test]
    fn who_ended_an_instance_is_told_by_the_reason_of_its_state() {
        let ended = |reason: Option<&str>| {
            let state_reason = reason.map(str::to_owned);
            Instance { state_reason, ..Instance::new("i-1", InstanceState::Terminated) }.was_ended_by_a_call()
        };
        for reason in ["Client.UserInitiatedShutdown: User initiated shutdown", "Client.UserInitiatedShutdown"] {
            assert!(ended(Some(reason)), "{reason}");
        }
        let others = [
            "Server.InsufficientInstanceCapacity: There was insufficient capacity available",
            "Server.InternalError: Internal error on launch",
            "Client.VolumeLimitExceeded: Volume limit exceeded",
            "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
            "Server.SpotInstanceTermination: after Client.UserInitiatedShutdown",
            "",
        ];
        for reason in others {
            assert!(!ended(Some(reason)), "{reason}");
        }
        assert!(!ended(None));
    }

    #[test]
    fn only_ours_have_an_environment() {
        let mut instance = instance();
        assert_eq!(instance.environment().as_deref(), Some("dev"));
        instance.tags = vec![Tag::new("Name", "dev"), Tag::new("Deployment", "Sequencer")];
        assert_eq!(instance.environment(), None);
    }

    #[test]
    fn states_are_read_as_they_are_written() {
        let live = ["pending", "running", "stopping", "stopped", "hibernating"];
        let ending = ["shutting-down", "terminated"];
        for (text, is_live) in live.map(|text| (text, true)).into_iter().chain(ending.map(|text| (text, false))) {
            let state = InstanceState::from(text);
            assert_eq!((state.to_string().as_str(), state.is_live(), state.is_ending()), (text, is_live, !is_live));
        }
        assert_eq!(InstanceState::from("hibernating"), InstanceState::Unknown("hibernating".to_owned()));
    }

    #[test]
    fn architectures_are_read_as_they_are_written() {
        for (text, expected) in [("x86_64", Architecture::X86_64), ("arm64", Architecture::Arm64)] {
            assert_eq!((Architecture::from(text), expected.as_str()), (expected.clone(), text));
        }
        assert_eq!(Architecture::from("arm64_mac").to_string(), "arm64_mac");
    }
}
