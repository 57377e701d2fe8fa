//! Which rules of a security group let SSH in from elsewhere than it is wanted from. They are not ours to remove, so they
//! are told.
//!
//! Any rule counts that lets TCP traffic reach the SSH port, however it says so: all protocols, a range of ports, another
//! group or a prefix list as its source.

use ipnet::IpNet;

use super::{Wanted, ingress_change, is_ssh, read_description};
use crate::observed::{IngressRule, Source};

/// Protocols that carry TCP: by name, by number, and all of them.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html>
const WITH_TCP: [&str; 3] = ["tcp", "6", "-1"];

/// Returns the rules through which SSH comes in from elsewhere than wanted, and which no change of ours takes away.
#[must_use]
pub fn elsewhere(existing: &[IngressRule], ssh_port: u16, wanted: &Wanted) -> Vec<IngressRule> {
    let removed = ingress_change(existing, ssh_port, wanted).remove;
    let is_told =
        |rule: &&IngressRule| reaches(rule, ssh_port) && !removed.contains(rule) && !is_wanted(rule, ssh_port, wanted);
    existing.iter().filter(is_told).cloned().collect()
}

/// Tells whether a rule lets TCP traffic reach a port.
fn reaches(rule: &IngressRule, port: u16) -> bool {
    let is_all = |end: Option<i32>| end.is_none_or(|end| end == -1);
    let is_within = match (rule.from_port, rule.to_port) {
        // Ports count for one protocol alone: all protocols are all ports.
        _ if rule.protocol == "-1" => true,
        (from, to) if is_all(from) || is_all(to) => true,
        (Some(from), Some(to)) => (from..=to).contains(&i32::from(port)),
        (None, _) | (_, None) => true,
    };
    WITH_TCP.contains(&rule.protocol.as_str()) && is_within
}

/// Tells whether all that a rule lets in is wanted.
fn is_wanted(rule: &IngressRule, ssh_port: u16, wanted: &Wanted) -> bool {
    let Source::Cidr(source) = &rule.source else { return false };
    match wanted {
        Wanted::List(networks) => networks.iter().any(|network| network.contains(source)),
        Wanted::Caller { address, .. } => {
            IpNet::from(*address) == *source || (is_ssh(rule, ssh_port) && is_of_a_caller(rule, source))
        }
    }
}

/// Tells whether a rule is what `auto` made for a caller: for one address, with its description.
fn is_of_a_caller(rule: &IngressRule, source: &IpNet) -> bool {
    let is_one = source.prefix_len() == source.max_prefix_len();
    is_one && rule.description.as_deref().and_then(read_description).is_some()
}

/// Says which traffic a rule lets in, and from where.
#[must_use]
pub fn in_words(rule: &IngressRule) -> String {
    let ports = match (rule.protocol.as_str(), rule.from_port, rule.to_port) {
        ("-1", ..) => "all traffic".to_owned(),
        (_, Some(from), Some(to)) if from == to && from != -1 => format!("port {from}"),
        (_, Some(from), Some(to)) if (from, to) != (-1, -1) && (from, to) != (0, 65535) => format!("ports {from}-{to}"),
        _ => "all TCP ports".to_owned(),
    };
    let source = match &rule.source {
        Source::Cidr(network) if network.prefix_len() == 0 => format!("{network}, the whole internet"),
        Source::Cidr(network) => network.to_string(),
        Source::Group(id) => format!("security group {id}"),
        Source::PrefixList(id) => format!("prefix list {id}"),
    };
    format!("{ports} from {source}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(protocol: &str, ports: (i32, i32), source: &str, description: &str) -> IngressRule {
        let source = match source.split_once('-') {
            Some(("sg", _)) => Source::Group(source.to_owned()),
            Some(("pl", _)) => Source::PrefixList(source.to_owned()),
            _ => Source::Cidr(source.parse().expect("a network")),
        };
        let port = |port: i32| Some(port).filter(|port| *port != -2);
        IngressRule {
            id: None,
            protocol: protocol.to_owned(),
            from_port: port(ports.0),
            to_port: port(ports.1),
            source,
            description: Some(description.to_owned()).filter(|text| !text.is_empty()),
            tags: vec![],
        }
    }

    fn caller() -> Wanted {
        let (user, host) = ("ann".to_owned(), "laptop".to_owned());
        let today = "2026-11-22".parse().expect("a day");
        Wanted::Caller { address: "203.0.113.7".parse().expect("an address"), user, host, today }
    }

    fn list() -> Wanted {
        Wanted::List(["10.0.0.0/8", "2001:db8::/32"].map(|text| text.parse().expect("a network")).to_vec())
    }

    /// Each rule, with whether it is told under `auto` and under a list.
    #[test]
    fn every_rule_through_which_ssh_comes_in_from_elsewhere_is_told() {
        let (auto_told, list_told) = ((true, false), (false, true));
        let (both, neither) = ((true, true), (false, false));
        let cases = [
            // What is removed or wanted is not told.
            (rule("tcp", (22, 22), "203.0.113.7/32", ""), neither),
            (rule("tcp", (22, 22), "198.51.100.1/32", "iac: ann@laptop 2026-11-01"), neither),
            (rule("tcp", (22, 22), "198.51.100.2/32", "iac: ben@desktop 2026-11-01"), neither),
            (rule("tcp", (22, 22), "10.1.0.0/16", ""), auto_told),
            // A list removes what is on the SSH port alone; `auto` leaves it.
            (rule("tcp", (22, 22), "0.0.0.0/0", ""), auto_told),
            (rule("tcp", (22, 22), "::/0", ""), auto_told),
            (rule("tcp", (22, 22), "0.0.0.0/0", "iac: ben@desktop 2026-11-01"), auto_told),
            (rule("tcp", (22, 22), "sg-1", ""), auto_told),
            (rule("tcp", (22, 22), "pl-1", ""), auto_told),
            // What is wider than the SSH port is nobody's to remove.
            (rule("-1", (-1, -1), "0.0.0.0/0", ""), both),
            (rule("-1", (-2, -2), "::/0", ""), both),
            (rule("-1", (80, 80), "198.51.100.0/24", ""), both),
            (rule("tcp", (0, 65535), "0.0.0.0/0", ""), both),
            (rule("6", (22, 22), "0.0.0.0/0", ""), both),
            (rule("tcp", (20, 22), "198.51.100.0/24", ""), both),
            (rule("tcp", (22, 23), "sg-1", ""), both),
            (rule("tcp", (1, 1024), "pl-1", ""), both),
            (rule("tcp", (-1, -1), "198.51.100.0/24", ""), both),
            (rule("tcp", (0, 65535), "203.0.113.7/32", ""), list_told),
            (rule("tcp", (0, 65535), "10.1.0.0/16", ""), auto_told),
            (rule("-1", (-1, -1), "2001:db8:1::/48", ""), auto_told),
            (rule("-1", (-1, -1), "2001::/16", ""), both),
            // A caller's rule is for the SSH port and one address.
            (rule("tcp", (0, 65535), "198.51.100.2/32", "iac: ben@desktop 2026-11-01"), both),
            // What SSH does not come through is not told.
            (rule("tcp", (443, 443), "0.0.0.0/0", ""), neither),
            (rule("tcp", (23, 65535), "0.0.0.0/0", ""), neither),
            (rule("udp", (22, 22), "0.0.0.0/0", ""), neither),
            (rule("17", (0, 65535), "0.0.0.0/0", ""), neither),
            (rule("icmp", (-1, -1), "0.0.0.0/0", ""), neither),
        ];
        for (rule, expected) in cases {
            let is_told = |wanted: &Wanted| !elsewhere(std::slice::from_ref(&rule), 22, wanted).is_empty();
            assert_eq!((is_told(&caller()), is_told(&list())), expected, "{rule:?}");
        }
    }

    #[test]
    fn another_port_is_reached_by_other_rules() {
        let rules = [rule("tcp", (22, 22), "0.0.0.0/0", ""), rule("tcp", (2000, 3000), "0.0.0.0/0", "")];
        assert_eq!(elsewhere(&rules, 2222, &caller()), [rules[1].clone()]);
    }

    #[test]
    fn a_rule_reads_well() {
        let said = [
            rule("tcp", (22, 22), "0.0.0.0/0", ""),
            rule("tcp", (20, 30), "198.51.100.0/24", ""),
            rule("tcp", (0, 65535), "sg-1", ""),
            rule("tcp", (-2, -2), "pl-1", ""),
            rule("-1", (-1, -1), "::/0", ""),
        ]
        .map(|rule| in_words(&rule));
        insta::assert_snapshot!(said.join("\n"), @"
        port 22 from 0.0.0.0/0, the whole internet
        ports 20-30 from 198.51.100.0/24
        all TCP ports from security group sg-1
        all TCP ports from prefix list pl-1
        all traffic from ::/0, the whole internet
        ");
    }
}
