//! What a failure of OpenSSH means to a person, and what to do about it.

use super::local::tool_missing;
use super::{Error, Kind};
use crate::ssh::{Failure, SshError, Trouble};

impl From<SshError> for Error {
    fn from(error: SshError) -> Self {
        let message = error.to_string();
        match error {
            SshError::Missing(_) => tool_missing(message),
            SshError::NotStarted { source, .. } => Self::new(Kind::ToolFailed, message).cause(source),
            SshError::Connection(failure) => (*failure).into(),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let Failure { trouble, instance_id: id, endpoint, user, key_file, known_hosts, said } = failure;
        let error = match trouble {
            Trouble::HostKey => Self::new(
                Kind::HostKeyDiffers,
                format!("{endpoint} shows another host key than the one proven for {id}"),
            ),
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
