//! What is left of environments that are gone: ours, of no live environment, in nobody's use, and older than an hour, so
//! that what is being made at this moment is not taken for it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::dns::ObservedDns;
use crate::observed::{Instance, KeyPair, SecurityGroup, Volume};
use crate::tag::{self, Owner};

/// How old something must be before it can be left over.
const YOUNG: SignedDuration = SignedDuration::from_hours(1);

/// Everything of ours in one region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// Instances in every state.
    pub instances: Vec<Instance>,
    /// Key pairs.
    pub pairs: Vec<KeyPair>,
    /// Security groups; their rules do not matter.
    pub groups: Vec<SecurityGroup>,
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// Records that bear a mark of ours, of whatever region their environment is.
    pub names: Vec<ObservedDns>,
    /// The environments that are live in other regions.
    pub elsewhere: BTreeSet<String>,
}

/// What a leftover is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftoverKind {
    /// A volume, which costs money.
    Volume,
    /// A security group.
    SecurityGroup,
    /// A key pair; its file, if there is one, stays.
    KeyPair,
    /// A record and the mark beside it; its id is its name.
    Record,
}

/// Something that is left of an environment that is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leftover {
    /// What it is.
    pub kind: LeftoverKind,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The environment that it belonged to; `None` where it was made without one.
    pub environment: Option<String>,
    /// Since when it is there; `None` where AWS does not say, as of groups.
    pub since: Option<Timestamp>,
}

/// Returns what is left over, the most expensive first.
#[must_use]
pub fn leftovers(region: &Region, now: Timestamp) -> Vec<Leftover> {
    let mut left: Vec<Leftover> = owned(region);
    let (used, busy) = (Used::of(region), busy(region, &left, now));
    let is_busy = |one: &Leftover| one.environment.as_ref().is_some_and(|name| busy.contains(name));
    left.retain(|one| !used.has(one) && !is_busy(one) && !is_young(one.since, now));
    left.sort_by(|a, b| (a.kind, &a.environment, &a.id).cmp(&(b.kind, &b.environment, &b.id)));
    left
}

/// What something uses, by ids; of key pairs by names, as instances have them.
struct Used {
    volumes: BTreeSet<String>,
    groups: BTreeSet<String>,
    pairs: BTreeSet<String>,
    environments: BTreeSet<String>,
}

impl Used {
    fn of(region: &Region) -> Self {
        let live = || region.instances.iter().filter(|instance| instance.state.is_live());
        let attached = region.volumes.iter().filter(|volume| volume.attached_to.is_some());
        Self {
            volumes: attached.map(|volume| volume.id.clone()).collect(),
            groups: live().flat_map(|instance| instance.security_groups.iter().cloned()).collect(),
            pairs: live().filter_map(|instance| instance.key_name.clone()).collect(),
            environments: region.elsewhere.clone(),
        }
    }

    fn has(&self, one: &Leftover) -> bool {
        match one.kind {
            LeftoverKind::Volume => self.volumes.contains(&one.id),
            LeftoverKind::SecurityGroup => self.groups.contains(&one.id),
            LeftoverKind::KeyPair => one.name.as_ref().is_some_and(|name| self.pairs.contains(name)),
            LeftoverKind::Record => one.environment.as_ref().is_some_and(|name| self.environments.contains(name)),
        }
    }
}

/// The environments that have a live instance, or any sign of the last hour.
fn busy(region: &Region, owned: &[Leftover], now: Timestamp) -> BTreeSet<String> {
    let is_busy = |one: &&Instance| one.state.is_live() || is_young(one.launch_time, now);
    let instances = region.instances.iter().filter(is_busy).filter_map(Instance::environment);
    let signs = owned.iter().filter(|one| is_young(one.since, now)).filter_map(|one| one.environment.clone());
    instances.chain(signs).collect()
}

fn is_young(since: Option<Timestamp>, now: Timestamp) -> bool {
    since.is_some_and(|since| now.duration_since(since) < YOUNG)
}

/// Everything of ours but instances.
fn owned(region: &Region) -> Vec<Leftover> {
    let make = |kind, id: &str, name: Option<&str>, owner: Owner, since| match owner {
        Owner::Ours { environment } => {
            Some(Leftover { kind, id: id.to_owned(), name: name.map(str::to_owned), environment, since })
        }
        Owner::OlderTool | Owner::Someone => None,
    };
    let volumes = region.volumes.iter();
    let volumes = volumes.filter_map(|one| {
        make(LeftoverKind::Volume, &one.id, tag::value(&one.tags, tag::NAME), one.owner(), one.created)
    });
    let groups = region.groups.iter();
    let groups =
        groups.filter_map(|one| make(LeftoverKind::SecurityGroup, &one.id, Some(&one.name), one.owner(), None));
    let pairs = region.pairs.iter();
    let pairs = pairs.filter_map(|one| make(LeftoverKind::KeyPair, &one.id, Some(&one.name), one.owner(), one.created));
    let names = region.names.iter();
    let names = names.filter_map(|one| {
        make(LeftoverKind::Record, one.fqdn.as_str(), None, Owner::Ours { environment: Some(one.owner()?) }, None)
    });
    volumes.chain(groups).chain(pairs).chain(names).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::{RecordSet, Zone};
    use crate::observed::{InstanceState, KeyKind};
    use crate::tag::{ENVIRONMENT, Tag};

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minutes).expect("a time")
    }

    fn pair(name: &str, environment: &str, minutes: i64) -> KeyPair {
        KeyPair {
            name: name.to_owned(),
            id: format!("key-{name}"),
            tags: vec![Tag::new(ENVIRONMENT, environment)],
            kind: KeyKind::Ed25519,
            fingerprint: None,
            public_key: None,
            created: Some(at(minutes)),
        }
    }

    fn group(environment: &str) -> SecurityGroup {
        SecurityGroup {
            name: "group".to_owned(),
            id: format!("sg-{environment}"),
            vpc_id: None,
            description: String::new(),
            tags: vec![Tag::new(ENVIRONMENT, environment)],
            ingress: vec![],
        }
    }

    fn instance(environment: &str, state: InstanceState, minutes: i64) -> Instance {
        Instance {
            key_name: Some("used".to_owned()),
            tags: vec![Tag::new(ENVIRONMENT, environment)],
            launch_time: Some(at(minutes)),
            security_groups: vec!["sg-shared".to_owned()],
            ..Instance::new("i-1", state)
        }
    }

    fn ids(region: &Region) -> Vec<String> {
        leftovers(region, at(120)).into_iter().map(|one| one.id).collect()
    }

    #[test]
    fn only_what_is_old_unused_and_of_no_live_environment_is_left_over() {
        let region = Region {
            instances: vec![instance("live", InstanceState::Stopped, 0)],
            pairs: vec![
                pair("old", "gone", 0),
                pair("used", "gone", 0),
                pair("mine", "live", 0),
                pair("new", "fresh", 90),
            ],
            groups: vec![group("gone"), group("shared"), group("live"), group("fresh"), group("-")],
            ..Region::default()
        };
        assert_eq!(ids(&region), ["sg--", "sg-gone", "key-old"]);
    }

    #[test]
    fn an_environment_that_ended_a_moment_ago_is_not_left_over() {
        let ended = |minutes| Region {
            instances: vec![instance("gone", InstanceState::Terminated, minutes)],
            groups: vec![group("gone")],
            ..Region::default()
        };
        assert_eq!(ids(&ended(90)), Vec::<String>::new());
        assert_eq!(ids(&ended(30)), ["sg-gone"]);
    }

    #[test]
    fn a_volume_is_left_over_only_when_nothing_holds_it() {
        let volume = |attached: bool| Volume {
            id: "vol-1".to_owned(),
            attached_to: attached.then(|| "i-9".to_owned()),
            goes_with_instance: false,
            tags: vec![Tag::new(ENVIRONMENT, "gone")],
            gib: None,
            created: Some(at(0)),
        };
        let region = |attached| Region { volumes: vec![volume(attached)], ..Region::default() };
        assert_eq!((ids(&region(true)).len(), ids(&region(false)).len()), (0, 1));
    }

    #[test]
    fn a_record_is_left_over_where_no_region_has_its_environment() {
        let fqdn = crate::dns::Fqdn::parse("dev.example.org").expect("a name");
        let mark = |environment: &str| RecordSet {
            name: fqdn.mark(),
            kind: "TXT".to_owned(),
            ttl: Some(60),
            values: vec![format!("\"iac:environment={environment}\"")],
            routing: None,
        };
        let zone = Zone { id: "Z1".to_owned(), name: "example.org".to_owned() };
        let dns =
            |environment| ObservedDns { fqdn: fqdn.clone(), zone: zone.clone(), records: vec![mark(environment)] };
        let region = |environment, elsewhere: &[&str]| Region {
            instances: vec![instance("live", InstanceState::Running, 0)],
            names: vec![dns(environment)],
            elsewhere: elsewhere.iter().map(ToString::to_string).collect(),
            ..Region::default()
        };
        assert_eq!(ids(&region("gone", &["far"])), ["dev.example.org"]);
        assert_eq!(ids(&region("far", &["far"])), Vec::<String>::new());
        assert_eq!(ids(&region("live", &[])), Vec::<String>::new());
    }
}
