//! Carries a change of SSH rules out: first what is to be let in, then what is no longer, so that a break in between
//! locks nobody out.

use iac_core::ingress::{IngressChange, NewRule};
use iac_core::observed::IngressRule;
use iac_core::tag::creation_tags;

use super::titled;
use crate::aws::{Aws, CallError, Group, is_group_unknown};
use crate::commands::Context;
use crate::error::Result;

/// Adds and removes rules; returns whether anything changed.
///
/// A rule that is there already, or gone already, is what was wanted: AWS shows it late, or another run was faster.
pub(super) async fn apply(context: &Context<'_>, aws: &Aws, group: &Group, change: &IngressChange) -> Result<bool> {
    let mut changed = false;
    if !change.add.is_empty() {
        context.interrupt.check()?;
        if !add(context, aws, group, &change.add).await? {
            return Ok(false);
        }
        changed = true;
    }
    if !change.remove.is_empty() {
        context.interrupt.check()?;
        changed |= remove(context, aws, group, &change.remove).await?;
    }
    Ok(changed)
}

async fn add(context: &Context<'_>, aws: &Aws, group: &Group, rules: &[NewRule]) -> Result<bool> {
    let settings = context.settings;
    let tags = creation_tags(&group.name, settings.optional_instance_name(), &settings.tags);
    match aws.authorize_ssh(&group.id, settings.ssh_port(), rules, &tags).await {
        Ok(()) => {
            for rule in rules {
                context.ui.note(&format!("{} lets SSH in from {}", titled(group), rule.cidr));
            }
            Ok(true)
        }
        Err(error) if error.is("InvalidPermission.Duplicate") || is_group_unknown(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn remove(context: &Context<'_>, aws: &Aws, group: &Group, rules: &[IngressRule]) -> Result<bool> {
    let ids = rules.iter().filter_map(|rule| rule.id.clone()).collect();
    match aws.revoke_ingress(&group.id, ids).await {
        Ok(()) => {
            for rule in rules {
                context.ui.note(&format!("{} no longer lets SSH in from {}", titled(group), rule.source));
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
