//! What uses a security group, and whether that passes by itself.

use iac_core::observed::Instance;

use crate::aws::{Attached, Aws, CallError, Group, NetworkInterface, Wanted, WantedGroups};

/// Everything that keeps a group from being deleted.
#[derive(Debug, Default)]
pub(crate) struct Users {
    interfaces: Vec<NetworkInterface>,
    /// The instances that the interfaces are attached to, as far as EC2 still shows them.
    instances: Vec<Instance>,
    /// Other groups with a rule that names this one.
    naming: Vec<Group>,
}

/// Looks for what uses a group.
pub(crate) async fn users(aws: &Aws, group_id: &str) -> Result<Users, CallError> {
    let (interfaces, mut naming, letting_out) = tokio::try_join!(
        aws.interfaces_using(group_id),
        aws.security_groups(WantedGroups::LettingIn(group_id)),
        aws.security_groups(WantedGroups::LettingOutTo(group_id)),
    )?;
    naming.extend(letting_out);
    let ids: Vec<String> = interfaces.iter().filter_map(instance_id).map(str::to_owned).collect();
    let mut instances = Vec::new();
    for ids in ids.chunks(200) {
        instances.extend(aws.instances(Wanted::Ids(ids)).await?);
    }
    Ok(Users { interfaces, instances, naming })
}

fn instance_id(interface: &NetworkInterface) -> Option<&str> {
    match &interface.attached {
        Attached::Instance(id) => Some(id),
        Attached::Service | Attached::Nothing => None,
    }
}

impl Users {
    /// What does not go by itself, each in a few words.
    ///
    /// An interface that is attached to nothing may be the rest of an ended instance: it counts only if it stays.
    pub(crate) fn blocking(&self, loose_count: bool) -> Vec<String> {
        let mut blocking: Vec<String> = self.naming.iter().map(naming).collect();
        for interface in &self.interfaces {
            match &interface.attached {
                Attached::Instance(id) => blocking.extend(self.live(id).map(using)),
                Attached::Service => blocking.push(interface_in_words(interface)),
                Attached::Nothing if loose_count => blocking.push(interface_in_words(interface)),
                Attached::Nothing => (),
            }
        }
        blocking.sort();
        blocking.dedup();
        blocking
    }

    /// Whether a live instance is among them.
    pub(crate) fn has_live_instance(&self) -> bool {
        let mut ids = self.interfaces.iter().filter_map(instance_id);
        ids.any(|id| self.live(id).is_some())
    }

    /// What was waited for, each in a few words.
    pub(crate) fn passing(&self) -> Vec<String> {
        self.interfaces.iter().map(interface_in_words).collect()
    }

    fn live(&self, id: &str) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.id == id && instance.state.is_live())
    }
}

fn using(instance: &Instance) -> String {
    match &instance.name {
        Some(name) => format!("instance `{name}` uses it and is {}: {}", instance.state, instance.id),
        None => format!("an instance uses it and is {}: {}", instance.state, instance.id),
    }
}

fn naming(group: &Group) -> String {
    format!("a rule of security group `{}` names it: {}", group.name, group.id)
}

fn interface_in_words(interface: &NetworkInterface) -> String {
    match interface.description.as_str() {
        "" => format!("a network interface uses it: {}", interface.id),
        about => format!("a network interface (`{about}`) uses it: {}", interface.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iac_core::observed::InstanceState;

    fn interface(id: &str, attached: Attached) -> NetworkInterface {
        NetworkInterface { id: id.to_owned(), description: String::new(), attached }
    }

    fn instance(id: &str, state: InstanceState) -> Instance {
        Instance { name: Some("dev".to_owned()), ..Instance::new(id, state) }
    }

    fn of_instance(state: InstanceState) -> Users {
        let interfaces = vec![interface("eni-1", Attached::Instance("i-1".to_owned()))];
        Users { interfaces, instances: vec![instance("i-1", state)], naming: Vec::new() }
    }

    #[test]
    fn live_instances_block_and_ending_ones_pass() {
        for state in ["pending", "running", "stopping", "stopped"] {
            let blocking = of_instance(InstanceState::from(state)).blocking(false);
            assert_eq!(blocking, [format!("instance `dev` uses it and is {state}: i-1")]);
        }
        for state in ["shutting-down", "terminated"] {
            assert!(of_instance(InstanceState::from(state)).blocking(true).is_empty());
        }
        let gone = Users { instances: Vec::new(), ..of_instance(InstanceState::Running) };
        assert!(gone.blocking(true).is_empty());
        assert_eq!(gone.passing(), ["a network interface uses it: eni-1"]);
    }

    #[test]
    fn services_and_rules_of_other_groups_block_at_once() {
        let (id, name) = ("sg-2".to_owned(), "other".to_owned());
        let naming = Group { id, name, vpc_id: None, description: String::new(), tags: Vec::new() };
        let service = NetworkInterface { description: "ELB web".to_owned(), ..interface("eni-1", Attached::Service) };
        let users = Users { interfaces: vec![service], naming: vec![naming], ..Users::default() };
        let expected =
            ["a network interface (`ELB web`) uses it: eni-1", "a rule of security group `other` names it: sg-2"];
        assert_eq!(users.blocking(false), expected);
    }

    #[test]
    fn an_interface_without_an_instance_blocks_only_if_it_stays() {
        let users = Users { interfaces: vec![interface("eni-1", Attached::Nothing)], ..Users::default() };
        assert!(users.blocking(false).is_empty());
        assert_eq!(users.blocking(true), ["a network interface uses it: eni-1"]);
    }
}
