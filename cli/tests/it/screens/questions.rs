//! Questions, and what is shown before and after the answer.

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
