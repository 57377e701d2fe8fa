//! Colours: only labels have one, and only where they are wanted and can be shown.

use crate::harness::{Fault, Laptop, When};

#[test]
fn labels_are_coloured_and_nothing_else_is() {
    let laptop = Laptop::offline();
    let shown = laptop.terminal(80).iac(["key", "list"]).styled();
    insta::assert_snapshot!(shown, @"
    [1;31]error:[] no region is set
    [1;36]hint:[] set `region` below `[iac.aws]` in the configuration file, `BKY_IAC_REGION`
      in the environment, or `--region`
    ");
}

#[test]
fn no_color_leaves_no_colour() {
    let laptop = Laptop::offline();
    let screen = laptop.terminal(80).set("NO_COLOR", "1").iac(["key", "list"]);
    assert!(screen.text().starts_with("error: "), "{}", screen.text());
    assert!(!screen.raw.contains('\u{1b}'), "{:?}", screen.raw);
}

#[test]
fn a_dumb_terminal_gets_lines_and_nothing_drawn() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    // Long enough for a spinner, which comes after half a second.
    laptop.set("BKY_IAC_CALL_TIMEOUT", "2s");
    proxy.fault(When::Action("DescribeKeyPairs"), Fault::Stall);
    let screen = laptop.terminal(80).set("TERM", "dumb").iac(["key", "list"]);
    assert!(screen.text().starts_with("error: DescribeKeyPairs failed\n"), "{}", screen.text());
    assert!(!screen.raw.contains('\u{1b}'), "{:?}", screen.raw);
}
