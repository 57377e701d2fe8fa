//! Running `ssh`: attached to our own terminal, captured, or fed with bytes.
//!
//! OpenSSH writes its own messages to a file of ours (`-E`), so that they are never confused with what the command on the
//! instance writes, and a status of 255 is known to be its own or the command's.

use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;
use tokio::process::{Child, Command};

use super::target::DOLLAR;
use super::{Failure, SshError, Target};

const PROGRAM: &str = "ssh";
/// OpenSSH's status for its own failures; a command on the instance can end with it too.
const OWN_FAILURE: u8 = 255;
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(15);
/// The same while an instance is waited for: the next attempt comes soon.
const PROBE: Duration = Duration::from_secs(5);

/// How a command on the instance ended, and what it wrote where that was captured.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// The command's status, or 255 where OpenSSH itself failed.
    pub(crate) status: u8,
    /// Why OpenSSH itself failed, if it did.
    pub(crate) failure: Option<Failure>,
}

/// Whose terminal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Terminal {
    /// A person's, who may be asked for a pass phrase.
    Shell,
    /// Nobody's.
    None,
}

impl Target {
    /// Runs a shell, or a command line in the login user's shell, with our own input and output.
    pub(crate) async fn attached(&self, line: Option<&str>) -> Result<Output, SshError> {
        let terminal = if line.is_some() { Terminal::None } else { Terminal::Shell };
        let mut call = Call::new(self, terminal, CONNECT, line)?;
        let child = call.start(Stdio::inherit, Stdio::inherit)?;
        call.finish(child).await
    }

    /// Runs a command line with our own input and captures what it writes.
    pub(crate) async fn captured(&self, line: &str) -> Result<Output, SshError> {
        let mut call = Call::new(self, Terminal::None, CONNECT, Some(line))?;
        let child = call.start(Stdio::inherit, Stdio::piped)?;
        call.finish(child).await
    }

    /// Tries once whether the server answers and lets us in.
    pub(crate) async fn probe(&self) -> Result<(), SshError> {
        let mut call = Call::new(self, Terminal::None, PROBE, Some("true"))?;
        let child = call.start(Stdio::null, Stdio::piped)?;
        let output = call.finish(child).await?;
        // Of itself `true` never ends so: then OpenSSH has failed, even if it did not say why.
        let unexplained = || Failure::read(self, &String::from_utf8_lossy(&output.stderr));
        let failure = output.failure.or_else(|| (output.status == OWN_FAILURE).then(unexplained));
        failure.map_or(Ok(()), |failure| Err(failure.into()))
    }

    /// Runs a command line and lets `feed` write its input, on a thread where it may block.
    ///
    /// Where the command ends first, what `feed` writes fails with a broken pipe.
    pub(crate) async fn fed<T: Send + 'static>(
        &self,
        line: &str,
        feed: impl FnOnce(File) -> T + Send + 'static,
    ) -> Result<(Output, T), SshError> {
        let mut call = Call::new(self, Terminal::None, CONNECT, Some(line))?;
        let mut child = call.start(Stdio::piped, Stdio::piped)?;
        let input = child.stdin.take().expect("the input was asked for as a pipe").into_owned_fd();
        let input = input.map_err(|error| SshError::start(PROGRAM, error))?;
        let thread = tokio::task::spawn_blocking(move || feed(File::from(input)));
        let output = call.finish(child).await?;
        let result = thread.await.map_err(|error| SshError::start(PROGRAM, io::Error::other(error)))?;
        Ok((output, result))
    }

    /// Runs a command line and lets `drain` read what it writes, on a thread where it may block.
    pub(crate) async fn drained<T: Send + 'static>(
        &self,
        line: &str,
        drain: impl FnOnce(File) -> T + Send + 'static,
    ) -> Result<(Output, T), SshError> {
        let mut call = Call::new(self, Terminal::None, CONNECT, Some(line))?;
        let mut child = call.start(Stdio::null, Stdio::piped)?;
        let output = child.stdout.take().expect("the output was asked for as a pipe").into_owned_fd();
        let output = output.map_err(|error| SshError::start(PROGRAM, error))?;
        let thread = tokio::task::spawn_blocking(move || drain(File::from(output)));
        let output = call.finish(child).await?;
        let result = thread.await.map_err(|error| SshError::start(PROGRAM, io::Error::other(error)))?;
        Ok((output, result))
    }
}

/// One run of `ssh`.
struct Call<'a> {
    target: &'a Target,
    command: Command,
    /// What OpenSSH itself has to say.
    log: NamedTempFile,
}

impl<'a> Call<'a> {
    fn new(target: &'a Target, terminal: Terminal, connect: Duration, line: Option<&str>) -> Result<Self, SshError> {
        let log = NamedTempFile::new().map_err(|error| SshError::start(PROGRAM, error))?;
        let mut command = Command::new(PROGRAM);
        command.args(target.options()).arg("-E").arg(log.path()).env(DOLLAR, "$");
        command.arg("-o").arg(format!("ConnectTimeout={}", connect.as_secs())).args(["-o", "LogLevel=ERROR"]);
        if terminal == Terminal::None {
            command.args(["-o", "BatchMode=yes", "-o", "RequestTTY=no"]);
        }
        // `--` comes before the destination: after it, OpenSSH would read a line that begins with `-` as options.
        command.args(["--", &target.instance_id]).args(line);
        Ok(Self { target, command, log })
    }

    fn start(&mut self, input: fn() -> Stdio, output: fn() -> Stdio) -> Result<Child, SshError> {
        self.command.stdin(input()).stdout(output()).stderr(output());
        self.command.spawn().map_err(|error| SshError::start(PROGRAM, error))
    }

    /// Waits for the end and reads what was captured; a wait that is given up ends `ssh` too.
    async fn finish(self, child: Child) -> Result<Output, SshError> {
        let mut ending = Ending(child.id());
        let ended = child.wait_with_output().await;
        ending.0 = None;
        let ended = ended.map_err(|error| SshError::start(PROGRAM, error))?;
        let said = std::fs::read(self.log.path()).map_err(|error| SshError::start(PROGRAM, error))?;
        let failure = own_failure(ended.status, &said, &ended.stderr).map(|said| Failure::read(self.target, &said));
        let status = status(ended.status);
        Ok(Output { stdout: ended.stdout, stderr: ended.stderr, status, failure })
    }
}

/// What OpenSSH says of its own failure; `None` where it is the command on the instance that ended with this status.
fn own_failure(status: ExitStatus, said: &[u8], stderr: &[u8]) -> Option<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match (status.code().and_then(|code| u8::try_from(code).ok()), status.signal()) {
        (None, Some(signal)) => Some(format!("`{PROGRAM}` was ended by signal {signal}")),
        (Some(OWN_FAILURE), _) if !said.is_empty() => Some(text(said)),
        // Two messages come before or beside that file.
        (Some(OWN_FAILURE), _) => Some(text(stderr)).filter(|said| {
            let last = said.lines().last().unwrap_or_default();
            said.starts_with("command-line: line 0: ")
                || (last.starts_with("Connection to ") && last.ends_with(" closed by remote host."))
        }),
        _ => None,
    }
}

/// The status as a shell would give it.
fn status(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

/// Ends the process politely when it is dropped while the process runs: a shell's terminal is then put right again.
struct Ending(Option<u32>);

impl Drop for Ending {
    fn drop(&mut self) {
        let pid = self.0.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended just now; then there is nothing to do.
            kill_process(pid, Signal::TERM).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openssh_s_own_failures_are_told_from_the_command_s() {
        let exit = |code: i32| ExitStatus::from_raw(code << 8);
        let closed = b"out of memory\nConnection to 127.0.0.2 closed by remote host.\r\n";
        assert_eq!(own_failure(exit(255), b"refused\r\n", b"").as_deref(), Some("refused"));
        assert_eq!(own_failure(exit(255), b"", b"the command's own"), None);
        assert_eq!(own_failure(exit(1), b"a warning", b""), None);
        assert!(own_failure(exit(255), b"", closed).is_some_and(|said| said.ends_with("closed by remote host.")));
        assert!(own_failure(exit(255), b"", b"command-line: line 0: Bad configuration option: x").is_some());
        assert!(own_failure(ExitStatus::from_raw(9), b"", b"").is_some_and(|said| said.ends_with("signal 9")));
        assert_eq!([exit(0), exit(7), ExitStatus::from_raw(9)].map(status), [0, 7, 137]);
    }
}
