//! What is drawn while something takes its time, and that none of it stays.

use std::fs;

use serde_json::json;

use crate::harness::{Fault, Laptop, NEVER, When};

/// A machine with a key pair and a group, whose instances begin when the test says so.
fn ready() -> Laptop {
    let laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
    laptop.cloud(&json!({"pending": NEVER}));
    laptop
}

#[test]
fn a_launch_shows_what_it_waits_for_and_leaves_the_instance_alone_on_the_screen() {
    let laptop = ready();
    for columns in [80, 40] {
        let drawing = laptop.terminal(columns).start(["instance", "create", "--wait", "running"]);
        let meanwhile = drawing.until("waiting").text();
        assert!(meanwhile.lines().last().unwrap().contains("s waiting"), "{meanwhile}");
        laptop.sandbox().hasten();
        let screen = drawing.finish().ok();
        assert!(screen.is_left_tidy(), "{}", screen.text());
        insta::assert_snapshot!(format!("created_{columns}"), screen.text());
        let _ = laptop.iac(["instance", "terminate"]).ok();
    }
}

#[test]
fn nothing_is_drawn_where_stderr_is_no_terminal() {
    let mut laptop = ready();
    let proxy = laptop.proxy();
    // Long enough for a spinner, which comes after half a second.
    laptop.set("BKY_IAC_CALL_TIMEOUT", "2s");
    proxy.fault(When::Action("DescribeKeyPairs"), Fault::Stall);
    let line = format!("'{}' key list 2> errors", env!("CARGO_BIN_EXE_iac"));
    let screen = laptop.terminal(80).shell(&line).finish();
    assert_eq!((screen.code(), screen.raw.as_str()), (Some(1), ""));
    let said = fs::read_to_string(laptop.path("errors")).unwrap();
    assert!(said.starts_with("error: DescribeKeyPairs failed\n") && !said.contains("listing"), "{said}");
    assert!(!said.contains(['\u{1b}', '\r']), "{said:?}");
}

#[test]
fn the_first_ctrl_c_wipes_what_is_drawn_and_says_what_exists() {
    let laptop = ready();
    let mut drawing = laptop.terminal(80).start(["instance", "create"]);
    drawing.until("waiting");
    drawing.types("\u{3}");
    let screen = drawing.finish();
    assert_eq!(screen.code(), Some(130), "{}", screen.text());
    assert!(screen.is_left_tidy(), "{}", screen.text());
    insta::assert_snapshot!(screen.text(), @"
    no `ttl`: the instance runs, and costs, until it is terminated
    error: interrupted
    exists: instance `nitro-dev` i-1················
    hint: run the command again; it goes on where it stopped
    ");
}

#[test]
fn the_second_ctrl_c_wipes_it_too() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    // The first lets a call that changes something return, and the answer of this one never comes.
    proxy.fault(When::Action("ImportKeyPair"), Fault::Stall);
    let mut drawing = laptop.terminal(80).start(["key", "create"]);
    drawing.until("importing the public key");
    drawing.types("\u{3}");
    drawing.until("stopping after the call under way; Ctrl-C again leaves at once");
    drawing.types("\u{3}");
    let screen = drawing.finish();
    assert_eq!(screen.code(), Some(130), "{}", screen.text());
    assert!(screen.is_left_tidy() && !screen.text().contains("importing"), "{}", screen.text());
}
