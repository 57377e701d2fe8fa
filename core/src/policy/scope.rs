//! What a policy is for: one account, one region, one configuration. From these come the names of resources.

use super::right::Resource;
use crate::dns::Fqdn;
use crate::name::{InstanceName, KeyName};
use crate::partition::Partition;

/// Where the image of a launch comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LaunchImage {
    /// The newest Amazon Linux 2023, whose id AWS publishes as a parameter.
    Newest,
    /// An image by its id.
    Id(String),
    /// The image that a parameter names; the name begins with `/`.
    Parameter(String),
}

/// What a policy is for.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The account, twelve digits.
    pub account: String,
    /// The region, such as `us-east-1`.
    pub region: String,
    /// The partition that the region lies in.
    pub partition: &'static Partition,
    /// Whether looking is allowed in every region, and not in this one alone.
    pub all_regions: bool,
    /// The environment; without one the policy is for every environment of this tool.
    pub environment: Option<InstanceName>,
    /// The key pair; without one the policy is for every name.
    pub key_name: Option<KeyName>,
    /// The image of launches.
    pub image: LaunchImage,
    /// The subnet of launches; without one any subnet.
    pub subnet_id: Option<String>,
    /// The instance profile of launches, by name or ARN.
    pub instance_profile: Option<String>,
    /// The DNS name of the instance; without one nothing of Route 53 is allowed.
    pub fqdn: Option<Fqdn>,
    /// The keys of the user's own tags.
    pub tag_keys: Vec<String>,
}

impl Scope {
    /// The ARN, as a pattern, of the resources of a kind; `None` where this configuration uses none.
    pub(super) fn arn(&self, resource: Resource) -> Option<String> {
        Some(match resource {
            Resource::Any => "*".to_owned(),
            Resource::AnyHostedZone => self.fqdn.as_ref().map(|_| any())?,
            Resource::HostedZone => self.hosted_zones()?,
            // Images belong to no account as far as their ARN goes.
            Resource::Image => self.arn_of("ec2", "", &format!("image/{}", self.image_pattern())),
            Resource::Instance => self.ec2("instance/*"),
            Resource::KeyPair => {
                let name = self.key_name.as_ref().map_or_else(any, |name| literal(name.as_str()));
                self.ec2(&format!("key-pair/{name}"))
            }
            Resource::AnyKeyPair => self.ec2("key-pair/*"),
            Resource::NetworkInterface => self.ec2("network-interface/*"),
            Resource::Parameter => self.parameter()?,
            Resource::Role => self.role()?,
            Resource::SecurityGroup => self.ec2("security-group/*"),
            Resource::SecurityGroupRule => self.ec2("security-group-rule/*"),
            Resource::Subnet => {
                let id = self.subnet_id.as_deref().map_or_else(any, literal);
                self.ec2(&format!("subnet/{id}"))
            }
            Resource::Volume => self.ec2("volume/*"),
            Resource::Vpc => self.ec2("vpc/*"),
        })
    }

    /// The name of the service EC2 as a principal, which a role is passed to.
    pub(super) fn ec2_principals(&self) -> Vec<String> {
        let everywhere = "ec2.amazonaws.com".to_owned();
        let here = format!("ec2.{}", self.partition.dns_suffix());
        // Which of the two a role names depends on the partition and on who made the role.
        if here == everywhere { vec![everywhere] } else { vec![everywhere, here] }
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    fn arn_of(&self, service: &str, account: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{account}:{rest}", self.partition.name(), self.region)
    }

    fn ec2(&self, rest: &str) -> String {
        self.arn_of("ec2", &self.account, rest)
    }

    fn image_pattern(&self) -> String {
        match &self.image {
            LaunchImage::Id(id) => literal(id),
            LaunchImage::Newest | LaunchImage::Parameter(_) => any(),
        }
    }

    /// Parameters below `/aws/` are published by AWS and belong to no account.
    fn parameter(&self) -> Option<String> {
        match &self.image {
            LaunchImage::Newest => Some(self.arn_of("ssm", "", "parameter/aws/service/ami-amazon-linux-latest/*")),
            LaunchImage::Parameter(name) => {
                let account = if name.starts_with("/aws/") { "" } else { &self.account };
                Some(self.arn_of("ssm", account, &format!("parameter{}", literal(name))))
            }
            LaunchImage::Id(_) => None,
        }
    }

    /// Zones belong to no region and no account as far as their ARN goes; which one holds the name, the policy cannot know.
    fn hosted_zones(&self) -> Option<String> {
        self.fqdn.as_ref().map(|_| format!("arn:{}:route53:::hostedzone/*", self.partition.name()))
    }

    /// The role is taken to have the name and path of its profile, as the console makes them.
    fn role(&self) -> Option<String> {
        let profile = self.instance_profile.as_deref()?;
        let name = profile.split_once(":instance-profile/").map_or(profile, |(_, name)| name);
        Some(format!("arn:{}:iam::{}:role/{}", self.partition.name(), self.account, literal(name)))
    }
}

fn any() -> String {
    "*".to_owned()
}

/// Text as a policy writes it literally: `*` and `?` would be wildcards, `$` may begin a variable.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '*' | '?' | '$' => literal.extend(['$', '{', character, '}']),
            _ => literal.push(character),
        }
    }
    literal
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The configuration of the other tests of policies.
    pub(in crate::policy) fn scope() -> Scope {
        Scope {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            partition: Partition::of("us-east-1").expect("it lies in one"),
            all_regions: false,
            environment: Some(InstanceName::parse("nitro-dev").expect("a name")),
            key_name: Some(KeyName::parse("nitro-dev").expect("a name")),
            image: LaunchImage::Newest,
            subnet_id: None,
            instance_profile: None,
            fqdn: None,
            tag_keys: Vec::new(),
        }
    }

    #[test]
    fn names_are_literal_in_arns() {
        let key_name = KeyName::parse("a*b?${aws:username}").ok();
        let named = Scope { key_name, ..scope() }.arn(Resource::KeyPair);
        let expected = "arn:aws:ec2:us-east-1:123456789012:key-pair/a${*}b${?}${$}{aws:username}";
        assert_eq!(named.as_deref(), Some(expected));
        let unnamed = Scope { key_name: None, ..scope() }.arn(Resource::KeyPair);
        assert_eq!(unnamed.as_deref(), Some("arn:aws:ec2:us-east-1:123456789012:key-pair/*"));
    }

    #[test]
    fn every_partition_has_arns_and_principals_of_its_own() {
        let table = [
            ("us-west-1", "aws", "ec2.amazonaws.com"),
            ("cn-north-1", "aws-cn", "ec2.amazonaws.com ec2.amazonaws.com.cn"),
            ("eusc-de-east-1", "aws-eusc", "ec2.amazonaws.com ec2.amazonaws.eu"),
            ("us-iso-east-1", "aws-iso", "ec2.amazonaws.com ec2.c2s.ic.gov"),
            ("us-isob-east-1", "aws-iso-b", "ec2.amazonaws.com ec2.sc2s.sgov.gov"),
            ("eu-isoe-west-1", "aws-iso-e", "ec2.amazonaws.com ec2.cloud.adc-e.uk"),
            ("us-isof-south-1", "aws-iso-f", "ec2.amazonaws.com ec2.csp.hci.ic.gov"),
            ("us-gov-west-1", "aws-us-gov", "ec2.amazonaws.com"),
        ];
        assert_eq!(table.len(), Partition::ALL.len());
        for (region, name, principals) in table {
            let scope = Scope {
                region: region.to_owned(),
                partition: Partition::of(region).expect("it lies in one"),
                image: LaunchImage::Newest,
                instance_profile: Some("web".to_owned()),
                fqdn: Fqdn::parse("host.example.com").ok(),
                ..scope()
            };
            let account = "123456789012";
            let arn = |resource| scope.arn(resource).expect("an ARN");
            assert_eq!(arn(Resource::Vpc), format!("arn:{name}:ec2:{region}:{account}:vpc/*"));
            assert_eq!(arn(Resource::Image), format!("arn:{name}:ec2:{region}::image/*"));
            assert_eq!(arn(Resource::HostedZone), format!("arn:{name}:route53:::hostedzone/*"));
            assert_eq!(arn(Resource::Role), format!("arn:{name}:iam::{account}:role/web"));
            let parameter = "parameter/aws/service/ami-amazon-linux-latest/*";
            assert_eq!(arn(Resource::Parameter), format!("arn:{name}:ssm:{region}::{parameter}"));
            assert_eq!(scope.ec2_principals().join(" "), principals);
        }
    }

    #[test]
    fn what_names_the_image_says_which_parameter_is_read() {
        let with = |image| {
            let scope = Scope { image, ..scope() };
            (scope.arn(Resource::Parameter), scope.arn(Resource::Image).expect("images are always used"))
        };
        let (parameter, image) = with(LaunchImage::Newest);
        let expected = "arn:aws:ssm:us-east-1::parameter/aws/service/ami-amazon-linux-latest/*";
        assert_eq!((parameter.as_deref(), image.as_str()), (Some(expected), "arn:aws:ec2:us-east-1::image/*"));
        let (parameter, _) = with(LaunchImage::Parameter("/team/image".to_owned()));
        assert_eq!(parameter.as_deref(), Some("arn:aws:ssm:us-east-1:123456789012:parameter/team/image"));
        let (parameter, image) = with(LaunchImage::Id("ami-1".to_owned()));
        assert_eq!((parameter, image.as_str()), (None, "arn:aws:ec2:us-east-1::image/ami-1"));
    }

    #[test]
    fn the_role_is_the_one_of_the_profile() {
        let role = |profile: &str| Scope { instance_profile: Some(profile.to_owned()), ..scope() }.arn(Resource::Role);
        assert_eq!(role("web").as_deref(), Some("arn:aws:iam::123456789012:role/web"));
        let arn = "arn:aws:iam::123456789012:instance-profile/team/web";
        assert_eq!(role(arn).as_deref(), Some("arn:aws:iam::123456789012:role/team/web"));
        assert_eq!(scope().arn(Resource::Role), None);
    }
}
