//! A right: an action of IAM, what it acts on, and the condition under which this tool needs it.

use std::fmt;

/// An action of IAM, such as `ec2:RunInstances`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action {
    /// The service's prefix, such as `ec2`.
    pub service: &'static str,
    /// The name, such as `RunInstances`.
    pub name: &'static str,
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.service, self.name)
    }
}

/// What an action acts on, as the service authorization reference of each service lists it.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Everything: the action knows no resources of its own.
    Any,
    /// Every hosted zone, for looking which there are; Route 53 names none of them in this.
    AnyHostedZone,
    /// A hosted zone of Route 53; its records have no names of their own.
    HostedZone,
    /// The image of a launch.
    Image,
    /// An instance.
    Instance,
    /// A key pair that is named in the request.
    KeyPair,
    /// Any key pair: the request may name it by an id, where IAM's reference knows names alone.
    AnyKeyPair,
    /// A network interface.
    NetworkInterface,
    /// The SSM parameter that names the image of a launch.
    Parameter,
    /// The role behind the instance profile of a launch.
    Role,
    /// A security group.
    SecurityGroup,
    /// A rule of a security group.
    SecurityGroupRule,
    /// The subnet of a launch.
    Subnet,
    /// A volume.
    Volume,
    /// A VPC.
    Vpc,
}

impl Resource {
    /// The kind in one word, as it stands in the name of a statement.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::AnyHostedZone => "HostedZones",
            Self::HostedZone => "HostedZone",
            Self::Image => "Image",
            Self::Instance => "Instance",
            Self::KeyPair | Self::AnyKeyPair => "KeyPair",
            Self::NetworkInterface => "NetworkInterface",
            Self::Parameter => "Parameter",
            Self::Role => "Role",
            Self::SecurityGroup => "SecurityGroup",
            Self::SecurityGroupRule => "SecurityGroupRule",
            Self::Subnet => "Subnet",
            Self::Volume => "Volume",
            Self::Vpc => "Vpc",
        }
    }
}

/// Under which condition a right is enough; a policy lists them in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// Requests to the region of the configuration.
    InRegion,
    /// None.
    Always,
    /// What is made carries the tag of the environment.
    New,
    /// Tags are set by the call that makes the resource, the environment's among them.
    TaggedWhenMade,
    /// What is there carries the tag of the environment.
    Ours,
    /// What is tagged anew carries the tag of the environment, and keeps it.
    TaggedAnew,
    /// The records are those of the environment's name and its mark.
    Named,
    /// The role is passed to EC2.
    PassedToEc2,
}

/// An action with what it acts on and its condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Right {
    /// What may be done.
    pub action: Action,
    /// To what.
    pub resource: Resource,
    /// Under which condition.
    pub condition: Condition,
}
