//! The name of a plan: it leads to the address that the instance has, or will have.

use std::net::Ipv4Addr;

use super::instance::Fate;
use super::{Action, Plan, Refusal};
use crate::dns::{ObservedDns, creation};
use crate::environment::Environment;
use crate::observed::{InstanceState, Observed};

/// Plans the name's record, after the step that may give the instance another address.
pub(super) fn plan(plan: &mut Plan, want: &Environment, have: &Observed, fate: &Fate<'_>, moved: Option<usize>) {
    let dns = match (&want.fqdn, &have.dns) {
        (Some(_), Some(Ok(dns))) => dns,
        (Some(_), Some(Err(error))) => return plan.refused.push(Refusal::Zone(error.clone())),
        _ => return,
    };
    match (fate, moved) {
        (_, Some(step)) => point(plan, want, dns, None, &[step]),
        (Fate::Stay(instance), None) => {
            let address = instance.public_ip_address.as_deref().and_then(|address| address.parse().ok());
            if address.is_none() && instance.state == InstanceState::Running {
                return plan.refused.push(Refusal::NoAddress(instance.id.clone()));
            }
            point(plan, want, dns, address, &[]);
        }
        (Fate::Refused, _) | (Fate::Launch | Fate::Replace(..), None) => {}
    }
}

fn point(plan: &mut Plan, want: &Environment, dns: &ObservedDns, address: Option<Ipv4Addr>, after: &[usize]) {
    // Whose the records are does not depend on the address; an unknown one is never the present one.
    let batch = match creation(dns, &want.name, address.unwrap_or(Ipv4Addr::UNSPECIFIED), false) {
        Ok(batch) => batch,
        Err(refusal) => return plan.refused.push(Refusal::Dns(refusal)),
    };
    if batch.is_empty() {
        return;
    }
    let reason = match (dns.address(), address) {
        (None, _) => "it has no record".to_owned(),
        (Some(old), Some(new)) if old != new => format!("it leads to {old}, the instance has {new}"),
        (Some(_), Some(_)) => "nothing says that it is ours".to_owned(),
        (Some(old), None) => format!("it leads to {old}, and the instance gets another address"),
    };
    plan.add(Action::PointName(dns.fqdn.clone(), address), reason, after);
}
