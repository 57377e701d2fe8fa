//! The names of a plan: they lead to the address that the instance has, or will have.

use std::net::Ipv4Addr;

use super::instance::Fate;
use super::{Action, Plan, Refusal};
use crate::dns::{Fqdn, ObservedDns, creation};
use crate::environment::Environment;
use crate::observed::{InstanceState, Observed};
use crate::tag;

/// Plans the records, after the step that may give the instance another address.
pub(super) fn plan(plan: &mut Plan, want: &Environment, have: &Observed, fate: &Fate<'_>, moved: Option<usize>) {
    wanted(plan, want, have, fate, moved);
    for dns in have.further_names.iter().flatten() {
        further(plan, want, dns, fate, moved);
    }
}

/// Plans the record of the wanted name, and that a former one goes.
fn wanted(plan: &mut Plan, want: &Environment, have: &Observed, fate: &Fate<'_>, moved: Option<usize>) {
    let dns = match (&want.fqdn, &have.dns) {
        (Some(_), Some(Ok(dns))) => dns,
        (Some(_), Some(Err(error))) => return plan.refused.push(Refusal::Zone(error.clone())),
        _ => return,
    };
    let forgotten = forget_former(plan, have, &dns.fqdn);
    match (fate, moved) {
        (_, Some(step)) => point(plan, want, dns, &Led::Later, &[&*forgotten, &[step]].concat()),
        (Fate::Stay(instance), None) => {
            let address = instance.public_ip_address.as_deref().and_then(|address| address.parse().ok());
            let led = match address {
                None if instance.state == InstanceState::Running => {
                    return plan.refused.push(Refusal::NoAddress(instance.id.clone()));
                }
                None => Led::Later,
                Some(address) => Led::Now { address, is_told: instance.fqdn().as_ref() == Some(&dns.fqdn) },
            };
            point(plan, want, dns, &led, &forgotten);
        }
        (Fate::Refused, _) | (Fate::Launch | Fate::Replace(..), None) => {}
    }
}

/// Plans that a name which `iac dns create` made follows the instance. The settings do not ask for it, so a record of
/// somebody else at the name stands against nothing.
fn further(plan: &mut Plan, want: &Environment, dns: &ObservedDns, fate: &Fate<'_>, moved: Option<usize>) {
    let is_free = || creation(dns, &want.name, Ipv4Addr::UNSPECIFIED, false).is_ok();
    if want.fqdn.as_ref() == Some(&dns.fqdn) || !dns.is_of(&want.name) || !is_free() {
        return;
    }
    match (fate, moved) {
        (_, Some(step)) => point(plan, want, dns, &Led::Later, &[step]),
        (Fate::Stay(instance), None) => {
            let address = instance.public_ip_address.as_deref().and_then(|address| address.parse().ok());
            if let Some(address) = address {
                point(plan, want, dns, &Led::Now { address, is_told: true }, &[]);
            }
        }
        (Fate::Refused | Fate::Launch | Fate::Replace(..), None) => {}
    }
}

/// Where the name is to lead.
enum Led {
    /// To an address that is not known yet.
    Later,
    /// To this one; the instance's tag may already tell the name.
    Now { address: Ipv4Addr, is_told: bool },
}

/// Plans that names which are no longer wanted lead nowhere: their address may be somebody else's one day. The wanted name
/// comes afterwards, since its tag takes the place of the one that still tells the former.
fn forget_former(plan: &mut Plan, have: &Observed, wanted: &Fqdn) -> Vec<usize> {
    let ours = have.former_names.iter().flatten().filter(|dns| dns.is_of(&have.environment));
    let reason = format!("the wanted name is `{wanted}`");
    ours.map(|dns| plan.add(Action::ForgetName(dns.fqdn.clone()), reason.clone(), &[])).collect()
}

fn point(plan: &mut Plan, want: &Environment, dns: &ObservedDns, led: &Led, after: &[usize]) {
    let (address, is_told) = match *led {
        Led::Later => (None, true),
        Led::Now { address, is_told } => (Some(address), is_told),
    };
    // Whose the records are does not depend on the address; an unknown one is never the present one.
    let batch = match creation(dns, &want.name, address.unwrap_or(Ipv4Addr::UNSPECIFIED), false) {
        Ok(batch) => batch,
        Err(refusal) => return plan.refused.push(Refusal::Dns(refusal)),
    };
    let reason = match (dns.address(), address) {
        _ if batch.is_empty() && is_told => return,
        _ if batch.is_empty() => format!("the instance lacks the tag `{}={}`", tag::FQDN, dns.fqdn),
        (None, _) => "it has no record".to_owned(),
        (Some(old), Some(new)) if old != new => format!("it leads to {old}, the instance has {new}"),
        (Some(_), Some(_)) => "nothing says that it is ours".to_owned(),
        (Some(old), None) => format!("it leads to {old}, and the instance gets another address"),
    };
    plan.add(Action::PointName(dns.fqdn.clone(), address), reason, after);
}
