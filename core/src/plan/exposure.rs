//! What a plan warns of: rules through which SSH comes in from elsewhere than wanted. They may have a reason that the
//! settings do not tell, so a plan never removes them.

use std::fmt;

use serde::Serialize;

use crate::ingress::{Wanted, elsewhere, in_words};
use crate::observed::SecurityGroup;

/// A rule through which SSH comes in from elsewhere than `ssh_from` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exposure {
    /// The group's name.
    pub group: String,
    /// The group's id.
    pub id: String,
    /// The rule's id, where EC2 gave one.
    pub rule: Option<String>,
    /// Which traffic it lets in, and from where, in words.
    pub lets_in: String,
}

/// Returns what is to be warned of in a group, whoever made it.
#[must_use]
pub fn exposures(group: &SecurityGroup, ssh_port: u16, wanted: &Wanted) -> Vec<Exposure> {
    let rules = elsewhere(&group.ingress, ssh_port, wanted).into_iter();
    let exposure = |rule: crate::observed::IngressRule| Exposure {
        group: group.name.clone(),
        id: group.id.clone(),
        lets_in: in_words(&rule),
        rule: rule.id,
    };
    rules.map(exposure).collect()
}

impl Exposure {
    /// Returns what takes the rule away.
    #[must_use]
    pub fn mend(&self) -> String {
        let Self { id, rule, .. } = self;
        match rule {
            Some(rule) => format!(
                "take the rule away with `aws ec2 revoke-security-group-ingress --group-id {id} --security-group-rule-ids {rule}`"
            ),
            None => format!("take the rule of {id} away in the EC2 console"),
        }
    }
}

impl fmt::Display for Exposure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, id, lets_in, .. } = self;
        let mend = self.mend();
        write!(
            formatter,
            "security group `{group}` {id} lets in {lets_in}, and `ssh_from` does not; `iac` leaves it as it is: {mend}"
        )
    }
}
