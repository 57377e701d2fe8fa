//! Where the result goes and what it meets there: a full disk is an error, a reader who has gone is none.

use std::process::Output;

use crate::harness::{Laptop, output};

/// Runs `iac` in a shell with its stdout led to what a line before has opened as number 3.
fn led(laptop: &Laptop, before: &str, words: &str) -> Output {
    let line = format!("{before} && '{}' {words} >&3", env!("CARGO_BIN_EXE_iac"));
    output(laptop.command("bash").args(["-c", &line]))
}

/// Everything that writes to stdout without AWS: help of every kind, and each way to print a result.
const WORDS: [&str; 11] = [
    "--help",
    "-h",
    "key --help",
    "key create -h",
    "--version",
    "-V",
    "completions bash",
    "man pages",
    "config",
    "config show",
    "doctor explain E39 --output text",
];

#[test]
fn what_cannot_be_written_is_an_error_and_no_silence() {
    let laptop = Laptop::offline();
    for words in WORDS {
        assert!(led(&laptop, "exec 3> out", words).status.success(), "{words}");
        let full = led(&laptop, "exec 3> /dev/full", words);
        let said = String::from_utf8(full.stderr).unwrap();
        assert_eq!(full.status.code(), Some(1), "{words}: {said}");
        assert!(
            said.starts_with("error: cannot write to stdout\ncaused by: No space left on device"),
            "{words}: {said}"
        );
    }
}

#[test]
fn a_reader_who_has_gone_has_what_he_wanted() {
    let laptop = Laptop::offline();
    for words in WORDS {
        // The shell waits for the reader's end before `iac` starts.
        let gone = led(&laptop, "exec 3> >(exec true) && wait $!", words);
        assert!(gone.status.success() && gone.stderr.is_empty(), "{words}: {gone:?}");
    }
}
