//! Rights that are tried before anything is made: what is missing is named, with the policy that mends it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{checks, mend};
use crate::harness::{Laptop, Run, launched};

/// The policy that the configuration asks for.
fn policy(laptop: &Laptop) -> Value {
    serde_json::from_str(&laptop.iac(["policy"]).ok().text()).unwrap()
}

/// The policy without these actions.
fn without(mut policy: Value, actions: &[&str]) -> Value {
    for statement in policy["Statement"].as_array_mut().unwrap() {
        statement["Action"].as_array_mut().unwrap().retain(|action| !actions.contains(&action.as_str().unwrap()));
    }
    policy["Statement"].as_array_mut().unwrap().retain(|statement| statement["Action"] != json!([]));
    policy
}

/// The policy with the statements of another one pasted behind its own.
fn with(mut policy: Value, pasted: &Value) -> Value {
    policy["Statement"].as_array_mut().unwrap().extend(pasted["Statement"].as_array().unwrap().iter().cloned());
    policy
}

/// The calls of an outcome.
fn calls(run: &Run, outcome: &str) -> BTreeSet<String> {
    let json = run.json();
    let operations = json["rights"]["operations"].as_array().unwrap().iter();
    operations
        .filter(|one| one["outcome"] == outcome)
        .map(|one| one["operation"].as_str().unwrap().to_owned())
        .collect()
}

/// A machine whose environment is there, with a name in Route 53 and a profile.
fn whole() -> Laptop {
    let laptop = Laptop::new();
    laptop.aws().instance_profile("web");
    laptop.aws().zone("example.org", false);
    laptop.configure("instance_profile = \"web\"\nfqdn = \"dev.example.org\"\n");
    launched(&laptop, &["--wait", "ready"]);
    laptop
}

#[test]
fn with_the_printed_policy_all_that_can_be_tried_is_allowed_and_nothing_changes() {
    let mut laptop = whole();
    laptop.act_with(&policy(&laptop));
    let before = laptop.aws().world();
    let run = laptop.iac(["doctor"]).ok();
    assert_eq!(laptop.aws().world(), before);
    assert_eq!(checks(&run)["rights"].1, "31 of 32 calls are allowed, 1 not checkable beforehand");
    assert_eq!(calls(&run, "unknown"), ["route53:ChangeResourceRecordSets".to_owned()].into());
    assert_eq!(run.json()["rights"]["policy"], Value::Null);
    let text = laptop.iac(["doctor", "--output", "text"]).ok().text();
    assert!(text.ends_with("\nnot checkable beforehand: `route53:ChangeResourceRecordSets`\n"), "{text}");
}

/// Each change that can be tried, and a read: what is missing is named, and what is printed mends it when it is pasted.
#[test]
fn what_is_missing_is_named_and_the_printed_policy_mends_it() {
    let mut laptop = whole();
    let all = policy(&laptop);
    let tried: Vec<String> = calls(&laptop.iac(["doctor"]).ok(), "allowed").into_iter().collect();
    let changes = tried.iter().filter(|call| !["Describe", "Get", "List"].iter().any(|verb| call.contains(verb)));
    let changes: Vec<&str> = changes.map(String::as_str).chain(["ec2:DescribeVolumes", "iam:PassRole"]).collect();
    assert_eq!(changes.len(), 15, "{changes:?}");
    for pair in changes.chunks(2) {
        let fewer = without(all.clone(), pair);
        laptop.act_with(&fewer);
        let run = laptop.iac(["doctor"]).fails("checks_failed");
        let found = &checks(&run)["rights"].1;
        for right in pair {
            assert!(found.contains(&format!("`{right}`")), "no {right} in {found}");
        }
        assert!(mend(&run, "rights").starts_with("attach the policy of the missing rights to arn:aws:"), "{found}");
        laptop.act_with(&with(fewer, &run.json()["rights"]["policy"]));
        assert_eq!(checks(&laptop.iac(["doctor"]).ok())["rights"].0, "ok", "{pair:?}");
    }
}

#[test]
fn the_policy_that_mends_is_printed_to_be_copied() {
    let mut laptop = Laptop::new();
    laptop.act_with(&without(policy(&laptop), &["ec2:ImportKeyPair"]));
    let text = laptop.iac(["doctor", "--output", "text"]).text();
    let (_, printed) = text.split_once("\nthe policy of the missing rights:\n").unwrap();
    let printed: Value = serde_json::from_str(printed).unwrap();
    let statements = printed["Statement"].as_array().unwrap();
    assert_eq!((statements.len(), &statements[0]["Action"]), (1, &json!(["ec2:ImportKeyPair"])));
    assert_eq!(statements[0]["Resource"], json!(["arn:aws:ec2:us-east-1:123456789012:key-pair/nitro-dev"]));
    assert_eq!(laptop.aws().changes(), Vec::<String>::new());
}

#[test]
fn what_a_policy_denies_is_not_mended_by_another() {
    let mut laptop = Laptop::new();
    let deny = json!({"Effect": "Deny", "Action": "ec2:CreateSecurityGroup", "Resource": "*"});
    laptop.act_with(&with(policy(&laptop), &json!({"Statement": [deny]})));
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    assert!(mend(&run, "rights").ends_with("a policy denies it"), "{}", mend(&run, "rights"));
    assert_eq!(run.json()["rights"]["policy"], Value::Null);
    assert_eq!(calls(&run, "missing"), ["ec2:CreateSecurityGroup".to_owned()].into());
}
