//! Which calls each command makes, whatever the configuration says and whatever it finds.
//!
//! Tests hold the table against the commands that there are, and run each with the rights of its row alone.

use std::collections::BTreeSet;

use super::operation::Operation::{
    self, AuthorizeSecurityGroupIngress, ChangeResourceRecordSets, CreateSecurityGroup, CreateTags, DeleteKeyPair,
    DeleteSecurityGroup, DeleteVolume, DescribeImages, DescribeInstanceTypeOfferings, DescribeInstanceTypes,
    DescribeInstances, DescribeKeyPairs, DescribeNetworkInterfaces, DescribeRegions, DescribeRouteTables,
    DescribeSecurityGroupRules, DescribeSecurityGroups, DescribeSubnets, DescribeVolumes, DescribeVpcs,
    GetCallerIdentity, GetConsoleOutput, GetParameters, GetServiceQuota, ImportKeyPair, ListHostedZones,
    ListResourceRecordSets, ModifyInstanceAttribute, RevokeSecurityGroupIngress, RunInstances, StartInstances,
    StopInstances, TerminateInstances,
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
/// What a type is able to, and where it is offered.
const LAUNCH_TYPE: &[Operation] = &[DescribeInstanceTypeOfferings, DescribeInstanceTypes];
/// Finding out what a launch asks for.
const LAUNCH: &[Operation] = &[DescribeImages, DescribeInstanceTypeOfferings, DescribeInstanceTypes, GetParameters];

/// Looking at a name, where one is set.
const RECORDS: &[Operation] = &[ListHostedZones, ListResourceRecordSets];
/// Looking at a whole environment.
const LOOK: &[Operation] = &[DescribeImages, DescribeSecurityGroupRules, DescribeVolumes, GetParameters];

/// Every command that speaks to AWS, as it is typed, with its calls.
pub const COMMANDS: &[(&str, &[&[Operation]])] = &[
    ("deploy copy", &[ACCOUNT, INSTANCE, KEY, HOST_KEY]),
    ("deploy fetch", &[ACCOUNT, INSTANCE, KEY, HOST_KEY]),
    ("deploy run", &[ACCOUNT, INSTANCE, KEY, HOST_KEY]),
    // Tags of the environment tell the name, so that it is found again.
    ("dns create", &[ACCOUNT, INSTANCE, RECORDS, &[ChangeResourceRecordSets, CreateTags, DescribeSecurityGroups]]),
    ("dns delete", &[ACCOUNT, RECORDS, &[ChangeResourceRecordSets]]),
    ("dns describe", &[RECORDS]),
    ("dns list", &[RECORDS]),
    // It reads all that the tool reads. Whether the tool may change something it asks by dry runs, which change nothing.
    (
        "doctor",
        &[
            ACCOUNT,
            INSTANCE,
            KEY,
            GROUP,
            HOST_KEY,
            LAUNCH,
            RECORDS,
            &[DescribeNetworkInterfaces, DescribeRegions, DescribeRouteTables, DescribeSecurityGroupRules],
            &[DescribeVolumes, GetServiceQuota],
        ],
    ),
    (
        "down",
        &[
            ACCOUNT,
            INSTANCE,
            KEY,
            GROUP,
            RECORDS,
            &[DescribeImages, DescribeSecurityGroupRules, DescribeVolumes, DescribeNetworkInterfaces],
            &[ChangeResourceRecordSets, TerminateInstances, DeleteKeyPair, DeleteSecurityGroup, DeleteVolume],
        ],
    ),
    ("host setup", &[ACCOUNT, INSTANCE, KEY, HOST_KEY, &[DescribeInstanceTypes]]),
    ("host status", &[ACCOUNT, INSTANCE, KEY, HOST_KEY, &[CreateTags, DescribeInstanceTypes]]),
    ("instance console", &[INSTANCE, HOST_KEY]),
    // A launch that another run has overtaken is ended at once.
    (
        "instance create",
        &[ACCOUNT, INSTANCE, KEY, GROUP, HOST_KEY, LAUNCH, &[RunInstances, TerminateInstances, CreateTags]],
    ),
    ("instance describe", &[INSTANCE]),
    ("instance extend", &[ACCOUNT, INSTANCE, KEY, HOST_KEY, &[CreateTags]]),
    ("instance list", &[INSTANCE]),
    ("instance start", &[ACCOUNT, INSTANCE, KEY, HOST_KEY, &[StartInstances]]),
    ("instance stop", &[ACCOUNT, INSTANCE, &[StopInstances]]),
    ("instance terminate", &[ACCOUNT, INSTANCE, &[TerminateInstances]]),
    ("instance wait", &[ACCOUNT, INSTANCE, KEY, HOST_KEY]),
    ("key create", &[ACCOUNT, KEY, &[ImportKeyPair]]),
    ("key delete", &[ACCOUNT, KEY, INSTANCE, &[DeleteKeyPair]]),
    ("key list", &[KEY]),
    ("plan", &[ACCOUNT, INSTANCE, KEY, GROUP, RECORDS, LOOK]),
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
    ("status", &[ACCOUNT, INSTANCE, KEY, GROUP, RECORDS, LOOK, &[DescribeInstanceTypes, DescribeRegions]]),
    ("types", &[LAUNCH_TYPE]),
    (
        "up",
        &[
            ACCOUNT,
            INSTANCE,
            KEY,
            GROUP,
            HOST_KEY,
            RECORDS,
            LOOK,
            LAUNCH,
            &[ImportKeyPair, CreateSecurityGroup, AuthorizeSecurityGroupIngress, RevokeSecurityGroupIngress],
            &[RunInstances, StartInstances, StopInstances, ModifyInstanceAttribute, TerminateInstances],
            &[CreateTags, ChangeResourceRecordSets],
        ],
    ),
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
