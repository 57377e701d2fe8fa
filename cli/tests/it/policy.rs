//! `iac policy`, proven: a user with exactly the printed rights does the whole job and nothing beyond.

mod less;
mod rows;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Laptop, Run, finish, root, started};
use crate::story::whole_story;

/// The settings that ask for rights of their own.
const SETTINGS: &str = "instance_profile = \"web\"\nfqdn = \"dev.example.org\"\n";

/// The policy that these words print.
pub(crate) fn printed(laptop: &Laptop, words: &[&str]) -> Value {
    let run = laptop.iac([&["policy"], words].concat()).ok();
    serde_json::from_str(&run.text()).unwrap()
}

fn actions(policy: &Value) -> BTreeSet<String> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = statements.flat_map(|statement| statement["Action"].as_array().unwrap());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

fn assert_denied(run: Run, action: &str) {
    let run = run.fails("aws_denied");
    let hint =
        format!("hint: allow these credentials `{action}`, as `iac policy` prints it, then run the command again");
    assert!(run.stderr.contains(&hint), "no `{hint}` in\n{}", run.transcript());
}

/// Each partition has ARNs of its own; where nobody knows which, a policy would allow nothing, or something else.
#[test]
fn a_policy_is_for_the_partition_of_its_region() {
    let laptop = Laptop::offline();
    let words = |region| ["--account", "123456789012", "--region", region, "--instance-profile", "web"];
    for (region, partition) in [("us-east-1", "aws"), ("eusc-de-east-1", "aws-eusc"), ("us-isob-east-1", "aws-iso-b")] {
        let policy = printed(&laptop, &words(region)).to_string();
        let arns = policy.matches("arn:").count();
        assert!(arns > 0 && policy.matches(&format!("arn:{partition}:")).count() == arns, "{region}: {policy}");
    }
    let refused = laptop.iac([&["policy"][..], &words("xx-east-1")].concat()).fails("setting_invalid");
    assert!(refused.stderr.contains("`xx-east-1` lies in no partition"), "{}", refused.stderr);
}

/// What the tool names in a policy, IAM must know: its actions, their resources and their conditions.
#[test]
fn a_policy_names_only_what_iam_knows() {
    let laptop = Laptop::offline();
    let account = ["--account", "123456789012", "--region", "eu-central-1"];
    let set: &[&str] = &["--instance-name", "dev", "--key-name", "dev", "--instance-profile", "web"];
    let image: &[&str] =
        &["--image", "ssm:/team/image", "--subnet-id", "subnet-0123456789abcdef0", "--fqdn", "dev.example.org"];
    for settings in [&[], set, &[set, image].concat()[..]] {
        let policy = printed(&laptop, &[&account, settings].concat());
        let mut check = Command::new(root().join("sandbox/check-policy"));
        let mut check = started(check.stdin(Stdio::piped()));
        check.stdin.take().unwrap().write_all(policy.to_string().as_bytes()).unwrap();
        let output = finish(check);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn with_exactly_the_printed_rights_the_whole_job_is_done() {
    let mut laptop = Laptop::new();
    laptop.act_with(&printed(&laptop, &[]));
    whole_story(&laptop);
}

#[test]
fn a_launch_with_a_profile_is_allowed_to_pass_its_role_and_no_other() {
    let mut laptop = Laptop::new();
    for profile in ["web", "admin"] {
        laptop.aws().instance_profile(profile);
    }
    laptop.configure("instance_profile = \"web\"\n");
    laptop.act_with(&printed(&laptop, &[]));
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
    assert_denied(laptop.iac(["instance", "create", "--instance-profile", "admin"]), "iam:PassRole");
    let _ = laptop.iac(["instance", "create", "--wait", "none"]).ok();
}

/// What belongs to the name is allowed where a name is set, for that name; and nothing of Route 53 where none is.
#[test]
fn only_the_records_of_the_name_may_be_changed() {
    let mut laptop = Laptop::new();
    laptop.configure("fqdn = \"dev.example.org\"\n");
    let zone = laptop.aws().zone("example.org", false);
    let _ = laptop.iac(["up", "--yes", "--wait", "running"]).ok();
    laptop.act_with(&printed(&laptop, &["--for", "dns"]));
    let records = laptop.aws().records(&zone);
    let other = ["dns", "create", "--fqdn", "other.example.org"];
    assert_denied(laptop.iac(other), "route53:ChangeResourceRecordSets");
    assert_eq!(laptop.aws().records(&zone), records);
    let _ = laptop.iac(["dns", "delete"]).ok();

    laptop.configure("");
    assert!(actions(&printed(&laptop, &[])).iter().all(|action| !action.starts_with("route53:")));
    let nothing = laptop.iac(["policy", "--for", "dns list"]).fails("setting_missing");
    assert!(nothing.stderr.contains("`fqdn`"), "{}", nothing.stderr);
}

/// The ids of all that there is; what is on its way out is not.
fn there(laptop: &Laptop) -> BTreeSet<String> {
    let leaves = |resource: &Value| resource["state"] == "shutting-down";
    let resources = laptop.aws().world().into_values().flatten();
    resources.filter(|(_, resource)| !leaves(resource)).map(|(id, _)| id).collect()
}

#[test]
fn the_rights_of_one_environment_change_nothing_of_another() {
    let mut laptop = Laptop::new();
    let others = ["--instance-name", "other"];
    laptop.set("BKY_IAC_INSTANCE_NAME", "other");
    for line in [&["key", "create"][..], &["security-group", "create"], &["instance", "create", "--wait", "running"]] {
        let _ = laptop.iac(line).ok();
    }
    laptop.unset("BKY_IAC_INSTANCE_NAME");
    let stranger = laptop.aws().foreign_instance(&[]);
    let before = there(&laptop);

    laptop.act_with(&printed(&laptop, &[]));
    let terminate = ["instance", "terminate"];
    assert_denied(laptop.iac([&terminate[..], &others].concat()), "ec2:TerminateInstances");
    let foreign = [&terminate[..], &["--id", &stranger, "--force"]].concat();
    assert_denied(laptop.iac(foreign), "ec2:TerminateInstances");
    let launch = ["instance", "create", "--instance-name", "third"];
    assert_denied(laptop.iac(launch), "ec2:RunInstances");
    assert_denied(laptop.iac(["key", "create", "--key-name", "third"]), "ec2:ImportKeyPair");
    assert_denied(laptop.iac(["key", "delete"]), "ec2:DeleteKeyPair");
    assert_eq!(there(&laptop), before);
}

#[test]
fn a_policy_needs_no_network_where_account_and_region_are_set() {
    let laptop = Laptop::offline();
    let words = ["--account", "123456789012", "--region", "us-east-1", "--for", "key list", "instance list"];
    let listing = ["ec2:DescribeInstances", "ec2:DescribeKeyPairs"].map(str::to_owned);
    assert_eq!(actions(&printed(&laptop, &words)), BTreeSet::from(listing));
    let _ = laptop.iac(["policy", "--for", "key lists"]).fails("usage");
}

/// A policy that is longer than IAM takes is said to be, and comes in parts that together are all of it.
#[test]
fn what_is_too_long_for_iam_comes_in_parts() {
    let laptop = Laptop::offline();
    let name = "n".repeat(249);
    let words = ["policy", "--account", "123456789012", "--region", "us-east-1", "--instance-name", &name];
    let run = |more: &[&str]| laptop.iac([&words[..], more].concat());
    let said = run(&["-v"]).succeeds().stderr;
    assert!(said.contains("and IAM takes 6144: print it in 2 parts, `--part 1` and so on"), "{said}");
    let statements = |more: &[&str]| {
        let policy: Value = serde_json::from_str(&run(more).ok().text()).unwrap();
        policy["Statement"].as_array().unwrap().clone()
    };
    assert_eq!([statements(&["--part", "1"]), statements(&["--part", "2"])].concat(), statements(&[]));
    let part = run(&["-v", "--part", "2"]).succeeds().stderr;
    assert!(!part.contains("warning"), "{part}");
    let none = run(&["--part", "3"]).fails("usage");
    assert!(none.stderr.contains("hint: its parts are 1 to 2"), "{}", none.stderr);
}

#[test]
fn looking_into_all_regions_takes_a_policy_for_all_regions() {
    let mut laptop = Laptop::new();
    let status = ["status", "--all-regions"];
    laptop.act_with(&printed(&laptop, &["--for", "status"]));
    let _ = laptop.iac(status).fails("aws_denied");
    laptop.act_with(&printed(&laptop, &["--for", "status", "--all-regions"]));
    let _ = laptop.iac(status).ok();
}

/// Whoever reads what the tool can do finds every action of the policy there, and no other.
#[test]
fn the_page_on_security_lists_every_action() {
    let page = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let table: Vec<_> = page.lines().skip_while(|line| !line.starts_with("| the tool")).collect();
    let table = table.split(|line| line.is_empty()).next().unwrap().concat();
    let code: BTreeSet<_> = table.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let listed = code.into_iter().filter(|text| text.chars().any(char::is_uppercase)).collect::<BTreeSet<_>>();
    let words = ["--account", "123456789012", "--region", "us-east-1"];
    let words = [&words[..], &["--instance-profile", "web", "--fqdn", "dev.example.org"]].concat();
    assert_eq!(listed, actions(&printed(&Laptop::offline(), &words)));
}
