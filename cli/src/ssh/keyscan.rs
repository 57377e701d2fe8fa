//! `ssh-keyscan`: the host keys that a server shows to anybody. They are trusted only where the user says so.

use std::process::Stdio;

use iac_core::console::{HostKey, scanned_host_keys};
use tokio::process::Command;

use super::{SshError, Target};

const PROGRAM: &str = "ssh-keyscan";

impl Target {
    /// Asks the server once for its host keys; none where it does not answer yet.
    pub(crate) async fn shown_host_keys(&self) -> Result<Vec<HostKey>, SshError> {
        let mut command = Command::new(PROGRAM);
        command.args(["-T", "5", "-p", &self.port.to_string(), "--", &self.address]);
        command.stdin(Stdio::null()).kill_on_drop(true);
        let output = command.output().await.map_err(|error| SshError::start(PROGRAM, error))?;
        Ok(scanned_host_keys(&String::from_utf8_lossy(&output.stdout)))
    }
}
