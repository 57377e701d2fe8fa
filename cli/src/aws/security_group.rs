//! Security groups: how they are found, made, changed and deleted, and what EC2's answers mean.
//!
//! A group and its rules are two calls: only `DescribeSecurityGroupRules` knows the rules' ids and tags.

use aws_sdk_ec2::operation::create_security_group::CreateSecurityGroupInput;
use aws_sdk_ec2::operation::create_security_group::builders::CreateSecurityGroupInputBuilder;
use aws_sdk_ec2::operation::delete_security_group::DeleteSecurityGroupInput;
use aws_sdk_ec2::operation::describe_security_groups::DescribeSecurityGroupsInput;
use aws_sdk_ec2::operation::describe_security_groups::builders::DescribeSecurityGroupsInputBuilder;
use aws_sdk_ec2::types;
use iac_core::filter::filter_pattern;
use iac_core::name::GroupName;
use iac_core::observed::{IngressRule, SecurityGroup};
use iac_core::policy::Operation;
use iac_core::tag::{self, Owner, Tag};

use super::client::Aws;
use super::convert::{filter, tag_specification, tags};
use super::error::CallError;
use super::pages::every_token;

/// A security group without its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) vpc_id: Option<String>,
    pub(crate) description: String,
    pub(crate) tags: Vec<Tag>,
}

impl Group {
    /// Whose the group is.
    pub(crate) fn owner(&self) -> Owner {
        tag::owner(&self.tags)
    }

    /// The group together with what it lets in.
    pub(crate) fn with_ingress(self, ingress: Vec<IngressRule>) -> SecurityGroup {
        let Self { id, name, vpc_id, description, tags } = self;
        SecurityGroup { name, id, vpc_id, description, tags, ingress }
    }
}

/// Which security groups to look for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum WantedGroups<'a> {
    /// Every group of the region.
    All,
    /// Every group that carries the environment's tag.
    Ours,
    /// Every group that the older tool made.
    OlderTool,
    /// The groups of one name, at most one in each VPC.
    Named(&'a GroupName),
    /// The other groups with an ingress rule that names this group, by its id.
    LettingIn(&'a str),
    /// The other groups with an egress rule that names this group, by its id.
    LettingOutTo(&'a str),
}

/// The request for a set of groups.
fn request(wanted: WantedGroups<'_>) -> DescribeSecurityGroupsInputBuilder {
    let request = DescribeSecurityGroupsInput::builder();
    match wanted {
        WantedGroups::All => request,
        WantedGroups::Ours => request.filters(filter("tag-key", tag::ENVIRONMENT)),
        WantedGroups::OlderTool => request.filters(filter("tag:Deployment", "Sequencer")),
        WantedGroups::Named(name) => request.filters(filter("group-name", &filter_pattern(name.as_str()))),
        WantedGroups::LettingIn(id) => request.filters(filter("ip-permission.group-id", id)),
        WantedGroups::LettingOutTo(id) => request.filters(filter("egress.ip-permission.group-id", id)),
    }
}

/// Whether a group is what was asked for; a pattern may match more than its literal.
fn is_wanted(group: &Group, wanted: WantedGroups<'_>) -> bool {
    match wanted {
        WantedGroups::All => true,
        WantedGroups::Ours => group.owner().is_ours(),
        WantedGroups::OlderTool => group.owner() == Owner::OlderTool,
        WantedGroups::Named(name) => group.name == name.as_str(),
        WantedGroups::LettingIn(id) | WantedGroups::LettingOutTo(id) => group.id != id,
    }
}

/// The request for a new group, tagged from its first moment; in the default VPC where none is named.
pub(super) fn creation(
    name: &GroupName,
    vpc_id: Option<&str>,
    description: &str,
    tags: &[Tag],
) -> CreateSecurityGroupInputBuilder {
    CreateSecurityGroupInput::builder()
        .group_name(name.as_str())
        .set_vpc_id(vpc_id.map(str::to_owned))
        .description(description)
        .tag_specifications(tag_specification(types::ResourceType::SecurityGroup, tags))
}

impl Aws {
    /// The security groups asked for, however many pages AWS makes of them.
    pub(crate) async fn security_groups(&self, wanted: WantedGroups<'_>) -> Result<Vec<Group>, CallError> {
        every_token(async |next| {
            let page = request(wanted).max_results(1000).set_next_token(next).send_with(&self.ec2).await?;
            let groups = page.security_groups.unwrap_or_default().into_iter().filter_map(group);
            Ok((groups.filter(|group| is_wanted(group, wanted)), page.next_token))
        })
        .await
    }

    /// One security group by its id; `None` where AWS does not know it (yet).
    pub(crate) async fn security_group(&self, id: &str) -> Result<Option<Group>, CallError> {
        let answer = DescribeSecurityGroupsInput::builder().group_ids(id).send_with(&self.ec2).await;
        match answer.map_err(|error| CallError::new(&error)) {
            Ok(answer) => {
                let mut groups = answer.security_groups.unwrap_or_default().into_iter().filter_map(group);
                Ok(groups.find(|group| group.id == id))
            }
            Err(error) if is_group_unknown(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a security group and returns its id.
    ///
    /// # Errors
    /// `InvalidGroup.Duplicate` also where the answer to an earlier attempt of this very call was lost.
    pub(crate) async fn create_security_group(
        &self,
        name: &GroupName,
        vpc_id: &str,
        description: &str,
        tags: &[Tag],
    ) -> Result<String, CallError> {
        let answer = creation(name, Some(vpc_id), description, tags).send_with(&self.ec2).await;
        let answer = answer.map_err(|error| CallError::new(&error))?;
        answer.group_id.ok_or_else(|| CallError::answer(Operation::CreateSecurityGroup, "the answer names no group"))
    }

    /// Deletes a security group.
    ///
    /// # Errors
    /// `DependencyViolation` while a network interface uses it or another group's rule names it.
    pub(crate) async fn delete_security_group(&self, id: &str) -> Result<(), CallError> {
        let answer = DeleteSecurityGroupInput::builder().group_id(id).send_with(&self.ec2).await;
        answer.map(|_| ()).map_err(|error| CallError::new(&error))
    }
}

/// Whether AWS says that there is no such group.
pub(crate) fn is_group_unknown(error: &CallError) -> bool {
    ["InvalidGroup.NotFound", "InvalidGroupId.NotFound", "InvalidGroupId.Malformed", "InvalidGroupId"]
        .iter()
        .any(|code| error.is(code))
}

/// Reads EC2's description of a security group; one without an id cannot be spoken of.
fn group(described: types::SecurityGroup) -> Option<Group> {
    Some(Group {
        id: described.group_id?,
        name: described.group_name.unwrap_or_default(),
        vpc_id: described.vpc_id.filter(|id| !id.is_empty()),
        description: described.description.unwrap_or_default(),
        tags: tags(described.tags),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(id: &str, name: &str, tags: &[(&str, &str)]) -> Group {
        let tags = tags.iter().map(|(key, value)| types::Tag::builder().key(*key).value(*value).build());
        let described = types::SecurityGroup::builder().group_id(id).group_name(name).vpc_id("vpc-1");
        group(described.description("for tests").set_tags(Some(tags.collect())).build()).unwrap()
    }

    fn filtered(wanted: WantedGroups<'_>) -> (String, Vec<String>) {
        let request = request(wanted).build().unwrap();
        let [filter] = request.filters() else { panic!("one filter") };
        (filter.name().unwrap().to_owned(), filter.values().to_vec())
    }

    #[test]
    fn a_name_that_is_a_pattern_is_asked_for_literally_and_compared_exactly() {
        let name = GroupName::parse("dev*").unwrap();
        let wanted = WantedGroups::Named(&name);
        assert_eq!(filtered(wanted), ("group-name".to_owned(), vec![r"dev\*".to_owned()]));
        assert!(is_wanted(&described("sg-1", "dev*", &[]), wanted));
        assert!(!is_wanted(&described("sg-1", "dev1", &[]), wanted));
    }

    #[test]
    fn only_the_environment_tag_makes_a_group_ours() {
        let ours = described("sg-1", "dev", &[(tag::ENVIRONMENT, "-")]);
        let claimed = described("sg-2", "dev", &[("ManagedBy", "iac"), ("Name", "dev")]);
        assert_eq!(filtered(WantedGroups::Ours), ("tag-key".to_owned(), vec![tag::ENVIRONMENT.to_owned()]));
        assert!(is_wanted(&ours, WantedGroups::Ours) && !is_wanted(&claimed, WantedGroups::Ours));
        assert!(is_wanted(&claimed, WantedGroups::All));
    }

    #[test]
    fn a_group_that_names_itself_is_no_other_group() {
        for wanted in [WantedGroups::LettingIn("sg-1"), WantedGroups::LettingOutTo("sg-1")] {
            assert!(filtered(wanted).0.ends_with("ip-permission.group-id"));
            assert!(!is_wanted(&described("sg-1", "itself", &[]), wanted));
            assert!(is_wanted(&described("sg-2", "other", &[]), wanted));
        }
    }

    #[test]
    fn a_group_is_tagged_in_the_call_that_makes_it() {
        let name = GroupName::parse("dev").unwrap();
        let request = creation(&name, Some("vpc-1"), "about", &[Tag::new("Name", "dev")]).build().unwrap();
        assert_eq!((request.group_name(), request.vpc_id()), (Some("dev"), Some("vpc-1")));
        let specification = &request.tag_specifications()[0];
        assert_eq!(specification.resource_type(), Some(&types::ResourceType::SecurityGroup));
        assert_eq!(specification.tags()[0].value(), Some("dev"));
    }

    #[test]
    fn a_group_is_read_with_its_rules_beside_it() {
        let group = described("sg-1", "dev", &[("team", "red")]);
        assert_eq!(group.owner(), Owner::Someone);
        let whole = group.with_ingress(Vec::new());
        assert_eq!((whole.id.as_str(), whole.vpc_id.as_deref()), ("sg-1", Some("vpc-1")));
        assert_eq!((whole.description.as_str(), whole.tags.as_slice()), ("for tests", &[Tag::new("team", "red")][..]));
        assert_eq!(super::group(types::SecurityGroup::builder().group_name("nameless").build()), None);
    }
}
