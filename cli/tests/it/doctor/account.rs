//! What can be wrong between the machine and AWS, and in the account.

use serde_json::json;

use super::{but_ok, checks, mend};
use crate::harness::{Fault, Laptop, NEVER, When};

/// The result of one check, and what was found.
fn one(laptop: &Laptop, words: &[&str], check: &str) -> (String, String) {
    checks(&laptop.iac([&["doctor"], words].concat()))[check].clone()
}

#[test]
fn a_clock_that_differs_too_much_fails() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("GetCallerIdentity"), Fault::Dated("Thu, 01 Jan 2026 00:00:00 GMT"));
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    let (outcome, found) = &checks(&run)["clock"];
    assert_eq!(outcome, "failed");
    assert!(found.ends_with(" s ahead of AWS's, which refuses requests from 300 s on"), "{found}");
    assert!(mend(&run, "clock").contains("timedatectl"));
    assert_eq!(checks(&run)["credentials"].0, "ok");
}

#[test]
fn where_the_credentials_do_not_work_nothing_else_is_blamed() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("GetCallerIdentity"), Fault::Refuse(403, "InvalidClientTokenId", "no such key"));
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    let checks = checks(&run);
    let (outcome, found) = &checks["credentials"];
    assert!(outcome == "failed" && found.starts_with("GetCallerIdentity failed: no such key"), "{found}");
    for name in ["rights", "network", "instance type", "quota", "ssh"] {
        assert_eq!(checks[name].0, "not_checked", "{name}");
    }
    assert!(mend(&run, "credentials").contains("iac config show"));
}

#[test]
fn another_account_fails_and_the_rest_is_looked_at() {
    let laptop = Laptop::new();
    laptop.configure("account = \"999999999999\"\n");
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    let (outcome, found) = &checks(&run)["credentials"];
    assert_eq!(outcome, "failed");
    assert!(found.starts_with("account 123456789012, arn:") && found.ends_with("`account` is 999999999999"), "{found}");
    assert_eq!(checks(&run)["network"].0, "ok");
}

#[test]
fn a_subnet_without_a_way_out_fails() {
    let laptop = Laptop::new();
    let vpc = laptop.aws().made("CreateVpc", &[("CidrBlock", "10.0.0.0/16")], "vpcId");
    let parameters = [("VpcId", &*vpc), ("CidrBlock", "10.0.1.0/24"), ("AvailabilityZone", "us-east-1a")];
    let subnet = laptop.aws().made("CreateSubnet", &parameters, "subnetId");
    let words = ["--subnet-id", &subnet];
    assert_eq!(one(&laptop, &words, "network").1, format!("there is no route to the internet: {subnet}"));
    assert_eq!(one(&laptop, &words, "instance type").1, "`c6a.xlarge` fits, offered in us-east-1a");

    let gateway = laptop.aws().made("CreateInternetGateway", &[], "internetGatewayId");
    let attach = [("InternetGatewayId", &*gateway), ("VpcId", &*vpc)];
    let _ = laptop.aws().call("AttachInternetGateway", &attach);
    let table = laptop.aws().made("CreateRouteTable", &[("VpcId", &vpc)], "routeTableId");
    let route = [("RouteTableId", &*table), ("DestinationCidrBlock", "0.0.0.0/0"), ("GatewayId", &*gateway)];
    let _ = laptop.aws().call("CreateRoute", &route);
    let _ = laptop.aws().call("AssociateRouteTable", &[("RouteTableId", &table), ("SubnetId", &subnet)]);
    let run = laptop.iac([&["doctor"], &words[..]].concat()).fails("checks_failed");
    assert_eq!(checks(&run)["network"].1, format!("instances get no public address there: {subnet}"));
    let public = [("SubnetId", &*subnet), ("MapPublicIpOnLaunch.Value", "true")];
    let _ = laptop.aws().call("ModifySubnetAttribute", &public);
    assert_eq!(one(&laptop, &words, "network"), ("ok".to_owned(), format!("{subnet} of {vpc} with a way out")));
    assert_eq!(one(&laptop, &["--subnet-id", "subnet-0123456789abcdef0"], "network").0, "failed");
}

#[test]
fn a_type_that_does_not_fit_or_is_not_there_fails() {
    let laptop = Laptop::new();
    let found = |words: &[&str]| one(&laptop, words, "instance type").1;
    assert!(found(&["--instance-type", "t3.micro"]).starts_with("the enclave does not fit on `t3.micro`: it does not"));
    assert_eq!(found(&["--instance-type", "c9z.gigantic"]), "there is no `c9z.gigantic` in this region");
    laptop.configure("instance_kind = \"standard\"\n");
    assert_eq!(one(&laptop, &[], "instance type").0, "ok", "an ordinary instance needs no room for enclaves");
}

#[test]
fn the_quota_is_compared_with_what_everybody_runs() {
    let mut laptop = Laptop::new();
    let image = laptop.aws().image("x86_64");
    let launch = |count: &str| {
        let parameters = [("ImageId", &*image), ("InstanceType", "t3.micro"), ("MinCount", count), ("MaxCount", count)];
        laptop.aws().call("RunInstances", &parameters);
    };
    launch("14");
    let ok = ("ok".to_owned(), "28 of 32 vCPUs are in use, `c6a.xlarge` takes 4".to_owned());
    assert_eq!(one(&laptop, &[], "quota"), ok);
    launch("1");
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    assert_eq!(checks(&run)["quota"].1, "30 of 32 vCPUs are in use, `c6a.xlarge` takes 4: 2 too many");
    assert!(mend(&run, "quota").contains("--quota-code L-1216C47A --desired-value 34"));
    assert_eq!(
        one(&laptop, &["--instance-type", "x8g.xlarge"], "quota").1,
        "0 of 8 vCPUs are in use, `x8g.xlarge` takes 4"
    );
    let unknown = one(&laptop, &["--instance-type", "inf2.xlarge"], "quota");
    assert_eq!(unknown, ("not_checked".to_owned(), "which quota counts `inf2.xlarge` is not known here".to_owned()));

    let proxy = laptop.proxy();
    proxy.fault(When::Action("GetServiceQuota"), Fault::Refuse(400, "AccessDeniedException", "not you"));
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    assert!(checks(&run)["rights"].1.starts_with("missing: `servicequotas:GetServiceQuota`;"), "{:?}", checks(&run));
    assert_eq!(checks(&run)["quota"].0, "not_checked", "what may not be looked at is not known");
    assert!(mend(&run, "quota").starts_with("allow these credentials `servicequotas:GetServiceQuota`"));
    proxy.reset();
    proxy.fault(When::Action("DescribeRouteTables"), Fault::Refuse(403, "UnauthorizedOperation", "not you"));
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    assert_eq!(checks(&run)["network"].0, "not_checked");
    assert!(mend(&run, "network").starts_with("allow these credentials `ec2:DescribeRouteTables`"));
}

#[test]
fn an_instance_that_ssh_does_not_reach_fails_and_one_that_starts_is_left_alone() {
    let laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
    laptop.cloud(&json!({"pending": NEVER}));
    let _ = laptop.iac(["instance", "create", "--wait", "none"]).ok();
    let (outcome, found) = one(&laptop, &[], "ssh");
    assert!(outcome == "not_checked" && found.starts_with("the instance is pending: i-"), "{outcome} {found}");
    let _ = laptop.iac(["instance", "terminate"]).ok();
    laptop.cloud(&json!({"pending": 2}));
    let _ = laptop.iac(["instance", "create"]).ok();
    let mut laptop = laptop;
    laptop.set("BKY_IAC_SSH_PORT", "9");
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    assert!(checks(&run)["ssh"].1.starts_with("no SSH connection to 127."), "{:?}", checks(&run)["ssh"]);
    assert!(mend(&run, "ssh").contains("`iac security-group create`"));
    assert_eq!(but_ok(&checks(&run)), [("credentials file", "not_checked"), ("ssh", "failed")].into());
}

/// The instance and the pair are those that `iac ssh` takes: of the older tool too, and the pair that a flag names.
#[test]
fn the_instance_and_the_pair_are_chosen_as_ssh_chooses_them() {
    let laptop = Laptop::new();
    laptop.cloud(&serde_json::json!({"pending": crate::harness::NEVER}));
    let older = [("Name", "nitro-dev"), ("Deployment", "Sequencer")];
    let id = laptop.aws().foreign_instance(&older);
    assert_eq!(one(&laptop, &[], "ssh").1, format!("the instance is pending: {id}"));
    laptop.aws().foreign_instance(&older);
    let (outcome, found) = one(&laptop, &[], "ssh");
    assert!(outcome == "failed" && found.contains("2 live instances are named `nitro-dev`"), "{found}");
}

#[test]
fn the_pair_that_a_flag_names_is_tried_as_ssh_tries_it() {
    let laptop = Laptop::new();
    for words in [&["key", "create"][..], &["security-group", "create"], &["instance", "create", "--no-setup"]] {
        let _ = laptop.iac(words).ok();
    }
    assert_eq!(one(&laptop, &[], "ssh").0, "ok");
    let other = ["--key-name", "other"];
    let _ = laptop.iac(["key", "create"].iter().chain(&other)).ok();
    let refused = laptop.iac(["ssh"].iter().chain(&other).chain(&["--", "true"]));
    assert!(!refused.status.success(), "{}", refused.stderr);
    assert_eq!(one(&laptop, &other, "ssh").0, "failed", "it is not the pair that the instance lets in");
}
