//! What a policy is for: one account, one region, one configuration. From these come the names of resources.

use super::right::Resource;
use crate::dns::Fqdn;
use crate::name::{InstanceName, KeyName};

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
        let names: &[&str] = match self.partition() {
            "aws-cn" => &["ec2.amazonaws.com", "ec2.amazonaws.com.cn"],
            _ => &["ec2.amazonaws.com"],
        };
        names.iter().map(ToString::to_string).collect()
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    fn partition(&self) -> &'static str {
        match self.region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    fn arn_of(&self, service: &str, account: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{account}:{rest}", self.partition(), self.region)
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
        self.fqdn.as_ref().map(|_| format!("arn:{}:route53:::hostedzone/*", self.partition()))
    }

    /// The role is taken to have the name and path of its profile, as the console makes them.
    fn role(&self) -> Option<String> {
        let profile = self.instance_profile.as_deref()?;
        let name = profile.split_once(":instance-profile/").map_or(profile, |(_, name)| name);
        Some(format!("arn:{}:iam::{}:role/{}", self.partition(), self.account, literal(name)))
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
    fn regions_lie_in_partitions() {
        let vpc = |region: &str| Scope { region: region.to_owned(), ..scope() }.arn(Resource::Vpc).expect("an ARN");
        assert!(vpc("cn-north-1").starts_with("arn:aws-cn:ec2:cn-north-1:123456789012:vpc/"));
        assert!(vpc("us-gov-west-1").starts_with("arn:aws-us-gov:ec2:us-gov-west-1:"));
        assert!(vpc("us-west-1").starts_with("arn:aws:ec2:us-west-1:"));
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
