//! One group of the name whose SSH rules are as wanted, whatever interrupted an earlier run.
//!
//! What is there is read, compared and changed until nothing is left to change, so that a second run, a lost answer and
//! an AWS that shows things late all end alike. What a call has answered is known, and not looked up again.

use std::time::Duration;

use iac_core::ingress::{Wanted, ingress_change};
use iac_core::name::{GroupName, GroupRef};
use iac_core::observed::{IngressRule, SecurityGroup};
use iac_core::tag::creation_tags;

use super::choose::{self, Candidates};
use super::{change, titled};
use crate::aws::{Aws, Group};
use crate::error::{Error, Kind, Made, Result};
use crate::work::Session;
use crate::work::patience::{Look, Patience, timed_out};

/// What a group of ours says about itself, in EC2's allowed characters.
const DESCRIPTION: &str = "SSH to instances made by iac";
/// How long AWS may take until it shows what was made.
const SHOWN_WITHIN: Duration = Duration::from_mins(1);
/// A group to work on.
#[derive(Debug)]
enum Target {
    /// It was there before.
    Found(Group),
    /// This run made it; AWS may not show it yet.
    New(Group),
}

/// Makes the group that the settings name, or mends the SSH rules of the one that was found.
pub(crate) async fn ensure(
    session: &Session<'_>,
    candidates: &Candidates,
    wanted: &Wanted,
    force: bool,
) -> Result<SecurityGroup> {
    let reference = session.settings.security_group()?;
    let target = match candidates.at_home(reference)? {
        Some(group) => Target::Found(ours(group.clone(), force)?),
        None => make(session, reference, candidates, force).await?,
    };
    settle(session, &target, wanted).await.map_err(|error| error.made(target.made()))
}

impl Target {
    fn group(&self) -> &Group {
        let (Self::Found(group) | Self::New(group)) = self;
        group
    }

    fn is_new(&self) -> bool {
        matches!(self, Self::New(_))
    }

    /// What this run leaves behind when it fails now.
    fn made(&self) -> Option<Made> {
        let Self::New(Group { id, name, .. }) = self else { return None };
        Some(Made { kind: "security group", id: id.clone(), name: Some(name.clone()) })
    }
}

/// The rules of a group that is not ours are its owner's.
fn ours(group: Group, force: bool) -> Result<Group> {
    if force || group.owner().is_ours() {
        return Ok(group);
    }
    Err(Error::new(Kind::NotOurs, format!("{} was not made by `iac`", titled(&group)))
        .hint("instances can use it as it is; for a group of your own set another `security_group`")
        .hint("add `--force` to set its SSH rules all the same"))
}

/// Makes a group of this name in the VPC at hand.
async fn make(session: &Session<'_>, reference: &GroupRef, candidates: &Candidates, force: bool) -> Result<Target> {
    let GroupRef::Name(name) = reference else {
        return Err(candidates.missing(reference).hint("set `security_group` to a name to make a new one"));
    };
    let vpc_id = candidates.home.as_deref().ok_or_else(no_default_vpc)?;
    let tags = creation_tags(name.as_str(), session.settings.optional_instance_name(), &session.settings.tags);
    session.interrupt.check()?;
    match session.aws.create_security_group(name, vpc_id, DESCRIPTION, &tags).await {
        Ok(id) => {
            let (name, vpc_id) = (name.as_str().to_owned(), Some(vpc_id.to_owned()));
            Ok(Target::New(Group { id, name, vpc_id, description: DESCRIPTION.to_owned(), tags }))
        }
        // What was decided from had no such group.
        Err(error) if error.is("InvalidGroup.Duplicate") => {
            let group = ours(appeared(session, name).await?, force);
            Ok(Target::Found(group.map_err(Error::moved)?))
        }
        Err(error) => Err(error.into()),
    }
}

/// The group that AWS says is there: an earlier attempt's whose answer was lost, or another run's.
async fn appeared(session: &Session<'_>, name: &GroupName) -> Result<Group> {
    let reference = GroupRef::Name(name.clone());
    let late = || Look::NotYet(Err(timed_out(&format!("AWS to show security group `{name}`"))));
    let look = async |_: &_| {
        let candidates = choose::candidates(session.settings, &session.aws).await?;
        Ok(candidates.at_home(&reference)?.cloned().map_or_else(late, Look::Found))
    };
    Patience::new(SHOWN_WITHIN).until(session, look).await
}

fn no_default_vpc() -> Error {
    Error::new(Kind::NoDefaultVpc, "this region has no default VPC to make the security group in")
        .hint("set `subnet_id` (or `--subnet-id`) to the subnet that instances are launched in")
        .hint("or make a default VPC with `aws ec2 create-default-vpc`")
}

/// Changes the SSH rules until AWS has taken a change whole, or shows the group with those that are wanted.
async fn settle(session: &Session<'_>, target: &Target, wanted: &Wanted) -> Result<SecurityGroup> {
    let group = target.group();
    // That a group of this run has no rules yet is known, whatever AWS shows.
    let mut known = Some(if target.is_new() { Vec::new() } else { rules(&session.aws, &group.id).await? });
    let settled = async |_: &_| {
        let seen = match known.take() {
            Some(seen) => Some(seen),
            None => look(&session.aws, &group.id).await?,
        };
        let change = ingress_change(seen.as_deref().unwrap_or_default(), session.settings.ssh_port(), wanted);
        let ingress = match seen {
            Some(ingress) if change.is_empty() => Some(ingress),
            _ => change::apply(session, group, &change).await?,
        };
        let late = || Look::NotYet(Err(timed_out(&format!("AWS to show {} with its rules", titled(group)))));
        Ok(ingress.map_or_else(late, |ingress| Look::Found(group.clone().with_ingress(ingress))))
    };
    Patience::new(SHOWN_WITHIN).until(session, settled).await
}

/// The group's rules; `None` while AWS does not show the group.
async fn look(aws: &Aws, id: &str) -> Result<Option<Vec<IngressRule>>> {
    let described = async { Ok(aws.security_group(id).await?) };
    let (group, rules) = tokio::try_join!(described, rules(aws, id))?;
    Ok(group.map(|_| rules))
}

/// A group that is not known yet has no rules yet.
async fn rules(aws: &Aws, id: &str) -> Result<Vec<IngressRule>> {
    Ok(aws.ingress_rules(&[id.to_owned()]).await?.remove(id).unwrap_or_default())
}
