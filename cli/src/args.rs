//! What can be typed: the commands and their options, as `clap` parses them.
//!
//! Nothing is decided here. An option that is also a setting becomes an entry of [`Typed`], the strongest of the four
//! layers that `config` merges.

mod attest;
mod eif;
mod registers;
mod types;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::attest::{At, AttestCommand, AttestVerb, BytesSource, ExpectationOptions, PlaceOptions};
pub(crate) use self::eif::{EifCommand, EifVerb};
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
                  Start with `iac config init`."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes, before or after it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalOptions {
    /// Configuration file [default: ~/.config/bky/iac/config.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    /// How results are written [default: text on a terminal, otherwise json]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(crate) output: Option<Format>,
    /// Say more on stderr; twice shows every AWS call
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// AWS region
    #[arg(long, global = true)]
    region: Option<String>,
    /// CSV file with an access key, as AWS lets one download it
    #[arg(long, global = true, value_name = "FILE")]
    cred_file: Option<String>,
    /// User to take from a credentials file of several
    #[arg(long, global = true, value_name = "USER")]
    cred_user: Option<String>,
    /// Profile of AWS's shared configuration files
    #[arg(long, global = true)]
    profile: Option<String>,
    /// Account the credentials must belong to
    #[arg(long, global = true, value_name = "ID")]
    account: Option<String>,
    /// Address of the AWS API, for a sandbox or a private endpoint
    #[arg(long, global = true, value_name = "URL")]
    endpoint_url: Option<String>,
    /// Folder of the private keys
    #[arg(long, global = true, value_name = "FOLDER")]
    secrets_folder: Option<String>,
    /// Refused: a secret must not be on a command line
    #[arg(long, global = true, hide = true, value_name = "SECRET", num_args = 0..=1, default_missing_value = "")]
    pub(crate) secret_key: Option<String>,
    /// Refused together with the secret
    #[arg(long, global = true, hide = true, value_name = "KEY", num_args = 0..=1, default_missing_value = "")]
    pub(crate) access_key: Option<String>,
}

/// How results are written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables and lines for people
    Text,
    /// One JSON document
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print a sample configuration; write, show or check one
    Config(ConfigCommand),
    /// Make, list and delete key pairs
    Key(KeyCommand),
    /// Make, list and delete security groups
    SecurityGroup(SecurityGroupCommand),
    /// Make, list, describe and terminate instances
    Instance(InstanceCommand),
    /// Open a shell on the instance, or run a command there
    Ssh(SshCommand),
    /// Copy files to the instance and run commands there
    Deploy(DeployCommand),
    /// List the instance types that can host the enclave, and why others cannot
    Types(TypesCommand),
    /// Show enclave images and why two differ, offline
    Eif(EifCommand),
    /// Show and verify attestation documents, offline
    Attest(AttestCommand),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigCommand {
    #[command(subcommand)]
    pub(crate) verb: Option<ConfigVerb>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Write the sample to where it is looked for, never over a file
    Init,
    /// Print every effective value and where it comes from, secrets masked
    Show,
    /// Check the file, the environment and the files they name
    Check,
}

#[derive(Debug, Args)]
pub(crate) struct KeyCommand {
    #[command(flatten)]
    pub(crate) options: KeyOptions,
    #[command(subcommand)]
    pub(crate) verb: KeyVerb,
}

#[derive(Debug, Args)]
pub(crate) struct KeyOptions {
    /// Name of the key pair
    #[arg(long, global = true, value_name = "NAME")]
    key_name: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyVerb {
    /// Make a key pair on this machine and import its public half
    Create {
        /// Kind of key
        #[arg(long = "type", value_name = "TYPE", default_value = "ed25519")]
        kind: KeyType,
    },
    /// List the key pairs of the region that `iac` made
    List(ListOptions),
    /// Delete the key pair and its private key file
    Delete {
        /// Delete also a key pair that `iac` did not make
        #[arg(long)]
        force: bool,
    },
}

/// The kinds of key pair that EC2 imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyType {
    Ed25519,
    Rsa,
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    /// List also what `iac` did not make
    #[arg(long)]
    pub(crate) everyone: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SecurityGroupCommand {
    #[command(flatten)]
    pub(crate) options: SecurityGroupOptions,
    #[command(subcommand)]
    pub(crate) verb: SecurityGroupVerb,
}

#[derive(Debug, Args)]
pub(crate) struct SecurityGroupOptions {
    /// Name or id of the security group
    #[arg(long, global = true, value_name = "NAME|ID")]
    security_group: Option<String>,
    /// Subnet whose VPC the group belongs to [default: the default VPC]
    #[arg(long, global = true, value_name = "ID")]
    subnet_id: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecurityGroupVerb {
    /// Make the group, or mend the SSH rules of one that `iac` made
    Create {
        /// Networks that may use SSH, separated by commas, or `auto` for this machine's address
        #[arg(long, value_name = "CIDRS|auto")]
        ssh_from: Option<String>,
        /// Port that SSH listens on [default: 22]
        #[arg(long, value_name = "PORT")]
        ssh_port: Option<String>,
        /// Change also a group that `iac` did not make
        #[arg(long)]
        force: bool,
    },
    /// List the security groups of the region that `iac` made, with their rules
    List(ListOptions),
    /// Delete the group
    Delete {
        /// Delete also a group that `iac` did not make
        #[arg(long)]
        force: bool,
        /// How long to wait for network interfaces to go
        #[arg(long, value_name = "SPAN", default_value = "10m")]
        timeout: Span,
    },
}

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
    /// Launch the instance and wait until SSH answers
    Create(CreateOptions),
    /// List the instances of the region that `iac` made
    List {
        /// List also instances that are ending or gone
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        list: ListOptions,
    },
    /// Show one instance
    Describe(OneInstance),
    /// Terminate the instance and wait until it is gone
    Terminate {
        #[command(flatten)]
        one: OneInstance,
        /// Return as soon as AWS has taken the request
        #[arg(long)]
        no_wait: bool,
        /// How long to wait
        #[arg(long, value_name = "SPAN", default_value = "10m")]
        timeout: Span,
        /// Terminate also an instance that `iac` did not make
        #[arg(long)]
        force: bool,
    },
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
    #[command(flatten)]
    ssh: SshOptions,
    /// What to wait for
    #[arg(long, value_name = "STATE", default_value = "ssh")]
    pub(crate) wait: WaitFor,
    /// How long to wait
    #[arg(long, value_name = "SPAN", default_value = "10m")]
    pub(crate) timeout: Span,
    /// Trust the host key that the server shows, once, when the console shows none
    #[arg(long)]
    pub(crate) accept_host_key: bool,
}

/// What `instance create` waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WaitFor {
    /// Return as soon as AWS has launched it
    None,
    /// Until AWS says that it runs
    Running,
    /// Until its host key is proven and SSH answers
    Ssh,
}

#[derive(Debug, Args)]
pub(crate) struct OneInstance {
    /// Id of the instance, when the name is not enough
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SshOptions {
    /// Login user [default: ec2-user]
    #[arg(long = "ssh-user", value_name = "USER")]
    user: Option<String>,
    /// Port that SSH listens on [default: 22]
    #[arg(long = "ssh-port", value_name = "PORT")]
    port: Option<String>,
    /// OpenSSH configuration file to use instead of the user's own
    #[arg(long = "ssh-config", value_name = "FILE")]
    config: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SshCommand {
    #[command(flatten)]
    pub(crate) target: TargetOptions,
    /// Command and its words, run there exactly as given here [default: a shell]
    #[arg(last = true, value_name = "ARGV")]
    pub(crate) argv: Vec<String>,
}

/// The options that say which instance to connect to, and how.
#[derive(Debug, Args)]
pub(crate) struct TargetOptions {
    /// Name of the instance
    #[arg(long, global = true, value_name = "NAME")]
    instance_name: Option<String>,
    /// Id of the instance, when the name is not enough
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Name of the key pair
    #[arg(long, global = true, value_name = "NAME")]
    key_name: Option<String>,
    /// Login user [default: ec2-user]
    #[arg(long, global = true, value_name = "USER")]
    ssh_user: Option<String>,
    /// Port that SSH listens on [default: 22]
    #[arg(long, global = true, value_name = "PORT")]
    ssh_port: Option<String>,
    /// OpenSSH configuration file to use instead of the user's own
    #[arg(long, global = true, value_name = "FILE")]
    ssh_config: Option<String>,
    /// Trust the host key that the server shows, once, when the console shows none
    #[arg(long, global = true)]
    pub(crate) accept_host_key: bool,
    /// How long a new instance may take to print its host keys
    #[arg(long, global = true, value_name = "SPAN", default_value = "1m")]
    pub(crate) timeout: Span,
}

#[derive(Debug, Args)]
pub(crate) struct DeployCommand {
    #[command(flatten)]
    pub(crate) target: TargetOptions,
    #[command(subcommand)]
    pub(crate) verb: DeployVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeployVerb {
    /// Copy a file or a folder to the instance
    Copy {
        /// File or folder on this machine
        file: PathBuf,
        /// Where to put it, relative to the home folder there; a trailing `/` keeps the name
        #[arg(value_name = "DEST", value_parser = NonEmptyStringValueParser::new())]
        destination: Option<String>,
    },
    /// Run a command line in the login user's shell there
    Run {
        /// The command line, one string
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        command: String,
    },
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
        match self.command {
            Command::Key(_) => Some(Noun::Key),
            Command::Instance(_) => Some(Noun::Instance),
            Command::Deploy(_) => Some(Noun::Deploy),
            Command::Config(_)
            | Command::SecurityGroup(_)
            | Command::Ssh(_)
            | Command::Types(_)
            | Command::Eif(_)
            | Command::Attest(_) => None,
        }
    }

    /// Every setting that was typed, of the global options and of the command's own.
    pub(crate) fn typed(&self) -> Typed {
        let mut typed = self.global.typed();
        typed.extend(match &self.command {
            Command::Config(_) | Command::Eif(_) | Command::Attest(_) => Vec::new(),
            Command::Key(key) => present([(Key::KeyName, &key.options.key_name)]),
            Command::SecurityGroup(group) => group.typed(),
            Command::Instance(instance) => instance.typed(),
            Command::Ssh(ssh) => ssh.target.typed(),
            Command::Deploy(deploy) => deploy.target.typed(),
            Command::Types(wanted) => wanted.typed(),
        });
        typed
    }
}

impl GlobalOptions {
    fn typed(&self) -> Typed {
        present([
            (Key::Region, &self.region),
            (Key::CredFile, &self.cred_file),
            (Key::CredUser, &self.cred_user),
            (Key::Profile, &self.profile),
            (Key::Account, &self.account),
            (Key::EndpointUrl, &self.endpoint_url),
            (Key::SecretsFolder, &self.secrets_folder),
        ])
    }
}

impl SecurityGroupCommand {
    fn typed(&self) -> Typed {
        let mut typed =
            present([(Key::SecurityGroup, &self.options.security_group), (Key::SubnetId, &self.options.subnet_id)]);
        if let SecurityGroupVerb::Create { ssh_from, ssh_port, .. } = &self.verb {
            typed.extend(present([(Key::SshFrom, ssh_from), (Key::SshPort, ssh_port)]));
        }
        typed
    }
}

impl InstanceCommand {
    fn typed(&self) -> Typed {
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
        if let InstanceVerb::Create(create) = &self.verb {
            typed.extend(create.typed());
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
        ]);
        typed.extend(ssh_settings([&self.ssh.user, &self.ssh.port, &self.ssh.config]));
        typed
    }
}

impl TargetOptions {
    fn typed(&self) -> Typed {
        let mut typed = present([(Key::InstanceName, &self.instance_name), (Key::KeyName, &self.key_name)]);
        typed.extend(ssh_settings([&self.ssh_user, &self.ssh_port, &self.ssh_config]));
        typed
    }
}

fn ssh_settings([user, port, config]: [&Option<String>; 3]) -> Typed {
    present([(Key::SshUser, user), (Key::SshPort, port), (Key::SshConfig, config)])
}

fn present<const N: usize>(settings: [(Key, &Option<String>); N]) -> Typed {
    settings.into_iter().filter_map(|(key, value)| value.clone().map(|value| (key, value))).collect()
}
