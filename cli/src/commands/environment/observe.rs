//! The facts: what AWS and the secrets folder have, looked for side by side, in two rounds.
//!
//! The first round asks all that the settings alone can name; the second what only the first round's ids name: the rules
//! and the users of groups, and the records of the zone.

use std::cell::RefCell;
use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use iac_core::dns::Fqdn;
use iac_core::key_work::KeyFiles;
use iac_core::launch::LaunchTokens;
use iac_core::name::{InstanceName, KeyName};
use iac_core::observed::{Instance, KeyPair, Observed, ObservedKey, SecurityGroup};

use super::records::{records, told, zones};
use crate::aws::{Aws, Group, Wanted, WantedGroups, WantedKeyPairs};
use crate::config::Settings;
use crate::error::Result;
use crate::work::group::{self, Candidates};
use crate::work::{Context, Session, existing_folder, image, key};

/// What was seen, and beside it what making a group has to know.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) observed: Observed,
    pub(super) candidates: Option<Candidates>,
    /// Names whose records may stay because these credentials may not delete them; `None` where that ends the run.
    pub(super) spared: Option<RefCell<BTreeSet<Fqdn>>>,
}

/// Looks at the environment that the settings name; a key pair and a group need not be set.
pub(super) async fn observe(session: &Session<'_>) -> Result<Seen> {
    let settings = session.settings;
    let name = settings.instance_name()?;
    let (account, pairs, candidates, own_groups, instances, volumes, zones) = tokio::try_join!(
        session.account(),
        pairs(settings, &session.aws),
        candidates(settings, &session.aws),
        groups(&session.aws),
        instances(settings, &session.aws, name),
        async { Ok(session.aws.volumes(Some(name)).await?) },
        zones(settings, &session.aws),
    )?;
    let group_id = match (&candidates, settings.optional_security_group()) {
        (Some(candidates), Some(reference)) => candidates.at_home(reference)?.map(|group| group.id.clone()),
        _ => None,
    };
    let told = told(&instances, &own_groups, name, settings.fqdn.as_ref());
    let named = candidates.iter().flat_map(|candidates| candidates.groups.iter().cloned());
    let groups = concerned(named.chain(own_groups).collect(), name, group_id.as_deref());
    let (groups, users, records, keys, images) = tokio::try_join!(
        with_rules(&session.aws, &groups),
        users(&session.aws, &groups),
        records(settings, &session.aws, zones.as_deref(), &told),
        keys(session, name, pairs),
        image::owners(session, instances.iter().filter(|instance| instance.owner().is_of(name.as_str()))),
    )?;
    let observed = Observed {
        environment: name.clone(),
        tokens: LaunchTokens::new(&account, &session.aws.region, name),
        key_name: settings.optional_key_name().cloned(),
        keys,
        group_id,
        groups,
        vpc_id: candidates.as_ref().and_then(|candidates| candidates.home.clone()),
        instances: distinct(instances.into_iter().chain(users).collect()),
        images,
        volumes,
        dns: records.wanted,
        former_names: records.former,
        further_names: records.further,
        closed_names: records.closed,
    };
    Ok(Seen { observed, candidates, spared: None })
}

/// All pairs of ours, and the one that the settings name, whoever made it.
async fn pairs(settings: &Settings, aws: &Aws) -> Result<Vec<KeyPair>> {
    let named = async {
        match settings.optional_key_name() {
            Some(name) => aws.key_pair(name).await,
            None => Ok(None),
        }
    };
    let (mut ours, named) = tokio::try_join!(aws.key_pairs(WantedKeyPairs::Ours), named)?;
    ours.extend(named);
    Ok(ours)
}

async fn candidates(settings: &Settings, aws: &Aws) -> Result<Option<Candidates>> {
    match settings.optional_security_group() {
        Some(_) => group::candidates(settings, aws).await.map(Some),
        None => Ok(None),
    }
}

async fn groups(aws: &Aws) -> Result<Vec<Group>> {
    Ok(aws.security_groups(WantedGroups::Ours).await?)
}

/// All instances of ours, the older tool's of the name, and those launched with the key pair.
async fn instances(settings: &Settings, aws: &Aws, name: &InstanceName) -> Result<Vec<Instance>> {
    let users = async {
        match settings.optional_key_name() {
            Some(key) => aws.instances(Wanted::KeyPair(key)).await,
            None => Ok(Vec::new()),
        }
    };
    let (ours, older, users) =
        tokio::try_join!(aws.instances(Wanted::Ours), aws.instances(Wanted::OlderTool(Some(name))), users)?;
    Ok(ours.into_iter().chain(older).chain(users).collect())
}

/// The groups that carry the environment's tag, and the one that the settings mean; each once.
fn concerned(groups: Vec<Group>, name: &InstanceName, named: Option<&str>) -> Vec<Group> {
    let mut concerned: Vec<Group> = Vec::new();
    for group in groups {
        let is_own = group.owner().is_of(name.as_str());
        let is_new = !concerned.iter().any(|other| other.id == group.id);
        if is_new && (is_own || Some(group.id.as_str()) == named) {
            concerned.push(group);
        }
    }
    concerned
}

/// The groups with their rules, without one that is deleted at this very moment.
async fn with_rules(aws: &Aws, groups: &[Group]) -> Result<Vec<SecurityGroup>> {
    let ids: Vec<String> = groups.iter().map(|group| group.id.clone()).collect();
    let mut rules = aws.ingress_rules(&ids).await?;
    Ok(groups.iter().filter_map(|group| Some(group.clone().with_ingress(rules.remove(&group.id)?))).collect())
}

/// The instances in these groups, whoever launched them.
async fn users(aws: &Aws, groups: &[Group]) -> Result<Vec<Instance>> {
    let found = try_join_all(groups.iter().map(|group| aws.instances(Wanted::Group(&group.id)))).await?;
    Ok(found.into_iter().flatten().collect())
}

fn distinct(mut instances: Vec<Instance>) -> Vec<Instance> {
    instances.sort_by(|a, b| a.id.cmp(&b.id));
    instances.dedup_by(|a, b| a.id == b.id);
    instances
}

/// The pairs of the environment and the one of the settings, with their files as far as there is a folder.
async fn keys(context: &Context<'_>, environment: &InstanceName, pairs: Vec<KeyPair>) -> Result<Vec<ObservedKey>> {
    let named = context.settings.optional_key_name();
    let mut keys: Vec<(KeyName, Option<KeyPair>)> = named.map(|name| (name.clone(), None)).into_iter().collect();
    for pair in pairs {
        let Ok(name) = KeyName::parse(&pair.name) else { continue };
        let is_own = pair.owner().is_of(environment.as_str());
        match keys.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = Some(pair),
            None if is_own => keys.push((name, Some(pair))),
            None => {}
        }
    }
    let mut observed = Vec::new();
    for (name, pair) in keys {
        let files = match existing_folder(context.settings) {
            Some(folder) => key::key_files(&folder, &name).await?,
            None => KeyFiles::default(),
        };
        observed.push(ObservedKey { name, pair, files });
    }
    Ok(observed)
}
