//! A terminal of a given width, and a person before it: what `iac` draws there, cell by cell, and what is typed.
//!
//! `script` of util-linux makes the pseudo-terminal, and `vt100` draws what comes out of it. What differs from run to run
//! is replaced by something as wide before it is drawn, so that lines break and columns stand where they really do.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use super::laptop::{Laptop, SECRET};
use super::transcript::Masks;
use super::waiting::LONGEST;

/// More than any command prints here, so that nothing scrolls away.
const ROWS: u16 = 200;

/// A terminal that shows nothing yet.
#[derive(Debug)]
pub(crate) struct Terminal<'a> {
    laptop: &'a Laptop,
    columns: u16,
    variables: Vec<(&'a str, &'a str)>,
}

impl Laptop {
    /// Opens a terminal of so many columns, which can show colours.
    pub(crate) fn terminal(&self, columns: u16) -> Terminal<'_> {
        Terminal { laptop: self, columns, variables: vec![("TERM", "xterm-256color")] }
    }
}

impl<'a> Terminal<'a> {
    /// Sets a variable, such as `NO_COLOR`.
    pub(crate) fn set(mut self, name: &'a str, value: &'a str) -> Self {
        self.variables.push((name, value));
        self
    }

    /// Runs `iac` to its end.
    pub(crate) fn iac<W: AsRef<OsStr>>(self, words: impl IntoIterator<Item = W>) -> Screen {
        self.start(words).finish()
    }

    /// Starts `iac`.
    pub(crate) fn start<W: AsRef<OsStr>>(self, words: impl IntoIterator<Item = W>) -> Drawing {
        let words = words.into_iter().map(|word| word.as_ref().to_str().unwrap().to_owned());
        let words: Vec<String> = [env!("CARGO_BIN_EXE_iac").to_owned()].into_iter().chain(words).collect();
        self.shell(&format!("exec {}", words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")))
    }

    /// Starts a line of shell.
    pub(crate) fn shell(self, line: &str) -> Drawing {
        let columns = self.columns;
        let mut command: Command = self.laptop.command("script");
        command.args(["-qec", &format!("stty sane cols {columns} rows {ROWS}; {line}"), "/dev/null"]);
        command.env("SHELL", "/bin/sh").env_remove("COLUMNS").envs(self.variables);
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("`script` of util-linux must be installed: {error}"));
        let keyboard = process.stdin.take().unwrap();
        let shown = Arc::new((Mutex::new(Shown::default()), Condvar::new()));
        read(process.stdout.take().unwrap(), Arc::clone(&shown));
        Drawing { process, keyboard, shown, columns, masks: self.laptop.masks().clone() }
    }
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What has come out of the pseudo-terminal.
#[derive(Debug, Default)]
struct Shown {
    bytes: Vec<u8>,
    is_over: bool,
}

/// Reads beside the process.
fn read(mut pipe: impl Read + Send + 'static, shown: Arc<(Mutex<Shown>, Condvar)>) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        loop {
            let length = pipe.read(&mut buffer).unwrap_or(0);
            let mut now = shown.0.lock().unwrap();
            now.bytes.extend(&buffer[..length]);
            now.is_over = length == 0;
            shown.1.notify_all();
            if now.is_over {
                break;
            }
        }
    });
}

/// A run in a terminal that has not ended.
#[derive(Debug)]
pub(crate) struct Drawing {
    process: Child,
    keyboard: ChildStdin,
    shown: Arc<(Mutex<Shown>, Condvar)>,
    columns: u16,
    masks: Masks,
}

impl Drawing {
    /// Waits until the screen shows a text, and returns that screen.
    pub(crate) fn until(&self, text: &str) -> Screen {
        self.until_again(text, 1)
    }

    /// Waits until the screen shows a text so often.
    pub(crate) fn until_again(&self, text: &str, times: usize) -> Screen {
        let masks = self.masks.apart();
        let is_there = |shown: &Shown| self.screen(&shown.bytes, &masks, None).text().matches(text).count() >= times;
        let shown = self.shown.0.lock().unwrap();
        let (shown, _) = self.shown.1.wait_timeout_while(shown, LONGEST, |now| !now.is_over && !is_there(now)).unwrap();
        assert!(
            is_there(&shown),
            "`{text}` is not shown {times} times:\n{}",
            self.screen(&shown.bytes, &masks, None).text()
        );
        self.screen(&shown.bytes, &masks, None)
    }

    /// Types a text: `\r` for Enter, `\u{3}` for Ctrl-C.
    pub(crate) fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits for the end.
    pub(crate) fn finish(mut self) -> Screen {
        let shown = self.shown.0.lock().unwrap();
        let (shown, waited) = self.shown.1.wait_timeout_while(shown, LONGEST, |now| !now.is_over).unwrap();
        let bytes = shown.bytes.clone();
        drop(shown);
        if waited.timed_out() {
            self.process.kill().ok();
            panic!("it has not ended after {LONGEST:?}:\n{}", self.screen(&bytes, &self.masks, None).text());
        }
        let status = self.process.wait().unwrap();
        self.screen(&bytes, &self.masks, Some(status))
    }

    fn screen(&self, bytes: &[u8], masks: &Masks, status: Option<ExitStatus>) -> Screen {
        let raw = String::from_utf8_lossy(bytes).into_owned();
        assert!(!raw.contains(SECRET), "the secret key is on the screen:\n{raw}");
        let mut drawn = vt100::Parser::new(ROWS, self.columns, 0);
        drawn.process(masks.apply_in_place(&raw).as_bytes());
        Screen { raw, drawn, columns: self.columns, status }
    }
}

/// What a terminal shows.
pub(crate) struct Screen {
    /// All that was ever written to it.
    pub(crate) raw: String,
    drawn: vt100::Parser,
    columns: u16,
    status: Option<ExitStatus>,
}

impl Screen {
    /// The rows as they stand there: a line that is too long goes on in the next row.
    pub(crate) fn text(&self) -> String {
        self.rows(|_, _, cell| cell.contents().to_owned())
    }

    /// The rows with `[31]` where a colour or a weight begins and `[]` where it ends, as the codes of SGR.
    pub(crate) fn styled(&self) -> String {
        let mut before = String::new();
        self.rows(|_, column, cell| {
            let style = style(cell);
            let is_new = style != before || (column == 0 && !style.is_empty());
            let mark =
                if is_new && (cell.has_contents() || style.is_empty()) { format!("[{style}]") } else { String::new() };
            if !mark.is_empty() {
                before = style;
            }
            mark + cell.contents()
        })
    }

    fn rows(&self, mut shown: impl FnMut(u16, u16, &vt100::Cell) -> String) -> String {
        let mut text = String::new();
        for row in 0..ROWS {
            let mut line = String::new();
            for column in 0..self.columns {
                let cell = self.drawn.screen().cell(row, column).expect("it is on the screen");
                let here = shown(row, column, cell);
                line += &here;
                if !cell.has_contents() && !cell.is_wide_continuation() {
                    line.push(' ');
                }
            }
            text += line.trim_end();
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text + "\n"
    }

    /// Whether the cursor can be seen, and stands at the beginning of the row below the last.
    pub(crate) fn is_left_tidy(&self) -> bool {
        let screen = self.drawn.screen();
        let rows = if self.text() == "\n" { 0 } else { self.text().lines().count() };
        !screen.hide_cursor() && screen.cursor_position() == (u16::try_from(rows).unwrap(), 0)
    }

    /// The exit status.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status?.code()
    }

    /// Demands success.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code(), Some(0), "expected success:\n{}", self.text());
        self
    }
}

fn style(cell: &vt100::Cell) -> String {
    let mut codes = Vec::new();
    codes.extend(cell.bold().then(|| "1".to_owned()));
    codes.extend(cell.dim().then(|| "2".to_owned()));
    codes.extend(cell.underline().then(|| "4".to_owned()));
    if let vt100::Color::Idx(index) = cell.fgcolor() {
        codes.push(format!("{}", 30 + index));
    }
    codes.join(";")
}
