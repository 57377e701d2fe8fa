//! Zones, marks and batches, against every record that may stand at a name.

use proptest::prelude::*;

use super::*;

fn fqdn() -> Fqdn {
    Fqdn::parse("dev.example.org").expect("a name")
}

fn zone(id: &str, name: &str) -> Zone {
    Zone { id: id.to_owned(), name: name.to_owned() }
}

fn environment(name: &str) -> InstanceName {
    InstanceName::parse(name).expect("a name")
}

fn record(name: &str, kind: &str, value: &str) -> RecordSet {
    let (name, kind) = (name.to_owned(), kind.to_owned());
    RecordSet { name, kind, ttl: Some(300), values: vec![value.to_owned()], routing: None }
}

fn observed(records: Vec<RecordSet>) -> ObservedDns {
    ObservedDns { fqdn: fqdn(), zone: zone("Z1", "example.org"), records }
}

fn mark(of: &str) -> RecordSet {
    record("_iac.dev.example.org", "TXT", &mark_value(&environment(of)))
}

const ADDRESS: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 5);

/// Carries a batch out as Route 53 does: all of it, or, where one change does not fit, nothing.
fn applied(records: &[RecordSet], batch: &[Change]) -> Vec<RecordSet> {
    let mut records = records.to_vec();
    for change in batch {
        match change {
            Change::Create(set) => {
                assert!(!records.iter().any(|other| (&other.name, &other.kind) == (&set.name, &set.kind)), "{set:?}");
                records.push(set.clone());
            }
            Change::Delete(set) => {
                let place = records.iter().position(|other| other == set).expect("the exact old value");
                records.remove(place);
            }
        }
    }
    records
}

#[test]
fn the_zone_with_the_longest_name_is_chosen() {
    let zones =
        [zone("Z1", "example.org"), zone("Z2", "dev.example.org"), zone("Z3", "org"), zone("Z4", "ev.example.org")];
    assert_eq!(choose_zone(&fqdn(), &zones).expect("a zone").id, "Z2");
    assert_eq!(choose_zone(&fqdn(), &zones[2..]).expect("a zone").id, "Z3");
    assert_eq!(choose_zone(&fqdn(), &zones[3..]), Err(ZoneError::None(fqdn())));
    let twice = [zone("Z1", "example.org"), zone("Z2", "example.org"), zone("Z3", "org")];
    assert_eq!(choose_zone(&fqdn(), &twice), Err(ZoneError::Ambiguous { zones: twice[..2].to_vec() }));
    assert_eq!(zone_candidates(&fqdn()), ["dev.example.org", "example.org", "org"]);
}

#[test]
fn a_mark_is_read_as_it_was_written() {
    assert_eq!(mark_value(&environment("nitro dev")), "\"iac:environment=nitro dev\"");
    assert_eq!(mark_value(&environment("a\"é")), r#""iac:environment=a\"\303\251""#);
    for value in ["", "iac:environment=dev", "\"environment=dev\"", "\"iac:environment=dev", "\"\\9\"", "\"a\"\t\"b\""]
    {
        assert_eq!(marked_environment(value), None, "{value}");
    }
}

#[test]
fn a_new_name_gets_its_address_and_its_mark_in_one_batch() {
    let batch = creation(&observed(vec![]), &environment("dev"), ADDRESS, false).expect("free");
    let made = applied(&[], &batch);
    assert_eq!(made.iter().map(|set| set.kind.as_str()).collect::<Vec<_>>(), ["A", "TXT"]);
    assert!(observed(made).is_of(&environment("dev")));
}

#[test]
fn a_changed_address_is_moved_from_its_exact_old_value() {
    let old = record("dev.example.org", "A", "198.51.100.1");
    let batch = creation(&observed(vec![old.clone(), mark("dev")]), &environment("dev"), ADDRESS, false);
    let batch = batch.expect("ours");
    assert_eq!((batch.len(), &batch[0]), (2, &Change::Delete(old)));
}

#[test]
fn the_records_of_others_are_left_alone_without_force() {
    let strangers = [
        record("dev.example.org", "A", "198.51.100.1"),
        record("dev.example.org", "AAAA", "2001:db8::1"),
        record("dev.example.org", "CNAME", "www.example.org"),
        record("_iac.dev.example.org", "TXT", "\"something else\""),
        mark("other"),
    ];
    for stranger in strangers {
        let dns = observed(vec![stranger.clone()]);
        assert!(creation(&dns, &environment("dev"), ADDRESS, false).is_err(), "{stranger:?}");
        assert!(deletion(&dns, &environment("dev"), false).is_err(), "{stranger:?}");
        let batch = creation(&dns, &environment("dev"), ADDRESS, true).expect("forced");
        let after = observed(applied(&dns.records, &batch));
        assert!(after.is_of(&environment("dev")) && after.address() == Some(ADDRESS));
    }
}

#[test]
fn an_alias_is_never_touched() {
    let alias = RecordSet { routing: Some("an alias".to_owned()), ..record("dev.example.org", "A", "") };
    let dns = observed(vec![alias, mark("dev")]);
    assert!(matches!(creation(&dns, &environment("dev"), ADDRESS, true), Err(DnsRefusal::Routed { .. })));
    assert_eq!(deletion(&dns, &environment("dev"), true).expect("the mark alone").len(), 1);
}

#[test]
fn another_record_beside_ours_keeps_it_from_being_moved() {
    let dns = observed(vec![mark("dev"), record("dev.example.org", "AAAA", "2001:db8::1")]);
    assert!(matches!(creation(&dns, &environment("dev"), ADDRESS, false), Err(DnsRefusal::NotOurs { .. })));
    let other = observed(vec![mark("dev"), record("dev.example.org", "MX", "10 mail.example.org")]);
    assert_eq!(creation(&other, &environment("dev"), ADDRESS, false).expect("mail leads nowhere").len(), 1);
}

proptest! {
    #[test]
    fn every_environment_finds_its_own_mark(name in "\\PC{1,256}", other in "\\PC{1,10}") {
        prop_assume!(name != "-" && other != "-" && name != other);
        let value = mark_value(&environment(&name));
        prop_assert!(value.is_ascii());
        prop_assert!(value.split("\" \"").all(|part| part.len() <= 255 * 4));
        let read = marked_environment(&value);
        prop_assert_eq!(read, Some(name));
        prop_assert_ne!(value, mark_value(&environment(&other)));
    }

    #[test]
    fn a_batch_leaves_nothing_to_do_and_a_deletion_leaves_nothing_of_ours(
        picked in proptest::sample::subsequence(vec![
            record("dev.example.org", "A", "198.51.100.1"),
            record("dev.example.org", "AAAA", "2001:db8::1"),
            record("dev.example.org", "MX", "10 mail.example.org"),
            mark("dev"),
        ], 0..=4),
        force in any::<bool>(),
    ) {
        let dev = environment("dev");
        let dns = observed(picked.clone());
        if let Ok(batch) = creation(&dns, &dev, ADDRESS, force) {
            let after = observed(applied(&picked, &batch));
            prop_assert_eq!(creation(&after, &dev, ADDRESS, false), Ok(Vec::new()));
            let gone = observed(applied(&after.records, &deletion(&after, &dev, false).expect("ours")));
            prop_assert_eq!(deletion(&gone, &dev, false), Ok(Vec::new()));
            prop_assert!(gone.owner().is_none() && gone.address().is_none());
        } else {
            prop_assert!(!force);
        }
    }
}
