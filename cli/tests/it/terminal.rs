//! What a person sees whose stdout and stderr are a terminal, which `script` of util-linux provides.

use std::time::{Duration, Instant};

use crate::harness::{Fault, Laptop, When};

/// Runs `iac` in a terminal and returns what that showed, with the time it took.
fn shown(laptop: &Laptop, words: &str) -> (String, Duration) {
    let line = format!("'{}' {words}", env!("CARGO_BIN_EXE_iac"));
    let started = Instant::now();
    let output = laptop.command("script").args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").output();
    let output = output.expect("`script` of util-linux is installed");
    (String::from_utf8(output.stdout).unwrap(), started.elapsed())
}

#[test]
fn results_are_text_and_quick_work_shows_no_progress() {
    let laptop = Laptop::new();
    laptop.iac(["key", "create"]).ok();
    // A busy machine may need several runs for one that is quick.
    let quick = (0..50).map(|_| shown(&laptop, "key list")).find(|(_, time)| *time < Duration::from_millis(500));
    let (text, _) = quick.expect("one of fifty runs takes less than half a second");
    assert!(text.contains("nitro-dev  ed25519"), "{text}");
    assert!(!text.contains("listing"), "{text}");
}

#[test]
fn work_that_takes_a_while_shows_what_is_waited_for() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    // The attempts that follow a lost call are some time apart.
    proxy.fault(When::Action("DescribeKeyPairs"), Fault::Refuse(503, "RequestLimitExceeded", "slow down"));
    let (text, time) = shown(&laptop, "key list");
    assert!(time > Duration::from_millis(500), "{time:?}");
    assert!(text.contains("s listing key pairs"), "{text}");
    assert!(text.contains("\u{1b}[1;31merror:\u{1b}[0m DescribeKeyPairs failed"), "{text}");
}
