//! Carries a change of SSH rules out: first what is to be let in, then what is no longer, so that a break in between
//! locks nobody out.

use iac_core::ingress::{IngressChange, NewRule};
use iac_core::observed::IngressRule;
use iac_core::tag::creation_tags;

use super::titled;
use crate::aws::{CallError, Group, is_group_unknown};
use crate::error::Result;
use crate::work::Session;

/// Adds and removes rules, and returns the rules that the group then has; `None` where AWS did not take the change as it is.
///
/// A rule that is there already, or gone already, is what was wanted: AWS shows it late, or another run was faster. What the
/// group has then, only another look tells.
pub(crate) async fn apply(
    session: &Session<'_>,
    group: &Group,
    change: &IngressChange,
) -> Result<Option<Vec<IngressRule>>> {
    let mut rules: Vec<IngressRule> = change.keep.iter().chain(&change.other).cloned().collect();
    if !change.add.is_empty() {
        session.interrupt.check()?;
        match add(session, group, &change.add).await? {
            Some(added) => rules.extend(added),
            None => return Ok(None),
        }
    }
    if !change.remove.is_empty() {
        session.interrupt.check()?;
        if !remove(session, group, &change.remove).await? {
            return Ok(None);
        }
    }
    Ok(Some(rules))
}

async fn add(session: &Session<'_>, group: &Group, rules: &[NewRule]) -> Result<Option<Vec<IngressRule>>> {
    let settings = session.settings;
    let tags = creation_tags(&group.name, settings.optional_instance_name(), &settings.tags);
    match session.aws.authorize_ssh(&group.id, settings.ssh_port(), rules, &tags).await {
        Ok(added) => {
            for rule in rules {
                session.ui.note(&format!("{} lets SSH in from {}", titled(group), rule.cidr));
            }
            Ok(Some(added))
        }
        Err(error) if error.is("InvalidPermission.Duplicate") || is_group_unknown(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn remove(session: &Session<'_>, group: &Group, rules: &[IngressRule]) -> Result<bool> {
    let ids = rules.iter().filter_map(|rule| rule.id.clone()).collect();
    match session.aws.revoke_ingress(&group.id, ids).await {
        Ok(()) => {
            for rule in rules {
                session.ui.note(&format!("{} no longer lets SSH in from {}", titled(group), rule.source));
            }
            Ok(true)
        }
        Err(error) if is_rule_unknown(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn is_rule_unknown(error: &CallError) -> bool {
    error.is("InvalidSecurityGroupRuleId.NotFound") || error.is("InvalidPermission.NotFound")
}
