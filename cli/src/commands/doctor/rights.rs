//! The rights of the credentials: every call of the tool that can be tried beforehand is, and changes nothing.
//!
//! Calls that the other checks make anyway tell what they were told. Of the rest, those that take nothing which has to be
//! looked for go with the first answers, and those that take an id as soon as it is known.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use iac_core::dns::{Zone, choose_zone};
use iac_core::doctor::{self, Check, Rights, Trial};
use iac_core::name::GroupRef;
use iac_core::policy::{Denial, Operation};
use iac_core::tag::{self, Owner, creation_tags};

use super::facts::{Asked, Facts, Found};
use super::{instance, of_error};
use crate::aws::{Aws, CallError, Failure, Given, Group, Launch};
use crate::config::Settings;
use crate::work::image::ImageIds;
use crate::work::instance::prepare;
use crate::work::scope::scope_of;

/// What calls have shown, one entry each.
pub(super) type Trials = BTreeMap<Operation, Trial>;

/// Tries what the settings alone are enough for.
pub(super) async fn early(settings: &Settings, aws: &Aws) -> Trials {
    trials(aws, &given(settings), Operation::ALL.iter().copied()).await
}

/// Tries what takes something that was found.
pub(super) async fn late(settings: &Settings, aws: &Aws, facts: &Facts, early: &Trials) -> Trials {
    let is_ours = |owner: Owner| match settings.optional_instance_name() {
        Some(name) => owner.is_of(name.as_str()),
        None => owner.is_ours(),
    };
    let found = &facts.found;
    let ours = |group: &&Group| is_ours(group.owner());
    let volumes = found.volumes.iter().flatten();
    let given = Given {
        instance_id: facts
            .instances
            .as_ref()
            .ok()
            .and_then(|all| instance::of(settings, all).ok().flatten())
            .map(|it| it.id.as_str()),
        key_pair_id: found.pairs.iter().flatten().find(|pair| is_ours(pair.owner())).map(|pair| pair.id.as_str()),
        group_id: found.groups.iter().flatten().find(ours).map(|group| group.id.as_str()),
        volume_id: volumes.map(|volume| volume.id.as_str()).next(),
        zone: zone(settings, found),
        launch: launch(settings, facts),
        ..given(settings)
    };
    let others = Operation::ALL.iter().copied().filter(|operation| !early.contains_key(operation));
    trials(aws, &given, others).await
}

fn given(settings: &Settings) -> Given<'_> {
    let environment = settings.optional_instance_name();
    let name = environment.map_or(tag::MANAGED_BY_IAC, |name| name.as_str());
    Given {
        tags: creation_tags(name, environment, &settings.tags),
        key_name: settings.optional_key_name(),
        group_name: settings.optional_security_group().and_then(|group| match group {
            GroupRef::Name(name) => Some(name),
            GroupRef::Id(_) => None,
        }),
        ssh_port: settings.ssh_port(),
        ..Given::default()
    }
}

fn zone<'a>(settings: &Settings, found: &'a Found) -> Option<&'a Zone> {
    let (fqdn, zones) = (settings.fqdn.as_ref()?, found.zones.as_ref()?.as_ref().ok()?);
    let chosen = choose_zone(fqdn, zones).ok()?;
    zones.iter().find(|zone| zone.id == chosen.id)
}

/// The launch that the settings ask for, where its key pair and its group are there.
fn launch<'a>(settings: &Settings, facts: &'a Facts) -> Option<(Launch, &'a str)> {
    let found = &facts.found;
    let values = found.parameters.as_ref().map_or(Some(BTreeMap::new()), |values| values.clone().ok())?;
    let image_id = ImageIds::of(settings, values).ok()?.on(facts.described.as_ref().ok()?.as_ref()?)?.clone();
    let zones = facts.zones.as_ref().ok()?;
    let subnet = facts.subnets.iter().flatten().find(|subnet| zones.contains(&subnet.zone))?;
    let in_vpc = |group: &&Group| group.vpc_id.as_ref() == Some(&subnet.vpc_id);
    let group = found.groups.iter().flatten().find(in_vpc)?;
    let key_name = settings.optional_key_name()?.as_str();
    found.pairs.iter().flatten().find(|pair| pair.name == key_name)?;
    Some((prepare::launch(settings, image_id, group.id.clone()).ok()?, &subnet.id))
}

async fn trials(aws: &Aws, given: &Given<'_>, operations: impl Iterator<Item = Operation>) -> Trials {
    let trial = async |operation| (operation, aws.trial(operation, given).await);
    let tried = join_all(operations.map(trial)).await.into_iter();
    tried.filter_map(|(operation, answer)| Some((operation, shown(&answer?)))).collect()
}

/// What the answer to a call shows of its rights.
fn shown<T>(answer: &Asked<T>) -> Trial {
    match answer {
        Ok(_) => Trial::Allowed,
        Err(CallError { operation, failure: Failure::Denied(message), .. }) => {
            Trial::Denied { action: operation.refused_action(message), denial: Denial::of(message) }
        }
        Err(error) => Trial::Unclear(error.failure.to_string()),
    }
}

/// What the calls show that are made for their answers.
fn of_facts(facts: &Facts) -> Trials {
    let found = &facts.found;
    let parameters = found.parameters.as_ref().map(shown).map(|trial| (Operation::GetParameters, trial));
    let zones = found.zones.as_ref().map(shown).map(|trial| (Operation::ListHostedZones, trial));
    let always = [
        (Operation::DescribeInstanceTypeOfferings, shown(&facts.zones)),
        (Operation::DescribeInstanceTypes, shown(&facts.described)),
        (Operation::DescribeInstances, shown(&facts.instances)),
        (Operation::DescribeKeyPairs, shown(&found.pairs)),
        (Operation::DescribeRouteTables, shown(&facts.tables)),
        (Operation::DescribeSecurityGroups, shown(&found.groups)),
        (Operation::DescribeSubnets, shown(&facts.subnets)),
        (Operation::DescribeVolumes, shown(&found.volumes)),
        (Operation::GetServiceQuota, shown(&facts.limit)),
    ];
    always.into_iter().chain(parameters).chain(zones).collect()
}

/// Judges all that was shown.
pub(super) fn judged(
    name: &'static str,
    settings: &Settings,
    aws: &Aws,
    facts: &Facts,
    early: Trials,
    late: Trials,
) -> (Check, Option<Rights>) {
    let Ok(identity) = &facts.identity else {
        return (Check::not_checked(name, "AWS does not tell whose the credentials are"), None);
    };
    let trials = early.into_iter().chain(late).chain(of_facts(facts)).collect();
    let scope = match scope_of(settings, identity.account.clone(), aws.region.clone()) {
        Ok(scope) => scope,
        Err(error) => return (of_error(name, error), None),
    };
    let (check, rights) = doctor::rights(name, &trials, &scope, &identity.arn);
    (check, Some(rights))
}
