//! Running `ssh`: attached to our own terminal, captured, or fed with bytes.
//!
//! OpenSSH writes its own messages to a file of ours (`-E`), so that they are never confused with what the command on the
//! instance writes, and a status is known to be its own or the command's.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use iac_core::ssh_log::{self, SshLog};
use iac_core::ssh_options;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::target::DOLLAR;
use super::{Failure, SshError, Target, program, version};

const PROGRAM: &str = "ssh";
/// OpenSSH's status for its own failures; a command on the instance can end with it too.
const OWN_FAILURE: u8 = 255;
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(15);
/// The same while an instance is waited for: the next attempt comes soon.
const PROBE: Duration = Duration::from_secs(5);
/// How many bytes are kept of what the host says to a question of ours, and of its errors beside a copy.
const ANSWER: u64 = 1 << 20;
/// How many bytes are kept of each output of a command of the user's.
const CAPTURED: u64 = 16 << 20;

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
        let mut call = Call::new(self, terminal, CONNECT, line).await?;
        let child = call.start(Stdio::inherit, Stdio::inherit)?;
        call.finish(child, ANSWER).await
    }

    /// Runs a command line with our own input and captures what it writes.
    pub(crate) async fn captured(&self, line: &str) -> Result<Output, SshError> {
        let mut call = Call::new(self, Terminal::None, CONNECT, Some(line)).await?;
        let child = call.start(Stdio::inherit, Stdio::piped)?;
        call.finish(child, CAPTURED).await
    }

    /// Tries once whether the server answers and lets us in; one that does neither in this time is unreachable.
    pub(crate) async fn probe(&self, within: Duration) -> Result<(), SshError> {
        let silent = |_| Err(Failure::silent(self, within).into());
        tokio::time::timeout(within, self.try_once()).await.unwrap_or_else(silent)
    }

    async fn try_once(&self) -> Result<(), SshError> {
        let mut call = Call::new(self, Terminal::None, PROBE, Some("true")).await?;
        let child = call.start(Stdio::null, Stdio::piped)?;
        let output = call.finish(child, ANSWER).await?;
        output.failure.map_or(Ok(()), |failure| Err(failure.into()))
    }

    /// Runs a command line and lets `feed` write its input, on a thread where it may block.
    ///
    /// Where the command ends first, what `feed` writes fails with a broken pipe.
    pub(crate) async fn fed<T: Send + 'static>(
        &self,
        line: &str,
        feed: impl FnOnce(File) -> T + Send + 'static,
    ) -> Result<(Output, T), SshError> {
        let mut call = Call::new(self, Terminal::None, CONNECT, Some(line)).await?;
        let mut child = call.start(Stdio::piped, Stdio::piped)?;
        let input = child.stdin.take().expect("the input was asked for as a pipe").into_owned_fd();
        let input = input.map_err(|error| SshError::start(PROGRAM, error))?;
        let thread = tokio::task::spawn_blocking(move || feed(File::from(input)));
        let output = call.finish(child, ANSWER).await?;
        let result = thread.await.map_err(|error| SshError::start(PROGRAM, io::Error::other(error)))?;
        Ok((output, result))
    }

    /// Runs a command line and lets `drain` read what it writes, on a thread where it may block.
    pub(crate) async fn drained<T: Send + 'static>(
        &self,
        line: &str,
        drain: impl FnOnce(File) -> T + Send + 'static,
    ) -> Result<(Output, T), SshError> {
        let mut call = Call::new(self, Terminal::None, CONNECT, Some(line)).await?;
        let mut child = call.start(Stdio::null, Stdio::piped)?;
        let output = child.stdout.take().expect("the output was asked for as a pipe").into_owned_fd();
        let output = output.map_err(|error| SshError::start(PROGRAM, error))?;
        let thread = tokio::task::spawn_blocking(move || drain(File::from(output)));
        let output = call.finish(child, ANSWER).await?;
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
    async fn new(
        target: &'a Target,
        terminal: Terminal,
        connect: Duration,
        line: Option<&str>,
    ) -> Result<Self, SshError> {
        let version = version().await?.number;
        let log = NamedTempFile::new().map_err(SshError::Temporary)?;
        let mut command = program(PROGRAM);
        command.args(target.options(version)).arg("-E").arg(log.path()).env(DOLLAR, "$");
        command.arg("-o").arg(format!("ConnectTimeout={}", connect.as_secs())).args(["-o", "LogLevel=ERROR"]);
        command.arg("-o").arg(format!("LogVerbose={}", ssh_log::VERBOSE));
        if terminal == Terminal::None {
            for (name, value) in ssh_options::without_a_person(version) {
                command.arg("-o").arg(format!("{name}={value}"));
            }
        }
        // `--` comes before the destination: after it, OpenSSH would read a line that begins with `-` as options.
        command.args(["--", &target.instance_id]).args(line);
        Ok(Self { target, command, log })
    }

    fn start(&mut self, input: fn() -> Stdio, output: fn() -> Stdio) -> Result<Child, SshError> {
        self.command.stdin(input()).stdout(output()).stderr(output());
        self.command.spawn().map_err(|error| SshError::start(PROGRAM, error))
    }

    /// Waits for the end and reads what was captured, each output up to `most` bytes; a wait that is given up ends `ssh`
    /// too.
    async fn finish(self, mut child: Child, most: u64) -> Result<Output, SshError> {
        let mut ending = Ending(child.id());
        let (stdout, stderr) = (kept(child.stdout.take(), most), kept(child.stderr.take(), most));
        let ended = async { child.wait().await.map_err(|error| SshError::start(PROGRAM, error)) };
        let (ended, stdout, stderr) = tokio::try_join!(ended, stdout, stderr)?;
        ending.0 = None;
        let mut log = Vec::new();
        let read = File::open(self.log.path()).and_then(|file| file.take(ANSWER).read_to_end(&mut log));
        read.map_err(SshError::Temporary)?;
        let log = SshLog::read(&String::from_utf8_lossy(&log));
        let failure = own_failure(ended, log, &stderr).map(|said| Failure::read(self.target, &said));
        let status = match (status(ended), &failure) {
            // Of a command that did not come to its end, nobody knows that it succeeded.
            (0, Some(_)) => OWN_FAILURE,
            (status, _) => status,
        };
        Ok(Output { stdout, stderr, status, failure })
    }
}

/// Reads a pipe to its end, where there is one.
async fn kept(pipe: Option<impl AsyncRead + Unpin>, most: u64) -> Result<Vec<u8>, SshError> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        let read = pipe.take(most + 1).read_to_end(&mut bytes).await;
        if read.map_err(|error| SshError::start(PROGRAM, error))? as u64 > most {
            return Err(SshError::TooMuch(most));
        }
    }
    Ok(bytes)
}

/// What OpenSSH says of its own failure; `None` where it is the command on the instance that ended with this status.
fn own_failure(status: ExitStatus, log: SshLog, stderr: &[u8]) -> Option<Vec<String>> {
    let code = match (status.code().and_then(|code| u8::try_from(code).ok()), status.signal()) {
        (_, Some(signal)) => return Some(vec![format!("`{PROGRAM}` was ended by signal {signal}")]),
        (Some(code), _) if log.is_of_command(code) => return None,
        (code, _) => code.unwrap_or(OWN_FAILURE),
    };
    if !log.messages.is_empty() {
        return Some(log.messages);
    }
    // Two messages come before or beside that file.
    let stderr = String::from_utf8_lossy(stderr);
    let last = stderr.lines().last().unwrap_or_default().trim_end();
    if stderr.starts_with("command-line: line 0: ") {
        return Some(stderr.lines().map(str::to_owned).collect());
    }
    if last.starts_with("Connection to ") && last.ends_with(" closed by remote host.") {
        return Some(vec![last.to_owned()]);
    }
    Some(vec![format!("`{PROGRAM}` ended with status {code} before the instance told the command's")])
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
        let said = |code: i32, log: &str, stderr: &str| own_failure(exit(code), SshLog::read(log), stderr.as_bytes());
        let told = |status: i32| format!("debug1: clientloop.c:client_loop():1531 (pid=1): Exit status {status}\r\n");
        assert_eq!([0, 1, 255].map(|status| said(status, &told(status), "the command's own")), [None, None, None]);
        assert_eq!(said(1, &format!("a warning\r\n{}", told(1)), ""), None);
        assert_eq!(said(255, "refused\r\n", ""), Some(vec!["refused".to_owned()]));
        // A client that went to the background ends with 0, and the command has not even begun.
        for (status, log) in [(0, ""), (255, ""), (255, &*told(-1)), (0, &told(256))] {
            let said = said(status, log, "the command's own").unwrap();
            assert!(said[0].contains(&format!("ended with status {status} before")), "{said:?}");
        }
        let closed = "out of memory\nConnection to 127.0.0.2 closed by remote host.\r\n";
        assert!(said(255, "", closed).is_some_and(|said| said[0].starts_with("Connection to ")));
        assert!(said(255, "", "command-line: line 0: Bad configuration option: x").is_some());
        let killed = own_failure(ExitStatus::from_raw(9), SshLog::default(), b"");
        assert!(killed.is_some_and(|said| said[0].ends_with("signal 9")));
        assert_eq!([exit(0), exit(7), ExitStatus::from_raw(9)].map(status), [0, 7, 137]);
    }
}
