//! The address record of an environment: in which zone it belongs, whose the records at a name are, and which one batch
//! of changes makes, moves or deletes them.
//!
//! Route 53 cannot tag a record set. Ours is one beside which the TXT record `_iac.FQDN` names our environment; both are
//! changed in one batch, each with its exact old value, so that a batch that met a changed world does nothing.

mod change;
mod name;
mod zone;

use std::net::Ipv4Addr;

pub use change::{Change, DnsRefusal, applied, creation, deletion};
pub use name::{Fqdn, FqdnError, unescaped};
pub use zone::{Zone, ZoneError, choose_zone, zone_candidates};

use crate::name::InstanceName;

/// How long a resolver may keep the address, in seconds: an address moves whenever the instance stops and starts.
const TTL: i64 = 60;

/// A record set as Route 53 keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordSet {
    /// Its full name without the dot at the end, in lower case and without escapes.
    pub name: String,
    /// Its type, such as `A` or `TXT`.
    pub kind: String,
    /// How long resolvers keep it, in seconds; `None` for an alias.
    pub ttl: Option<i64>,
    /// Its values as Route 53 writes them: a text stands in quotes.
    pub values: Vec<String>,
    /// What makes it more than values under a name: an alias, weights, a place; such a record is never ours.
    pub routing: Option<String>,
}

/// The record sets at a name and at the name of its mark, in the zone that was chosen for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedDns {
    /// The name.
    pub fqdn: Fqdn,
    /// The zone that holds it.
    pub zone: Zone,
    /// What is at [`Fqdn`] and at [`Fqdn::mark`]; other names are not looked at.
    pub records: Vec<RecordSet>,
}

impl ObservedDns {
    /// Returns the environment whose mark stands beside the name.
    #[must_use]
    pub fn owner(&self) -> Option<String> {
        let mark = self.mark()?;
        let [value] = mark.values.as_slice() else { return None };
        marked_environment(value)
    }

    /// Tells whether the records at the name are those of this environment.
    #[must_use]
    pub fn is_of(&self, environment: &InstanceName) -> bool {
        self.owner().as_deref() == Some(environment.as_str())
    }

    /// Returns the address that the name has, where it is one plain address.
    #[must_use]
    pub fn address(&self) -> Option<Ipv4Addr> {
        match self.own_address()?.values.as_slice() {
            [value] => value.parse().ok(),
            _ => None,
        }
    }

    fn mark(&self) -> Option<&RecordSet> {
        let name = self.fqdn.mark();
        self.records.iter().find(|set| set.name == name && set.kind == "TXT" && set.routing.is_none())
    }

    /// The plain A record at the name.
    fn own_address(&self) -> Option<&RecordSet> {
        self.records.iter().find(|set| set.name == self.fqdn.as_str() && set.kind == "A" && set.routing.is_none())
    }

    /// The records at the name that say where it leads, whoever made them.
    fn leading(&self) -> impl Iterator<Item = &RecordSet> {
        let leads = |set: &&RecordSet| matches!(set.kind.as_str(), "A" | "AAAA" | "CNAME");
        self.records.iter().filter(move |set| set.name == self.fqdn.as_str() && leads(set))
    }
}

/// Writes the value of the mark: `"iac:environment=NAME"`, with what quotes and Route 53 need escaped.
fn mark_value(environment: &InstanceName) -> String {
    let mut value = String::from("\"iac:environment=");
    for byte in environment.as_str().bytes() {
        match byte {
            b'"' | b'\\' => value.extend(['\\', char::from(byte)]),
            b' '..=b'~' => value.push(char::from(byte)),
            _ => value.push_str(&format!("\\{byte:03o}")),
        }
    }
    // A text of DNS holds 255 bytes; longer ones are written as several, which readers join.
    split_text(&(value + "\""))
}

/// Splits a quoted text after at most 200 bytes, never within an escape.
fn split_text(quoted: &str) -> String {
    let (mut parts, mut length, mut rest) = (String::from("\""), 0, &quoted[1..quoted.len() - 1]);
    while !rest.is_empty() {
        let size = match rest.as_bytes() {
            [b'\\', b'0'..=b'9', ..] => 4,
            [b'\\', ..] => 2,
            _ => 1,
        };
        if length == 200 {
            parts.push_str("\" \"");
            length = 0;
        }
        parts.push_str(&rest[..size]);
        rest = &rest[size..];
        length += 1;
    }
    parts + "\""
}

/// Reads a value that [`mark_value`] wrote.
fn marked_environment(value: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let (mut characters, mut is_quoted) = (value.bytes(), false);
    while let Some(byte) = characters.next() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            _ if !is_quoted => (byte == b' ').then_some(())?,
            b'\\' => bytes.push(escaped(&mut characters)?),
            _ => bytes.push(byte),
        }
    }
    let text = String::from_utf8(bytes).ok().filter(|_| !is_quoted)?;
    text.strip_prefix("iac:environment=").map(str::to_owned)
}

/// Reads what stands behind a `\`: a character, or a byte as three octal digits.
fn escaped(characters: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let first = characters.next()?;
    if !first.is_ascii_digit() {
        return Some(first);
    }
    let digits = [first, characters.next()?, characters.next()?];
    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()
}

#[cfg(test)]
mod tests;
