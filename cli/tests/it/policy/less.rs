//! The job with one right less: whoever lacks it is told which one.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::{SETTINGS, actions, assert_denied, printed};
use crate::harness::Laptop;

/// The policy without one action; a statement that has no other goes with it.
fn without(policy: &Value, action: &str) -> Value {
    let mut policy = policy.clone();
    let statements = policy["Statement"].as_array_mut().unwrap();
    for statement in statements.iter_mut() {
        statement["Action"].as_array_mut().unwrap().retain(|listed| listed != action);
    }
    statements.retain(|statement| statement["Action"] != json!([]));
    policy
}

/// A user who does the whole job, and which rights that was seen to need.
struct Job {
    laptop: Laptop,
    needed: BTreeSet<String>,
}

impl Job {
    /// Takes each of these rights from the command's own row, and leaves the user with the whole row.
    fn step(&mut self, typed: &[&str], rights: &[&str]) {
        let command = typed.iter().take_while(|word| !word.starts_with('-')).take(2).copied().collect::<Vec<_>>();
        let policy = printed(&self.laptop, &["--for", &command.join(" ")]);
        for right in rights {
            self.laptop.act_with(&without(&policy, right));
            assert_denied(self.laptop.iac(typed), right);
            self.needed.insert((*right).to_owned());
        }
        self.laptop.act_with(&policy);
    }
}

/// The job again, each command with the rights of its own row, and before that with each of them taken away.
///
/// A right that only some runs of a command need is listed where a run needs it; together the runs need all.
#[test]
fn with_any_one_right_less_the_command_that_needs_it_names_it() {
    let laptop = Laptop::new();
    laptop.aws().instance_profile("web");
    laptop.configure(&format!("{SETTINGS}ttl = \"20h\"\n"));
    laptop.aws().zone("example.org", false);
    let all = printed(&laptop, &[]);
    let mut job = Job { laptop, needed: BTreeSet::new() };
    make(&mut job);
    operate(&mut job);
    change(&mut job);
    take_away(&mut job);
    job.needed.extend(needed_by_doctor(&mut job.laptop));
    assert_eq!(job.needed, actions(&all));
}

/// What is made, and looked at once it is there.
fn make(job: &mut Job) {
    // What makes something comes before what is asked for once it is there.
    let create = ["key", "create"];
    job.step(&create, &["ec2:DescribeKeyPairs", "ec2:ImportKeyPair", "ec2:CreateTags"]);
    let _ = job.laptop.iac(create).ok();
    job.step(&["key", "list"], &["ec2:DescribeKeyPairs"]);

    let create = ["security-group", "create"];
    let before = ["ec2:DescribeVpcs", "ec2:DescribeSecurityGroups", "ec2:CreateSecurityGroup", "ec2:CreateTags"];
    job.step(&create, &before);
    job.step(&create, &["ec2:AuthorizeSecurityGroupIngress"]);
    let _ = job.laptop.iac(create).ok();
    job.laptop.cloud(&json!({"public_ip": "203.0.113.8"}));
    job.step(&create, &["ec2:DescribeSecurityGroupRules", "ec2:RevokeSecurityGroupIngress"]);
    let _ = job.laptop.iac(create).ok();
    let list = ["security-group", "list"];
    job.step(&list, &["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"]);

    let create = ["instance", "create"];
    let looks = ["Instances", "InstanceTypes", "InstanceTypeOfferings", "Images", "Subnets", "Vpcs", "KeyPairs"];
    let looks = looks.map(|name| format!("ec2:Describe{name}"));
    job.step(&create, &looks.each_ref().map(String::as_str));
    job.step(&create, &["ssm:GetParameters", "ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"]);
    job.step(&create, &["ec2:GetConsoleOutput"]);
    let _ = job.laptop.iac(create).ok();
    job.step(&["instance", "list"], &["ec2:DescribeInstances"]);
}

/// What is done to the instance, from a login to stopping and starting.
fn operate(job: &mut Job) {
    let run = ["deploy", "run", "true"];
    job.step(&run, &["ec2:DescribeInstances"]);
    // A key file that others may read is compared with its pair before it is used.
    fs::set_permissions(job.laptop.secrets().join("nitro-dev.pem"), Permissions::from_mode(0o644)).unwrap();
    job.step(&run, &["ec2:DescribeKeyPairs"]);
    let _ = job.laptop.iac(run).ok();

    let setup = ["host", "setup"];
    job.step(&setup, &["ec2:DescribeInstances", "ec2:DescribeInstanceTypes"]);
    let _ = job.laptop.iac(setup).ok();
    let extend = ["instance", "extend", "1h"];
    job.step(&extend, &["ec2:DescribeInstances", "ec2:CreateTags"]);
    let status = ["host", "status", "--fix"];
    job.step(&status, &["ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:CreateTags"]);
    let _ = job.laptop.iac(status).ok();
    job.step(&["types"], &["ec2:DescribeInstanceTypes", "ec2:DescribeInstanceTypeOfferings"]);
    job.step(&["instance", "console"], &["ec2:DescribeInstances", "ec2:GetConsoleOutput"]);
    job.step(&["instance", "wait"], &["ec2:DescribeInstances"]);
    let halt = ["instance", "stop"];
    job.step(&halt, &["ec2:DescribeInstances", "ec2:StopInstances"]);
    let _ = job.laptop.iac(halt).ok();
    let start = ["instance", "start", "--wait", "running"];
    job.step(&start, &["ec2:DescribeInstances", "ec2:StartInstances"]);
    let _ = job.laptop.iac(start).ok();
}

/// The whole environment, and its name.
fn change(job: &mut Job) {
    job.step(&["status", "--all-regions"], &["ec2:DescribeRegions"]);
    job.step(&["plan"], &["ec2:DescribeVolumes"]);
    job.step(&["dns", "list"], &["route53:ListHostedZones", "route53:ListResourceRecordSets"]);
    let records = ["route53:ListHostedZones", "route53:ListResourceRecordSets", "route53:ChangeResourceRecordSets"];
    job.step(&["dns", "create"], &records);
    let _ = job.laptop.iac(["dns", "create"]).ok();
    job.step(&["dns", "delete"], &records);
    job.laptop.configure(&format!("{SETTINGS}instance_kind = \"standard\"\ninstance_type = \"c6a.xlarge\"\n"));
    let up = ["up", "--yes", "--wait", "running", "--allow-restart"];
    job.step(&up, &["ec2:StopInstances", "ec2:ModifyInstanceAttribute", "ec2:StartInstances"]);
    job.laptop.configure(SETTINGS);
}

/// What is taken away again.
fn take_away(job: &mut Job) {
    let delete = ["security-group", "delete"];
    let looks = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeInstances", "ec2:DeleteSecurityGroup"];
    job.step(&delete, &looks);
    let terminate = ["instance", "terminate"];
    job.step(&terminate, &["ec2:DescribeInstances", "ec2:TerminateInstances"]);
    let _ = job.laptop.iac(terminate).ok();
    job.step(&delete, &[]);
    let _ = job.laptop.iac(delete).ok();
    let delete = ["key", "delete"];
    job.step(&delete, &["ec2:DescribeInstances", "ec2:DeleteKeyPair"]);
    let _ = job.laptop.iac(delete).ok();
    volume_left(&job.laptop);
    let down = ["down", "--yes"];
    job.step(&down, &["ec2:DescribeVolumes", "ec2:DeleteVolume"]);
    let _ = job.laptop.iac(down).ok();
}

/// A volume of the environment that did not go with its instance.
fn volume_left(laptop: &Laptop) {
    let tag = [
        ("TagSpecification.1.ResourceType", "volume"),
        ("TagSpecification.1.Tag.1.Key", "bky:iac:environment"),
        ("TagSpecification.1.Tag.1.Value", "nitro-dev"),
    ];
    laptop.aws().made(
        "CreateVolume",
        &[&tag[..], &[("AvailabilityZone", "us-east-1a"), ("Size", "1")]].concat(),
        "volumeId",
    );
}

/// What `doctor` may not look at is a check that it could not make, with the right that mends it.
fn needed_by_doctor(laptop: &mut Laptop) -> BTreeSet<String> {
    let policy = printed(laptop, &["--for", "doctor"]);
    let looks = ["ec2:DescribeRouteTables", "ec2:DescribeSubnets", "servicequotas:GetServiceQuota"];
    for right in looks {
        laptop.act_with(&without(&policy, right));
        let report = laptop.iac(["doctor"]).json();
        let mends: Vec<_> =
            report["checks"].as_array().unwrap().iter().filter_map(|each| each["mend"].as_str()).collect();
        let allow = format!("allow these credentials `{right}`");
        assert!(mends.iter().any(|mend| mend.starts_with(&allow)), "no `{allow}` in {report}");
    }
    looks.map(str::to_owned).into()
}
