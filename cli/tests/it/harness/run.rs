//! What a run of `iac` said and how it ended, with the questions that every test asks.

use std::ffi::OsString;
use std::process::ExitStatus;

use serde_json::Value;

use super::laptop::SECRET;
use super::transcript::{self, Masks};

/// The end of a run. Whoever makes one has checked that the secret key is in no output.
#[derive(Debug)]
pub(crate) struct Run {
    words: Vec<OsString>,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    masks: Masks,
}

impl Run {
    pub(super) fn new(
        words: Vec<OsString>,
        status: ExitStatus,
        stdout: Vec<u8>,
        stderr: Vec<u8>,
        masks: Masks,
    ) -> Self {
        let stderr = String::from_utf8(stderr).expect("what `iac` says is UTF-8");
        let run = Self { words, status, stdout, stderr, masks };
        let holds = |text: &str| text.contains(SECRET);
        assert!(!holds(&run.stderr) && !holds(&run.text()), "the secret key is in the output:\n{}", run.as_it_was());
        run
    }

    /// stdout as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// stdout as the one JSON document it must be.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is no JSON document ({error}):\n{}", self.as_it_was()))
    }

    /// Demands success, and silence on stderr.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert!(self.status.success() && self.stderr.is_empty(), "expected quiet success:\n{}", self.as_it_was());
        self
    }

    /// Demands success, whatever stderr says.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        assert!(self.status.success(), "expected success:\n{}", self.as_it_was());
        self
    }

    /// Demands this error: its code in the JSON document, its exit status as `docs/errors.md` lists it, its message on
    /// stderr too.
    #[track_caller]
    pub(crate) fn fails(self, code: &str) -> Self {
        let error = &self.json()["error"];
        assert_eq!(error["code"], code, "another error:\n{}", self.as_it_was());
        assert_eq!(self.status.code(), Some(exit_status(code)), "another exit status:\n{}", self.as_it_was());
        let message = error["message"].as_str().unwrap();
        let first = message.lines().next().unwrap();
        assert!(self.stderr.starts_with("error: ") && self.stderr.contains(first), "stderr:\n{}", self.as_it_was());
        self
    }

    /// Demands that the process was killed.
    #[track_caller]
    pub(crate) fn killed(self) -> Self {
        let signal = std::os::unix::process::ExitStatusExt::signal(&self.status);
        assert_eq!(signal, Some(9), "expected to be killed:\n{}", self.as_it_was());
        self
    }

    /// The run as a person would see it in a terminal, for snapshots: what differs from run to run has a name instead.
    pub(crate) fn transcript(&self) -> String {
        self.masks.apply(&self.as_it_was())
    }

    fn as_it_was(&self) -> String {
        let words: Vec<_> = self.words.iter().map(|word| word.to_string_lossy()).collect();
        transcript::lines(&words, &self.text(), &self.stderr, self.status)
    }
}

/// The exit status of an error code, from the page that users read.
fn exit_status(code: &str) -> i32 {
    let page = include_str!("../../../../docs/errors.md");
    let row = page.lines().find(|line| line.starts_with(&format!("| `{code}` |")));
    let row = row.unwrap_or_else(|| panic!("`{code}` is not in docs/errors.md"));
    row.split('|').nth(2).unwrap().trim().parse().unwrap()
}
