//! What a failure of OpenSSH means to a person, and what to do about it.

use iac_core::quote;

use super::local::tool_missing;
use super::{Error, Kind};
use crate::ssh::{Failure, SshError, Trouble};

impl From<SshError> for Error {
    fn from(error: SshError) -> Self {
        let message = error.to_string();
        match error {
            SshError::Missing(_) => tool_missing(message),
            SshError::NotStarted { source, .. } => Self::new(Kind::ToolFailed, message).cause(source),
            SshError::Temporary(source) => Self::new(Kind::FileFailed, message)
                .cause(source)
                .hint("set `TMPDIR` to a folder with free space that this user can write to"),
            SshError::TooMuch(_) => Self::new(Kind::HostAnswer, message)
                .hint("let the command write to a file on the instance, then get the file with `iac deploy fetch`")
                .hint("or show the output while it arrives, with `--output text`"),
            SshError::Connection(failure) => (*failure).into(),
        }
    }
}

/// A path as one would type it in a shell.
fn word(path: &str) -> String {
    quote::word(path).unwrap_or_else(|_| path.to_owned())
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let Failure { trouble, instance_id: id, endpoint, user, key_file, known_hosts, said } = failure;
        let error = match trouble {
            Trouble::HostKey => Self::new(
                Kind::HostKeyDiffers,
                format!("{endpoint} shows another host key than the one proven for {id}"),
            ),
            Trouble::NoHostKey => Self::new(
                Kind::HostKeyUnproven,
                format!("OpenSSH finds no usable host key for {id} in `{known_hosts}`"),
            ),
            Trouble::KeyFile => {
                Self::new(Kind::SshFailed, format!("OpenSSH does not use `{key_file}`, which others can read: {id}"))
            }
            Trouble::Algorithms => Self::new(
                Kind::SshFailed,
                format!("OpenSSH and the server at {endpoint} have no algorithm in common: {id}"),
            ),
            Trouble::Signal => Self::new(Kind::SshFailed, format!("the command did not end by itself on {id}")),
            Trouble::Locked => {
                Self::new(Kind::KeyFileLocked, format!("`{key_file}` has a passphrase, and nobody has typed it: {id}"))
            }
            Trouble::Denied => {
                Self::new(Kind::SshFailed, format!("{endpoint} does not let `{user}` in with `{key_file}`: {id}"))
            }
            Trouble::Unreachable => Self::new(Kind::SshFailed, format!("no SSH connection to {endpoint}: {id}")),
            Trouble::Options => Self::new(Kind::ToolFailed, "`ssh` refuses its options"),
            Trouble::Other => Self::new(Kind::SshFailed, format!("the SSH connection to {endpoint} failed: {id}")),
        };
        let hints: &[String] = &match trouble {
            Trouble::HostKey => vec![
                "find out why before you go on: somebody may be intercepting the connection".to_owned(),
                format!("if its host keys were replaced on purpose, remove the lines of `{id}` from `{known_hosts}`"),
            ],
            Trouble::NoHostKey => vec![
                format!("check that `{known_hosts}` can be read, and the `HostKeyAlgorithms` of your `ssh_config`"),
                format!("if the lines of `{id}` in it are damaged, remove them: `iac` then proves the host key again"),
            ],
            Trouble::KeyFile => vec![format!("make it private with `chmod 600 {}`", word(&key_file))],
            Trouble::Algorithms => vec![
                "check `Ciphers`, `MACs`, `KexAlgorithms` and `HostKeyAlgorithms` in your `ssh_config`".to_owned(),
            ],
            Trouble::Signal => vec!["look for the reason with `iac ssh`: Linux ends programs when memory runs out".to_owned()],
            Trouble::Locked => vec![format!("load it into the agent with `ssh-add {}`, then run the command again", word(&key_file))],
            Trouble::Denied => vec!["check `ssh_user`, and that the instance was launched with this key pair".to_owned()],
            Trouble::Unreachable => vec![
                "if your address has changed, allow the new one with `iac security-group create`".to_owned(),
                "see whether the instance runs with `iac instance describe`, and what it printed with `iac instance console`"
                    .to_owned(),
            ],
            Trouble::Options => vec!["check `ssh_config`, and that OpenSSH is version 8.5 or newer (`ssh -V`)".to_owned()],
            Trouble::Other => Vec::new(),
        };
        let error = said.iter().fold(error, Self::cause);
        hints.iter().fold(error, Self::hint)
    }
}
