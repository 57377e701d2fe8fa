//! The rules a group may hold, against every kind of wish.

use proptest::prelude::*;

use super::*;

fn rule(ports: (i32, i32), source: &str, description: &str) -> IngressRule {
    let source = source.parse().map_or_else(|_| Source::Group(source.to_owned()), Source::Cidr);
    IngressRule {
        id: None,
        protocol: "tcp".to_owned(),
        from_port: Some(ports.0),
        to_port: Some(ports.1),
        source,
        description: Some(description.to_owned()).filter(|text| !text.is_empty()),
        tags: vec![],
    }
}

fn caller(address: &str) -> Wanted {
    Wanted::Caller {
        address: address.parse().expect("an address"),
        user: "ann".to_owned(),
        host: "laptop".to_owned(),
        today: "2026-11-22".parse().expect("a day"),
    }
}

fn list(networks: &[&str]) -> Wanted {
    Wanted::List(networks.iter().map(|text| text.parse().expect("a network")).collect())
}

fn existing() -> Vec<IngressRule> {
    let other_protocol =
        |protocol: &str| IngressRule { protocol: protocol.to_owned(), ..rule((22, 22), "10.3.0.0/16", "") };
    vec![
        rule((22, 22), "198.51.100.1/32", "iac: ann@laptop 2026-11-01"),
        rule((22, 22), "198.51.100.2/32", "iac: ann@desktop 2026-11-01"),
        rule((22, 22), "198.51.100.3/32", "iac: ben@laptop 2026-11-01"),
        rule((22, 22), "198.51.100.4/32", "the office"),
        rule((22, 22), "198.51.100.5/32", ""),
        rule((22, 22), "0.0.0.0/0", "iac: ssh_from"),
        rule((22, 22), "sg-1", ""),
        rule((443, 443), "0.0.0.0/0", "iac: ann@laptop 2026-11-01"),
        rule((20, 22), "10.1.0.0/16", ""),
        rule((22, 23), "10.2.0.0/16", ""),
        other_protocol("udp"),
        other_protocol("-1"),
    ]
}

/// Writes a change down, one line a rule.
fn shown(change: &IngressChange) -> String {
    let line = |sign: &str, rule: &IngressRule| {
        let (protocol, from, to) = (&rule.protocol, rule.from_port.unwrap_or(-1), rule.to_port.unwrap_or(-1));
        format!("{sign} {protocol} {from}-{to} {} {}", rule.source, rule.description.as_deref().unwrap_or(""))
    };
    let add = change.add.iter().map(|new| format!("add {} {}", new.cidr, new.description));
    let remove = change.remove.iter().map(|rule| line("remove", rule));
    let keep = change.keep.iter().map(|rule| line("keep", rule));
    let other = change.other.iter().map(|rule| line("other", rule));
    add.chain(remove).chain(keep).chain(other).map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_caller_replaces_their_own_rules_alone() {
    insta::assert_snapshot!(shown(&ingress_change(&existing(), 22, &caller("203.0.113.9"))), @"
    add 203.0.113.9/32 iac: ann@laptop 2026-11-22
    remove tcp 22-22 198.51.100.1/32 iac: ann@laptop 2026-11-01
    keep tcp 22-22 198.51.100.2/32 iac: ann@desktop 2026-11-01
    keep tcp 22-22 198.51.100.3/32 iac: ben@laptop 2026-11-01
    keep tcp 22-22 198.51.100.4/32 the office
    keep tcp 22-22 198.51.100.5/32
    keep tcp 22-22 0.0.0.0/0 iac: ssh_from
    keep tcp 22-22 sg-1
    other tcp 443-443 0.0.0.0/0 iac: ann@laptop 2026-11-01
    other tcp 20-22 10.1.0.0/16
    other tcp 22-23 10.2.0.0/16
    other udp 22-22 10.3.0.0/16
    other -1 22-22 10.3.0.0/16
    ");
}

#[test]
fn a_caller_at_a_known_address_changes_nothing_of_it() {
    for (address, removed) in [("198.51.100.1", 0), ("198.51.100.3", 1), ("198.51.100.4", 1)] {
        let change = ingress_change(&existing(), 22, &caller(address));
        assert_eq!((change.add.len(), change.remove.len()), (0, removed), "{address}");
    }
}

#[test]
fn a_list_is_the_whole_list() {
    let wanted = list(&["203.0.113.0/24", "198.51.100.4/32", "203.0.113.0/24"]);
    insta::assert_snapshot!(shown(&ingress_change(&existing(), 22, &wanted)), @"
    add 203.0.113.0/24 iac: ssh_from
    remove tcp 22-22 198.51.100.1/32 iac: ann@laptop 2026-11-01
    remove tcp 22-22 198.51.100.2/32 iac: ann@desktop 2026-11-01
    remove tcp 22-22 198.51.100.3/32 iac: ben@laptop 2026-11-01
    remove tcp 22-22 198.51.100.5/32
    remove tcp 22-22 0.0.0.0/0 iac: ssh_from
    remove tcp 22-22 sg-1
    keep tcp 22-22 198.51.100.4/32 the office
    other tcp 443-443 0.0.0.0/0 iac: ann@laptop 2026-11-01
    other tcp 20-22 10.1.0.0/16
    other tcp 22-23 10.2.0.0/16
    other udp 22-22 10.3.0.0/16
    other -1 22-22 10.3.0.0/16
    ");
}

#[test]
fn another_ssh_port_owns_other_rules() {
    let change = ingress_change(&existing(), 443, &list(&["203.0.113.0/24"]));
    assert_eq!((change.add.len(), change.remove.len(), change.other.len()), (1, 1, existing().len() - 1));
}

/// What AWS holds after a change was carried out.
fn applied(change: &IngressChange) -> Vec<IngressRule> {
    let added = change.add.iter().map(|new| rule((22, 22), &new.cidr.to_string(), &new.description));
    change.keep.iter().chain(&change.other).cloned().chain(added).collect()
}

proptest! {
    #[test]
    fn a_carried_out_change_leaves_nothing_to_do(
        picked in proptest::sample::subsequence(existing(), 0..=existing().len()),
        wanted in prop_oneof![
            (1u8..8).prop_map(|last| caller(&format!("198.51.100.{last}"))),
            proptest::sample::subsequence(vec!["0.0.0.0/0", "10.3.0.0/16", "198.51.100.2/32"], 1..=3)
                .prop_map(|networks| list(&networks)),
        ],
    ) {
        let change = ingress_change(&picked, 22, &wanted);
        prop_assert_eq!(change.remove.len() + change.keep.len() + change.other.len(), picked.len());
        let after = ingress_change(&applied(&change), 22, &wanted);
        prop_assert!(after.is_empty(), "{:?}", after);
        prop_assert_eq!(&after.other, &change.other);
        if let Wanted::List(networks) = &wanted {
            prop_assert_eq!(after.keep.len(), networks.len());
        }
    }
}
