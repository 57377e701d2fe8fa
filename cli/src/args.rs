//! What can be typed: the commands and their options, as `clap` parses them, one file a noun.
//!
//! Nothing is decided here. An option that is also a setting becomes an entry of [`Typed`], the strongest of the four
//! layers that `config` merges.

mod attest;
mod config;
mod deploy;
mod dns;
mod doctor;
mod eif;
mod environment;
mod global;
mod host;
mod instance;
mod key;
mod policy;
mod registers;
mod security_group;
mod ssh;
mod target;
mod types;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use self::attest::{At, AttestCommand, AttestVerb, BytesSource, ExpectationOptions, PlaceOptions};
pub(crate) use self::config::{ConfigCommand, ConfigVerb};
pub(crate) use self::deploy::{DeployCommand, DeployVerb};
pub(crate) use self::dns::{DnsCommand, DnsVerb};
pub(crate) use self::doctor::{DoctorCommand, DoctorVerb};
pub(crate) use self::eif::{EifCommand, EifVerb};
pub(crate) use self::environment::{DownOptions, PlanOptions, StatusOptions, UpOptions};
pub(crate) use self::global::{Format, GlobalOptions};
pub(crate) use self::host::{EnclaveOptions, HostCommand, HostVerb, ScriptForm};
pub(crate) use self::instance::{
    CreateOptions, ExtendOptions, Goal, InstanceCommand, InstanceVerb, StopWait, WaitFor, WaitOptions,
};
pub(crate) use self::key::{KeyCommand, KeyType, KeyVerb};
pub(crate) use self::policy::PolicyCommand;
pub(crate) use self::security_group::{SecurityGroupCommand, SecurityGroupVerb};
pub(crate) use self::ssh::SshCommand;
pub(crate) use self::target::{SshOptions, TargetOptions};
pub(crate) use self::types::{Processor, TypesCommand};
use crate::config::{Key, Noun};

/// Sets up AWS Nitro Enclave hosts from a terminal, and takes them away again
#[derive(Debug, Parser)]
#[command(
    name = "iac",
    version,
    max_term_width = 100,
    infer_long_args = false,
    disable_help_subcommand = true,
    after_help = "Settings come from flags, then `BKY_IAC_<KEY>` in the environment, then the file, then defaults.\n\
                  Start with `iac config init`, then `iac up`; `iac down` removes everything again."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A command, by what it needs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Cloud(Box<Cloud>),
    #[command(flatten)]
    Local(Local),
}

/// What needs whole settings, and with few exceptions AWS.
#[derive(Debug, Subcommand)]
pub(crate) enum Cloud {
    /// Show what `iac up` would do, and why
    Plan(PlanOptions),
    /// Make or correct the whole environment: key pair, security group, instance, DNS record
    Up(UpOptions),
    /// Show the environment, and where it differs from the settings
    Status(StatusOptions),
    /// Remove the whole environment, and check that nothing is left
    Down(DownOptions),
    /// Open a shell on the instance, or run a command there
    Ssh(SshCommand),
    /// Copy files to the instance and back, and run commands there
    Deploy(DeployCommand),
    /// Make the instance ready for enclaves, and check whether it is
    Host(HostCommand),
    /// Make, list and delete key pairs
    Key(KeyCommand),
    /// Make, list and delete security groups
    SecurityGroup(SecurityGroupCommand),
    /// Make, list, show, stop, start and terminate instances
    Instance(InstanceCommand),
    /// Make, list, describe and delete the DNS record of the instance
    Dns(DnsCommand),
    /// List the instance types that can host the enclave, and why others cannot
    Types(TypesCommand),
    /// Print the smallest IAM policy that this configuration needs
    Policy(PolicyCommand),
}

/// What explains or proves something, and so works without a configuration, or next to a broken one. In the help the one
/// that a newcomer needs comes first.
#[derive(Debug, Subcommand)]
pub(crate) enum Local {
    /// Print a sample configuration; write, show or check one
    #[command(display_order = 0)]
    Config(ConfigCommand),
    /// Check everything that a host needs; explain nitro-cli's error codes
    Doctor(DoctorCommand),
    /// Show enclave images, and why two differ; works offline
    Eif(EifCommand),
    /// Show and verify attestation documents; works offline
    Attest(AttestCommand),
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Write a manual page for each command
    Man {
        /// Folder for the pages; made if it is missing
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    /// Also list what `iac` did not make
    #[arg(long)]
    pub(crate) everyone: bool,
}

/// A span of time such as `90s`, `10m` or `1h30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) std::time::Duration);

impl std::str::FromStr for Span {
    type Err = iac_core::duration::DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        iac_core::duration::parse(text).map(Self)
    }
}

/// The settings that were typed as flags.
pub(crate) type Typed = Vec<(Key, String)>;

impl Arguments {
    /// The noun whose environment names of the older tool are read.
    pub(crate) fn noun(&self) -> Option<Noun> {
        let Command::Cloud(command) = &self.command else { return None };
        match **command {
            Cloud::Key(_) => Some(Noun::Key),
            Cloud::Instance(_) => Some(Noun::Instance),
            Cloud::Deploy(_) => Some(Noun::Deploy),
            Cloud::Dns(_) => Some(Noun::Dns),
            _ => None,
        }
    }

    /// Every setting that was typed, of the global options and of the command's own.
    pub(crate) fn typed(&self) -> Typed {
        let mut typed = self.global.typed();
        typed.extend(match &self.command {
            Command::Cloud(cloud) => cloud.typed(),
            Command::Local(Local::Doctor(doctor)) => doctor.typed(),
            Command::Local(_) => Vec::new(),
        });
        typed
    }
}

fn present<const N: usize>(settings: [(Key, &Option<String>); N]) -> Typed {
    settings.into_iter().filter_map(|(key, value)| value.clone().map(|value| (key, value))).collect()
}

impl Cloud {
    /// The settings that were typed as options of the command's own.
    fn typed(&self) -> Typed {
        match self {
            Self::Key(key) => key.typed(),
            Self::SecurityGroup(group) => group.typed(),
            Self::Instance(instance) => instance.typed(),
            Self::Ssh(ssh) => ssh.target.typed(),
            Self::Dns(dns) => dns.typed(),
            Self::Plan(plan) => plan.environment.typed(),
            Self::Up(up) => up.environment.typed(),
            Self::Status(status) => status.environment.typed(),
            Self::Down(down) => down.environment.typed(),
            Self::Deploy(deploy) => deploy.target.typed(),
            Self::Types(wanted) => wanted.typed(),
            Self::Host(host) => host.typed(),
            Self::Policy(policy) => policy.typed(),
        }
    }

    /// Whether the command leaves everything as it is, here and on AWS: it can be dropped at any moment.
    pub(crate) fn only_reads(&self) -> bool {
        match self {
            Self::Key(key) => matches!(key.verb, KeyVerb::List(_)),
            Self::SecurityGroup(group) => matches!(group.verb, SecurityGroupVerb::List(_)),
            Self::Instance(instance) => {
                matches!(
                    instance.verb,
                    InstanceVerb::List { .. } | InstanceVerb::Describe(_) | InstanceVerb::Console(_)
                )
            }
            Self::Dns(dns) => matches!(dns.verb, DnsVerb::List | DnsVerb::Describe),
            Self::Plan(_) | Self::Status(_) | Self::Types(_) | Self::Policy(_) => true,
            _ => false,
        }
    }
}
