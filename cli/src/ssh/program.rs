//! How the programs of OpenSSH are started: without our secrets, which neither they nor the helpers that the user's
//! configuration names (`ProxyCommand`, `Match exec`, askpass) have any use for.

use tokio::process::Command;

/// The variables that can hold a secret or a half of a pair with one; the rest of the environment is the user's to pass
/// on, `AWS_PROFILE` too.
const SECRETS: [&str; 8] = [
    "BKY_IAC_ACCESS_KEY",
    "BKY_IAC_SECRET_KEY",
    "BKY_IAC_SESSION_TOKEN",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
];

/// A program of OpenSSH, about to be told what to do.
pub(super) fn program(name: &'static str) -> Command {
    let mut command = Command::new(name);
    for variable in SECRETS {
        command.env_remove(variable);
    }
    command
}
