//! Questions, and what is shown before and after the answer.

use std::fs;

use super::ruler;
use crate::harness::{Laptop, Screen};

/// Answers a question with yes in a window of this width.
fn answered(laptop: &Laptop, columns: u16, words: &[&str]) -> Screen {
    let mut drawing = laptop.terminal(columns).start(words);
    drawing.until("[y/N]");
    drawing.types("y\r");
    drawing.finish().ok()
}

#[test]
fn up_and_down_ask_once_and_tell_what_they_did() {
    let laptop = Laptop::new();
    for columns in [80, 40] {
        for verb in ["up", "down"] {
            let screen = answered(&laptop, columns, &[verb]);
            assert!(screen.is_left_tidy(), "{}", screen.text());
            let shown = format!("$ iac {verb}\n{}\n{}", ruler(columns), screen.text());
            insta::assert_snapshot!(format!("{verb}_{columns}"), shown);
        }
    }
}

#[test]
fn an_answer_that_is_not_yes_changes_nothing() {
    let laptop = Laptop::new();
    let mut drawing = laptop.terminal(80).start(["up"]);
    drawing.until("do it? [y/N]");
    drawing.types("\r");
    let screen = drawing.finish();
    assert_eq!(screen.code(), Some(2), "{}", screen.text());
    assert!(screen.text().ends_with("error: nothing was done: the answer was not yes\n"), "{}", screen.text());
    assert_eq!(laptop.aws().changes(), Vec::<String>::new());
}

/// A machine with something to ask about for `up`, `down` and `down --leftovers`.
fn with_something_left() -> Laptop {
    let laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    let zone = laptop.aws().zone("example.org", false);
    laptop.aws().record(&zone, "_iac.old.example.org", "TXT", "\"iac:environment=gone\"");
    laptop.aws().record(&zone, "old.example.org", "A", "198.51.100.9");
    laptop
}

#[test]
fn ctrl_c_at_a_question_ends_the_command_at_once_and_leaves_the_terminal_as_it_was() {
    let laptop = with_something_left();
    let before = laptop.aws().changes();
    for words in ["up", "down", "down --leftovers"] {
        // What the shell does itself with Ctrl-C is nothing, so that it can look afterwards.
        let iac = env!("CARGO_BIN_EXE_iac");
        let line = format!("trap : INT; stty -a > before; '{iac}' {words}; status=$?; stty -a > after; exit $status");
        let mut drawing = laptop.terminal(80).shell(&line);
        drawing.until("[y/N]");
        drawing.types("y");
        drawing.until("[y/N] y");
        drawing.types("\u{3}");
        let screen = drawing.finish();
        assert_eq!(screen.code(), Some(130), "{words}:\n{}", screen.text());
        let end = "? [y/N] y^C\nerror: interrupted\nhint: run the command again; it goes on where it stopped\n";
        assert!(screen.text().ends_with(end) && screen.is_left_tidy(), "{words}:\n{}", screen.text());
        let settings = |file: &str| fs::read_to_string(laptop.path(file)).unwrap();
        assert_eq!(settings("before"), settings("after"), "{words}");
    }
    assert_eq!(laptop.aws().changes(), before);
}

#[test]
fn the_end_of_the_input_is_no_yes() {
    let laptop = Laptop::new();
    let mut drawing = laptop.terminal(80).start(["up"]);
    drawing.until("do it? [y/N]");
    drawing.types("\u{4}");
    let screen = drawing.finish();
    assert_eq!(screen.code(), Some(2), "{}", screen.text());
    let end = "do it? [y/N]\nerror: nothing was done: the answer was not yes\n";
    assert!(screen.text().ends_with(end) && screen.is_left_tidy(), "{}", screen.text());
    assert_eq!(laptop.aws().changes(), Vec::<String>::new());
}
