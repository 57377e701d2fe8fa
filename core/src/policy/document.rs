//! The policy document: the rights of some calls in as few statements as say them exactly.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::operation::Operation;
use super::right::{Action, Condition, Resource, Right};
use super::scope::{Scope, literal};
use crate::tag;

/// A policy as IAM takes it.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

/// A statement that allows something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    sid: String,
    effect: &'static str,
    action: Vec<String>,
    resource: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    condition: Conditions,
}

/// Operator → key → values.
type Conditions = BTreeMap<&'static str, BTreeMap<String, Vec<String>>>;

/// Returns the least policy that allows these calls, in this account, region and configuration.
#[must_use]
pub fn policy(operations: &BTreeSet<Operation>, scope: &Scope) -> Policy {
    let rights = operations.iter().flat_map(|operation| operation.rights());
    let used = rights.filter(|right| scope.arn(right.resource).is_some());
    let statement = grouped(used).into_iter().map(|((condition, resources), actions)| Statement {
        sid: sid(condition, &resources),
        effect: "Allow",
        action: actions.iter().map(Action::to_string).collect(),
        resource: resources.iter().filter_map(|resource| scope.arn(*resource)).collect(),
        condition: conditions(condition, scope),
    });
    Policy { version: "2012-10-17", statement: statement.collect() }
}

/// Puts resources together that need the same actions under the same condition, and nothing else: no statement allows
/// more than its rights.
fn grouped(rights: impl Iterator<Item = Right>) -> BTreeMap<(Condition, BTreeSet<Resource>), BTreeSet<Action>> {
    let mut actions: BTreeMap<(Condition, Resource), BTreeSet<Action>> = BTreeMap::new();
    for Right { action, resource, condition } in rights {
        actions.entry((condition, resource)).or_default().insert(action);
    }
    let mut resources: BTreeMap<(Condition, BTreeSet<Action>), BTreeSet<Resource>> = BTreeMap::new();
    for ((condition, resource), actions) in actions {
        resources.entry((condition, actions)).or_default().insert(resource);
    }
    resources.into_iter().map(|((condition, actions), resources)| ((condition, resources), actions)).collect()
}

/// A name that says what the statement is for, unique because no two have the same condition and resources.
fn sid(condition: Condition, resources: &BTreeSet<Resource>) -> String {
    let resources: String = resources.iter().map(|resource| resource.word()).collect();
    match condition {
        Condition::InRegion => format!("Read{resources}"),
        Condition::Always => format!("Use{resources}"),
        Condition::New => format!("Make{resources}"),
        Condition::TaggedBy(operation) => format!("TagIn{}", operation.name()),
        Condition::Ours => format!("Manage{resources}"),
        Condition::PassedToEc2 => format!("Pass{resources}"),
    }
}

fn conditions(condition: Condition, scope: &Scope) -> Conditions {
    let equals = |key: &str, values: Vec<String>| ("StringEquals", key.to_owned(), values);
    let entries = match condition {
        Condition::Always => Vec::new(),
        Condition::InRegion => vec![equals("aws:RequestedRegion", vec![literal(&scope.region)])],
        Condition::New => vec![environment("aws:RequestTag", scope)],
        Condition::Ours => vec![environment("aws:ResourceTag", scope)],
        Condition::TaggedBy(operation) => vec![
            equals("ec2:CreateAction", vec![operation.name().to_owned()]),
            environment("aws:RequestTag", scope),
            ("ForAllValues:StringLike", "aws:TagKeys".to_owned(), tag_keys(scope)),
        ],
        Condition::PassedToEc2 => vec![equals("iam:PassedToService", scope.ec2_principals())],
    };
    let mut conditions = Conditions::new();
    for (operator, key, values) in entries {
        conditions.entry(operator).or_default().insert(key, values);
    }
    conditions
}

/// The tag of the one environment, or of any.
fn environment(key: &str, scope: &Scope) -> (&'static str, String, Vec<String>) {
    let key = format!("{key}/{}", tag::ENVIRONMENT);
    match &scope.environment {
        Some(name) => ("StringEquals", key, vec![literal(name.as_str())]),
        None => ("StringLike", key, vec!["*".to_owned()]),
    }
}

/// The keys that this tool sets: its own and the user's.
fn tag_keys(scope: &Scope) -> Vec<String> {
    let own = [tag::NAME.to_owned(), tag::MANAGED_BY.to_owned(), format!("{}*", tag::OWN_PREFIX)];
    own.into_iter().chain(scope.tag_keys.iter().map(|key| literal(key))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::scope::tests::scope;
    use super::*;
    use crate::name::InstanceName;
    use crate::policy::operations_of;

    fn all() -> BTreeSet<Operation> {
        Operation::ALL.iter().copied().collect()
    }

    fn text(policy: &Policy) -> String {
        serde_json::to_string_pretty(policy).expect("text")
    }

    /// The most characters of a managed policy, blanks aside.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
    const MOST: usize = 6144;

    #[test]
    fn the_whole_policy_fits_into_one() {
        let environment = InstanceName::parse(&"n".repeat(80)).ok();
        let wide = Scope { environment, instance_profile: Some("web".to_owned()), ..scope() };
        let length = text(&policy(&all(), &wide)).chars().filter(|character| !character.is_whitespace()).count();
        assert!(length < MOST, "{length}");
    }

    #[test]
    fn a_command_gets_its_own_rights_and_no_others() {
        let key = operations_of("key create").expect("a command");
        insta::assert_snapshot!(text(&policy(&key, &scope())));
    }

    #[test]
    fn names_of_statements_are_unique_and_what_iam_takes() {
        let all = policy(&all(), &Scope { instance_profile: Some("web".to_owned()), ..scope() });
        let names: BTreeSet<_> = all.statement.iter().map(|statement| statement.sid.as_str()).collect();
        assert_eq!(names.len(), all.statement.len());
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric())), "{names:?}");
    }

    /// Of everything that can be changed or passed on, nothing is allowed without a condition.
    #[test]
    fn only_what_a_launch_names_is_without_a_condition() {
        let all = policy(&all(), &Scope { instance_profile: Some("web".to_owned()), ..scope() });
        let free = all.statement.iter().filter(|statement| statement.condition.is_empty());
        let actions: BTreeSet<_> = free.flat_map(|statement| &statement.action).map(String::as_str).collect();
        // Records carry no tags: of them the mark beside the name says whose they are, and IAM does not read it.
        let records = ["ChangeResourceRecordSets", "ListHostedZones", "ListResourceRecordSets"];
        let records = records.map(|name| format!("route53:{name}"));
        let expected = ["ec2:CreateSecurityGroup", "ec2:RunInstances", "ssm:GetParameters"];
        let expected = expected.into_iter().chain(records.iter().map(String::as_str));
        assert_eq!(actions, expected.collect::<BTreeSet<_>>());
    }

    #[test]
    fn a_role_is_passed_only_where_a_profile_is_set() {
        let actions = |scope: &Scope| {
            let policy = policy(&all(), scope);
            policy.statement.iter().flat_map(|statement| statement.action.clone()).collect::<BTreeSet<_>>()
        };
        assert!(!actions(&scope()).contains("iam:PassRole"));
        assert!(actions(&Scope { instance_profile: Some("web".to_owned()), ..scope() }).contains("iam:PassRole"));
    }

    #[test]
    fn names_are_no_patterns_in_conditions() {
        let named = |environment: Option<InstanceName>| {
            let list = policy(&BTreeSet::from([Operation::TerminateInstances]), &Scope { environment, ..scope() });
            serde_json::to_string(&list.statement[0].condition).expect("text")
        };
        let key = "aws:ResourceTag/bky:iac:environment";
        let star = named(InstanceName::parse("dev* ${aws:userid}").ok());
        assert_eq!(star, format!(r#"{{"StringEquals":{{"{key}":["dev${{*}} ${{$}}{{aws:userid}}"]}}}}"#));
        assert_eq!(named(None), format!(r#"{{"StringLike":{{"{key}":["*"]}}}}"#));
    }
}
