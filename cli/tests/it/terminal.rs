//! What a person sees whose stdout and stderr are a terminal, which `script` of util-linux provides.

use std::time::{Duration, Instant};

use crate::harness::{Fault, Laptop, When, output};

/// How long work takes at least that shows what is waited for.
const QUIET: Duration = Duration::from_millis(500);

/// Runs `iac` in a terminal and returns what that showed.
fn shown(laptop: &Laptop, words: &str) -> String {
    let line = format!("'{}' {words}", env!("CARGO_BIN_EXE_iac"));
    let output = output(laptop.command("script").args(["-qec", &line, "/dev/null"]).env("TERM", "xterm"));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn results_are_text_and_only_slow_work_shows_progress() {
    let laptop = Laptop::new();
    laptop.iac(["key", "create"]).ok();
    let started = Instant::now();
    let text = shown(&laptop, "key list");
    // A machine may be so busy that the work is slow.
    let is_quick = started.elapsed() < QUIET;
    assert!(text.contains("nitro-dev  ed25519"), "{text}");
    assert!(!(is_quick && text.contains("listing")), "{text}");
}

#[test]
fn work_that_takes_a_while_shows_what_is_waited_for() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("DescribeKeyPairs"), Fault::Stall);
    let mut drawing = laptop.terminal(80).start(["key", "list"]);
    drawing.until("s listing key pairs");
    drawing.types("\u{3}");
    assert_eq!(drawing.finish().code(), Some(130));
}

#[test]
fn an_error_is_red() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("DescribeKeyPairs"), Fault::Refuse(403, "UnauthorizedOperation", "not allowed"));
    let text = shown(&laptop, "key list");
    assert!(text.contains("\u{1b}[1;31merror:\u{1b}[0m DescribeKeyPairs failed"), "{text}");
}
