//! Every command, each with the rights of its own row of the table and no others.

use std::collections::BTreeSet;

use iac_core::policy::COMMANDS;
use serde_json::Value;

use super::{SETTINGS, printed};
use crate::harness::{Laptop, Run};

/// The commands in an order in which each has something to do; `FILE` stands for a file of this machine.
const JOB: &[&str] = &[
    "types",
    "plan",
    "status --all",
    "key create",
    "key list",
    "security-group create",
    "security-group list",
    "instance create",
    "instance list",
    "instance describe",
    "instance wait",
    "instance console",
    "doctor",
    "ssh -- true",
    "deploy copy FILE hello.txt",
    "deploy run true",
    "deploy fetch hello.txt FILE.back",
    "host setup",
    "host status --fix",
    "instance extend 1h",
    "dns create",
    "dns list",
    "dns describe",
    "dns delete",
    "instance stop",
    "instance start",
    "instance terminate",
    "security-group delete",
    "key delete",
    "up --yes --wait running",
    "down --yes",
];

/// The row of a command line.
fn row(line: &str) -> &'static str {
    let is_meant = |name: &&str| line.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    COMMANDS.iter().map(|(name, _)| *name).find(is_meant).unwrap_or_else(|| panic!("no row for `{line}`"))
}

#[test]
fn each_command_does_its_job_with_the_rights_of_its_row_alone() {
    let mut laptop = Laptop::new();
    laptop.aws().instance_profile("web");
    laptop.aws().zone("example.org", false);
    laptop.configure(&format!("{SETTINGS}ttl = \"20h\"\n"));
    let file = laptop.write("hello.txt", "hello");
    let mut done = BTreeSet::new();
    for line in JOB {
        let row = row(line);
        laptop.act_with(&printed(&laptop, &["--for", row]));
        let line = line.replace("FILE", file.to_str().unwrap());
        let run = laptop.iac(line.split(' '));
        if row == "doctor" {
            says_which_changes_are_not_allowed(run);
        } else {
            let _ = run.succeeds();
        }
        done.insert(row);
    }
    assert_eq!(done, COMMANDS.iter().map(|(name, _)| *name).collect());
}

/// With its own row `doctor` makes every check; the other commands may change nothing, and that is what it says.
fn says_which_changes_are_not_allowed(run: Run) {
    let report = run.fails("checks_failed").json();
    let checks = report["checks"].as_array().unwrap().iter();
    let failed: Vec<&Value> =
        checks.filter(|check| check["outcome"] == "failed").map(|check| &check["check"]).collect();
    assert_eq!(failed, ["rights"]);
    let calls = report["rights"]["operations"].as_array().unwrap().iter();
    let missing = calls.filter(|call| call["outcome"] == "missing").map(|call| call["operation"].as_str().unwrap());
    let reads = |call: &&str| ["Describe", "Get", "List"].iter().any(|verb| call.contains(verb));
    assert_eq!(missing.clone().filter(reads).collect::<Vec<_>>(), [""; 0]);
    assert!(missing.count() > 5);
}
