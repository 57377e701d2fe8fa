//! Which SSH rules of a security group of ours have to change. Ours to own are exactly the `tcp` rules on the SSH port;
//! every other rule is shown and never changed.

mod description;
mod elsewhere;
mod ssh_from;

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::civil::Date;

pub use description::{CallerRule, caller_description, read_description};
pub use elsewhere::{elsewhere, in_words};
pub use ssh_from::{SshFrom, SshFromError};

pub use crate::observed::{IngressRule, Source};

/// The description of rules that come from a list in `ssh_from`.
const LISTED: &str = "iac: ssh_from";

/// From where SSH is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// From these networks and nowhere else.
    List(Vec<IpNet>),
    /// From the caller's own address, beside whatever others have.
    Caller {
        /// The caller's public address.
        address: IpAddr,
        /// Who calls.
        user: String,
        /// From which machine.
        host: String,
        /// The day that the description names.
        today: Date,
    },
}

/// A rule to add: `tcp` on the SSH port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRule {
    /// From where.
    pub cidr: IpNet,
    /// What the rule says about itself, in EC2's allowed characters.
    pub description: String,
}

/// What has to change so that SSH comes from where it is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IngressChange {
    /// Rules to add.
    pub add: Vec<NewRule>,
    /// Rules to remove.
    pub remove: Vec<IngressRule>,
    /// Rules on the SSH port that stay.
    pub keep: Vec<IngressRule>,
    /// Rules that are not ours to change.
    pub other: Vec<IngressRule>,
}

impl IngressChange {
    /// Tells whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// Decides which rules to add and to remove.
///
/// A list is the whole list. For a caller only their own older rules go: those whose description names the same user
/// and host. A rule that lets in the wanted network already stays as it is, whoever made it.
#[must_use]
pub fn ingress_change(existing: &[IngressRule], ssh_port: u16, wanted: &Wanted) -> IngressChange {
    let wanted_rules = wanted_rules(wanted);
    let mut change = IngressChange::default();
    for rule in existing {
        let list = if !is_ssh(rule, ssh_port) {
            &mut change.other
        } else if wanted_rules.iter().any(|new| lets_in(rule, new.cidr)) || !is_replaced(rule, wanted) {
            &mut change.keep
        } else {
            &mut change.remove
        };
        list.push(rule.clone());
    }
    change.add = wanted_rules;
    change.add.retain(|new| !change.keep.iter().any(|rule| lets_in(rule, new.cidr)));
    change
}

fn wanted_rules(wanted: &Wanted) -> Vec<NewRule> {
    match wanted {
        Wanted::List(networks) => {
            let mut networks: Vec<_> = networks.iter().map(IpNet::trunc).collect();
            networks.sort();
            networks.dedup();
            networks.into_iter().map(|cidr| NewRule { cidr, description: LISTED.to_owned() }).collect()
        }
        Wanted::Caller { address, user, host, today } => {
            vec![NewRule { cidr: IpNet::from(*address), description: caller_description(user, host, *today) }]
        }
    }
}

/// Tells whether a rule that is not wanted gives way.
fn is_replaced(rule: &IngressRule, wanted: &Wanted) -> bool {
    match wanted {
        Wanted::List(_) => true,
        Wanted::Caller { user, host, .. } => {
            let ours = rule.description.as_deref().and_then(read_description);
            ours.is_some_and(|ours| ours.is_of(user, host))
        }
    }
}

fn is_ssh(rule: &IngressRule, ssh_port: u16) -> bool {
    let port = Some(i32::from(ssh_port));
    rule.protocol == "tcp" && rule.from_port == port && rule.to_port == port
}

fn lets_in(rule: &IngressRule, network: IpNet) -> bool {
    rule.source == Source::Cidr(network)
}

#[cfg(test)]
mod tests;
