//! `ssh-keyscan`: the host keys that a server shows to anybody. They are trusted only where the user says so.

use std::process::Stdio;
use std::time::Duration;

use iac_core::console::{HostKey, scanned_host_keys};

use super::{SshError, Target, program};

const PROGRAM: &str = "ssh-keyscan";

impl Target {
    /// Asks the server once for its host keys; none where it does not answer yet, or not in this time.
    pub(crate) async fn shown_host_keys(&self, within: Duration) -> Result<Vec<HostKey>, SshError> {
        let mut command = program(PROGRAM);
        command.args(["-T", "5", "-p", &self.port.to_string(), "--", &self.address]);
        command.stdin(Stdio::null()).kill_on_drop(true);
        let Ok(output) = tokio::time::timeout(within, command.output()).await else { return Ok(Vec::new()) };
        let output = output.map_err(|error| SshError::start(PROGRAM, error))?;
        Ok(scanned_host_keys(&String::from_utf8_lossy(&output.stdout)))
    }
}
