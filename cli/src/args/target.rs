//! The options that say which instance to connect to, and how.

use clap::Args;

use super::{Span, Typed, present};
use crate::config::Key;

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

/// What `iac ssh` and `iac deploy` connect to, and how.
#[derive(Debug, Args)]
pub(crate) struct TargetOptions {
    /// Name of the instance
    #[arg(long, global = true, value_name = "NAME")]
    instance_name: Option<String>,
    /// Id of the instance, if several have the name
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
    /// If the console shows no host key, trust the key that the server shows, once
    #[arg(long, global = true)]
    pub(crate) accept_host_key: bool,
    /// How long to wait for the host keys of a new instance, and for an answer to `host status`
    #[arg(long, global = true, value_name = "SPAN", default_value = "1m")]
    pub(crate) timeout: Span,
}

impl SshOptions {
    /// The settings that were typed.
    pub(super) fn typed(&self) -> Typed {
        present([(Key::SshUser, &self.user), (Key::SshPort, &self.port), (Key::SshConfig, &self.config)])
    }
}

impl TargetOptions {
    /// The settings that were typed.
    pub(super) fn typed(&self) -> Typed {
        present([
            (Key::InstanceName, &self.instance_name),
            (Key::KeyName, &self.key_name),
            (Key::SshUser, &self.ssh_user),
            (Key::SshPort, &self.ssh_port),
            (Key::SshConfig, &self.ssh_config),
        ])
    }
}
