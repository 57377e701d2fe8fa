//! Which calls each command makes, whatever the configuration says and whatever it finds.
//!
//! Tests hold the table against the commands that there are, and run each with the rights of its row alone.

use std::collections::BTreeSet;

use super::operation::Operation::{
    self, AuthorizeSecurityGroupIngress, CreateSecurityGroup, CreateTags, DeleteKeyPair, DeleteSecurityGroup,
    DescribeImages, DescribeInstanceTypeOfferings, DescribeInstanceTypes, DescribeInstances, DescribeKeyPairs,
    DescribeNetworkInterfaces, DescribeSecurityGroupRules, DescribeSecurityGroups, DescribeSubnets, DescribeVpcs,
    GetCallerIdentity, GetConsoleOutput, GetParameters, ImportKeyPair, RevokeSecurityGroupIngress, RunInstances,
    TerminateInstances,
};

/// Looking for an instance, by name or by id.
const INSTANCE: &[Operation] = &[DescribeInstances];
/// Proving the private half of a key pair.
const KEY: &[Operation] = &[DescribeKeyPairs];
/// Comparing the caller's account with the one that is set.
const ACCOUNT: &[Operation] = &[GetCallerIdentity];
/// Looking for a security group in the VPC at hand.
const GROUP: &[Operation] = &[DescribeSecurityGroups, DescribeSubnets, DescribeVpcs];
/// Reading the host keys from the console.
const HOST_KEY: &[Operation] = &[GetConsoleOutput];
/// Finding out what a launch asks for.
const LAUNCH: &[Operation] = &[DescribeImages, DescribeInstanceTypeOfferings, DescribeInstanceTypes, GetParameters];

/// Every command that speaks to AWS, as it is typed, with its calls.
pub const COMMANDS: &[(&str, &[&[Operation]])] = &[
    ("deploy copy", &[ACCOUNT, INSTANCE, KEY, HOST_KEY]),
    ("deploy run", &[ACCOUNT, INSTANCE, KEY, HOST_KEY]),
    ("host setup", &[ACCOUNT, INSTANCE, KEY, HOST_KEY]),
    ("host status", &[ACCOUNT, INSTANCE, KEY, HOST_KEY, &[CreateTags]]),
    // A launch that another run has overtaken is ended at once.
    (
        "instance create",
        &[ACCOUNT, INSTANCE, KEY, GROUP, HOST_KEY, LAUNCH, &[RunInstances, TerminateInstances, CreateTags]],
    ),
    ("instance describe", &[INSTANCE]),
    ("instance extend", &[ACCOUNT, INSTANCE, KEY, HOST_KEY, &[CreateTags]]),
    ("instance list", &[INSTANCE]),
    ("instance terminate", &[ACCOUNT, INSTANCE, &[TerminateInstances]]),
    ("key create", &[ACCOUNT, KEY, &[ImportKeyPair]]),
    ("key delete", &[ACCOUNT, KEY, INSTANCE, &[DeleteKeyPair]]),
    ("key list", &[KEY]),
    (
        "security-group create",
        &[
            ACCOUNT,
            GROUP,
            &[DescribeSecurityGroupRules, CreateSecurityGroup],
            &[AuthorizeSecurityGroupIngress, RevokeSecurityGroupIngress],
        ],
    ),
    ("security-group delete", &[ACCOUNT, GROUP, INSTANCE, &[DescribeNetworkInterfaces, DeleteSecurityGroup]]),
    ("security-group list", &[&[DescribeSecurityGroups, DescribeSecurityGroupRules]]),
    ("ssh", &[ACCOUNT, INSTANCE, KEY, HOST_KEY]),
    ("types", &[&[DescribeInstanceTypeOfferings, DescribeInstanceTypes]]),
];

/// Returns the calls of a command such as `key create`, or of all commands of a noun; `None` where there is none.
#[must_use]
pub fn operations_of(command: &str) -> Option<BTreeSet<Operation>> {
    let is_meant = |name: &str| name.strip_prefix(command).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    let meant = || COMMANDS.iter().filter(|(name, _)| is_meant(name));
    meant().next()?;
    Some(meant().flat_map(|(_, calls)| calls.concat()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_belongs_to_some_command() {
        let called: BTreeSet<_> = COMMANDS.iter().flat_map(|(_, calls)| calls.concat()).collect();
        assert!(Operation::ALL.iter().all(|operation| called.contains(operation)), "{called:?}");
    }

    #[test]
    fn a_noun_means_its_verbs_and_part_of_a_word_nothing() {
        let list = operations_of("key list").expect("a command");
        assert_eq!(list.into_iter().collect::<Vec<_>>(), [DescribeKeyPairs]);
        let key = operations_of("key").expect("a noun");
        assert!(key.contains(&ImportKeyPair) && key.contains(&DeleteKeyPair) && !key.contains(&RunInstances));
        for nothing in ["ke", "key lis", "key list now", "", " "] {
            assert_eq!(operations_of(nothing), None, "{nothing:?}");
        }
    }
}
