//! Names that others have given: long, wide, of several characters in one, and of those that steer a terminal.

use super::at_every_width;
use crate::harness::{Laptop, Terminal};

/// A terminal on which no progress is drawn: whatever steers it has come from a name.
fn undrawn(laptop: &Laptop, columns: u16) -> Terminal<'_> {
    laptop.terminal(columns).set("TERM", "dumb")
}

#[test]
fn names_of_every_kind_leave_columns_aligned_and_the_terminal_alone() {
    let laptop = Laptop::new();
    let names = [
        "plain",
        "a name that is much longer than any column has room for, and goes on",
        "日本語のとても長い名前のインスタンス",
        "rocket 🚀 and wave 👋",
        "e\u{301}te\u{301} combined",
        // XML has room for the one-character form of an escape sequence, not for the usual one.
        "red \u{9b}31malert\u{9b}0m",
        "two\nlines\tand a tab",
        "\u{202e}reversed",
    ];
    for name in names {
        laptop.aws().foreign_instance(&[("Name", name)]);
        laptop.aws().foreign_key_pair(name, &[]);
    }
    laptop.sandbox().hasten();
    insta::assert_snapshot!("names_instances", at_every_width(&laptop, &["instance", "list", "--everyone"]));
    let raw = undrawn(&laptop, 80).iac(["instance", "list", "--everyone"]).raw;
    assert!(raw.contains(r"\u{9b}31malert") && !raw.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{raw:?}");
}

/// A name that reverses the text around it, and one with an escape sequence in one character.
const STEERING: [&str; 2] = ["\u{202e}reversed", "red \u{9b}31m \u{7f}"];

#[test]
fn json_on_a_terminal_leaves_it_alone_and_says_the_same() {
    let laptop = Laptop::new();
    for name in STEERING {
        laptop.aws().foreign_instance(&[("Name", name)]);
    }
    let words = ["instance", "list", "--everyone", "--output", "json"];
    let raw = undrawn(&laptop, 200).iac(words).raw;
    assert!(!raw.contains(['\u{1b}', '\u{7f}', '\u{9b}', '\u{202e}']), "{raw:?}");
    let piped = laptop.iac(words).ok();
    assert!(!piped.text().contains(STEERING[0]), "a reader that keeps it and shows it later is as safe");
    let mut names: Vec<_> = piped.json().as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    names.sort_by_key(ToString::to_string);
    let mut given = STEERING.map(serde_json::Value::from);
    given.sort_by_key(ToString::to_string);
    assert_eq!(names, given);
}

#[test]
fn an_error_in_json_leaves_the_terminal_alone() {
    let laptop = Laptop::offline();
    let screen = undrawn(&laptop, 200).iac(["--output", "json", "eif", "show", "\u{202e}no\u{9b}31m"]);
    assert_ne!(screen.code(), Some(0));
    assert!(screen.raw.contains(r"\u202eno\u009b31m"), "{:?}", screen.raw);
    assert!(!screen.raw.contains(['\u{202e}', '\u{9b}']), "{:?}", screen.raw);
}

/// What is no result, and what no table holds: neither words its text with care for the terminal.
#[test]
fn names_of_files_leave_the_terminal_alone() {
    let laptop = Laptop::offline();
    let folder = "a\u{202e}\u{1b}]0;title\u{7}";
    let file = format!("{folder}/config.toml");
    let written = undrawn(&laptop, 200).iac(["config", "init", "--config-file", &file]).ok();
    assert!(written.raw.contains("wrote "), "{:?}", written.raw);
    let checked = undrawn(&laptop, 200).iac(["config", "check", "--config-file", &file]).ok();
    let pages = undrawn(&laptop, 200).iac(["man", folder]).ok();
    for screen in [written, checked, pages] {
        assert!(screen.raw.contains(r"\u{202e}\u{1b}]0;title\u{7}"), "{:?}", screen.raw);
        assert!(!screen.raw.contains(['\u{202e}', '\u{1b}', '\u{7}']), "{:?}", screen.raw);
    }
}
