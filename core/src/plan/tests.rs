//! Plans against every world: carried out in a simulator, and, for a few, as a person reads them.

mod consent;
mod simulator;
mod world;

use proptest::prelude::*;

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::environment::Environment;
use crate::observed::{ImageOwner, IngressRule, InstanceState, Observed};
use simulator::apply;
use world::{any_environment, any_observed, environment, fresh, instance, observed, ours};

const HOUR: Duration = Duration::from_hours(1);

/// Everything that is there, as lines; what carries another's tag is told from what is ours by its line.
fn lines(have: &Observed) -> Vec<String> {
    let tags = |tags: &[crate::tag::Tag]| format!("{tags:?}");
    let keys = have.keys.iter().flat_map(|key| {
        let pair = key.pair.as_ref().map(|pair| format!("pair {} {:?} {}", pair.id, pair.public_key, tags(&pair.tags)));
        let files = crate::key_work::KeyFileName::ALL.map(|name| (name, key.files.get(name).clone()));
        let files = files.into_iter().filter(|(_, state)| state.is_present());
        let files: Vec<_> = files.map(|(name, state)| format!("file {} {state:?}", name.of(&key.name))).collect();
        pair.into_iter().chain(files)
    });
    let groups =
        have.groups.iter().map(|group| format!("group {} {:?} {}", group.id, group.ingress, tags(&group.tags)));
    let live = have.instances.iter().filter(|instance| instance.state != InstanceState::Terminated);
    let instances = live.map(|instance| format!("instance {instance:?}"));
    let volumes = have.volumes.iter().map(|volume| format!("volume {} {}", volume.id, tags(&volume.tags)));
    let names = have.names().flatten();
    let records = names.flat_map(|dns| dns.records.iter().map(|set| format!("record {set:?}")));
    keys.chain(groups).chain(instances).chain(volumes).chain(records).collect()
}

proptest! {
    // About every other of these worlds is refused.
    #![proptest_config(ProptestConfig { cases: 1000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_carried_out_leaves_nothing_to_do(want in any_environment(), have in any_observed()) {
        let plan = diff(&want, &have);
        prop_assume!(plan.refused.is_empty());
        let after = apply(&have, &want, &plan);
        let again = diff(&want, &after);
        prop_assert!(again.is_empty(), "first:\n{}\nagain:\n{}", plan.text(), again.text());
        prop_assert!(again.refused.is_empty(), "{}", again.text());
        let [one] = after.live()[..] else { return Err(TestCaseError::fail("not exactly one live instance")) };
        prop_assert!(matches!(one.state, InstanceState::Running | InstanceState::Pending), "{:?}", one.state);
        prop_assert_eq!((&one.instance_type, one.nitro), (&want.instance_type, want.nitro));
        if want.fqdn.is_some() {
            prop_assert_eq!(one.fqdn(), want.fqdn);
            prop_assert!(!after.former_names.iter().flatten().any(|dns| dns.is_of(&want.name)));
        }
    }

    #[test]
    fn a_plan_touches_nothing_of_others(want in any_environment(), have in any_observed()) {
        let plan = diff(&want, &have);
        prop_assume!(plan.refused.is_empty());
        let after = lines(&apply(&have, &want, &plan));
        for line in lines(&have).iter().filter(|line| is_of_others(line)) {
            prop_assert!(after.contains(line), "{line} is gone by\n{}", plan.text());
        }
    }

    #[test]
    fn a_teardown_leaves_nothing_of_ours_and_touches_nothing_else(
        want in any_environment(),
        have in any_observed(),
        keeping in any::<bool>(),
    ) {
        let plan = if keeping { teardown(&have).keeping_keys() } else { teardown(&have) };
        let gone = apply(&have, &want, &plan);
        let left = if keeping { teardown(&gone).keeping_keys() } else { teardown(&gone) };
        prop_assert!(left.is_empty(), "first:\n{}\nleft:\n{}", plan.text(), left.text());
        prop_assert!(gone.live().is_empty());
        let after = lines(&gone);
        for line in lines(&have).iter().filter(|line| is_of_others(line)) {
            prop_assert!(after.contains(line), "{line} is gone by\n{}", plan.text());
        }
        for key in gone.keys.iter().filter(|_| !keeping) {
            let is_in_use = gone.others_with_key(&key.name).next().is_some();
            let is_left = key.pair.as_ref().is_some_and(|pair| gone.is_own(&pair.owner()));
            prop_assert!(is_in_use || !is_left, "{key:?}");
        }
        for group in gone.groups.iter().filter(|group| gone.is_own(&group.owner())) {
            prop_assert!(gone.others_in_group(&group.id).next().is_some(), "{group:?}");
        }
        for volume in gone.volumes.iter().filter(|volume| gone.is_own(&volume.owner())) {
            prop_assert!(plan.kept.iter().any(|kept| kept.id.as_ref() == Some(&volume.id)), "{volume:?}");
        }
        for dns in gone.names().flatten() {
            prop_assert!(!dns.is_of(&gone.environment), "{dns:?}");
        }
    }

    #[test]
    fn steps_come_after_what_they_depend_on(want in any_environment(), have in any_observed()) {
        for plan in [diff(&want, &have), teardown(&have)] {
            for (place, step) in plan.steps.iter().enumerate() {
                prop_assert!(step.after.iter().all(|&before| before < place), "{}", plan.text());
                prop_assert!(!step.reason.is_empty());
            }
        }
    }
}

/// Whether a line of [`lines`] is of somebody else: another environment, the older tool, or a stranger.
fn is_of_others(line: &str) -> bool {
    let is_ours = |environment: &str| line.contains(&format!("\"bky:iac:environment\", value: \"{environment}\""));
    let is_resource = ["pair", "group", "instance", "volume"].iter().any(|kind| line.starts_with(&format!("{kind} ")));
    // What another environment made and nobody uses goes with the last environment whose settings name it.
    let may_go_last = is_ours("-") || (is_ours("other") && !line.starts_with("instance "));
    is_resource && !is_ours("dev") && !may_go_last
}

#[test]
fn a_first_plan_makes_everything_in_its_order() {
    let plan = diff(&environment(), &fresh());
    insta::assert_snapshot!(plan.text(), @"
    + create security group `dev`: there is none of this name; port 22 opens to 203.0.113.7/32
    + create key pair `dev`: there is none of this name
    + launch instance `dev`: there is none; type `c6a.xlarge`, with enclaves
    ~ point record `dev.example.org`: it has no record
    ");
    let after: Vec<_> = plan.steps.iter().map(|step| step.after.clone()).collect();
    assert_eq!(after, [vec![], vec![], vec![1, 0], vec![2]]);
}

#[test]
fn drift_is_said_with_what_was_wanted() {
    let mut have = observed();
    have.groups[0].ingress = vec![world::rule("0.0.0.0/0")];
    have.instances[0].state = InstanceState::Stopped;
    have.instances[0].nitro = false;
    have.instances[0].tags.retain(|tag| tag.key != "Name");
    insta::assert_snapshot!(diff(&environment(), &have).text(), @"
    ~ change the SSH rules of security group `dev` sg-1: port 22 is open to 0.0.0.0/0, wanted 203.0.113.7/32
    ~ switch enclaves on in instance i-1: enclaves are not enabled, wanted enabled
    ~ point record `dev.example.org`: it leads to 203.0.113.50, and the instance gets another address
    ~ tag instance i-1: it lacks the tag `Name=dev`
    ");
    have.instances[0].state = InstanceState::Running;
    let plan = diff(&environment(), &have);
    assert_eq!(plan.not_permitted(&[]).len(), 1);
    assert!(plan.not_permitted(&[Need::Restart]).is_empty());
}

#[test]
fn rules_of_others_are_told_and_left_whoever_made_the_group() {
    let mut have = observed();
    let everything =
        |source| IngressRule { protocol: "-1".to_owned(), from_port: None, to_port: None, ..world::rule(source) };
    have.groups[0].ingress.extend([everything("0.0.0.0/0"), everything("203.0.113.7/32")]);
    let plan = diff(&environment(), &have);
    assert!(plan.is_empty(), "it is not ours to remove");
    let warning = "warning: security group `dev` sg-1 lets in all traffic from 0.0.0.0/0, the whole internet, and `ssh_from` does not; `iac` leaves it as it is: take the rule away with `aws ec2 revoke-security-group-ingress --group-id sg-1 --security-group-rule-ids sgr-0.0.0.0/0`\n";
    assert_eq!(plan.text(), warning);
    have.groups[0].tags.clear();
    assert!(diff(&environment(), &have).text().ends_with(warning), "nor in a group that others made");
    assert!(teardown(&have).exposed.is_empty());
}

#[test]
fn an_instance_from_an_image_that_no_launch_takes_is_warned_of_by_both_plans() {
    let owner = |account: &str, is_amazon| ImageOwner { account: account.to_owned(), is_amazon };
    let told = |images: BTreeMap<String, ImageOwner>, state: &str| {
        let mut have = observed();
        have.images = images;
        have.instances[0].state = InstanceState::from(state);
        let plans = [diff(&environment(), &have), teardown(&have)];
        plans.map(|plan| plan.strangers.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let image = observed().instances[0].image_id.clone();
    let of = |owner| BTreeMap::from([(image.clone(), owner)]);
    let [plan, down] = told(of(owner("111122223333", false)), "running");
    assert_eq!((plan.len(), &plan), (1, &down));
    assert!(plan[0].contains(&format!("image {image} of account 111122223333")), "{plan:?}");
    let nothing = [Vec::<String>::new(), Vec::new()];
    assert_eq!(told(of(owner("137112412989", true)), "running"), nothing);
    assert_eq!(told(of(owner("111122223333", false)), "shutting-down"), nothing, "it is on its way");
    assert_eq!(told(BTreeMap::new(), "running"), nothing, "AWS does not show the image any more");
}

#[test]
fn a_former_name_leads_nowhere_before_the_wanted_one_is_told() {
    let mut have = observed();
    have.instances[0].tags.retain(|tag| tag.key != crate::tag::FQDN);
    insta::assert_snapshot!(diff(&environment(), &have).text(), @"~ point record `dev.example.org`: the instance lacks the tag `bky:iac:fqdn=dev.example.org`");
    have.instances[0].tags.push(world::told(&world::former()));
    have.former_names = vec![Ok(world::dns(world::former(), &[("A", "203.0.113.50"), ("TXT", world::MARK)]))];
    let plan = diff(&environment(), &have);
    insta::assert_snapshot!(plan.text(), @"
    - delete record `old.example.org`: the wanted name is `dev.example.org`
    ~ point record `dev.example.org`: the instance lacks the tag `bky:iac:fqdn=dev.example.org`
    ");
    assert_eq!(plan.steps[1].after, [0]);
    assert!(
        diff(&Environment { fqdn: None, ..environment() }, &have).is_empty(),
        "no name is wanted, none is taken away"
    );
    assert!(teardown(&have).text().contains("- delete record `old.example.org`: it belongs to the environment"));
    have.former_names = vec![Ok(world::dns(world::former(), &[("A", "198.51.100.9")]))];
    assert!(teardown(&have).text().contains("keep record `old.example.org`: it leads to 198.51.100.9 and is not ours"));
}

#[test]
fn a_further_name_follows_the_instance_and_goes_with_it() {
    let mut have = observed();
    let leading_to = |address| vec![Ok(world::dns(world::further(), &[("A", address), ("TXT", world::MARK)]))];
    have.further_names = leading_to("203.0.113.50");
    assert!(diff(&environment(), &have).is_empty());
    have.further_names = leading_to("203.0.113.9");
    let nameless = Environment { fqdn: None, ..environment() };
    insta::assert_snapshot!(diff(&nameless, &have).text(), @"~ point record `also.example.org`: it leads to 203.0.113.9, the instance has 203.0.113.50");
    have.instances[0].state = InstanceState::Stopped;
    have.instances[0].public_ip_address = None;
    let plan = diff(&environment(), &have);
    insta::assert_snapshot!(plan.text(), @"
    ~ start instance i-1: it is stopped, wanted running
    ~ point record `dev.example.org`: it leads to 203.0.113.50, and the instance gets another address
    ~ point record `also.example.org`: it leads to 203.0.113.9, and the instance gets another address
    ");
    assert_eq!(plan.steps[2].after, [0]);
    assert!(teardown(&have).text().contains("- delete record `also.example.org`: it belongs to the environment"));
    have.further_names = vec![Ok(world::dns(world::further(), &[("A", "198.51.100.9")]))];
    assert!(!diff(&environment(), &have).text().contains("also.example.org"), "it is somebody else's by now");
    assert!(!teardown(&have).text().contains("delete record `also.example.org`"));
    have.closed_names = [world::further()].into();
    insta::assert_snapshot!(teardown(&have).kept[0].reason, @"these credentials may not change it; `iac dns delete --fqdn also.example.org` with others deletes it");
}

#[test]
fn what_ends_and_has_another_name_is_shown_with_it() {
    let mut have = observed();
    let volume = |tags| crate::observed::Volume { attached_to: None, tags, ..world::volume("vol-1", "i-1", 500) };
    have.volumes = vec![volume(ours("dev"))];
    let ends = |have: &Observed| teardown(have).text().lines().take(3).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(ends(&have), @"
    - terminate instance i-1: it belongs to the environment and is running
    - delete record `dev.example.org`: it belongs to the environment
    - delete volume vol-1: it belongs to the environment
    ");
    // Somebody has put the environment's tag on what is not its.
    have.instances[0].name = Some("prod-db".to_owned());
    have.instances[0].instance_type = "m5.large".to_owned();
    let own = crate::tag::Tag::new(crate::tag::ENVIRONMENT, "dev");
    have.volumes = vec![volume(vec![own])];
    insta::assert_snapshot!(ends(&have), @"
    - terminate instance i-1: it belongs to the environment and is running; its name is `prod-db`, its type `m5.large`
    - delete record `dev.example.org`: it belongs to the environment
    - delete volume vol-1: it belongs to the environment; it has no name, its size 500 GiB
    ");
    let plan = diff(&environment(), &have).text();
    assert!(plan.contains("wanted `c6a.xlarge`; its name is `prod-db`, its type `m5.large`"), "{plan}");
}

#[test]
fn what_needs_a_new_instance_says_so() {
    let mut have = observed();
    have.instances[0].instance_type = "t3.micro".to_owned();
    have.instances[0].key_name = Some("another".to_owned());
    let plan = diff(&environment(), &have);
    insta::assert_snapshot!(plan.text(), @"
    - terminate instance i-1: its type is `t3.micro`, wanted `c6a.xlarge`; its key pair is `another`, wanted `dev` (needs `--replace`)
    + launch instance `dev`: it takes the place of the one before (needs `--replace`)
    ~ point record `dev.example.org`: it leads to 203.0.113.50, and the instance gets another address
    ");
    assert_eq!(plan.not_permitted(&[Need::Restart]).len(), 2);
}

#[test]
fn what_the_settings_name_of_a_launch_is_compared_and_the_rest_is_not() {
    let mut have = observed();
    have.instances[0].subnet_id = Some("subnet-1".to_owned());
    have.instances[0].instance_profile = Some("arn:aws:iam::1:instance-profile/paths/web".to_owned());
    have.instances[0].root_volume = Some("vol-1".to_owned());
    have.volumes = vec![world::volume("vol-1", "i-1", 16)];
    assert!(diff(&environment(), &have).is_empty());
    let named = |subnet: &str, gib: i32, profile: &str| Environment {
        subnet_id: Some(subnet.to_owned()),
        volume_gib: Some(gib),
        instance_profile: Some(profile.to_owned()),
        ..environment()
    };
    for profile in ["web", "arn:aws:iam::1:instance-profile/paths/web"] {
        assert!(diff(&named("subnet-1", 8, profile), &have).is_empty(), "a larger volume does as well");
    }
    let plan = diff(&Environment { ttl: Some(HOUR), ..named("subnet-2", 32, "db") }, &have);
    assert_eq!(plan.not_permitted(&[Need::Restart]).len(), 2);
    insta::assert_snapshot!(plan.steps[0].reason, @"its subnet is `subnet-1`, wanted `subnet-2`; its volume has 16 GiB, wanted 32; its instance profile is `web`, wanted `db`; it does not end by itself, and `ttl` is set");
}

#[test]
fn an_end_is_only_ever_moved_to_a_later_time() {
    let want = |hours: u32| Environment { ttl: Some(HOUR * hours), ..environment() };
    let mut have = observed();
    have.instances[0].tags.push(crate::host::end::launch_tag(2 * HOUR));
    assert!(diff(&want(2), &have).is_empty());
    assert!(diff(&environment(), &have).is_empty(), "without `ttl` the end is left as it is");
    insta::assert_snapshot!(diff(&want(8), &have).text(), @"~ move the end of instance i-1: its `ttl` is `2h`, wanted `8h`");
    insta::assert_snapshot!(diff(&want(1), &have).text(), @"  keep the end of instance i-1: its `ttl` is `2h`, wanted `1h`, but an end is never moved to an earlier time");
    have.instances[0].state = InstanceState::Stopped;
    let plan = diff(&want(8), &have);
    let after: Vec<_> = plan.steps.iter().map(|step| (step.action.name(), step.after.clone())).collect();
    assert_eq!(after[..2], [("start_instance", vec![]), ("move_end", vec![0])]);
    have.keys[0].files = crate::key_work::KeyFiles::default();
    assert_eq!(diff(&want(8), &have).refused[0].code(), "key_file_missing", "the host has to be asked");
    assert!(diff(&want(1), &have).refused.is_empty());
}

#[test]
fn a_teardown_goes_from_the_instance_to_the_key_file() {
    insta::assert_snapshot!(teardown(&observed()).text(), @"
    - terminate instance i-1: it belongs to the environment and is running
    - delete record `dev.example.org`: it belongs to the environment
    - delete security group `dev` sg-1: it belongs to the environment
    - delete key pair `dev`: it belongs to the environment
    ");
}

#[test]
fn what_others_use_stays() {
    let mut have = observed();
    have.instances.push(instance("i-2", ours("other"), InstanceState::Stopped));
    insta::assert_snapshot!(teardown(&have).text(), @"
    - terminate instance i-1: it belongs to the environment and is running
    - delete record `dev.example.org`: it belongs to the environment
      keep security group `dev` sg-1: i-2, outside of this environment, uses it
      keep key pair `dev` key-1: i-2, outside of this environment, uses it
    ");
}

#[test]
fn the_last_environment_takes_what_two_have_shared() {
    let mut have = observed();
    have.instances.clear();
    have.groups[0].tags = ours("other");
    have.keys[0].pair.as_mut().expect("a pair").tags = ours("other");
    let plan = teardown(&have);
    assert!(plan.text().contains("delete key pair `dev`: the settings name it, and nothing else uses it"));
    have.instances.push(instance("i-2", ours("other"), InstanceState::Running));
    have.instances[0].key_name = None;
    have.instances[0].security_groups.clear();
    assert!(
        teardown(&have)
            .text()
            .contains("keep key pair `dev` key-1: it belongs to the environment `other`, which is live")
    );
}

#[test]
fn what_only_the_user_can_settle_is_refused() {
    let codes = |have: &Observed| diff(&environment(), have).refused.iter().map(Refusal::code).collect::<Vec<_>>();
    let mut have = observed();
    have.keys[0].files = crate::key_work::KeyFiles::default();
    assert!(codes(&have).is_empty(), "without a launch the file is not needed");
    have.instances.clear();
    assert_eq!(codes(&have), ["key_file_missing"]);
    have.instances.push(instance(
        "i-3",
        vec![crate::tag::Tag::new("Name", "dev"), crate::tag::Tag::new("Deployment", "Sequencer")],
        InstanceState::Running,
    ));
    assert_eq!(codes(&have), ["instance_exists"]);
    let mut twice = observed();
    twice.instances.push(instance("i-4", ours("dev"), InstanceState::Running));
    twice.instances[1].client_token = None;
    assert_eq!(codes(&twice), ["instance_ambiguous"]);
    let mut locked = observed();
    locked.keys[0].pair = None;
    locked.keys[0].files = crate::key_work::KeyFiles::default();
    assert_eq!(codes(&locked), ["key_missing"]);
}
