//! The ready host: what a launch has it do, what is checked there, and the end that it keeps by itself.
//!
//! An instance's root is a folder of this machine, so a test lays hosts out, and reads what ran there, past our code.

pub(crate) mod end;
mod script;
mod status;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::{Laptop, launched};

/// The folder that is `/` on the one instance of a laptop.
pub(crate) fn root_of(laptop: &Laptop) -> PathBuf {
    let home = laptop.iac(["deploy", "run", "pwd"]).ok().json()["stdout"].as_str().unwrap().trim_end().to_owned();
    Path::new(&home).parent().unwrap().join("root")
}

/// A machine whose instance was launched with these options, and the instance's root.
fn host(options: &[&str]) -> (Laptop, PathBuf) {
    let laptop = Laptop::new();
    launched(&laptop, options);
    let root = root_of(&laptop);
    (laptop, root)
}

/// What was asked to change there, in order.
fn ran(root: &Path) -> Vec<String> {
    let ran = fs::read_to_string(root.join("var/lib/sandbox/ran")).unwrap_or_default();
    ran.lines().map(str::to_owned).collect()
}

/// The names of the checks that fail.
fn failing(report: &Value) -> Vec<&str> {
    let checks = report["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["ok"] == false).map(|check| check["check"].as_str().unwrap()).collect()
}

/// What stands in a file for nitro-cli's allocator, by its own rules: nothing counts before `---`, then each line is a
/// known key, a colon and a number, and each has its newline.
fn allocator(file: &str) -> (u64, u64) {
    assert!(file.ends_with('\n') && !file.contains('\r'), "{file:?}");
    let mut lines = file.lines().skip_while(|line| *line != "---").skip(1).filter(|line| !line.starts_with('#'));
    let mut value = |key: &str| lines.next().unwrap().strip_prefix(key).unwrap().trim_start().parse().unwrap();
    let read = (value("memory_mib:"), value("cpu_count:"));
    assert_eq!(lines.next(), None, "{file:?}");
    read
}

#[test]
fn a_new_instance_is_ready_and_a_second_set_up_changes_nothing() {
    let (laptop, root) = host(&["--memory-mib", "2048"]);
    let steps = [
        "dnf install -y aws-nitro-enclaves-cli aws-nitro-enclaves-cli-devel",
        "usermod -aG ne ec2-user",
        "usermod -aG docker ec2-user",
        "systemctl try-restart nitro-enclaves-allocator.service",
        "systemctl enable --now docker.service nitro-enclaves-allocator.service",
    ];
    assert_eq!(ran(&root), steps);
    assert_eq!(allocator(&fs::read_to_string(root.join("etc/nitro_enclaves/allocator.yaml")).unwrap()), (2048, 2));
    let again = laptop.iac(["host", "setup", "--memory-mib", "2048"]).ok().json();
    let outcomes: Vec<&str> =
        again["steps"].as_array().unwrap().iter().map(|step| step["outcome"].as_str().unwrap()).collect();
    assert_eq!((outcomes, ran(&root).len()), (vec!["unchanged"; 6], steps.len()));
    let report = laptop.iac(["host", "status", "--memory-mib", "2048"]).ok().json();
    assert_eq!((&report["ready"], &report["set_up"], &report["ends"]), (&json!(true), &json!("done"), &Value::Null));
    assert_eq!(laptop.aws().requests_of("CreateTags").len(), 0);
}

/// Two threads share a core of this type, and the allocator there takes whole cores alone.
#[test]
fn half_a_core_is_rounded_up_to_what_the_allocator_takes() {
    let laptop = Laptop::new();
    laptop.configure("[iac.enclave]\ncpu_count = 1\nmemory_mib = 1023\n");
    launched(&laptop, &["--wait", "ready"]);
    let file = root_of(&laptop).join("etc/nitro_enclaves/allocator.yaml");
    let set = || allocator(&fs::read_to_string(&file).unwrap());
    assert_eq!(set(), (1024, 2));
    assert_eq!(laptop.iac(["host", "status"]).ok().json()["ready"], true);

    // Three are two cores, and of this instance's two one stays with the parent.
    let refused = laptop.iac(["host", "setup", "--cpu-count", "3"]).fails("type_unsuitable");
    assert!(
        refused.stderr.contains("2 vCPUs missing: 4 for enclaves and 2 for the parent, of 4"),
        "{}",
        refused.stderr
    );
    let _ = laptop.iac(["host", "status", "--cpu-count", "3"]).fails("type_unsuitable");
    let _ = laptop.iac(["host", "setup", "--memory-mib", "2047"]).ok();
    assert_eq!(set(), (2048, 2));
}

#[test]
fn a_package_that_fails_stops_the_set_up_and_the_end_is_armed_all_the_same() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"no_package": "aws-nitro-enclaves-cli-devel"}));
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
    let failed = laptop.iac(["instance", "create", "--ttl", "5h"]).fails("set_up_failed");
    assert!(failed.stderr.contains("Unable to find a match: aws-nitro-enclaves-cli-devel"), "{}", failed.stderr);
    assert_eq!(failed.json()["made"][0]["name"], "nitro-dev");

    let root = root_of(&laptop);
    let dnf = "dnf install -y aws-nitro-enclaves-cli aws-nitro-enclaves-cli-devel";
    assert_eq!(ran(&root), ["systemctl enable --now iac-end.timer", dnf]);
    let status = laptop.iac(["host", "status"]);
    assert_eq!(status.status.code(), Some(1));
    let report = status.json();
    let checks = failing(&report);
    assert!(checks.starts_with(&["set-up", "packages"]) && !checks.contains(&"end"), "{checks:?}");
    let _ = laptop.iac(["host", "setup"]).fails("set_up_failed");

    fs::write(root.join("var/lib/sandbox/no_package"), "").unwrap();
    assert_eq!(laptop.iac(["host", "status", "--fix"]).ok().json()["ready"], true);
    // The launch is finished by a second run, as any other that was interrupted.
    let _ = laptop.iac(["instance", "create", "--ttl", "5h"]).ok();
}

#[test]
fn a_host_whose_set_up_was_left_out_is_set_up_later() {
    let (laptop, root) = host(&["--no-setup"]);
    assert_eq!(ran(&root), [""; 0]);
    assert_eq!(laptop.aws().requests_of("RunInstances")[0].get("UserData"), None);
    let _ = laptop.iac(["instance", "create", "--no-setup", "--wait", "ready"]).fails("usage");
    let text = laptop.iac(["--output", "text", "host", "setup"]).ok().text();
    assert!(text.contains("packages, groups, allocator, services"), "{text}");
    let _ = laptop.iac(["host", "status"]).ok();
}

/// Has every instance launched from now on find a program of the test's own before all others.
fn program_there(laptop: &Laptop, name: &str, script: &str) {
    let program = laptop.write(Path::new("there").join(name), script);
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
    laptop.cloud(&json!({"programs": laptop.path("there")}));
}

#[test]
fn an_answer_that_is_cut_off_is_not_taken_for_a_host() {
    let laptop = Laptop::new();
    program_there(&laptop, "tail", "#!/bin/sh\nkill -9 $PPID\n");
    launched(&laptop, &["--no-setup"]);
    let failed = laptop.iac(["host", "status"]).fails("ssh_failed");
    assert!(failed.stderr.contains("a signal ended the command"), "{}", failed.stderr);
}

#[test]
fn a_host_that_is_set_up_and_still_not_ready_is_not_waited_for_any_longer() {
    let laptop = Laptop::new();
    program_there(&laptop, "df", "#!/bin/sh\nprintf 'Filesystem\\n/dev/root 8000000 7999000 1000 100%% /\\n'\n");
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
    let failed = laptop.iac(["instance", "create"]).fails("host_not_ready");
    assert_eq!(failed.json()["error"]["causes"], json!(["disk: 0 MiB free"]));
}
