//! What has to be done so that nothing of an environment is left, and nothing of anybody else is touched.
//!
//! An environment's own is what carries its tag, and of the pair and the group that its settings name what is ours and in
//! nobody else's use: two environments may share them, and the last one to go takes them along.

use super::{Action, Plan, stranger, strangers};
use crate::dns::ZoneError;
use crate::key_work::{DeleteRefusal, DeleteWork, KeyFileName, teardown_work};
use crate::observed::{InstanceState, Observed, ObservedKey, SecurityGroup};
use crate::tag::Owner;

const OWN: &str = "it belongs to the environment";

/// Returns the steps that leave nothing of the environment, the key pair and its file last.
#[must_use]
pub fn teardown(have: &Observed) -> Plan {
    let mut plan = Plan { strangers: strangers(have), ..Plan::default() };
    let ended = instances(&mut plan, have);
    records(&mut plan, have);
    let volumes = volumes(&mut plan, have, &ended);
    let groups: Vec<usize> =
        have.groups.iter().filter_map(|group| delete_group(&mut plan, have, group, &ended)).collect();
    let before: Vec<usize> = ended.into_iter().chain(volumes).chain(groups).collect();
    for key in &have.keys {
        delete_key(&mut plan, have, key, &before);
    }
    plan
}

fn instances(plan: &mut Plan, have: &Observed) -> Vec<usize> {
    for older in have.older() {
        plan.keep(format!("instance `{}`", have.environment), Some(&older.id), "the older tool made it");
    }
    let mut ended = Vec::new();
    for instance in have.own_instances() {
        let (id, other) = (instance.id.clone(), stranger::of_instance(instance, &have.environment));
        match &instance.state {
            InstanceState::Terminated => {}
            InstanceState::ShuttingDown => ended.push(plan.add(Action::AwaitEnd(id), "it is ending", &[])),
            state => ended.push(plan.add(Action::Terminate(id), format!("{OWN} and is {state}{other}"), &[])),
        }
    }
    ended
}

fn records(plan: &mut Plan, have: &Observed) {
    for name in &have.closed_names {
        let reason =
            format!("these credentials may not change it; `iac dns delete --fqdn {name}` with others deletes it");
        plan.keep(format!("record `{name}`"), None, reason);
    }
    for name in have.names() {
        match name {
            Ok(dns) if dns.is_of(&have.environment) => {
                plan.add(Action::ForgetName(dns.fqdn.clone()), OWN, &[]);
            }
            Ok(dns) => {
                if let Some(address) = dns.address() {
                    plan.keep(format!("record `{}`", dns.fqdn), None, format!("it leads to {address} and is not ours"));
                }
            }
            // Without a zone there is no record.
            Err(ZoneError::None(_)) => {}
            Err(error) => plan.keep("record".to_owned(), None, error.to_string()),
        }
    }
}

fn volumes(plan: &mut Plan, have: &Observed, ended: &[usize]) -> Vec<usize> {
    let mut deleted = Vec::new();
    for volume in have.volumes.iter().filter(|volume| have.is_own(&volume.owner())) {
        let is_with = |id: &String| have.own_instances().any(|own| own.id == *id);
        match &volume.attached_to {
            Some(id) if !is_with(id) => plan.keep("volume".to_owned(), Some(&volume.id), format!("{id} uses it")),
            Some(_) if volume.goes_with_instance => {}
            _ => {
                let reason = format!("{OWN}{}", stranger::of_volume(volume, &have.environment));
                deleted.push(plan.add(Action::DeleteVolume(volume.id.clone()), reason, ended));
            }
        }
    }
    deleted
}

fn delete_group(plan: &mut Plan, have: &Observed, group: &SecurityGroup, ended: &[usize]) -> Option<usize> {
    let owner = group.owner();
    let is_named = Some(&group.id) == have.group_id.as_ref();
    let user = have.others_in_group(&group.id).next().map(|user| user.id.as_str());
    match kept(have, &owner, is_named, user)? {
        Verdict::Goes => {
            let (id, name) = (group.id.clone(), group.name.clone());
            Some(plan.add(Action::DeleteGroup { id, name }, reason(have, &owner), ended))
        }
        Verdict::Stays(reason) => {
            plan.keep(format!("security group `{}`", group.name), Some(&group.id), reason);
            None
        }
    }
}

fn delete_key(plan: &mut Plan, have: &Observed, key: &ObservedKey, before: &[usize]) {
    let is_named = have.key_name.as_ref() == Some(&key.name);
    let resource = format!("key pair `{}`", key.name);
    let owner = match &key.pair {
        Some(pair) => pair.owner(),
        // Of a pair that is gone only an interrupted run's files are left, and they lie under the name of the settings.
        None => Owner::Ours { environment: None },
    };
    let user = have.others_with_key(&key.name).next().map(|user| user.id.as_str());
    match kept(have, &owner, is_named, user) {
        None => {}
        Some(Verdict::Stays(reason)) => {
            plan.keep(resource, key.pair.as_ref().map(|pair| pair.id.as_str()), reason);
        }
        Some(Verdict::Goes) => match teardown_work(&key.files, key.pair.as_ref()) {
            Ok(work) => {
                say_what_stays(plan, key, &work.stays);
                let reason = if work.delete_pair { reason(have, &owner) } else { unfinished(&work) };
                plan.add(Action::DeleteKey(key.name.clone(), work), reason, before);
            }
            Err(DeleteRefusal::NotFound { stays }) => say_what_stays(plan, key, &stays),
            Err(DeleteRefusal::NotOurs) => plan.keep(resource, None, "it was not made by `iac`"),
        },
    }
}

fn unfinished(work: &DeleteWork) -> String {
    format!("an interrupted run left {} of it", if work.remove.len() == 1 { "a file" } else { "files" })
}

fn say_what_stays(plan: &mut Plan, key: &ObservedKey, stays: &[KeyFileName]) {
    for file in stays {
        plan.keep("file".to_owned(), Some(&file.of(&key.name)), "nothing proves that it is the pair's private half");
    }
}

/// Whether something goes.
enum Verdict {
    Goes,
    Stays(String),
}

/// Decides of a pair or a group whether it goes; `None` where it is no concern of the environment.
fn kept(have: &Observed, owner: &Owner, is_named: bool, user: Option<&str>) -> Option<Verdict> {
    let is_own = have.is_own(owner);
    if !is_own && !is_named {
        return None;
    }
    Some(match (owner, user) {
        (Owner::OlderTool, _) => Verdict::Stays("the older tool made it".to_owned()),
        (Owner::Someone, _) => Verdict::Stays("it was not made by `iac`".to_owned()),
        (Owner::Ours { .. }, Some(id)) => Verdict::Stays(format!("{id}, outside of this environment, uses it")),
        (Owner::Ours { .. }, None) => match have.live_owner(owner) {
            Some(other) => Verdict::Stays(format!("it belongs to the environment `{other}`, which is live")),
            None => Verdict::Goes,
        },
    })
}

fn reason(have: &Observed, owner: &Owner) -> String {
    match have.is_own(owner) {
        true => OWN.to_owned(),
        false => "the settings name it, and nothing else uses it".to_owned(),
    }
}
