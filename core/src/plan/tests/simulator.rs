//! AWS and a secrets folder, as far as steps change them. It refuses what AWS refuses.

use super::world::{group, instance, public_key, rule, token, told};
use crate::dns::{Change, Fqdn, ObservedDns, creation, deletion};
use crate::environment::Environment;
use crate::host::end::{launch_tag, ttl};
use crate::ingress::{IngressChange, ingress_change};
use crate::key_work::{CreateWork, DeleteWork, FileState, KeyFileName, KeyFiles};
use crate::name::KeyName;
use crate::observed::{IngressRule, Instance, InstanceState, KeyKind, KeyPair, Observed, ObservedKey};
use crate::plan::{Action, Plan};
use crate::tag::{Tag, further_name};

/// Carries all steps of a plan out, one after the other.
pub(super) fn apply(have: &Observed, want: &Environment, plan: &Plan) -> Observed {
    let mut world = have.clone();
    for step in &plan.steps {
        carry_out(&mut world, want, &step.action);
    }
    world
}

fn carry_out(world: &mut Observed, want: &Environment, action: &Action) {
    match action {
        Action::FinishKeyDeletion(name) => key(world, name).files.deleting = FileState::Absent,
        Action::RestoreKeyFile(name) => {
            let files = &mut key(world, name).files;
            assert_eq!(files.pem, FileState::Absent);
            files.pem = std::mem::take(&mut files.deleting);
        }
        Action::CreateKey(name, work) => create_key(key(world, name), want, *work),
        Action::ImportKey(name) => {
            let key = key(world, name);
            key.pair = Some(pair(name, want, &key.files.pem.clone()));
            if key.files.new == key.files.pem {
                key.files.new = FileState::Absent;
            }
        }
        Action::CreateGroup(name) => {
            let rules = changed(&ingress_change(&[], want.ssh_port, &want.ssh_from));
            world.groups.push(group("sg-new", want.tags_of(name.as_str()), rules));
            world.group_id = Some("sg-new".to_owned());
        }
        Action::ChangeRules { id, change, .. } => {
            let group = world.groups.iter_mut().find(|group| group.id == *id).expect("the group");
            group.ingress = changed(change);
        }
        Action::Launch(_) => launch(world, want),
        Action::Start(id) => run(one(world, id)),
        Action::SwitchEnclaves { id, on } => {
            let instance = one(world, id);
            instance.nitro = *on;
            run(instance);
        }
        Action::MoveEnd { id, to, .. } => {
            let instance = one(world, id);
            if instance.state == InstanceState::Pending {
                run(instance);
            }
            assert_eq!(instance.state, InstanceState::Running, "a host that does not run cannot be asked");
            assert!(ttl(instance).is_some_and(|ttl| ttl < *to), "an end is moved to a later time");
            let tags = [launch_tag(*to)];
            tag(world, id, &tags);
        }
        Action::Terminate(id) | Action::AwaitEnd(id) => end(world, id),
        Action::Tag { id, tags, .. } => tag(world, id, tags),
        Action::PointName(fqdn, _) => point(world, want, fqdn),
        Action::ForgetName(fqdn) => {
            let environment = world.environment.clone();
            let dns = records(world, fqdn);
            let batch = deletion(dns, &environment, false).expect("ours");
            change_records(dns, &batch);
        }
        Action::DeleteVolume(id) => {
            let place = world.volumes.iter().position(|volume| volume.id == *id).expect("the volume");
            assert_eq!(world.volumes.remove(place).attached_to, None);
        }
        Action::DeleteGroup { id, .. } => {
            let uses = |instance: &Instance| instance.state.is_live() && instance.security_groups.contains(id);
            assert!(!world.instances.iter().any(uses), "a group in use cannot be deleted");
            world.groups.retain(|group| group.id != *id);
            world.group_id.take_if(|named| named == id);
        }
        Action::DeleteKey(name, work) => delete_key(key(world, name), work),
    }
}

fn key<'a>(world: &'a mut Observed, name: &KeyName) -> &'a mut ObservedKey {
    if world.key(name).is_none() {
        world.keys.push(ObservedKey { name: name.clone(), pair: None, files: KeyFiles::default() });
    }
    world.keys.iter_mut().find(|key| key.name == *name).expect("the key")
}

fn pair(name: &KeyName, want: &Environment, file: &FileState) -> KeyPair {
    let FileState::Key(public_key) = file else { panic!("{file:?} is no key to import") };
    KeyPair {
        name: name.to_string(),
        id: format!("key-{name}"),
        tags: want.tags_of(name.as_str()),
        kind: KeyKind::Ed25519,
        fingerprint: None,
        public_key: Some(public_key.clone()),
        created: None,
    }
}

fn create_key(key: &mut ObservedKey, want: &Environment, work: CreateWork) {
    if matches!(work, CreateWork::Start | CreateWork::StartOver) {
        key.files.new = FileState::Key(public_key('E'));
    }
    if matches!(work, CreateWork::Start | CreateWork::StartOver | CreateWork::ImportNew) {
        assert_eq!(key.pair, None, "the name is taken");
        key.pair = Some(pair(&key.name, want, &key.files.new));
    }
    let new = std::mem::take(&mut key.files.new);
    if work != CreateWork::RemoveNew {
        assert_eq!(key.files.pem, FileState::Absent, "never over a file");
        key.files.pem = new;
    }
}

fn delete_key(key: &mut ObservedKey, work: &DeleteWork) {
    if work.rename {
        key.files.deleting = std::mem::take(&mut key.files.pem);
    }
    if work.delete_pair {
        assert!(key.pair.take().is_some_and(|pair| pair.owner().is_ours()));
    }
    for name in &work.remove {
        *match name {
            KeyFileName::Pem => &mut key.files.pem,
            KeyFileName::New => &mut key.files.new,
            KeyFileName::Deleting => &mut key.files.deleting,
        } = FileState::Absent;
    }
}

/// The rules after a change.
fn changed(change: &IngressChange) -> Vec<IngressRule> {
    let added = change
        .add
        .iter()
        .map(|new| IngressRule { description: Some(new.description.clone()), ..rule(&new.cidr.to_string()) });
    change.keep.iter().chain(&change.other).cloned().chain(added).collect()
}

fn launch(world: &mut Observed, want: &Environment) {
    let pair = world.key(&want.key_name).and_then(|key| key.pair.as_ref()).expect("a pair to launch with");
    let file = &world.key(&want.key_name).expect("its key").files.pem;
    assert!(file.is_private_half_of(pair), "a launch without its private half");
    let group = world.group_id.clone().expect("a group to launch in");
    let tags = want.tags_of(want.name.as_str()).into_iter().chain(want.ttl.map(launch_tag));
    let tags = tags.chain(want.fqdn.as_ref().map(told)).collect();
    world.instances.push(Instance {
        key_name: Some(want.key_name.to_string()),
        public_ip_address: Some("203.0.113.200".to_owned()),
        nitro: want.nitro,
        instance_type: want.instance_type.clone(),
        image_id: want.image.clone().unwrap_or_else(|| "ami-newest".to_owned()),
        client_token: Some(token().to_string()),
        security_groups: vec![group],
        subnet_id: want.subnet_id.clone(),
        instance_profile: want.instance_profile.as_ref().map(|name| format!("arn:aws:iam::1:instance-profile/{name}")),
        ..instance("i-new", tags, InstanceState::Running)
    });
}

fn one<'a>(world: &'a mut Observed, id: &str) -> &'a mut Instance {
    world.instances.iter_mut().find(|instance| instance.id == id).expect("the instance")
}

fn run(instance: &mut Instance) {
    assert!(instance.state.is_live());
    instance.state = InstanceState::Running;
    instance.public_ip_address = Some("203.0.113.201".to_owned());
}

fn end(world: &mut Observed, id: &str) {
    one(world, id).state = InstanceState::Terminated;
    world.volumes.retain(|volume| !(volume.goes_with_instance && volume.attached_to.as_deref() == Some(id)));
    for volume in world.volumes.iter_mut().filter(|volume| volume.attached_to.as_deref() == Some(id)) {
        volume.attached_to = None;
    }
}

fn tag(world: &mut Observed, id: &str, tags: &[Tag]) {
    let instances = world.instances.iter_mut().map(|instance| (&instance.id, &mut instance.tags));
    let volumes = world.volumes.iter_mut().map(|volume| (&volume.id, &mut volume.tags));
    let groups = world.groups.iter_mut().map(|group| (&group.id, &mut group.tags));
    let pairs = world.keys.iter_mut().filter_map(|key| key.pair.as_mut()).map(|pair| (&pair.id, &mut pair.tags));
    let mut all = instances.chain(volumes).chain(groups).chain(pairs);
    let (_, present) = all.find(|(found, _)| *found == id).expect("the resource");
    present.retain(|old| !tags.iter().any(|new| new.key == old.key));
    present.extend_from_slice(tags);
}

fn records<'a>(world: &'a mut Observed, fqdn: &Fqdn) -> &'a mut ObservedDns {
    let names = world.dns.iter_mut().chain(&mut world.former_names).chain(&mut world.further_names);
    names.flatten().find(|dns| dns.fqdn == *fqdn).expect("a name in a zone")
}

fn point(world: &mut Observed, want: &Environment, fqdn: &Fqdn) {
    // An instance that was starting has its address once somebody waits for it.
    let (id, state) = world.live().first().map(|one| (one.id.clone(), one.state.clone())).expect("an instance");
    if state == InstanceState::Pending {
        run(one(world, &id));
    }
    let address = world.live()[0].public_ip_address.clone().expect("an address");
    let is_wanted = want.fqdn.as_ref() == Some(fqdn);
    tag(world, &id, &[if is_wanted { told(fqdn) } else { further_name(fqdn) }]);
    let dns = records(world, fqdn);
    let batch = creation(dns, &want.name, address.parse().expect("an address"), false).expect("ours or free");
    change_records(dns, &batch);
}

fn change_records(dns: &mut ObservedDns, batch: &[Change]) {
    for change in batch {
        match change {
            Change::Create(set) => {
                assert!(!dns.records.iter().any(|old| (&old.name, &old.kind) == (&set.name, &set.kind)));
                dns.records.push(set.clone());
            }
            Change::Delete(set) => {
                let place = dns.records.iter().position(|old| old == set).expect("the exact old value");
                dns.records.remove(place);
            }
        }
    }
}
