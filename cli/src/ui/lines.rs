//! stderr as bars are drawn on it: a little narrower than it is.
//!
//! Bars fill their line, and a terminal writes `^C` at the cursor when Ctrl-C is pressed. Where no column is left for that, it
//! stands in the next line, and the bar is wiped off the wrong one.

use std::io::{self, Write};

use indicatif::TermLike;

use super::width;

/// Room for two presses between two drawings.
const CARETS: usize = 4;
/// What a terminal has whose width nobody knows.
const USUAL: usize = 80;

/// stderr, for indicatif.
#[derive(Debug)]
pub(super) struct Lines;

/// Writes one of a terminal's commands, such as `\x1b[2A`; none where the cursor stays.
fn steer(count: usize, command: char) -> io::Result<()> {
    if count == 0 { Ok(()) } else { write!(io::stderr(), "\u{1b}[{count}{command}") }
}

impl TermLike for Lines {
    fn width(&self) -> u16 {
        let width = match width(&io::stderr()) {
            usize::MAX => USUAL,
            width => width,
        };
        u16::try_from(width.saturating_sub(CARETS)).unwrap_or(u16::MAX)
    }

    fn move_cursor_up(&self, count: usize) -> io::Result<()> {
        steer(count, 'A')
    }

    fn move_cursor_down(&self, count: usize) -> io::Result<()> {
        steer(count, 'B')
    }

    fn move_cursor_right(&self, count: usize) -> io::Result<()> {
        steer(count, 'C')
    }

    fn move_cursor_left(&self, count: usize) -> io::Result<()> {
        steer(count, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        writeln!(io::stderr(), "{text}")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        write!(io::stderr(), "{text}")
    }

    fn clear_line(&self) -> io::Result<()> {
        write!(io::stderr(), "\r\u{1b}[2K")
    }

    fn flush(&self) -> io::Result<()> {
        io::stderr().flush()
    }
}
