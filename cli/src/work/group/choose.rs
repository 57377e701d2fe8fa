//! Which security group a command means: the one of an id, or the one of a name in the VPC at hand.
//!
//! A name is unique only within a VPC. The VPC at hand is that of `subnet_id`, else the default VPC; where there is
//! neither, a name that exists once is enough.

use iac_core::name::GroupRef;
use iac_core::tag::Owner;

use crate::aws::{Aws, Group, WantedGroups};
use crate::config::Settings;
use crate::error::{Error, Kind, Result};

/// What is known of a group's name or id: the groups that have it, and the VPC at hand.
#[derive(Debug)]
pub(crate) struct Candidates {
    pub(crate) groups: Vec<Group>,
    /// The VPC of `subnet_id`, else the default VPC.
    pub(crate) home: Option<String>,
}

/// Looks for the group that the settings name, and for the VPC at hand, side by side.
pub(crate) async fn candidates(settings: &Settings, aws: &Aws) -> Result<Candidates> {
    let (groups, home) = tokio::try_join!(groups(settings, aws), home(settings, aws))?;
    Ok(Candidates { groups, home })
}

async fn groups(settings: &Settings, aws: &Aws) -> Result<Vec<Group>> {
    Ok(match settings.security_group()? {
        GroupRef::Id(id) => aws.security_group(id).await?.into_iter().collect(),
        GroupRef::Name(name) => aws.security_groups(WantedGroups::Named(name)).await?,
    })
}

async fn home(settings: &Settings, aws: &Aws) -> Result<Option<String>> {
    match &settings.subnet_id {
        None => Ok(aws.default_vpc().await?),
        Some(id) => match aws.subnet(id).await? {
            Some(subnet) => Ok(Some(subnet.vpc_id)),
            None => Err(Error::new(Kind::SubnetMissing, format!("there is no subnet `{id}` in this region"))
                .hint("check `subnet_id` and `region`")),
        },
    }
}

impl Candidates {
    /// The group to use: the one of the id, or of the name in the VPC at hand.
    pub(crate) fn at_home(&self, wanted: &GroupRef) -> Result<Option<&Group>> {
        match (wanted, &self.home) {
            (GroupRef::Name(_), Some(home)) => Ok(self.groups.iter().find(|group| group.vpc_id.as_ref() == Some(home))),
            _ => only(wanted, &self.groups.iter().collect::<Vec<_>>()),
        }
    }

    /// The group to take away: as [`Self::at_home`], else the only one of the name that is not a stranger's.
    pub(crate) fn anywhere(&self, wanted: &GroupRef) -> Result<Option<&Group>> {
        match self.at_home(wanted)? {
            Some(group) => Ok(Some(group)),
            None => {
                let known = self.groups.iter().filter(|group| group.owner() != Owner::Someone);
                only(wanted, &known.collect::<Vec<_>>())
            }
        }
    }

    /// There is no such group; those of the name elsewhere are said.
    pub(crate) fn missing(&self, wanted: &GroupRef) -> Error {
        let message = match &self.home {
            Some(home) if !self.groups.is_empty() => format!("there is no security group `{wanted}` in {home}"),
            _ => format!("there is no security group `{wanted}` in this region"),
        };
        let error = Error::new(Kind::GroupMissing, message);
        self.groups.iter().fold(error, |error, group| error.cause(place(group)))
    }
}

fn only<'a>(wanted: &GroupRef, groups: &[&'a Group]) -> Result<Option<&'a Group>> {
    match groups {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        many => Err(ambiguous(wanted, many)),
    }
}

fn ambiguous(wanted: &GroupRef, groups: &[&Group]) -> Error {
    let message = format!("{} security groups are named `{wanted}`", groups.len());
    let error = Error::new(Kind::GroupAmbiguous, message);
    groups
        .iter()
        .fold(error, |error, group| error.cause(place(group)))
        .hint("set `security_group` to the id of one, or `subnet_id` to a subnet of its VPC")
}

fn place(group: &Group) -> String {
    let vpc = group.vpc_id.as_deref().unwrap_or("no VPC");
    format!("`{}` in {vpc} is {}", group.name, group.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use iac_core::tag::{ENVIRONMENT, Tag};

    fn group(id: &str, vpc: &str) -> Group {
        let (id, name, vpc_id) = (id.to_owned(), "dev".to_owned(), Some(vpc.to_owned()));
        Group { id, name, vpc_id, description: String::new(), tags: Vec::new() }
    }

    fn candidates(groups: &[(&str, &str)], home: Option<&str>) -> Candidates {
        let groups = groups.iter().map(|(id, vpc)| group(id, vpc)).collect();
        Candidates { groups, home: home.map(str::to_owned) }
    }

    fn id<'a>(found: &Result<Option<&'a Group>>) -> Option<&'a str> {
        found.as_ref().unwrap().map(|group| group.id.as_str())
    }

    #[test]
    fn the_vpc_at_hand_decides_between_groups_of_one_name() {
        let name = GroupRef::parse("dev").unwrap();
        let two = candidates(&[("sg-1", "vpc-1"), ("sg-2", "vpc-2")], Some("vpc-2"));
        assert_eq!((id(&two.at_home(&name)), id(&two.anywhere(&name))), (Some("sg-2"), Some("sg-2")));
        let mut elsewhere = candidates(&[("sg-1", "vpc-1")], Some("vpc-2"));
        assert_eq!((id(&elsewhere.at_home(&name)), id(&elsewhere.anywhere(&name))), (None, None));
        elsewhere.groups[0].tags = vec![Tag::new(ENVIRONMENT, "-")];
        assert_eq!((id(&elsewhere.at_home(&name)), id(&elsewhere.anywhere(&name))), (None, Some("sg-1")));
    }

    #[test]
    fn without_a_vpc_at_hand_a_name_must_be_the_only_one() {
        let name = GroupRef::parse("dev").unwrap();
        let one = candidates(&[("sg-1", "vpc-1")], None);
        assert_eq!(id(&one.at_home(&name)), Some("sg-1"));
        let two = candidates(&[("sg-1", "vpc-1"), ("sg-2", "vpc-2")], None).at_home(&name).unwrap_err();
        assert_eq!(two.kind(), Kind::GroupAmbiguous);
        let lines: Vec<String> = two.lines().into_iter().map(|(label, text)| format!("{label}: {text}")).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        error: 2 security groups are named `dev`
        caused by: `dev` in vpc-1 is sg-1
        caused by: `dev` in vpc-2 is sg-2
        hint: set `security_group` to the id of one, or `subnet_id` to a subnet of its VPC
        ");
    }

    #[test]
    fn an_id_is_itself_whatever_its_vpc() {
        let wanted = GroupRef::parse("sg-1").unwrap();
        assert_eq!(id(&candidates(&[("sg-1", "vpc-1")], Some("vpc-2")).at_home(&wanted)), Some("sg-1"));
        assert_eq!(id(&candidates(&[], Some("vpc-2")).anywhere(&wanted)), None);
    }
}
