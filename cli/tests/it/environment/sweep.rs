//! What is left on this machine of instances that ended without `iac`, and of runs that were killed.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use super::{QUICK_UP, UP, files};
use crate::harness::{Laptop, until};

fn known(laptop: &Laptop) -> String {
    fs::read_to_string(laptop.secrets().join("known_hosts")).unwrap_or_default()
}

/// The checks of `doctor` that found this, as JSON.
fn found(laptop: &Laptop, text: &str) -> Vec<String> {
    let report = laptop.iac(["doctor"]).json();
    let checks = report["checks"].as_array().unwrap().iter();
    checks
        .filter(|check| check["found"].as_str().unwrap().contains(text))
        .map(|check| check["check"].to_string())
        .collect()
}

#[test]
fn host_keys_of_instances_that_are_gone_are_named_and_swept() {
    let laptop = Laptop::new();
    let _ = laptop.iac(UP).ok();
    let own = known(&laptop);
    assert!(own.lines().all(|line| line.ends_with(" iac:123456789012/us-east-1")), "{own}");
    let (ended, runs) = (laptop.aws().foreign_instance(&[]), laptop.aws().foreign_instance(&[]));
    laptop.aws().call("TerminateInstances", &[("InstanceId.1", &ended)]);
    until("the instance has ended", || {
        laptop.aws().call("DescribeInstances", &[("InstanceId.1", &ended)]).contains("<name>terminated</name>")
    });
    let stay = format!(
        "i-0bbbbbbbbbbbbbbbb ssh-ed25519 AAAA iac:123456789012/eu-west-1\n\
         i-0cccccccccccccccc ssh-ed25519 AAAA iac:999999999999/us-east-1\n\
         i-0dddddddddddddddd ssh-ed25519 AAAA\n\
         {runs} ssh-ed25519 AAAA\n\
         bastion.example.org ssh-ed25519 AAAA mine\n"
    );
    let gone = format!("i-0aaaaaaaaaaaaaaaa ssh-ed25519 AAAA iac:123456789012/us-east-1\n{ended} ssh-ed25519 AAAA\n");
    laptop.write("secrets/known_hosts", format!("{stay}{own}{gone}"));
    assert_eq!(found(&laptop, &format!("instances that are gone: i-0aaaaaaaaaaaaaaaa, {ended}")).len(), 1);
    let down = laptop.iac(["-v", "down", "--yes"]).succeeds();
    assert_eq!(known(&laptop), stay);
    let said = format!("removed the host keys of instances that are gone: i-0aaaaaaaaaaaaaaaa, {ended}");
    assert!(down.stderr.contains(&said), "{}", down.transcript());
    assert_eq!(found(&laptop, "instances that are gone"), Vec::<String>::new());
}

#[test]
fn a_file_that_a_killed_run_never_finished_is_named_and_swept_once_nobody_can_write_it_any_more() {
    let laptop = Laptop::new();
    let _ = laptop.iac(QUICK_UP).ok();
    for name in [".iac-0123456789abcdef", ".iac-123456789abcdef0", ".iac-notes"] {
        laptop.write(format!("secrets/{name}"), "half");
    }
    fs::create_dir(laptop.secrets().join(".iac-23456789abcdef01")).unwrap();
    let long_ago = SystemTime::now() - Duration::from_hours(2);
    for name in [".iac-0123456789abcdef", ".iac-notes", ".iac-23456789abcdef01"] {
        File::open(laptop.secrets().join(name)).unwrap().set_modified(long_ago).unwrap();
    }
    assert_eq!(found(&laptop, ".iac-0123456789abcdef was left behind"), ["\"secrets folder\""]);
    let down = laptop.iac(["-v", "down", "--yes"]).succeeds();
    assert!(down.stderr.contains("/.iac-0123456789abcdef`, which a killed run has left"), "{}", down.transcript());
    assert_eq!(files(&laptop), [".iac-123456789abcdef0", ".iac-23456789abcdef01", ".iac-notes"]);
    assert_eq!(found(&laptop, "was left behind"), Vec::<String>::new());
}
