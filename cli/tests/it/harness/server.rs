//! A server process: the sandbox, or moto as it is published.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use serde::Deserialize;

use super::root;
use super::waiting::LONGEST;

/// What a running server says of itself.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Ready {
    pub(crate) endpoint: String,
    pub(crate) public_ip_url: String,
    pub(crate) ssh_port: u16,
}

/// A server that answers; it ends with this process, however this process ends.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    pub(crate) ready: Ready,
}

impl Server {
    /// Starts `sandbox/serve`, whose seconds are as long as `SANDBOX_SECOND` says: nothing may depend on it.
    pub(crate) fn sandbox() -> Self {
        let mut command = Command::new(root().join("sandbox/serve"));
        command.args(["--second", &second(), "--until-stdin-closes"]).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut process = start(command);
        let stdout = process.stdout.take().unwrap();
        let ready = first(BufReader::new(stdout), |line| serde_json::from_str(line).ok());
        Self { process, ready }
    }

    /// Starts moto's own server, without the extension; it has neither SSH nor a public-address service.
    pub(crate) fn plain_moto() -> Self {
        let mut command = Command::new("sh");
        // The shell holds the standard input, so that the server ends with this process.
        command.args(["-c", "\"$0\" -p 0 2>&1 & read -r _; kill $!"]);
        command.arg(root().join("sandbox/.venv/bin/moto_server")).stdout(Stdio::piped());
        let mut process = start(command);
        let stdout = process.stdout.take().unwrap();
        let endpoint = first(BufReader::new(stdout), |line| Some(line.split_once("Running on ")?.1.trim().to_owned()));
        let nowhere = "http://127.0.0.1:1".to_owned();
        Self { process, ready: Ready { endpoint, public_ip_url: nowhere, ssh_port: 1 } }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says how long a sandbox second takes")]
fn second() -> String {
    std::env::var("SANDBOX_SECOND").unwrap_or_else(|_| "0.05".to_owned())
}

fn start(mut command: Command) -> Child {
    let python = root().join("sandbox/.venv/bin/python");
    assert!(python.exists(), "the sandbox is not set up: run `make sandbox-setup`");
    command.stdin(Stdio::piped()).spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"))
}

/// Reads lines until one says what is waited for; the lines after it are read and dropped, so that no pipe fills.
fn first<T: Send + 'static>(
    lines: impl BufRead + Send + 'static,
    meaning: impl Fn(&str) -> Option<T> + Send + 'static,
) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            if let Some(meant) = meaning(&line) {
                // The receiver takes the first and leaves.
                sender.send(meant).ok();
            }
        }
    });
    receiver.recv_timeout(LONGEST).expect("the server says that it is ready; run `make sandbox-setup`")
}
