//! The terminal: data goes to stdout, everything else to stderr, and only through here.
//!
//! Text that comes from AWS, from a file or from the host may hold control characters; they are escaped before they
//! reach a terminal.

mod bar;

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anstream::AutoStream;
use iac_core::text::plain;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::args::Format;
use crate::error::{Error, Kind, Label, Result};

/// Work that takes longer than this shows what is being waited for.
const QUIET: Duration = Duration::from_millis(500);

/// The two streams of the process and how to write to them.
#[derive(Debug)]
pub(crate) struct Ui {
    format: Format,
    verbose: u8,
    /// Whether a person reads stderr.
    terminal: bool,
}

impl Ui {
    /// Takes the format that was asked for; the default is text on a terminal and JSON otherwise.
    pub(crate) fn new(format: Option<Format>, verbose: u8) -> Self {
        let default = if io::stdout().is_terminal() { Format::Text } else { Format::Json };
        Self { format: format.unwrap_or(default), verbose, terminal: io::stderr().is_terminal() }
    }

    /// Whether results are written as JSON.
    pub(crate) fn json(&self) -> bool {
        self.format == Format::Json
    }

    /// How often `-v` was given.
    pub(crate) fn verbosity(&self) -> u8 {
        self.verbose
    }

    /// Writes a result: as one JSON document, or as the text made for this width.
    pub(crate) fn data<T: Serialize>(&self, value: &T, text: impl FnOnce(usize) -> String) -> Result<()> {
        match self.format {
            Format::Json => self.text(&json(value)?),
            Format::Text => self.text(&text(width())),
        }
    }

    /// Writes text to stdout as it is, with a final newline.
    #[expect(clippy::unused_self, reason = "who writes to a stream has been handed the terminal")]
    pub(crate) fn text(&self, text: &str) -> Result<()> {
        let mut stdout = io::stdout().lock();
        let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        written(write!(stdout, "{text}{newline}").and_then(|()| stdout.flush()))
    }

    /// Writes text of many lines that a machine printed: as it is into a pipe, escaped line by line for a terminal.
    pub(crate) fn foreign(&self, text: &str) -> Result<()> {
        if !io::stdout().is_terminal() {
            return self.text(text);
        }
        let shown = |line: &str| line.trim_end_matches('\r').split('\t').map(plain).collect::<Vec<_>>().join("\t");
        let lines: Vec<String> = text.lines().map(shown).collect();
        self.text(&lines.join("\n"))
    }

    /// Says something that a person may want to know; silent where nobody reads, unless `-v` is given.
    pub(crate) fn note(&self, text: &str) {
        if self.terminal || self.verbose > 0 {
            self.line("", text);
        }
    }

    /// Says what may surprise; silent where nobody reads, unless `-v` is given.
    pub(crate) fn warn(&self, text: &str) {
        if self.terminal || self.verbose > 0 {
            self.line("\u{1b}[1;33mwarning:\u{1b}[0m ", text);
        }
    }

    /// Prints an error: its lines on stderr, and under JSON its document on stdout.
    pub(crate) fn error(&self, error: &Error) {
        self.explain(error);
        if self.json() {
            // The error itself is on stderr; a reader of stdout that has gone needs no second one.
            json(&error.document()).and_then(|document| self.text(&document)).ok();
        }
    }

    /// Prints an error's lines on stderr and nothing on stdout, for a command whose result says the rest.
    pub(crate) fn explain(&self, error: &Error) {
        for (label, text) in error.lines() {
            let colour = match label {
                Label::Error => "1;31",
                Label::Cause | Label::Made => "1",
                Label::Hint => "1;36",
            };
            self.line(&format!("\u{1b}[{colour}m{label}:\u{1b}[0m "), &text);
        }
    }

    /// Shows what would be done and asks; where nobody can answer, or the answer is not yes, nothing is done.
    pub(crate) fn confirm(&self, what: &str, question: &str) -> Result<()> {
        if !self.terminal || !io::stdin().is_terminal() {
            return Err(Error::new(
                Kind::ConfirmationNeeded,
                "this changes something, and nobody is there to be asked",
            )
            .hint("add `--yes` to do it without asking; see what it is with `iac plan`"));
        }
        self.line("", what);
        let mut stderr = AutoStream::auto(io::stderr()).lock();
        write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush()).ok();
        drop(stderr);
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).ok();
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Error::new(Kind::ConfirmationNeeded, "nothing was done: the answer was not yes")),
        }
    }

    /// Shows what is being waited for, once it takes a while, until the result is dropped.
    pub(crate) fn progress(&self, what: &str) -> Progress {
        // Hidden until it has taken long enough: a change of its message would draw at once.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_style(
            ProgressStyle::with_template("{spinner} {msg} ({elapsed})").expect("the template is well-formed"),
        );
        bar.set_message(plain(what));
        Progress { bar, shown: self.terminal && self.verbose < 2, started: tokio::time::Instant::now() }
    }

    /// Writes one message to stderr; control characters of its text are escaped, line by line.
    #[expect(clippy::unused_self, reason = "who writes to a stream has been handed the terminal")]
    fn line(&self, label: &str, text: &str) {
        let mut stderr = AutoStream::auto(io::stderr()).lock();
        for (number, line) in text.lines().enumerate() {
            let label = if number == 0 { label } else { "  " };
            // Where stderr is gone there is nobody left to tell.
            writeln!(stderr, "{label}{}", plain(line)).ok();
        }
    }
}

/// A wait that is shown on a terminal after half a second.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Whether there is a terminal to draw on that nothing else is written to.
    shown: bool,
    started: tokio::time::Instant,
}

impl Progress {
    /// Waits for a future, drawing meanwhile once it has taken long enough.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        let first = self.started + QUIET;
        loop {
            let next = first.max(tokio::time::Instant::now() + Duration::from_millis(100));
            tokio::select! {
                result = &mut work => return result,
                () = tokio::time::sleep_until(next) => self.draw(),
            }
        }
    }

    fn draw(&self) {
        if self.shown && self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.tick();
    }

    /// Changes what is said to be waited for.
    pub(crate) fn now(&self, what: &str) {
        self.bar.set_message(plain(what));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The width of the terminal, or a width for pipes that never shortens anything.
fn width() -> usize {
    match terminal_size::terminal_size() {
        Some((terminal_size::Width(columns), _)) if io::stdout().is_terminal() => usize::from(columns),
        _ => usize::MAX,
    }
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Error::new(Kind::Internal, "a result cannot be written as JSON").cause(error))
}

/// A closed pipe ends quietly: its reader has what it wanted.
fn written(result: io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::new(Kind::FileFailed, "cannot write to stdout").cause(error))
        }
        _ => Ok(()),
    }
}
