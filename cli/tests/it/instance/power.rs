//! Stopping, starting, waiting and the console: addresses move, host keys stay, and a second run finds nothing to do.

use serde_json::{Value, json};

use super::{TERMINATE, live, ready};
use crate::harness::{Fault, Host, Laptop, NEVER, When, launched, until};

const STOP: [&str; 2] = ["instance", "stop"];
const START: [&str; 2] = ["instance", "start"];

fn state(laptop: &Laptop) -> String {
    laptop.iac(["instance", "describe"]).ok().json()["state"].as_str().unwrap().to_owned()
}

#[test]
fn an_instance_stops_and_starts_at_another_address_with_the_same_host_key() {
    let host = Host::new();
    let before = host.laptop.iac(["instance", "describe"]).ok().json();
    let stopped = host.laptop.iac(STOP).ok().json();
    assert_eq!(stopped, json!({"name": "nitro-dev", "id": host.id, "state": "stopped"}));
    insta::assert_snapshot!(host.laptop.iac(["ssh", "--output", "text", "--", "true"]).transcript(), @r"
    $ iac ssh --output text -- true
    ! error: instance i-1 is stopped
    ! hint: start it with `iac instance start --id i-1`
    (exit status: 1)
    ");
    let looked = host.laptop.aws().requests_of("GetConsoleOutput").len();
    let started = host.laptop.iac(START).ok().json();
    assert_eq!((&started["id"], &started["state"]), (&json!(host.id), &json!("running")));
    assert_ne!(started["public_dns_name"], before["public_dns_name"]);
    host.ok(&["ssh", "--", "true"]);
    assert_eq!(host.laptop.aws().requests_of("GetConsoleOutput").len(), looked, "the kept entry is proof enough");
}

#[test]
fn a_second_stop_and_a_second_start_ask_for_nothing() {
    let laptop = Laptop::new();
    let _ = launched(&laptop, &[]);
    for (words, action) in [(STOP, "StopInstances"), (START, "StartInstances")] {
        let first = laptop.iac(words).ok().json();
        assert_eq!(laptop.iac(words).ok().json(), first);
        assert_eq!(laptop.aws().requests_of(action).len(), 1, "{action}");
    }
}

/// What a command prints that waits for what is under way: that happens once it has looked for it more than once.
fn once_it_waits(laptop: &Laptop, words: &[&str]) -> Value {
    let looks = || laptop.aws().requests_of("DescribeInstances").len();
    let before = looks();
    let running = laptop.start(words);
    until("the command looks again", || looks() >= before + 3);
    laptop.sandbox().hasten();
    running.finish().ok().json()
}

#[test]
fn what_is_under_way_is_waited_for_and_its_opposite_comes_after_it() {
    let laptop = ready();
    laptop.cloud(&json!({"pending": NEVER, "stopping": NEVER}));
    let _ = laptop.iac(["instance", "create", "--wait", "none"]).ok();
    let stopping = once_it_waits(&laptop, &["instance", "stop", "--no-wait"]);
    assert_eq!(stopping["state"], "stopping");
    assert_eq!(once_it_waits(&laptop, &STOP)["state"], "stopped");
    let pending = laptop.iac(["instance", "start", "--no-wait"]).ok().json();
    assert_eq!((&pending["state"], &pending["public_dns_name"]), (&json!("pending"), &json!(null)));
    let _ = once_it_waits(&laptop, &["instance", "wait", "--for", "running"]);
    let _ = laptop.iac(["instance", "stop", "--no-wait"]).ok();
    laptop.cloud(&json!({"pending": 1}));
    let _ = once_it_waits(&laptop, &["instance", "start", "--wait", "running"]);
    assert_eq!(state(&laptop), "running");
}

#[test]
fn what_ends_is_neither_stopped_nor_started() {
    let laptop = ready();
    let _ = laptop.iac(["instance", "create", "--wait", "running"]).ok();
    laptop.cloud(&json!({"shutting_down": NEVER}));
    let _ = laptop.iac(["instance", "terminate", "--no-wait"]).ok();
    for words in [STOP, START] {
        let refused = laptop.iac(words).fails("instance_failed");
        assert!(refused.stderr.contains(" is shutting-down"), "{}", refused.stderr);
    }
    assert!(laptop.aws().requests_of("StopInstances").is_empty());
    assert!(laptop.aws().requests_of("StartInstances").is_empty());
}

#[test]
fn instances_of_others_are_stopped_and_started_only_by_force() {
    let laptop = Laptop::new();
    let id = laptop.aws().foreign_instance(&[("Name", "nitro-dev")]);
    let _ = laptop.iac(STOP).fails("instance_missing");
    let _ = laptop.iac(["instance", "stop", "--id", &id]).fails("not_ours");
    let _ = laptop.iac(["instance", "stop", "--force", "--id", &id]).ok();
    let start = ["instance", "start", "--wait", "running", "--id", &id];
    let _ = laptop.iac(start).fails("not_ours");
    assert_eq!(live(&laptop)[0]["state"], "stopped");
    let _ = laptop.iac(start.iter().chain(&["--force"])).ok();
}

#[test]
fn a_stop_that_takes_too_long_says_what_it_is() {
    let laptop = ready();
    let _ = laptop.iac(["instance", "create", "--wait", "running"]).ok();
    laptop.cloud(&json!({"stopping": NEVER}));
    insta::assert_snapshot!(laptop.iac(["instance", "stop", "--timeout", "1s", "--output", "text"]).transcript(), @r"
    $ iac instance stop --timeout 1s --output text
    ! error: stopped waiting for i-1 to stop
    ! caused by: i-1 is stopping
    ! hint: run the command again to go on waiting, or allow more time with `--timeout`
    (exit status: 1)
    ");
    let _ = laptop.iac(["instance", "wait", "--for", "stopped", "--timeout", "1s"]).fails("timed_out");
}

#[test]
fn no_capacity_for_a_start_is_said() {
    let mut laptop = ready();
    let _ = laptop.iac(["instance", "create", "--wait", "running"]).ok();
    let _ = laptop.iac(STOP).ok();
    let proxy = laptop.proxy();
    let fault = Fault::Refuse(400, "InsufficientInstanceCapacity", "no room");
    proxy.fault(When::Action("StartInstances"), fault);
    let refused = laptop.iac(START).fails("no_capacity");
    assert!(refused.stderr.contains("stays stopped"), "{}", refused.stderr);
}

/// The console of a restarted instance shows no keys: another machine can only be told what to do.
#[test]
fn a_start_without_the_kept_host_key_says_what_to_do() {
    let host = Host::new();
    host.ok(&["instance", "stop"]);
    let known_hosts = host.laptop.secrets().join("known_hosts");
    let kept = std::fs::read(&known_hosts).unwrap();
    std::fs::remove_file(&known_hosts).unwrap();
    let start = ["instance", "start", "--timeout", "1m", "--output", "text"];
    insta::assert_snapshot!(host.laptop.iac(start).transcript(), @r"
    $ iac instance start --timeout 1m --output text
    ! error: no host key of i-1 could be proven
    ! caused by: its console shows none so far
    ! exists: instance `nitro-dev` i-1
    ! hint: a new instance prints them at the end of its first boot: run the command again to go on waiting
    ! hint: one that was started again may not print them: copy the lines of `i-1` from the machine that made it to `~/secrets/known_hosts`
    ! hint: see what it printed with `iac instance console --id i-1`
    ! hint: trust the key that the server shows, this once, with `--accept-host-key`
    (exit status: 1)
    ");
    std::fs::write(&known_hosts, kept).unwrap();
    host.ok(&["instance", "start"]);
}

#[test]
fn a_key_that_is_not_here_is_found_missing_before_anything_starts() {
    let laptop = Laptop::new();
    let _ = launched(&laptop, &["--wait", "running"]);
    let _ = laptop.iac(STOP).ok();
    std::fs::remove_file(laptop.secrets().join("nitro-dev.pem")).unwrap();
    let _ = laptop.iac(START).fails("key_file_missing");
    assert!(laptop.aws().requests_of("StartInstances").is_empty());
    let _ = laptop.iac(["instance", "start", "--wait", "running"]).ok();
}

#[test]
fn a_wait_ends_at_the_state_or_at_ssh() {
    let laptop = ready();
    let _ = laptop.iac(["instance", "wait"]).fails("instance_missing");
    laptop.cloud(&json!({"pending": NEVER, "boot": NEVER, "stopping": NEVER, "shutting_down": NEVER}));
    let _ = laptop.iac(["instance", "create", "--wait", "none"]).ok();
    assert_eq!(once_it_waits(&laptop, &["instance", "wait", "--for", "running"])["state"], "running");
    let waiting = laptop.start(["instance", "wait"]);
    until("the console is looked at", || !laptop.aws().requests_of("GetConsoleOutput").is_empty());
    laptop.sandbox().hasten();
    assert_eq!(waiting.finish().ok().json()["state"], "running");
    let _ = laptop.iac(["ssh", "--", "true"]).ok();
    let _ = laptop.iac(["instance", "stop", "--no-wait"]).ok();
    assert_eq!(once_it_waits(&laptop, &["instance", "wait", "--for", "stopped"])["state"], "stopped");
    let waited = laptop.iac(["instance", "wait", "--timeout", "1s"]).fails("timed_out");
    assert!(waited.stderr.contains(" is stopped"), "{}", waited.stderr);
    let _ = laptop.iac(["instance", "terminate", "--no-wait"]).ok();
    assert_eq!(once_it_waits(&laptop, &["instance", "wait", "--for", "terminated"])["state"], "terminated");
    let _ = laptop.iac(TERMINATE).fails("instance_missing");
}

#[test]
fn the_console_is_whole_also_when_ssh_never_answers() {
    let laptop = ready();
    // The keys are there as soon as it runs, so that the time is over while SSH is waited for.
    laptop.cloud(&json!({"pending": 0, "boot": NEVER, "console_delay": 0}));
    let refused = laptop.iac(["instance", "create", "--timeout", "20s"]).fails("timed_out");
    let id = live(&laptop)[0]["id"].as_str().unwrap().to_owned();
    let hint = format!("hint: see what the machine printed with `iac instance console --id {id}`");
    assert!(refused.stderr.contains(&hint), "{}", refused.stderr);
    let console = laptop.iac(["instance", "console", "--id", &id]).ok().text();
    assert!(console.contains("-----BEGIN SSH HOST KEY KEYS-----\r\n"), "{console:?}");
    assert_eq!(laptop.iac(["instance", "console", "--output", "json"]).ok().text(), console);
}

#[test]
fn a_console_that_shows_nothing_yet_is_an_empty_one() {
    let laptop = ready();
    laptop.cloud(&json!({"pending": NEVER}));
    let _ = laptop.iac(["instance", "create", "--wait", "none"]).ok();
    assert_eq!(laptop.iac(["instance", "console"]).ok().text(), "");
    let said = laptop.iac(["-v", "instance", "console"]).succeeds().stderr;
    assert!(said.contains("has printed nothing yet"), "{said}");
}
