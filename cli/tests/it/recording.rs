//! `docs/first-instance.svg`, which the README shows, is what a terminal shows: the first instance from nothing to nothing.
//!
//! `make recording` writes it anew. What differs from run to run is replaced by something likely, so that a change of the
//! file is a change of what people see.

mod svg;

use std::fs;

use regex::{Captures, Regex};

use crate::harness::{Laptop, root};

/// Columns of the window.
const COLUMNS: u16 = 80;

/// What is typed; where a question follows, the answer is yes.
const STORY: &[&[&str]] =
    &[&["up"], &["instance", "list"], &["ssh", "--", "nitro-cli", "describe-enclaves"], &["down"]];

/// What is likely, each with what it stands for.
const LIKELY: &[(&str, &str)] = &[
    (r"\bi-[0-9a-f]{17}\b", "i-0c2f7a91be4d3856f"),
    (r"\bsg-[0-9a-f]{17}\b", "sg-09d41fb3a7e2c5608"),
    (r"\b127\.\d+\.\d+\.\d+\b", "198.51.100.24"),
    (r"\bport \d{5}\b", "port 22"),
    (r"  \d{1,2}[sm]\b", "  42s"),
];

#[test]
fn the_recording_is_what_a_terminal_shows() {
    let laptop = Laptop::new();
    let shown = STORY.iter().map(|words| told(&laptop, words)).collect::<Vec<_>>().join("\r\n");
    let drawn = svg::drawn(&likely(&shown), COLUMNS);
    let path = root().join("docs/first-instance.svg");
    #[expect(clippy::disallowed_methods, reason = "whoever changes what is shown records it anew")]
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(drawn.contains("0 resources left"), "the story is told to its end:\n{drawn}");
    assert_eq!(written, drawn, "record docs/first-instance.svg anew: `make recording`");
}

/// A command as it is typed, with all that it writes.
fn told(laptop: &Laptop, words: &[&str]) -> String {
    let mut drawing = laptop.terminal(COLUMNS).start(words);
    if ["up", "down"].contains(&words[0]) {
        drawing.until("[y/N]");
        drawing.types("y\r");
    }
    format!("\u{1b}[1;32m$\u{1b}[m \u{1b}[1miac {}\u{1b}[m\r\n{}", words.join(" "), drawing.finish().ok().raw)
}

/// The text with what is likely in it; a cell of a table stays as wide as it was.
fn likely(text: &str) -> String {
    LIKELY.iter().fold(text.to_owned(), |text, (pattern, likely)| {
        let pattern = Regex::new(&format!("({pattern})( {{2,}})?")).unwrap();
        let replaced = |found: &Captures<'_>| match found.iter().last().flatten() {
            Some(gap) => format!("{likely:<width$}{}", gap.as_str(), width = found[1].len()),
            None => (*likely).to_owned(),
        };
        pattern.replace_all(&text, replaced).into_owned()
    })
}
