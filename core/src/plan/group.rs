//! The security group of a plan: it is there, and its SSH rules, if it is ours, are as wanted.

use super::exposure::exposures;
use super::{Action, Plan, Refusal};
use crate::environment::Environment;
use crate::ingress::{IngressChange, ingress_change};
use crate::name::GroupRef;
use crate::observed::{Observed, SecurityGroup};

/// Plans the group and returns the step that a launch has to wait for.
pub(super) fn plan(plan: &mut Plan, want: &Environment, have: &Observed) -> Option<usize> {
    if let Some(group) = have.group() {
        plan.exposed.extend(exposures(group, want.ssh_port, &want.ssh_from));
    }
    match (have.group(), &want.group) {
        (Some(group), _) if group.owner().is_ours() => rules(plan, want, group),
        (Some(group), _) => {
            let reason = "it was not made by `iac`, so it is used as it is";
            plan.keep(format!("security group `{}`", group.name), Some(&group.id), reason);
            None
        }
        (None, GroupRef::Id(id)) => {
            plan.refused.push(Refusal::GroupMissing(id.clone()));
            None
        }
        (None, GroupRef::Name(_)) if have.vpc_id.is_none() => {
            plan.refused.push(Refusal::NoVpc);
            None
        }
        (None, GroupRef::Name(name)) => {
            let change = ingress_change(&[], want.ssh_port, &want.ssh_from);
            let reason = format!("there is none of this name; port {} opens to {}", want.ssh_port, added(&change));
            Some(plan.add(Action::CreateGroup(name.clone()), reason, &[]))
        }
    }
}

fn rules(plan: &mut Plan, want: &Environment, group: &SecurityGroup) -> Option<usize> {
    let change = ingress_change(&group.ingress, want.ssh_port, &want.ssh_from);
    if change.is_empty() {
        return None;
    }
    let reason = reason(want.ssh_port, &change);
    let (id, name) = (group.id.clone(), group.name.clone());
    Some(plan.add(Action::ChangeRules { id, name, change }, reason, &[]))
}

/// Says what is open, and what was wanted instead.
fn reason(port: u16, change: &IngressChange) -> String {
    let removed: Vec<_> = change.remove.iter().map(|rule| rule.source.to_string()).collect();
    match (removed.is_empty(), change.add.is_empty()) {
        (true, _) => format!("port {port} is not open to {}", added(change)),
        (false, true) => format!("port {port} is open to {}, which is not wanted", removed.join(", ")),
        (false, false) => format!("port {port} is open to {}, wanted {}", removed.join(", "), added(change)),
    }
}

fn added(change: &IngressChange) -> String {
    let networks: Vec<_> = change.add.iter().map(|rule| rule.cidr.to_string()).collect();
    networks.join(", ")
}
