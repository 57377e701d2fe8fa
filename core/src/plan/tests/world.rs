//! Worlds to plan for: one in which all is as wanted, an empty one, and any.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::dns::{Fqdn, ObservedDns, RecordSet, Zone};
use crate::environment::Environment;
use crate::host::end::launch_tag;
use crate::ingress::Wanted;
use crate::key_work::{FileState, KeyFiles};
use crate::launch::{LaunchToken, LaunchTokens, launch_token};
use crate::name::{GroupName, GroupRef, InstanceName, KeyName};
use crate::observed::{
    IngressRule, Instance, InstanceState, KeyKind, KeyPair, Observed, ObservedKey, SecurityGroup, Source, Volume,
};
use crate::public_key::PublicKey;
use crate::tag::{self, Tag, creation_tags};

pub(super) fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).expect("a name")
}

pub(super) fn key_name(text: &str) -> KeyName {
    KeyName::parse(text).expect("a name")
}

pub(super) fn fqdn() -> Fqdn {
    Fqdn::parse("dev.example.org").expect("a name")
}

/// The name that the environment had before.
pub(super) fn former() -> Fqdn {
    Fqdn::parse("old.example.org").expect("a name")
}

/// A name that `iac dns create` made.
pub(super) fn further() -> Fqdn {
    Fqdn::parse("also.example.org").expect("a name")
}

/// The tag of an instance that a name leads to.
pub(super) fn told(fqdn: &Fqdn) -> Tag {
    Tag::new(tag::FQDN, fqdn.as_str())
}

/// Key `C` is the pair's own where there is one.
pub(super) fn public_key(tail: char) -> PublicKey {
    PublicKey::parse(&format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINRlqlLBuq1aKX8TyOj7PndBM/wpCM69wT7HpoS0bGn{tail}"))
        .expect("a public key")
}

/// The tags of a resource of an environment; `-` for none.
pub(super) fn ours(environment: &str) -> Vec<Tag> {
    creation_tags("dev", (environment != "-").then(|| name(environment)).as_ref(), &BTreeMap::new())
}

pub(super) fn token() -> LaunchToken {
    launch_token("123456789012", "us-east-1", &name("dev"), 0)
}

pub(super) fn rule(cidr: &str) -> IngressRule {
    IngressRule {
        id: Some(format!("sgr-{cidr}")),
        protocol: "tcp".to_owned(),
        from_port: Some(22),
        to_port: Some(22),
        source: Source::Cidr(cidr.parse().expect("a network")),
        description: None,
        tags: vec![],
    }
}

pub(super) fn instance(id: &str, tags: Vec<Tag>, state: InstanceState) -> Instance {
    Instance {
        name: Some("dev".to_owned()),
        key_name: Some("dev".to_owned()),
        tags,
        public_ip_address: Some("203.0.113.50".to_owned()),
        nitro: true,
        instance_type: "c6a.xlarge".to_owned(),
        image_id: "ami-1".to_owned(),
        client_token: Some(token().to_string()),
        security_groups: vec!["sg-1".to_owned()],
        ..Instance::new(id, state)
    }
}

fn pair(tags: Vec<Tag>) -> KeyPair {
    KeyPair {
        name: "dev".to_owned(),
        id: "key-1".to_owned(),
        tags,
        kind: KeyKind::Ed25519,
        fingerprint: None,
        public_key: Some(public_key('C')),
        created: None,
    }
}

pub(super) fn group(id: &str, tags: Vec<Tag>, ingress: Vec<IngressRule>) -> SecurityGroup {
    SecurityGroup {
        name: "dev".to_owned(),
        id: id.to_owned(),
        vpc_id: Some("vpc-1".to_owned()),
        description: String::new(),
        tags,
        ingress,
    }
}

/// Records at a name, each a type and a value.
pub(super) fn dns(fqdn: Fqdn, records: &[(&str, &str)]) -> ObservedDns {
    let zone = Zone { id: "Z1".to_owned(), name: "example.org".to_owned() };
    let record = |&(kind, value): &(&str, &str)| {
        let name = if kind == "TXT" { fqdn.mark() } else { fqdn.as_str().to_owned() };
        RecordSet { name, kind: kind.to_owned(), ttl: Some(60), values: vec![value.to_owned()], routing: None }
    };
    ObservedDns { records: records.iter().map(record).collect(), zone, fqdn }
}

pub(super) const MARK: &str = "\"iac:environment=dev\"";

/// The root volume of an instance of ours.
pub(super) fn volume(id: &str, instance: &str, gib: i32) -> Volume {
    Volume {
        id: id.to_owned(),
        attached_to: Some(instance.to_owned()),
        goes_with_instance: true,
        gib: Some(gib),
        created: None,
        tags: ours("dev"),
    }
}

/// What the tests want unless they say otherwise.
pub(super) fn environment() -> Environment {
    Environment {
        name: name("dev"),
        key_name: key_name("dev"),
        group: GroupRef::Name(GroupName::parse("dev").expect("a name")),
        ssh_port: 22,
        ssh_from: Wanted::List(vec!["203.0.113.7/32".parse().expect("a network")]),
        instance_type: "c6a.xlarge".to_owned(),
        image: None,
        nitro: true,
        subnet_id: None,
        volume_gib: None,
        instance_profile: None,
        ttl: None,
        fqdn: Some(fqdn()),
        tags: BTreeMap::new(),
    }
}

/// A region in which nothing was made yet.
pub(super) fn fresh() -> Observed {
    Observed {
        environment: name("dev"),
        tokens: LaunchTokens::new("123456789012", "us-east-1", &name("dev")),
        key_name: Some(key_name("dev")),
        keys: vec![ObservedKey { name: key_name("dev"), pair: None, files: KeyFiles::default() }],
        group_id: None,
        groups: vec![],
        vpc_id: Some("vpc-1".to_owned()),
        instances: vec![],
        images: BTreeMap::new(),
        volumes: vec![],
        dns: Some(Ok(dns(fqdn(), &[]))),
        former_names: vec![],
        further_names: vec![],
        closed_names: BTreeSet::new(),
    }
}

/// A world that is as wanted.
pub(super) fn observed() -> Observed {
    let files = KeyFiles { pem: FileState::Key(public_key('C')), ..KeyFiles::default() };
    Observed {
        keys: vec![ObservedKey { name: key_name("dev"), pair: Some(pair(ours("dev"))), files }],
        group_id: Some("sg-1".to_owned()),
        groups: vec![group("sg-1", ours("dev"), vec![rule("203.0.113.7/32")])],
        instances: vec![instance("i-1", [ours("dev"), vec![told(&fqdn())]].concat(), InstanceState::Running)],
        dns: Some(Ok(dns(fqdn(), &[("A", "203.0.113.50"), ("TXT", MARK)]))),
        ..fresh()
    }
}

pub(super) fn any_environment() -> impl Strategy<Value = Environment> {
    let from = prop_oneof![
        subsequence(vec!["203.0.113.7/32", "0.0.0.0/0", "10.0.0.0/8"], 1..=3)
            .prop_map(|nets| Wanted::List(nets.iter().map(|net| net.parse().expect("a network")).collect())),
        Just(Wanted::Caller {
            address: "203.0.113.7".parse().expect("an address"),
            user: "ann".to_owned(),
            host: "laptop".to_owned(),
            today: "2026-11-22".parse().expect("a day"),
        }),
    ];
    let tags = subsequence(vec![("team", "red"), ("cost", "7")], 0..=2);
    (
        (from, tags, any::<bool>(), any::<bool>()),
        (
            select(vec!["c6a.xlarge", "c6g.large"]),
            select(vec![None, Some("ami-1"), Some("ami-2")]),
            select(vec!["dev", "dev2"]),
        ),
        select(vec!["dev", "sg-1"]),
        (any_ttl(), option_of("subnet-1"), option_of("web")),
    )
        .prop_map(|((ssh_from, tags, nitro, named), (kind, image, key), group, (ttl, subnet, profile))| {
            Environment {
                ttl,
                subnet_id: subnet,
                instance_profile: profile,
                ssh_from,
                nitro,
                instance_type: kind.to_owned(),
                image: image.map(str::to_owned),
                key_name: key_name(key),
                group: GroupRef::parse(group).expect("a group"),
                fqdn: named.then(fqdn),
                tags: tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
                ..environment()
            }
        })
}

fn any_ttl() -> impl Strategy<Value = Option<Duration>> {
    select(vec![None, Some(2), Some(8)]).prop_map(|hours| hours.map(Duration::from_hours))
}

fn option_of(text: &'static str) -> impl Strategy<Value = Option<String>> {
    any::<bool>().prop_map(move |is_there| is_there.then(|| text.to_owned()))
}

fn any_tags() -> impl Strategy<Value = Vec<Tag>> {
    prop_oneof![
        4 => Just(ours("dev")),
        1 => Just(ours("other")),
        1 => Just(ours("-")),
        1 => Just(vec![Tag::new("Name", "dev"), Tag::new("Deployment", "Sequencer")]),
        1 => Just(vec![Tag::new("Name", "dev"), Tag::new("ManagedBy", "iac")]),
        1 => Just(ours("dev").into_iter().filter(|tag| tag.key != "Name").collect()),
    ]
}

fn any_files() -> impl Strategy<Value = KeyFiles> {
    let file = || {
        prop_oneof![
            3 => Just(FileState::Absent),
            3 => Just(FileState::Key(public_key('C'))),
            1 => Just(FileState::Key(public_key('D'))),
            1 => Just(FileState::Unreadable),
        ]
    };
    (file(), file(), file()).prop_map(|(pem, new, deleting)| KeyFiles { pem, new, deleting })
}

fn any_instances() -> impl Strategy<Value = Vec<Instance>> {
    let states = ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"];
    let one = (
        any_tags(),
        select(states.to_vec()),
        (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        select(vec!["c6a.xlarge", "c6a.xlarge", "t3.micro"]),
        (any_ttl(), option_of("subnet-1"), option_of("arn:aws:iam::1:instance-profile/web")),
        select(vec![None, Some(fqdn()), Some(former())]),
    );
    proptest::collection::vec(one, 0..4).prop_map(|list| {
        let all = list.into_iter().zip(1..);
        all.map(|((tags, state, (nitro, is_ours, in_group, with_key), kind, (ttl, subnet, profile), name), number)| {
            Instance {
                subnet_id: subnet,
                instance_profile: profile,
                nitro,
                instance_type: kind.to_owned(),
                client_token: is_ours.then(|| token().to_string()),
                security_groups: in_group.then(|| "sg-1".to_owned()).into_iter().collect(),
                key_name: with_key.then(|| "dev".to_owned()),
                public_ip_address: (state == "running").then(|| format!("203.0.113.{number}")),
                ..instance(
                    &format!("i-{number}"),
                    tags.into_iter().chain(ttl.map(launch_tag)).chain(name.as_ref().map(told)).collect(),
                    InstanceState::from(state),
                )
            }
        })
        .collect()
    })
}

pub(super) fn any_observed() -> impl Strategy<Value = Observed> {
    let any_group = proptest::option::of((
        any_tags(),
        subsequence(vec![rule("0.0.0.0/0"), rule("203.0.113.7/32"), rule("10.1.0.0/16")], 0..=3),
    ));
    let any_records = || {
        let all = [("A", "203.0.113.1"), ("TXT", MARK), ("AAAA", "2001:db8::1"), ("CNAME", "a.org")];
        subsequence(all.to_vec(), 0..=4)
    };
    let names = (any_records(), any_records(), any_records());
    let volumes = proptest::collection::vec((any_tags(), proptest::option::of(1..4), any::<bool>()), 0..3);
    (proptest::option::of(any_tags()), any_files(), any_group, any_instances(), volumes, names).prop_map(
        |(pair_tags, files, group_of, instances, volumes, (records, former_records, further_records))| {
            let volume =
                |(number, (tags, instance, goes_with_instance)): (usize, (Vec<Tag>, Option<i32>, bool))| Volume {
                    id: format!("vol-{number}"),
                    attached_to: instance
                        .map(|number| format!("i-{number}"))
                        .filter(|id| instances.iter().any(|instance| instance.id == *id && instance.state.is_live())),
                    goes_with_instance,
                    tags,
                    gib: None,
                    created: None,
                };
            let volumes: Vec<Volume> = volumes.into_iter().enumerate().map(volume).collect();
            let volumes = volumes.into_iter().map(|volume| Volume {
                // What goes with our instance although it is not ours, AWS takes away, and not we.
                goes_with_instance: volume.goes_with_instance
                    && volume.attached_to.is_some()
                    && volume.tags.contains(&Tag::new("bky:iac:environment", "dev")),
                ..volume
            });
            Observed {
                keys: vec![
                    ObservedKey { name: key_name("dev"), pair: pair_tags.map(pair), files },
                    ObservedKey { name: key_name("dev2"), pair: None, files: KeyFiles::default() },
                ],
                group_id: group_of.as_ref().map(|_| "sg-1".to_owned()),
                groups: group_of.into_iter().map(|(tags, rules)| group("sg-1", tags, rules)).collect(),
                volumes: volumes.collect(),
                instances,
                dns: Some(Ok(dns(fqdn(), &records))),
                former_names: vec![Ok(dns(former(), &former_records))],
                further_names: vec![Ok(dns(further(), &further_records))],
                ..fresh()
            }
        },
    )
}
