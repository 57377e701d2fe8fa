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
    pub(super) version: &'static str,
    pub(super) statement: Vec<Statement>,
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
/// One operator, key and values.
type Entry = (&'static str, String, Vec<String>);

impl Policy {
    /// Tells whether nothing is allowed: what was asked for takes a setting that is not there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statement.is_empty()
    }

    /// Returns what of it allows these actions, and nothing else.
    #[must_use]
    pub fn only(self, actions: &BTreeSet<Action>) -> Self {
        let wanted: BTreeSet<String> = actions.iter().map(Action::to_string).collect();
        let narrowed = self.statement.into_iter().map(|mut statement| {
            statement.action.retain(|action| wanted.contains(action));
            statement
        });
        Self { statement: narrowed.filter(|statement| !statement.action.is_empty()).collect(), ..self }
    }
}

impl Scope {
    /// Returns the calls that ask for rights in this configuration.
    #[must_use]
    pub fn operations(&self) -> BTreeSet<Operation> {
        let asks = |operation: &Operation| operation.rights().iter().any(|right| self.arn(right.resource).is_some());
        Operation::ALL.iter().copied().filter(asks).collect()
    }
}

/// Returns the least policy that allows these calls, in this account, region and configuration.
#[must_use]
pub fn policy(operations: &BTreeSet<Operation>, scope: &Scope) -> Policy {
    let rights = operations.iter().flat_map(|operation| operation.rights());
    let used = rights.filter(|right| scope.arn(right.resource).is_some());
    let makers = makers(operations);
    let statement = grouped(used).into_iter().map(|((condition, resources), actions)| Statement {
        sid: sid(condition, &resources),
        effect: "Allow",
        action: actions.iter().map(Action::to_string).collect(),
        resource: resources.iter().filter_map(|resource| scope.arn(*resource)).collect(),
        condition: conditions(condition, scope, &makers),
    });
    Policy { version: "2012-10-17", statement: statement.collect() }
}

/// The conditions, resources and actions of each statement.
type Groups = BTreeMap<(Condition, BTreeSet<Resource>), BTreeSet<Action>>;

/// Puts resources together that need the same actions under the same condition, and all that is done to what is ours
/// besides its instances.
///
/// No statement allows more than its rights: of resources that stand together an action finds its own kinds alone.
/// `ec2:ModifyInstanceAttribute` would find groups and volumes too, so instances stand apart.
fn grouped(rights: impl Iterator<Item = Right>) -> Groups {
    let is_joined = |right: &Right| right.condition == Condition::Ours && right.resource != Resource::Instance;
    let (joined, others): (Vec<_>, Vec<_>) = rights.partition(is_joined);
    let mut actions: BTreeMap<(Condition, Resource), BTreeSet<Action>> = BTreeMap::new();
    for Right { action, resource, condition } in others {
        actions.entry((condition, resource)).or_default().insert(action);
    }
    let mut resources: BTreeMap<(Condition, BTreeSet<Action>), BTreeSet<Resource>> = BTreeMap::new();
    for ((condition, resource), actions) in actions {
        resources.entry((condition, actions)).or_default().insert(resource);
    }
    let others = resources.into_iter().map(|((condition, actions), resources)| ((condition, resources), actions));
    let mut groups: Groups = others.collect();
    if !joined.is_empty() {
        let resources = joined.iter().map(|right| right.resource).collect();
        groups.insert((Condition::Ours, resources), joined.iter().map(|right| right.action).collect());
    }
    groups
}

/// The calls that make something. A call tags only what it makes, so that naming them together allows no more than each
/// with its own resources.
fn makers(operations: &BTreeSet<Operation>) -> Vec<String> {
    let makes = |operation: &&Operation| operation.rights().iter().any(|right| right.condition == Condition::New);
    operations.iter().filter(makes).map(|operation| operation.name().to_owned()).collect()
}

/// A name that says what the statement is for, unique because no two have the same condition and resources; of some
/// conditions there is one statement alone.
fn sid(condition: Condition, resources: &BTreeSet<Resource>) -> String {
    let resources: String = resources.iter().map(|resource| resource.word()).collect();
    match condition {
        Condition::InRegion => format!("Read{resources}"),
        Condition::Always => format!("Use{resources}"),
        Condition::New => format!("Make{resources}"),
        Condition::TaggedWhenMade => "TagNew".to_owned(),
        Condition::TaggedAnew => "TagAnew".to_owned(),
        Condition::Named => "ChangeRecords".to_owned(),
        Condition::Ours => format!("Manage{resources}"),
        Condition::PassedToEc2 => format!("Pass{resources}"),
    }
}

fn conditions(condition: Condition, scope: &Scope, makers: &[String]) -> Conditions {
    let equals = |key: &str, values: Vec<String>| ("StringEquals", key.to_owned(), values);
    let entries = match condition {
        Condition::Always => Vec::new(),
        Condition::InRegion if scope.all_regions => Vec::new(),
        Condition::InRegion => vec![equals("aws:RequestedRegion", vec![literal(&scope.region)])],
        Condition::New => vec![environment("aws:RequestTag", scope)],
        Condition::Ours => vec![environment("aws:ResourceTag", scope)],
        Condition::TaggedWhenMade => {
            vec![equals("ec2:CreateAction", makers.to_vec()), environment("aws:RequestTag", scope), tag_keys(scope)]
        }
        Condition::TaggedAnew => [environment("aws:ResourceTag", scope), tag_keys(scope)]
            .into_iter()
            .chain(kept_environment(scope))
            .collect(),
        Condition::Named => records(scope),
        Condition::PassedToEc2 => vec![equals("iam:PassedToService", scope.ec2_principals())],
    };
    let mut conditions = Conditions::new();
    for (operator, key, values) in entries {
        conditions.entry(operator).or_default().insert(key, values);
    }
    conditions
}

/// The tag of the one environment, or of any.
fn environment(key: &str, scope: &Scope) -> Entry {
    let key = format!("{key}/{}", tag::ENVIRONMENT);
    match &scope.environment {
        Some(name) => ("StringEquals", key, vec![literal(name.as_str())]),
        None => ("StringLike", key, vec!["*".to_owned()]),
    }
}

/// What is tagged anew is not given away: where the request sets the tag of the environment, it sets it as it is.
fn kept_environment(scope: &Scope) -> Option<Entry> {
    let (_, key, values) = environment("aws:RequestTag", scope);
    scope.environment.as_ref().map(|_| ("StringEqualsIfExists", key, values))
}

/// Only the keys that this tool sets: its own and the user's.
fn tag_keys(scope: &Scope) -> Entry {
    let own = [tag::NAME.to_owned(), tag::MANAGED_BY.to_owned(), format!("{}*", tag::OWN_PREFIX)];
    let keys = own.into_iter().chain(scope.tag_keys.iter().map(|key| literal(key))).collect();
    ("ForAllValues:StringLike", "aws:TagKeys".to_owned(), keys)
}

/// Only the record sets at the name and at its mark, of the types that lead somewhere or mark.
///
/// A name of [`Fqdn`](crate::dns::Fqdn) is written as Route 53 normalizes it.
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html>
fn records(scope: &Scope) -> Vec<Entry> {
    let names = scope.fqdn.iter().flat_map(|fqdn| [fqdn.to_string(), fqdn.mark()]).collect();
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
    let entries: [(&str, Vec<String>); 3] = [
        ("NormalizedRecordNames", names),
        ("RecordTypes", words(&["A", "AAAA", "CNAME", "TXT"])),
        ("Actions", words(&["CREATE", "DELETE"])),
    ];
    let key = |end: &str| format!("route53:ChangeResourceRecordSets{end}");
    entries.into_iter().map(|(end, values)| ("ForAllValues:StringEquals", key(end), values)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::scope::tests::scope;
    use super::*;
    use crate::dns::Fqdn;
    use crate::name::InstanceName;
    use crate::policy::{LONGEST, operations_of};

    fn all() -> BTreeSet<Operation> {
        Operation::ALL.iter().copied().collect()
    }

    /// A configuration that uses everything.
    fn whole() -> Scope {
        let fqdn = Fqdn::parse("dev.example.org").ok();
        Scope { instance_profile: Some("web".to_owned()), fqdn, ..scope() }
    }

    fn text(policy: &Policy) -> String {
        serde_json::to_string_pretty(policy).expect("text")
    }

    #[test]
    fn the_whole_policy_fits_into_one() {
        let environment = InstanceName::parse(&"n".repeat(100)).ok();
        let fqdn = Fqdn::parse(&format!("{0}.{0}.example.org", "n".repeat(60))).ok();
        let wide = Scope { environment, fqdn, ..whole() };
        let length = policy(&all(), &wide).length();
        assert!(length <= LONGEST, "{length}");
    }

    #[test]
    fn a_command_gets_its_own_rights_and_no_others() {
        let key = operations_of("key create").expect("a command");
        insta::assert_snapshot!(text(&policy(&key, &scope())));
    }

    #[test]
    fn names_of_statements_are_unique_and_what_iam_takes() {
        let all = policy(&all(), &whole());
        let names: BTreeSet<_> = all.statement.iter().map(|statement| statement.sid.as_str()).collect();
        assert_eq!(names.len(), all.statement.len());
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric())), "{names:?}");
    }

    /// Of everything that can be changed or passed on, nothing is allowed without a condition; looking at zones knows none.
    #[test]
    fn only_what_a_launch_names_is_without_a_condition() {
        let all = policy(&all(), &whole());
        let free = all.statement.iter().filter(|statement| statement.condition.is_empty());
        let actions: BTreeSet<_> = free.flat_map(|statement| &statement.action).map(String::as_str).collect();
        let looks = ["route53:ListHostedZones", "route53:ListResourceRecordSets", "ssm:GetParameters"];
        let uses = ["ec2:CreateSecurityGroup", "ec2:RunInstances"];
        assert_eq!(actions, looks.into_iter().chain(uses).collect::<BTreeSet<_>>());
    }

    /// Of all actions on what is ours this one knows other kinds of resources than those it is used on.
    #[test]
    fn attributes_are_modified_of_instances_alone() {
        let all = policy(&all(), &whole());
        let modifies = |statement: &&Statement| statement.action.iter().any(|action| action.contains("ModifyInstance"));
        let resources: Vec<&String> = all.statement.iter().filter(modifies).flat_map(|one| &one.resource).collect();
        assert_eq!(resources, ["arn:aws:ec2:us-east-1:123456789012:instance/*"]);
    }

    #[test]
    fn looking_into_all_regions_is_allowed_on_request() {
        let looks = |all_regions| {
            let operations = BTreeSet::from([Operation::DescribeInstances]);
            policy(&operations, &Scope { all_regions, ..scope() }).statement.remove(0).condition
        };
        assert_eq!((looks(true).len(), looks(false).len()), (0, 1));
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
    fn only_the_records_of_the_name_are_changed_and_without_a_name_none_is_seen() {
        let dns = operations_of("dns").expect("a noun");
        let of_route53 = |scope: &Scope| {
            let policy = policy(&dns, scope);
            policy.statement.into_iter().filter(|one| one.action[0].starts_with("route53:")).collect::<Vec<_>>()
        };
        assert_eq!(of_route53(&scope()), []);
        let conditions: Vec<_> = of_route53(&whole()).into_iter().map(|one| (one.action, one.condition)).collect();
        let changes = conditions.iter().filter(|(_, condition)| !condition.is_empty()).collect::<Vec<_>>();
        let [(actions, condition)] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!(actions, &["route53:ChangeResourceRecordSets"]);
        let records = &condition["ForAllValues:StringEquals"];
        let names = &records["route53:ChangeResourceRecordSetsNormalizedRecordNames"];
        assert_eq!(names, &["dev.example.org", "_iac.dev.example.org"]);
        assert_eq!(records["route53:ChangeResourceRecordSetsActions"], ["CREATE", "DELETE"]);
        assert_eq!(records["route53:ChangeResourceRecordSetsRecordTypes"], ["A", "AAAA", "CNAME", "TXT"]);
    }

    #[test]
    fn what_is_there_is_tagged_with_the_tools_keys_and_not_given_away() {
        let tagging = |scope: &Scope| policy(&BTreeSet::from([Operation::CreateTags]), scope).statement.remove(0);
        let named = tagging(&scope()).condition;
        assert_eq!(named["StringEquals"]["aws:ResourceTag/bky:iac:environment"], ["nitro-dev"]);
        assert_eq!(named["StringEqualsIfExists"]["aws:RequestTag/bky:iac:environment"], ["nitro-dev"]);
        assert_eq!(named["ForAllValues:StringLike"]["aws:TagKeys"], ["Name", "ManagedBy", "bky:iac:*"]);
        let any = tagging(&Scope { environment: None, ..scope() }).condition;
        assert!(!any.contains_key("StringEqualsIfExists"), "{any:?}");
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
