//! Security groups: whose they are, what they let in, and how they go.

mod addresses;
mod deletion;
mod interruption;
mod rules;

use serde_json::Value;

use crate::harness::{Aws, Laptop, tags};

const CREATE: [&str; 2] = ["security-group", "create"];
const DELETE: [&str; 2] = ["security-group", "delete"];
const LIST: [&str; 2] = ["security-group", "list"];

/// A machine whose groups let SSH in on its own port, so that transcripts are alike.
fn laptop() -> Laptop {
    let mut laptop = Laptop::new();
    laptop.set("BKY_IAC_SSH_PORT", "22");
    laptop
}

/// The words of a command with more after them.
fn with<'a>(words: [&'a str; 2], more: &[&'a str]) -> Vec<&'a str> {
    words.iter().chain(more).copied().collect()
}

/// What a group lets in, as `tcp 22 203.0.113.7/32`, in order; moto's own list.
pub(crate) fn let_in(aws: &Aws, group: &str) -> Vec<String> {
    let rules = aws.world().remove("SecurityGroupRule").unwrap().into_values();
    let ingress = rules.filter(|rule| rule["group_id"] == group && rule["is_egress"] == false);
    let mut shown: Vec<String> = ingress
        .map(|rule| {
            let network = rule["ip_range"]["CidrIp"].as_str().or(rule["ip_range"]["CidrIpv6"].as_str());
            format!("{} {} {}", rule["ip_protocol"].as_str().unwrap(), rule["from_port"], network.unwrap_or("-"))
        })
        .collect();
    shown.sort();
    shown
}

/// Lets something in as somebody else.
fn authorize(aws: &Aws, group: &str, port: &str, network: &str, description: &str) {
    aws.call(
        "AuthorizeSecurityGroupIngress",
        &[
            ("GroupId", group),
            ("IpPermissions.1.IpProtocol", "tcp"),
            ("IpPermissions.1.FromPort", port),
            ("IpPermissions.1.ToPort", port),
            ("IpPermissions.1.IpRanges.1.CidrIp", network),
            ("IpPermissions.1.IpRanges.1.Description", description),
        ],
    );
}

/// The text of the first XML element of this name.
fn element(xml: &str, name: &str) -> String {
    let after = xml.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no <{name}> in {xml}")).1;
    after.split('<').next().unwrap().to_owned()
}

/// Another VPC with a subnet: their ids.
fn other_vpc(aws: &Aws) -> (String, String) {
    let vpc = element(&aws.call("CreateVpc", &[("CidrBlock", "10.9.0.0/16")]), "vpcId");
    let subnet = aws.call("CreateSubnet", &[("VpcId", &*vpc), ("CidrBlock", "10.9.1.0/24")]);
    (vpc, element(&subnet, "subnetId"))
}

pub(crate) fn id(group: &Value) -> &str {
    group["id"].as_str().unwrap()
}

#[test]
fn a_group_is_made_shown_and_taken_away() {
    let laptop = laptop();
    let aws = laptop.aws();
    let before = aws.world();
    let made = laptop.iac(CREATE).ok().json();
    assert_eq!(made["name"], "nitro-dev");
    assert_eq!(made["description"], "SSH to instances made by iac");
    let keys: Vec<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["description", "id", "ingress", "name", "tags", "vpc_id"]);
    let rule = &made["ingress"][0];
    assert!(rule["id"].as_str().unwrap().starts_with("sgr-"));
    assert_eq!((&rule["protocol"], &rule["from_port"], &rule["to_port"]), (&"tcp".into(), &22.into(), &22.into()));
    assert_eq!(rule["source"], "203.0.113.7/32");
    assert!(rule["description"].as_str().unwrap().starts_with("iac: tester@"));
    assert_eq!(laptop.iac(CREATE).ok().json(), made);
    assert_eq!(laptop.iac(LIST).ok().json(), serde_json::json!([made]));

    let deleted = laptop.iac(DELETE).ok().json();
    assert_eq!((&deleted["name"], &deleted["id"], &deleted["vpc_id"]), (&made["name"], &made["id"], &made["vpc_id"]));
    assert_eq!(aws.world(), before);
    assert_eq!(laptop.iac(LIST).ok().json(), serde_json::json!([]));
}

#[test]
fn everything_is_tagged_in_the_call_that_makes_it() {
    let laptop = laptop();
    laptop.configure("tags = { team = \"red\" }\n");
    let _ = laptop.iac(CREATE).ok();
    let aws = laptop.aws();
    assert_eq!(aws.changes(), ["CreateSecurityGroup", "AuthorizeSecurityGroupIngress"]);
    let expected = [("Name", "nitro-dev"), ("ManagedBy", "iac"), ("bky:iac:environment", "nitro-dev"), ("team", "red")];
    let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    assert_eq!(aws.requests_of("CreateSecurityGroup")[0].tags("security-group"), expected);
    assert_eq!(aws.requests_of("AuthorizeSecurityGroupIngress")[0].tags("security-group-rule"), expected);
    assert_eq!(tags(&aws.security_groups()[0]), expected);
}

#[test]
fn groups_of_others_are_neither_changed_nor_deleted() {
    let laptop = laptop();
    let aws = laptop.aws();
    let foreign = aws.foreign_group("nitro-dev", &[("ManagedBy", "iac"), ("Name", "nitro-dev")]);
    authorize(&aws, &foreign, "22", "198.51.100.0/24", "ours");
    let before = aws.world();
    insta::assert_snapshot!(laptop.iac(with(CREATE, &["--output", "text"])).transcript(), @"
    $ iac security-group create --output text
    ! error: security group `nitro-dev` sg-1 was not made by `iac`
    ! hint: instances can use it as it is; for a group of your own set another `security_group`
    ! hint: add `--force` to set its SSH rules all the same
    (exit status: 1)
    ");
    insta::assert_snapshot!(laptop.iac(with(DELETE, &["--output", "text"])).transcript(), @"
    $ iac security-group delete --output text
    ! error: security group `nitro-dev` sg-1 was not made by `iac`
    ! hint: add `--force` if you are sure that it is yours to change
    (exit status: 1)
    ");
    let _ = laptop.iac(CREATE).fails("not_ours");
    let _ = laptop.iac(with(DELETE, &["--security-group", &foreign])).fails("not_ours");
    assert_eq!(laptop.iac(LIST).ok().json(), serde_json::json!([]));
    assert_eq!(aws.world(), before);

    let everyone = laptop.iac(with(LIST, &["--everyone", "--output", "text"])).ok();
    assert!(everyone.text().contains("not ours"));
    let _ = laptop.iac(with(CREATE, &["--force", "--ssh-from", "203.0.113.0/24"])).ok();
    assert_eq!(let_in(&aws, &foreign), ["tcp 22 203.0.113.0/24"]);
    let _ = laptop.iac(with(DELETE, &["--force"])).ok();
    assert_eq!(aws.security_groups(), Vec::<Value>::new());
}

#[test]
fn the_older_tools_group_is_listed_and_can_be_deleted() {
    let laptop = laptop();
    laptop.aws().foreign_group("old", &[("Deployment", "Sequencer")]);
    let listed = laptop.iac(with(LIST, &["--output", "text"])).ok();
    assert!(listed.text().contains("older tool"), "{}", listed.text());
    let _ = laptop.iac(with(CREATE, &["--security-group", "old"])).fails("not_ours");
    let _ = laptop.iac(with(DELETE, &["--security-group", "old"])).ok();
    assert_eq!(laptop.aws().security_groups(), Vec::<Value>::new());
}

#[test]
fn a_name_that_is_a_pattern_means_itself_alone() {
    let laptop = laptop();
    let aws = laptop.aws();
    let others = ["dev", "dev1", "devil", "de*"].map(|name| aws.foreign_group(name, &[("bky:iac:environment", "-")]));
    let before = aws.world();
    let made = laptop.iac(with(CREATE, &["--security-group", "dev*"])).ok().json();
    assert_eq!(made["name"], "dev*");
    assert!(others.iter().all(|other| let_in(&aws, other).is_empty()));
    let _ = laptop.iac(with(DELETE, &["--security-group", "dev*"])).ok();
    assert_eq!(aws.world(), before);
    insta::assert_snapshot!(laptop.iac(with(DELETE, &["--security-group", "dev*", "--output", "text"])).transcript(), @"
    $ iac security-group delete --security-group 'dev*' --output text
    ! error: there is no security group `dev*` in this region
    ! hint: see which there are with `iac security-group list`
    (exit status: 1)
    ");
    assert_eq!(aws.world(), before);
}

#[test]
fn a_group_that_is_not_there_is_said_to_be_missing() {
    let laptop = laptop();
    let missing = "sg-0123456789abcdef0";
    insta::assert_snapshot!(
        laptop.iac(with(CREATE, &["--security-group", missing, "--output", "text"])).transcript(),
        @"
        $ iac security-group create --security-group sg-1 --output text
        ! error: there is no security group `sg-1` in this region
        ! hint: set `security_group` to a name to make a new one
        (exit status: 1)
        "
    );
    let _ = laptop.iac(with(CREATE, &["--security-group", missing])).fails("group_missing");
    let _ = laptop.iac(with(DELETE, &["--security-group", missing])).fails("group_missing");
    let _ = laptop.iac(DELETE).fails("group_missing");
    assert_eq!(laptop.aws().changes(), Vec::<String>::new());
}

#[test]
fn the_vpc_of_the_subnet_or_the_default_vpc_decides() {
    let laptop = laptop();
    let aws = laptop.aws();
    let (vpc, subnet) = other_vpc(&aws);
    let there = laptop.iac(with(CREATE, &["--subnet-id", &subnet])).ok().json();
    let here = laptop.iac(CREATE).ok().json();
    assert_eq!(there["vpc_id"], *vpc);
    assert_ne!(here["vpc_id"], there["vpc_id"]);
    assert_eq!(laptop.iac(CREATE).ok().json()["id"], here["id"]);
    assert_eq!(laptop.iac(with(CREATE, &["--subnet-id", &subnet])).ok().json()["id"], there["id"]);
    assert_eq!(laptop.iac(with(CREATE, &["--security-group", id(&there)])).ok().json()["id"], there["id"]);

    let _ = laptop.iac(DELETE).ok();
    assert_eq!(aws.security_groups().iter().map(id).collect::<Vec<_>>(), [id(&there)]);
    // The only one that is left is meant, wherever it is.
    let _ = laptop.iac(DELETE).ok();
    let _ = laptop.iac(with(CREATE, &["--subnet-id", "subnet-0123456789abcdef0"])).fails("subnet_missing");
    assert_eq!(aws.security_groups(), Vec::<Value>::new());
}

#[test]
fn without_a_default_vpc_the_subnet_has_to_be_named() {
    let laptop = laptop();
    let aws = laptop.aws();
    remove_default_vpc(&aws);
    insta::assert_snapshot!(laptop.iac(with(CREATE, &["--output", "text"])).transcript(), @"
    $ iac security-group create --output text
    ! error: this region has no default VPC to make the security group in
    ! hint: set `subnet_id` (or `--subnet-id`) to the subnet that instances are launched in
    ! hint: or make a default VPC with `aws ec2 create-default-vpc`
    (exit status: 1)
    ");
    let _ = laptop.iac(CREATE).fails("no_default_vpc");
    let (one, two) = (other_vpc(&aws), other_vpc(&aws));
    for subnet in [&one.1, &two.1] {
        let _ = laptop.iac(with(CREATE, &["--subnet-id", subnet])).ok();
    }
    let _ = laptop.iac(CREATE).fails("group_ambiguous");
    insta::assert_snapshot!(laptop.iac(with(DELETE, &["--output", "text"])).transcript(), @"
    $ iac security-group delete --output text
    ! error: 2 security groups are named `nitro-dev`
    ! caused by: `nitro-dev` in vpc-1 is sg-1
    ! caused by: `nitro-dev` in vpc-2 is sg-2
    ! hint: set `security_group` to the id of one, or `subnet_id` to a subnet of its VPC
    (exit status: 1)
    ");
    assert_eq!(aws.security_groups().len(), 2);
    let _ = laptop.iac(with(DELETE, &["--subnet-id", &two.1])).ok();
    assert_eq!(laptop.iac(CREATE).ok().json()["vpc_id"], *one.0);
}

fn remove_default_vpc(aws: &Aws) {
    let vpcs = [("Filter.1.Name", "is-default"), ("Filter.1.Value.1", "true")];
    let vpc = element(&aws.call("DescribeVpcs", &vpcs), "vpcId");
    let subnets = aws.call("DescribeSubnets", &[("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", &vpc)]);
    for part in subnets.split("<subnetId>").skip(1) {
        aws.call("DeleteSubnet", &[("SubnetId", part.split('<').next().unwrap())]);
    }
    aws.call("DeleteVpc", &[("VpcId", &vpc)]);
}

#[test]
fn another_account_is_refused_before_anything_changes() {
    let laptop = laptop();
    laptop.configure("account = \"999999999999\"\n");
    let _ = laptop.iac(CREATE).fails("account_mismatch");
    laptop.aws().foreign_group("nitro-dev", &[("bky:iac:environment", "-")]);
    let before = laptop.aws().world();
    let _ = laptop.iac(DELETE).fails("account_mismatch");
    assert_eq!(laptop.aws().world(), before);
}
