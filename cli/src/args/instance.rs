//! What can be typed after `iac instance`.

use clap::{Args, Subcommand, ValueEnum};

use super::{EnclaveOptions, ListOptions, Span, SshOptions, Typed, present};
use crate::config::Key;

#[derive(Debug, Args)]
pub(crate) struct InstanceCommand {
    #[command(flatten)]
    pub(crate) options: InstanceOptions,
    #[command(subcommand)]
    pub(crate) verb: InstanceVerb,
}

#[derive(Debug, Args)]
pub(crate) struct InstanceOptions {
    /// Name of the instance
    #[arg(long, global = true, value_name = "NAME")]
    instance_name: Option<String>,
    /// Name of the key pair
    #[arg(long, global = true, value_name = "NAME")]
    key_name: Option<String>,
    /// Name or id of the security group
    #[arg(long, global = true, value_name = "NAME|ID")]
    security_group: Option<String>,
    /// Launch with enclaves enabled (the default)
    #[arg(long, global = true, overrides_with = "no_nitro")]
    nitro: bool,
    /// Launch an ordinary instance
    #[arg(long, global = true, overrides_with = "nitro")]
    no_nitro: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InstanceVerb {
    /// Launch the instance and wait until it is ready
    Create(CreateOptions),
    /// List the instances of the region that `iac` made
    List {
        /// Also list instances that are ending or gone
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        list: ListOptions,
    },
    /// Show one instance
    Describe(OneInstance),
    /// Wait until the instance is in a state, or answers SSH
    Wait {
        #[command(flatten)]
        one: OneInstance,
        /// What to wait for
        #[arg(long = "for", value_name = "STATE", default_value = "ssh")]
        goal: Goal,
        /// How long to wait
        #[arg(long, value_name = "SPAN", default_value = "10m")]
        timeout: Span,
        /// If the console shows no host key, trust the key that the server shows, once
        #[arg(long)]
        accept_host_key: bool,
        #[command(flatten)]
        ssh: SshOptions,
    },
    /// Stop the instance, which keeps its volume, and wait until it has stopped
    Stop {
        #[command(flatten)]
        one: OneInstance,
        #[command(flatten)]
        wait: StopWait,
        /// Also stop an instance that `iac` did not make
        #[arg(long)]
        force: bool,
    },
    /// Start the instance after a stop and wait until SSH answers at its new address
    Start {
        #[command(flatten)]
        one: OneInstance,
        #[command(flatten)]
        wait: WaitOptions,
        /// Return as soon as AWS has accepted the request, like `--wait none`
        #[arg(long, conflicts_with = "until")]
        no_wait: bool,
        #[command(flatten)]
        ssh: SshOptions,
        /// Also start an instance that `iac` did not make
        #[arg(long)]
        force: bool,
    },
    /// Show what the instance printed on its console; works even when SSH does not answer
    Console(OneInstance),
    /// Move the time at which the instance ends itself
    Extend(ExtendOptions),
    /// Terminate the instance and wait until it is gone
    Terminate {
        #[command(flatten)]
        one: OneInstance,
        #[command(flatten)]
        wait: StopWait,
        /// Also terminate an instance that `iac` did not make
        #[arg(long)]
        force: bool,
    },
}

/// How long to wait for an instance to stop, or to be gone.
#[derive(Debug, Args)]
pub(crate) struct StopWait {
    /// Return as soon as AWS has accepted the request
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// How long to wait
    #[arg(long, value_name = "SPAN", default_value = "10m")]
    pub(crate) timeout: Span,
}

#[derive(Debug, Args)]
pub(crate) struct ExtendOptions {
    /// How much later, such as `2h`
    #[arg(value_name = "SPAN")]
    pub(crate) by: Span,
    #[command(flatten)]
    pub(crate) one: OneInstance,
    #[command(flatten)]
    ssh: SshOptions,
    /// If the console shows no host key, trust the key that the server shows, once
    #[arg(long)]
    pub(crate) accept_host_key: bool,
    /// How long to wait for the host keys of a new instance, and for the host's answer
    #[arg(long, value_name = "SPAN", default_value = "1m")]
    pub(crate) timeout: Span,
}

#[derive(Debug, Args)]
pub(crate) struct CreateOptions {
    /// Instance type [default: c6a.xlarge, or t3.micro with --no-nitro]
    #[arg(long, value_name = "TYPE")]
    instance_type: Option<String>,
    /// Machine image, `ami-…` or `ssm:/…` [default: Amazon Linux 2023]
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Subnet to launch in [default: the default VPC's]
    #[arg(long, value_name = "ID")]
    subnet_id: Option<String>,
    /// Size of the root volume [default: 16]
    #[arg(long, value_name = "GIB")]
    volume_gib: Option<String>,
    /// Instance profile, by name or ARN [default: none]
    #[arg(long, value_name = "NAME|ARN")]
    instance_profile: Option<String>,
    /// Time after which the instance ends itself, such as `8h` [default: none]
    #[arg(long, value_name = "SPAN")]
    ttl: Option<String>,
    #[command(flatten)]
    enclave: EnclaveOptions,
    #[command(flatten)]
    ssh: SshOptions,
    /// Do not make the host ready for enclaves
    #[arg(long)]
    pub(crate) no_setup: bool,
    #[command(flatten)]
    pub(crate) wait: WaitOptions,
}

/// How far a command that makes an instance run waits for it.
#[derive(Debug, Args)]
pub(crate) struct WaitOptions {
    /// What to wait for [default: ready for a new host with enclaves, else ssh]
    #[arg(long = "wait", value_name = "STATE")]
    pub(crate) until: Option<WaitFor>,
    /// How long to wait
    #[arg(long, value_name = "SPAN", default_value = "10m")]
    pub(crate) timeout: Span,
    /// If the console shows no host key, trust the key that the server shows, once
    #[arg(long)]
    pub(crate) accept_host_key: bool,
}

/// What `instance create` and `instance start` wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum WaitFor {
    /// Return as soon as AWS has accepted the request
    None,
    /// Until AWS says that it runs
    Running,
    /// Until its host key is proven and SSH answers
    Ssh,
    /// Until every check of `iac host status` passes
    Ready,
}

/// What `instance wait` waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Goal {
    /// Until AWS says that it runs
    Running,
    /// Until its host key is proven and SSH answers
    Ssh,
    /// Until AWS says that it has stopped
    Stopped,
    /// Until AWS says that it is gone
    Terminated,
}

#[derive(Debug, Args)]
pub(crate) struct OneInstance {
    /// Id of the instance, if several have the name
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
}

impl InstanceCommand {
    /// The settings that were typed.
    pub(super) fn typed(&self) -> Typed {
        let InstanceOptions { instance_name, key_name, security_group, nitro, no_nitro } = &self.options;
        let kind = match (nitro, no_nitro) {
            (true, _) => Some("nitro".to_owned()),
            (_, true) => Some("standard".to_owned()),
            (false, false) => None,
        };
        let mut typed = present([
            (Key::InstanceName, instance_name),
            (Key::KeyName, key_name),
            (Key::SecurityGroup, security_group),
            (Key::InstanceKind, &kind),
        ]);
        match &self.verb {
            InstanceVerb::Create(create) => typed.extend(create.typed()),
            InstanceVerb::Start { ssh, .. } | InstanceVerb::Wait { ssh, .. } => typed.extend(ssh.typed()),
            InstanceVerb::Extend(extend) => typed.extend(extend.ssh.typed()),
            _ => {}
        }
        typed
    }
}

impl CreateOptions {
    fn typed(&self) -> Typed {
        let mut typed = present([
            (Key::InstanceType, &self.instance_type),
            (Key::Image, &self.image),
            (Key::SubnetId, &self.subnet_id),
            (Key::VolumeGib, &self.volume_gib),
            (Key::InstanceProfile, &self.instance_profile),
            (Key::Ttl, &self.ttl),
        ]);
        typed.extend(self.enclave.typed());
        typed.extend(self.ssh.typed());
        typed
    }
}
