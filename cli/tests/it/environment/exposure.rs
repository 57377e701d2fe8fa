//! Rules through which SSH comes in from elsewhere than wanted: told by all who look, and left to whoever made them.

use super::{PLAN, QUICK_UP, STATUS, actions};
use crate::harness::{Fault, Laptop, When};

fn up() -> (Laptop, String) {
    let laptop = Laptop::new();
    let _ = laptop.iac(QUICK_UP).ok();
    let group = laptop.aws().security_groups()[0]["id"].as_str().unwrap().to_owned();
    (laptop, group)
}

/// Lets everybody in by all protocols, as a colleague may.
fn open(laptop: &Laptop, group: &str) {
    let rule = [("IpPermissions.1.IpProtocol", "-1"), ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0")];
    laptop.aws().call("AuthorizeSecurityGroupIngress", &[&[("GroupId", group)][..], &rule].concat());
}

#[test]
fn a_group_that_is_open_to_the_world_is_told_and_left() {
    let (laptop, group) = up();
    assert_eq!(laptop.iac(PLAN).ok().json()["exposed"], serde_json::json!([]));
    open(&laptop, &group);
    let plan = laptop.iac(["plan", "--check"]).ok().json();
    assert_eq!((actions(&plan), &plan["exposed"][0]["id"]), (vec![], &group.as_str().into()));
    assert_eq!(plan["exposed"][0]["lets_in"], "all traffic from 0.0.0.0/0, the whole internet");
    assert_eq!(laptop.iac(STATUS).ok().json()["drift"]["exposed"], plan["exposed"]);
    let rule = plan["exposed"][0]["rule"].as_str().unwrap();
    for words in ["plan", "status", "doctor"] {
        let told = laptop.iac([words, "--output", "text"]).ok();
        let text = told.text();
        assert!(text.contains("the whole internet"), "{text}");
        assert!(text.contains(&format!("--group-id {group} --security-group-rule-ids {rule}")), "{text}");
    }
    let status = laptop.iac(["status", "--output", "text"]).ok().text();
    assert!(status.ends_with("as wanted, but for what is warned of\n"), "{status}");
    let checks = laptop.iac(["doctor"]).ok().json();
    let check = checks["checks"].as_array().unwrap().iter().find(|check| check["check"] == "security group").unwrap();
    assert_eq!(check["outcome"], "warning");
    let _ = laptop.iac(QUICK_UP).ok();
    assert_eq!(laptop.iac(PLAN).ok().json()["exposed"], plan["exposed"], "it is not ours to remove");
}

#[test]
fn a_group_that_vanishes_while_it_is_looked_at_does_not_take_the_rules_of_others() {
    let mut laptop = up().0;
    let proxy = laptop.proxy();
    let gone = || Fault::Refuse(400, "InvalidGroup.NotFound", "The security group 'sg-other' does not exist");
    proxy.fault(When::First("DescribeSecurityGroupRules"), gone());
    assert_eq!(actions(&laptop.iac(PLAN).ok().json()), Vec::<&str>::new());
    proxy.fault(When::First("DescribeSecurityGroupRules"), gone());
    let listed = laptop.iac(["security-group", "list"]).ok().json();
    assert_eq!(listed[0]["ingress"][0]["source"], "203.0.113.7/32");
}
