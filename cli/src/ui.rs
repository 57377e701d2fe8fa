//! The terminal: data goes to stdout, everything else to stderr, and only through here.
//!
//! Text that comes from AWS, from a file or from the host may hold characters that steer a terminal. Whoever words a line
//! escapes what he puts into it; what goes through here is escaped once more, so that nobody can forget it.

mod answer;
mod bar;
mod bars;
mod lines;
mod parting;
mod progress;

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

use anstream::AutoStream;
use iac_core::text::{folded, plain, plain_json, plain_lines, wrapped};
use serde::Serialize;

use crate::args::Format;
use crate::config::Environment;
use crate::error::{Error, Kind, Label, Result};
use bars::Bars;

pub(crate) use parting::Parting;
pub(crate) use progress::Progress;

/// A line that goes on in the next is indented there.
const INDENT: &str = "  ";

/// The two streams of the process and how to write to them.
#[derive(Debug)]
pub(crate) struct Ui {
    format: Format,
    verbose: u8,
    /// Whether a person reads stderr.
    terminal: bool,
    bars: Bars,
}

impl Ui {
    /// Takes the format that was asked for; the default is text on a terminal and JSON otherwise.
    pub(crate) fn new(format: Option<Format>, verbose: u8, environment: &Environment) -> Self {
        let default = if io::stdout().is_terminal() { Format::Text } else { Format::Json };
        let terminal = io::stderr().is_terminal();
        // The lines of `-vv` stand where bars would; a dumb terminal can only go on.
        let can_draw = terminal && verbose < 2 && environment.text("TERM").as_deref() != Some("dumb");
        Self { format: format.unwrap_or(default), verbose, terminal, bars: Bars::new(can_draw) }
    }

    /// What is left to say and to wipe away for whoever interrupts.
    pub(crate) fn parting(&self) -> Parting {
        Parting { terminal: self.terminal, bars: self.bars.clone() }
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
            // JSON says the same with escapes, so they do no harm where a program reads it, and help where it is kept.
            Format::Json => write_out(&plain_json(&json(value)?)),
            Format::Text => {
                let width = width(&io::stdout());
                write_out(&folded(&plain_lines(&text(width)), width))
            }
        }
    }

    /// Writes text that is no result, such as a script or what a machine printed, with a final newline: as it is into a
    /// pipe, escaped line by line for a terminal.
    #[expect(clippy::unused_self, reason = "who writes to a stream has been handed the terminal")]
    pub(crate) fn text(&self, text: &str) -> Result<()> {
        if io::stdout().is_terminal() { write_out(&plain_lines(text)) } else { write_out(text) }
    }

    /// Writes the help or the version that was asked for, with its colours where stdout shows them.
    #[expect(clippy::unused_self, reason = "who writes to a stream has been handed the terminal")]
    pub(crate) fn help(&self, help: &clap::builder::StyledStr) -> Result<()> {
        let mut stdout = AutoStream::auto(io::stdout()).lock();
        written(write!(stdout, "{}", help.ansi()).and_then(|()| stdout.flush()))
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
            json(&error.document()).and_then(|document| write_out(&plain_json(&document))).ok();
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
    ///
    /// It waits without holding up anything else, so that an interruption can end the question.
    pub(crate) async fn confirm(&self, what: &str, question: &str) -> Result<()> {
        if !self.terminal || !io::stdin().is_terminal() {
            return Err(Error::new(
                Kind::ConfirmationNeeded,
                "confirmation is needed, but stdin or stderr is not a terminal",
            )
            .hint("add `--yes` to do it without asking"));
        }
        self.line("", what);
        let answer = answer::to(&format!("{question} [y/N] ")).await?;
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Error::new(Kind::ConfirmationNeeded, "nothing was done: the answer was not yes")),
        }
    }

    /// Writes one message to stderr; control characters of its text are escaped, line by line.
    fn line(&self, label: &str, text: &str) {
        say(&self.bars, label, text);
    }
}

/// Writes text to stdout as it is, with a final newline.
fn write_out(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    written(write!(stdout, "{text}{newline}").and_then(|()| stdout.flush()))
}

/// Writes a message to stderr, above what is drawn there.
fn say(bars: &Bars, label: &str, text: &str) {
    let text = message(label, text, width(&io::stderr()));
    bars.beside(|| {
        let mut stderr = AutoStream::auto(io::stderr()).lock();
        // Where stderr is gone there is nobody left to tell.
        write!(stderr, "{text}").ok();
    });
}

/// The lines of a message: those below the first are indented where a label stands before it.
fn message(label: &str, text: &str, width: usize) -> String {
    let indent = if label.is_empty() { "" } else { INDENT };
    let label_width = anstream::adapter::strip_str(label).to_string().len();
    let mut lines = String::new();
    for (number, line) in text.lines().enumerate() {
        let line = plain(line);
        if number == 0 && !label.is_empty() {
            let pieces = wrapped(&line, width.saturating_sub(label_width), width.saturating_sub(INDENT.len()));
            lines += &format!("{label}{}\n", pieces.join(&format!("\n{INDENT}")));
        } else {
            lines += &(folded(&format!("{indent}{line}"), width) + "\n");
        }
    }
    lines
}

/// The width of the terminal, or a width for pipes that never shortens anything.
fn width(stream: &(impl AsFd + IsTerminal)) -> usize {
    match terminal_size::terminal_size_of(stream) {
        Some((terminal_size::Width(columns), _)) if stream.is_terminal() => usize::from(columns),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_goes_on_below_its_label() {
        let label = "\u{1b}[1;36mhint:\u{1b}[0m ";
        let said = message(label, "see what there is with `iac instance list`, or make one\nor not", 40);
        insta::assert_snapshot!(said.replace('\u{1b}', "^"), @"
        ^[1;36mhint:^[0m see what there is with
          `iac instance list`, or make one
          or not
        ");
        insta::assert_snapshot!(message("", "+ create it: there is none\n+ launch\u{1b}[2J it", 20), @r"
        + create it: there
          is none
        + launch\u{1b}[2J it
        ");
        assert_eq!(message("", "", 80), "");
    }
}
