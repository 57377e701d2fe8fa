//! Names that others have given: long, wide, of several characters in one, and of those that steer a terminal.

use super::at_every_width;
use crate::harness::Laptop;

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
    insta::assert_snapshot!("names_instances", at_every_width(&laptop, &["instance", "list", "--everyone"]));
    let raw = laptop.terminal(80).iac(["instance", "list", "--everyone"]).raw;
    assert!(raw.contains(r"\u{9b}31malert") && !raw.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{raw:?}");
}
