//! The table of the calls: each with its service and the rights that AWS asks for when it is made.

use super::right::{Action, Condition, Resource, Right};

/// Defines the enum and its names from one list, so that none can be forgotten.
macro_rules! operations {
    ($($service:literal { $($operation:ident)* })*) => {
        /// A call to AWS, named as in its API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation { $($(
            #[doc = concat!("`", $service, ":", stringify!($operation), "`.")]
            $operation,
        )*)* }

        impl Operation {
            /// Every call, in the order of the table.
            pub const ALL: &[Self] = &[$($(Self::$operation,)*)*];

            /// The action of the same name.
            #[must_use]
            pub fn action(self) -> Action {
                match self {
                    $($(Self::$operation => Action { service: $service, name: stringify!($operation) },)*)*
                }
            }
        }
    };
}

operations! {
    "ec2" {
        AuthorizeSecurityGroupIngress
        CreateSecurityGroup
        CreateTags
        DeleteKeyPair
        DeleteSecurityGroup
        DeleteVolume
        DescribeImages
        DescribeInstanceTypeOfferings
        DescribeInstanceTypes
        DescribeInstances
        DescribeKeyPairs
        DescribeNetworkInterfaces
        DescribeRegions
        DescribeRouteTables
        DescribeSecurityGroupRules
        DescribeSecurityGroups
        DescribeSubnets
        DescribeVolumes
        DescribeVpcs
        GetConsoleOutput
        ImportKeyPair
        ModifyInstanceAttribute
        RevokeSecurityGroupIngress
        RunInstances
        StartInstances
        StopInstances
        TerminateInstances
    }
    "route53" {
        ChangeResourceRecordSets
        ListHostedZones
        ListResourceRecordSets
    }
    "servicequotas" {
        GetServiceQuota
    }
    "ssm" {
        GetParameters
    }
    "sts" {
        GetCallerIdentity
    }
}

impl Operation {
    /// The call's name in the API, such as `RunInstances`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.action().name
    }

    /// The rights that AWS asks for when the call is made as this tool makes it.
    ///
    /// A call that makes something tags it, and AWS asks for `ec2:CreateTags` on that besides.
    #[must_use]
    pub fn rights(self) -> Vec<Right> {
        use Condition::{Always, InRegion, Named, Ours, TaggedAnew};
        use Resource as R;
        match self {
            Self::DescribeImages
            | Self::DescribeInstanceTypeOfferings
            | Self::DescribeInstanceTypes
            | Self::DescribeInstances
            | Self::DescribeKeyPairs
            | Self::DescribeNetworkInterfaces
            | Self::DescribeRegions
            | Self::DescribeRouteTables
            | Self::DescribeSecurityGroupRules
            | Self::DescribeSecurityGroups
            | Self::DescribeSubnets
            | Self::DescribeVolumes
            | Self::DescribeVpcs
            | Self::GetServiceQuota => self.on(InRegion, &[R::Any]),
            Self::GetConsoleOutput
            | Self::ModifyInstanceAttribute
            | Self::StartInstances
            | Self::StopInstances
            | Self::TerminateInstances => self.on(Ours, &[R::Instance]),
            Self::CreateTags => self.on(TaggedAnew, &[R::Instance, R::AnyKeyPair, R::SecurityGroup, R::Volume]),
            Self::DeleteVolume => self.on(Ours, &[R::Volume]),
            // Route 53 has neither regions nor tags on records: the name says which may be changed.
            Self::ChangeResourceRecordSets => self.on(Named, &[R::HostedZone]),
            Self::ListResourceRecordSets => self.on(Always, &[R::HostedZone]),
            Self::ListHostedZones => self.on(Always, &[R::AnyHostedZone]),
            Self::DeleteKeyPair => self.on(Ours, &[R::AnyKeyPair]),
            Self::DeleteSecurityGroup | Self::RevokeSecurityGroupIngress => self.on(Ours, &[R::SecurityGroup]),
            Self::AuthorizeSecurityGroupIngress => {
                [self.on(Ours, &[R::SecurityGroup]), self.makes(&[R::SecurityGroupRule])].concat()
            }
            Self::CreateSecurityGroup => [self.makes(&[R::SecurityGroup]), self.on(Always, &[R::Vpc])].concat(),
            Self::ImportKeyPair => self.makes(&[R::KeyPair]),
            Self::RunInstances => [
                self.makes(&[R::Instance, R::NetworkInterface, R::Volume]),
                self.on(Always, &[R::Image, R::KeyPair, R::SecurityGroup, R::Subnet]),
                vec![Right { action: PASS_ROLE, resource: R::Role, condition: Condition::PassedToEc2 }],
            ]
            .concat(),
            Self::GetParameters => self.on(Always, &[R::Parameter]),
            // AWS answers it to everybody whose key is good, whatever the policy says.
            Self::GetCallerIdentity => Vec::new(),
        }
    }

    /// The actions that the call may be refused for, its own first.
    #[must_use]
    pub fn actions(self) -> Vec<Action> {
        let mut actions = vec![self.action()];
        for right in self.rights() {
            if !actions.contains(&right.action) {
                actions.push(right.action);
            }
        }
        actions
    }

    /// The action that a refusal of this call names: a launch may be refused for want of `iam:PassRole`.
    ///
    /// The message is AWS's, as in `is not authorized to perform: ec2:CreateTags on resource: …`; where it names no
    /// action of this call, the call's own is taken.
    #[must_use]
    pub fn refused_action(self, message: &str) -> Action {
        let named = message.split_once("perform: ").map(|(_, rest)| rest);
        let word = named.and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
        self.actions().into_iter().find(|action| action.to_string() == word).unwrap_or(self.action())
    }

    fn on(self, condition: Condition, resources: &[Resource]) -> Vec<Right> {
        resources.iter().map(|&resource| Right { action: self.action(), resource, condition }).collect()
    }

    /// The rights to make these, each with its tags.
    fn makes(self, resources: &[Resource]) -> Vec<Right> {
        let condition = Condition::TaggedWhenMade;
        let tags = resources.iter().map(|&made| Right { action: CREATE_TAGS, resource: tagged(made), condition });
        self.on(Condition::New, resources).into_iter().chain(tags).collect()
    }
}

/// What is tagged when this is made: tags may be put on a key pair by its id, which nobody knows beforehand.
fn tagged(made: Resource) -> Resource {
    if made == Resource::KeyPair { Resource::AnyKeyPair } else { made }
}

const CREATE_TAGS: Action = Action { service: "ec2", name: "CreateTags" };
const PASS_ROLE: Action = Action { service: "iam", name: "PassRole" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_callers_own_identity_needs_no_right() {
        let without: Vec<_> = Operation::ALL.iter().filter(|operation| operation.rights().is_empty()).collect();
        assert_eq!(without, [&Operation::GetCallerIdentity]);
    }

    #[test]
    fn every_call_needs_its_own_action_and_changes_nothing_that_is_not_ours() {
        for operation in Operation::ALL.iter().filter(|operation| !operation.rights().is_empty()) {
            let rights = operation.rights();
            assert!(rights.iter().any(|right| right.action == operation.action()), "{operation:?}");
            let reads = ["Describe", "Get", "List"].iter().any(|verb| operation.name().starts_with(verb));
            let binds = [Condition::New, Condition::Ours, Condition::TaggedAnew, Condition::Named];
            let bound = |right: &Right| binds.contains(&right.condition);
            assert!(reads || rights.iter().any(bound), "{operation:?} is not bound to the environment");
        }
    }

    #[test]
    fn what_is_made_is_tagged_by_the_call_that_makes_it() {
        for operation in Operation::ALL {
            let rights = operation.rights();
            let made = rights.iter().filter(|right| right.condition == Condition::New);
            for right in made {
                let condition = Condition::TaggedWhenMade;
                assert!(rights.contains(&Right { action: CREATE_TAGS, resource: tagged(right.resource), condition }));
            }
        }
    }

    #[test]
    fn a_refusal_names_its_action_or_means_the_call_itself() {
        let said = |action: &str| {
            format!(
                "You are not authorized. User: arn:aws:iam::1:user/a is not authorized to perform: {action} on resource: x"
            )
        };
        let launch = |message: &str| Operation::RunInstances.refused_action(message).to_string();
        assert_eq!(launch(&said("ec2:CreateTags")), "ec2:CreateTags");
        assert_eq!(launch(&said("iam:PassRole")), "iam:PassRole");
        assert_eq!(launch(&said("rm:Everything")), "ec2:RunInstances");
        assert_eq!(launch("You are not authorized to perform this operation."), "ec2:RunInstances");
        assert_eq!(launch(""), "ec2:RunInstances");
    }
}
