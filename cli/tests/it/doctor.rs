//! `iac doctor`: every check when all is well, and each when something is not.

mod account;
mod explain;
mod machine;
mod rights;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::harness::{Laptop, Run};

/// A check's name → its result and what was found.
type Checks = BTreeMap<String, (String, String)>;

fn checks(run: &Run) -> Checks {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let json = run.json();
    let checks = json["checks"].as_array().unwrap().iter();
    checks.map(|each| (text(&each["check"]), (text(&each["outcome"]), text(&each["found"])))).collect()
}

/// What mends a check.
fn mend(run: &Run, check: &str) -> String {
    let json = run.json();
    let found = json["checks"].as_array().unwrap().iter().find(|each| each["check"] == check).unwrap();
    found["mend"].as_str().unwrap_or_else(|| panic!("no mend for {check}: {found}")).to_owned()
}

/// The text as a person sees it, whatever OpenSSH this machine has.
fn shown(run: &Run) -> String {
    let version = regex::Regex::new(r"OpenSSH_\S+").unwrap();
    version.replace(&run.transcript(), "OpenSSH").into_owned()
}

/// The results of these checks, which must be all that are not `ok`.
fn but_ok(checks: &Checks) -> BTreeMap<&str, &str> {
    let others = checks.iter().filter(|(_, (outcome, _))| outcome != "ok");
    others.map(|(name, (outcome, _))| (name.as_str(), outcome.as_str())).collect()
}

#[test]
fn with_everything_in_place_every_check_is_ok() {
    let laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
    let _ = laptop.iac(["instance", "create"]).ok();
    let run = laptop.iac(["doctor"]).ok();
    assert_eq!(run.json()["ready"], true);
    assert_eq!(but_ok(&checks(&run)), [("credentials file", "not_checked")].into());
    insta::assert_snapshot!(shown(&laptop.iac(["doctor", "--output", "text"]).ok()));
}

#[test]
fn before_anything_is_made_nothing_fails_and_each_thing_is_asked_once() {
    let laptop = Laptop::new();
    let run = laptop.iac(["doctor"]).ok();
    let unknown = ["credentials file", "security group", "ssh"].map(|name| (name, "not_checked"));
    let expected = unknown.into_iter().chain([("private key", "warning")]).collect();
    assert_eq!(but_ok(&checks(&run)), expected);
    assert_eq!(mend(&run, "private key"), "make the pair with `iac key create`");
    let mut asked: Vec<String> = laptop.aws().requests().into_iter().map(|request| request.action).collect();
    asked.retain(|action| action != "DescribeVpcs");
    asked.sort_unstable();
    let calls = [
        "CreateSecurityGroup",
        "DescribeImages",
        "DescribeInstanceTypeOfferings",
        "DescribeInstanceTypes",
        "DescribeInstances",
        "DescribeKeyPairs",
        "DescribeNetworkInterfaces",
        "DescribeRegions",
        "DescribeRouteTables",
        "DescribeSecurityGroupRules",
        "DescribeSecurityGroups",
        "DescribeSubnets",
        "DescribeVolumes",
        "GetCallerIdentity",
        "GetParameters",
        "GetServiceQuota",
        "ImportKeyPair",
    ];
    assert_eq!(asked, calls);
    assert_eq!(laptop.aws().changes(), Vec::<String>::new(), "what makes something is a dry run");
    assert!(!laptop.secrets().exists(), "looking makes nothing");
}

#[test]
fn before_anything_is_made_no_call_waits_for_another() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy.hold();
    laptop.set("BKY_IAC_CALL_TIMEOUT", "10m");
    let running = laptop.start(["doctor"]);
    proxy.aim(&running);
    let _ = running.finish().ok();
    let rounds = proxy.rounds();
    assert_eq!(rounds.len(), 1, "{rounds:#?}");
}
