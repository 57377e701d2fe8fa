//! The security group that the settings mean, where there is one, and from where it lets SSH in besides where that is wanted.

use iac_core::doctor::Check;
use iac_core::plan::exposures;

use super::facts::Facts;
use super::of_error;
use crate::aws::Group;
use crate::error::Result;
use crate::work::group::{Candidates, wanted};
use crate::work::{Context, Session};

/// Whether SSH comes in from elsewhere than wanted. What lets it in is not ours to take away, so it is a warning.
pub(super) async fn check(session: &Session<'_>, facts: &Facts, name: &'static str) -> Check {
    let group = match chosen(session, facts) {
        Ok(Some(group)) => group,
        Ok(None) => return Check::not_checked(name, "there is no security group yet"),
        Err(error) => return of_error(name, error),
    };
    match judged(session, group, name).await {
        Ok(check) => check,
        Err(error) => of_error(name, error),
    }
}

/// The group that a launch would take, of those that the answers show.
fn chosen(context: &Context<'_>, facts: &Facts) -> Result<Option<Group>> {
    if context.settings.optional_security_group().is_none() {
        return Ok(None);
    }
    let subnets = facts.subnets.as_ref().map_err(Clone::clone)?;
    let groups = facts.found.groups.as_ref().map_err(Clone::clone)?.clone();
    let candidates = Candidates { groups, home: subnets.first().map(|subnet| subnet.vpc_id.clone()) };
    Ok(candidates.at_home(context.settings.security_group()?)?.cloned())
}

async fn judged(session: &Session<'_>, group: Group, name: &'static str) -> Result<Check> {
    let rules = async { Ok(session.aws.ingress_rules(std::slice::from_ref(&group.id)).await?) };
    let (mut rules, wanted) = tokio::try_join!(rules, wanted(session))?;
    let Some(rules) = rules.remove(&group.id) else {
        return Ok(Check::not_checked(name, "the security group is gone"));
    };
    let group = group.with_ingress(rules);
    let exposed = exposures(&group, session.settings.ssh_port(), &wanted);
    if exposed.is_empty() {
        let found = format!("`{}` lets SSH in from nowhere else than `ssh_from` says: {}", group.name, group.id);
        return Ok(Check::ok(name, found));
    }
    let lets_in: Vec<&str> = exposed.iter().map(|exposure| exposure.lets_in.as_str()).collect();
    let mends: Vec<String> = exposed.iter().map(iac_core::plan::Exposure::mend).collect();
    let found = format!("`{}` lets in {}, and `ssh_from` does not: {}", group.name, lets_in.join("; "), group.id);
    Ok(Check::warning(name, found, mends.join("; ")))
}
