//! The one batch that makes, moves or deletes the record of an environment, with its mark.

use std::net::Ipv4Addr;

use thiserror::Error;

use super::{ObservedDns, RecordSet, TTL, mark_value};
use crate::name::InstanceName;

/// One change of a batch. Route 53 refuses a `Create` of what is there and a `Delete` of what is not exactly so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Make a record set.
    Create(RecordSet),
    /// Delete exactly this record set.
    Delete(RecordSet),
}

/// Returns the records at a name as a batch leaves them: Route 53 carries out all of it or nothing, so nobody has to look.
#[must_use]
pub fn applied(dns: &ObservedDns, batch: &[Change]) -> ObservedDns {
    let mut records = dns.records.clone();
    for change in batch {
        match change {
            Change::Create(set) => records.push(set.clone()),
            Change::Delete(set) => records.retain(|known| known != set),
        }
    }
    ObservedDns { records, ..dns.clone() }
}

/// Why the records at a name stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DnsRefusal {
    /// Another environment of ours has the name.
    #[error("`{fqdn}` belongs to the environment `{environment}`", environment = crate::text::plain(environment))]
    OtherEnvironment {
        /// The name.
        fqdn: String,
        /// Whose it is.
        environment: String,
    },
    /// Somebody else made what is at the name.
    #[error("`{fqdn}` has a record that was not made by `iac`: {record}")]
    NotOurs {
        /// The name.
        fqdn: String,
        /// What stands there.
        record: String,
    },
    /// The record routes by more than its name, which this tool neither makes nor changes, not even by force.
    #[error("`{fqdn}` has a record that routes by {routing}")]
    Routed {
        /// The name.
        fqdn: String,
        /// By what.
        routing: String,
    },
}

/// Returns the batch that makes the name lead to this address, as this environment's; empty where it does.
///
/// Replaced are exactly: our own address record; with `force` also another's plain records at the name.
pub fn creation(
    dns: &ObservedDns,
    environment: &InstanceName,
    address: Ipv4Addr,
    force: bool,
) -> Result<Vec<Change>, DnsRefusal> {
    let is_ours = dns.is_of(environment);
    if !force {
        refuse_others(dns, is_ours)?;
    }
    if let Some(set) = dns.leading().find(|set| set.routing.is_some()) {
        return Err(routed(dns, set));
    }
    let wanted = RecordSet {
        name: dns.fqdn.as_str().to_owned(),
        kind: "A".to_owned(),
        ttl: Some(TTL),
        values: vec![address.to_string()],
        routing: None,
    };
    let mark = RecordSet {
        name: dns.fqdn.mark(),
        kind: "TXT".to_owned(),
        ttl: Some(TTL),
        values: vec![mark_value(environment)],
        routing: None,
    };
    let is_right = dns.leading().count() == 1 && dns.address() == Some(address);
    if is_ours && is_right {
        return Ok(Vec::new());
    }
    let mut changes: Vec<_> = dns.leading().cloned().map(Change::Delete).collect();
    changes.push(Change::Create(wanted));
    if !is_ours {
        changes.extend(dns.mark().cloned().map(Change::Delete));
        changes.push(Change::Create(mark));
    }
    Ok(changes)
}

/// Returns the batch that takes the record of this environment and its mark away; empty where there is nothing of it.
///
/// With `force` the plain address record at the name goes whoever made it, and the mark of whatever environment.
pub fn deletion(dns: &ObservedDns, environment: &InstanceName, force: bool) -> Result<Vec<Change>, DnsRefusal> {
    if !dns.is_of(environment) && !force {
        refuse_others(dns, false)?;
    }
    let sets = dns.own_address().into_iter().chain(dns.mark());
    Ok(sets.cloned().map(Change::Delete).collect())
}

fn refuse_others(dns: &ObservedDns, is_ours: bool) -> Result<(), DnsRefusal> {
    let fqdn = dns.fqdn.as_str().to_owned();
    if let (false, Some(environment)) = (is_ours, dns.owner()) {
        return Err(DnsRefusal::OtherEnvironment { fqdn, environment });
    }
    // Beside our own address nothing else of ours is ever at the name.
    let foreign = dns.leading().find(|set| !is_ours || set.kind != "A" || set.routing.is_some());
    match foreign.or_else(|| dns.mark().filter(|_| !is_ours)) {
        Some(set) if set.routing.is_some() => Err(routed(dns, set)),
        Some(set) => {
            let record = format!("{} {}", set.kind, crate::text::excerpt(&set.values.join(", "), 80));
            Err(DnsRefusal::NotOurs { fqdn, record })
        }
        None => Ok(()),
    }
}

fn routed(dns: &ObservedDns, set: &RecordSet) -> DnsRefusal {
    let routing = set.routing.clone().unwrap_or_default();
    DnsRefusal::Routed { fqdn: dns.fqdn.as_str().to_owned(), routing }
}
