//! `make test-live`, told against the sandbox: whatever happens in the middle of it, nothing of it is left.

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::json;

use crate::harness::{Fault, Laptop, NEVER, When, World, finish, output, root, started, until};

/// A machine whose user has a configuration and things of his own, and what AWS has before the test is run there.
fn laptop() -> (Laptop, World) {
    let laptop = Laptop::new();
    fs::create_dir(laptop.path("tmp")).unwrap();
    let _ = laptop.iac(["key", "create"]).ok();
    let before = laptop.aws().world();
    (laptop, before)
}

/// The script as `make test-live` starts it, with these words for `env` before it.
fn script(laptop: &Laptop, before: &[&str]) -> Command {
    let mut command = laptop.command("env");
    command.args(before).arg(root().join("demo/live.sh")).stdin(Stdio::null());
    command.env("IAC", env!("CARGO_BIN_EXE_iac")).env("TMPDIR", laptop.path("tmp"));
    command
}

fn told(laptop: &Laptop) -> (Option<i32>, String, String) {
    read(output(&mut script(laptop, &["YES=1"])))
}

fn read(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn assert_nothing_left(laptop: &Laptop, before: &World, said: &(Option<i32>, String, String)) {
    assert_eq!(&laptop.aws().world(), before, "{said:#?}");
    assert_eq!(fs::read_dir(laptop.path("tmp")).unwrap().count(), 0, "{said:#?}");
    assert!(laptop.secrets().join("nitro-dev.pem").exists(), "what the user has stays");
}

#[test]
fn the_whole_story_is_told_under_a_name_of_its_own() {
    let (laptop, before) = laptop();
    let said = told(&laptop);
    assert_eq!((said.0, &*said.2), (Some(0), ""), "{}", said.1);
    assert_nothing_left(&laptop, &before, &said);
    let launch = &laptop.aws().requests_of("RunInstances")[0];
    assert!(launch.tags("instance")["Name"].starts_with("iac-live-"));
    for word in ["account   123456789012", "region    us-east-1", "c6a.xlarge", "17 app.eif", "nothing is left"] {
        assert!(said.1.contains(word), "{word}:\n{}", said.1);
    }
}

#[test]
fn a_name_of_the_user_stays_where_it_leads() {
    let (laptop, before) = laptop();
    let zone = laptop.aws().zone("example.org", false);
    laptop.aws().record(&zone, "dev.example.org", "A", "198.51.100.9");
    laptop.configure("fqdn = \"dev.example.org\"\n");
    let records = laptop.aws().records(&zone);
    let said = told(&laptop);
    assert_eq!(said.0, Some(0), "{said:#?}");
    for step in ["create_record", "delete_record"] {
        assert!(said.1.contains(step), "{}", said.1);
    }
    assert_eq!(laptop.aws().records(&zone), records);
    assert_eq!(laptop.aws().instances().len(), before["Instance"].len());
}

#[test]
fn without_a_yes_nothing_is_made() {
    let (laptop, before) = laptop();
    let changes = laptop.aws().changes();
    let said = read(output(&mut script(&laptop, &["setsid", "-w"])));
    assert_eq!((said.0, &*said.2), (Some(2), "error: there is no terminal to ask on; `YES=1` says yes\n"));
    assert_eq!(laptop.aws().changes(), changes);
    assert_nothing_left(&laptop, &before, &said);
}

#[test]
fn a_story_that_fails_in_the_middle_is_cleaned_up_after() {
    let (mut laptop, before) = laptop();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("GetConsoleOutput"), Fault::Refuse(403, "UnauthorizedOperation", "not allowed"));
    let said = told(&laptop);
    assert_eq!(said.0, Some(1), "{said:#?}");
    assert!(said.2.starts_with("error: ") && said.1.contains("$ iac instance terminate"), "{said:#?}");
    assert_eq!(laptop.aws().requests_of("RunInstances").len(), 1);
    assert_nothing_left(&laptop, &before, &said);
}

#[test]
fn a_story_that_is_interrupted_is_cleaned_up_after() {
    let (laptop, before) = laptop();
    laptop.cloud(&json!({"console_delay": NEVER}));
    let mut command = script(&laptop, &["YES=1"]);
    // A group of its own: a terminal's Ctrl-C reaches the script and the command under way.
    let mut running = started(&mut command);
    until("the console is looked at", || {
        assert_eq!(running.try_wait().unwrap(), None, "the script has ended before");
        !laptop.aws().requests_of("GetConsoleOutput").is_empty()
    });
    let group = format!("-{}", running.id());
    assert!(Command::new("kill").args(["-s", "INT", "--", &group]).status().unwrap().success());
    let said = read(finish(running));
    assert_eq!(said.0, Some(130), "{said:#?}");
    assert!(said.1.contains("cleaning up"), "{said:#?}");
    assert_nothing_left(&laptop, &before, &said);
}

#[test]
fn what_cannot_be_removed_is_named_with_the_command_that_removes_it() {
    let (mut laptop, before) = laptop();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("TerminateInstances"), Fault::Refuse(403, "UnauthorizedOperation", "not allowed"));
    proxy.fault(When::Action("DeleteKeyPair"), Fault::Refuse(403, "UnauthorizedOperation", "not allowed"));
    let said = told(&laptop);
    assert_eq!(said.0, Some(1), "{said:#?}");
    proxy.reset();

    let (_, report) = said.2.rsplit_once("error: not everything could be removed").expect("it says so");
    let commands: Vec<&str> = report.lines().filter_map(|line| line.trim().strip_prefix("iac ")).collect();
    assert_eq!(commands.len(), 3, "{report}");
    assert!(commands[0].contains(" --id i-") && commands[1].contains(" --security-group sg-"), "{report}");
    for command in commands {
        let _ = laptop.iac(command.split(' ')).ok();
    }
    assert_eq!(laptop.aws().world(), before);
}
