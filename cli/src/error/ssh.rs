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
                .hint("set `TMPDIR` to a folder that this user may write to and that has room"),
            SshError::TooMuch(_) => Self::new(Kind::HostAnswer, message)
                .hint("let the command write to a file there, and get that with `iac deploy fetch`")
                .hint("or see it as it comes with `--output text`"),
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
                format!("OpenSSH finds no host key that it uses for {id} in `{known_hosts}`"),
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
                Self::new(Kind::KeyFileLocked, format!("`{key_file}` has a passphrase, which nobody has typed: {id}"))
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
                "do not go on before you know why: somebody may stand between you and the instance".to_owned(),
                format!("if its host keys were replaced on purpose, remove the lines of `{id}` from `{known_hosts}`"),
            ],
            Trouble::NoHostKey => vec![
                format!("check that `{known_hosts}` can be read, and the `HostKeyAlgorithms` of your `ssh_config`"),
                format!("where its lines of `{id}` are damaged, remove them: the host key is then proven anew"),
            ],
            Trouble::KeyFile => vec![format!("make it private with `chmod 600 {}`", word(&key_file))],
            Trouble::Algorithms => vec![
                "check `Ciphers`, `MACs`, `KexAlgorithms` and `HostKeyAlgorithms` in your `ssh_config`".to_owned(),
            ],
            Trouble::Signal => vec!["see why with `iac ssh`: where memory is short, Linux ends programs".to_owned()],
            Trouble::Locked => vec![format!("load it into the agent with `ssh-add {}`, then run the command again", word(&key_file))],
            Trouble::Denied => vec!["check `ssh_user`, and that the key pair is the instance's".to_owned()],
            Trouble::Unreachable => vec![
                "let this machine's present address in with `iac security-group create`".to_owned(),
                "see whether the instance runs with `iac instance describe`, and what it printed with `iac instance console`"
                    .to_owned(),
            ],
            Trouble::Options => vec!["check `ssh_config`; OpenSSH 8.5 or newer is needed (`ssh -V`)".to_owned()],
            Trouble::Other => Vec::new(),
        };
        let error = said.iter().fold(error, Self::cause);
        hints.iter().fold(error, Self::hint)
    }
}
