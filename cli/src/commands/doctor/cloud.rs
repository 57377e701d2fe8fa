//! The checks at AWS: everything is asked at the same time, and judged when all answers are there.

use std::collections::{BTreeMap, BTreeSet};

use iac_core::doctor::{Check, Family, Place, Rights, clock, network, quota};
use iac_core::observed::{Instance, InstanceState};
use nitro::sizing::Demand;

use super::facts::{Asked, Facts, facts};
use super::names::{CLOCK, CREDENTIALS, GROUP, HOST_KEYS, IMAGE, INSTANCE_TYPE, NAMES, NETWORK, QUOTA, RIGHTS, SSH};
use super::needs::Open;
use super::rights::{self, Trials};
use super::{group, instance, of_error};
use crate::aws::{Aws, CallError, Failure, Identity, Subnet};
use crate::config::Settings;
use crate::error::Result;
use crate::work::{Context, Session, existing_folder};

/// Makes the checks that nothing is open for; without a connection only that is said.
pub(super) async fn checks(context: &Context<'_>, open: &Open) -> (Vec<Check>, Option<Rights>) {
    let settings = context.settings;
    // Who is asked, and by whom, every check depends on.
    if open.instead_of(CLOCK).is_some() {
        return (NAMES.into_iter().filter_map(|name| open.instead_of(name)).collect(), None);
    }
    let session = match context.connect().await {
        Ok(session) => session,
        Err(error) => return (instead(None, of_error(CREDENTIALS, error)), None),
    };
    let known = existing_folder(settings).and_then(|folder| folder.read_known_hosts().ok()).unwrap_or_default();
    let is_tried = open.instead_of(RIGHTS).is_none();
    let early = async { if is_tried { rights::early(settings, &session.aws).await } else { Trials::new() } };
    let (facts, early) = tokio::join!(Box::pin(facts(settings, &session.aws)), Box::pin(early));
    let credentials = credentials(settings, &facts.identity);
    if facts.identity.as_ref().is_err_and(is_everywhere) {
        return (instead(facts.ahead, credentials), None);
    }
    let late =
        async { if is_tried { rights::late(settings, &session.aws, &facts, &early).await } else { Trials::new() } };
    let (quota, group, ssh, late, origin) = tokio::join!(
        Box::pin(in_use(settings, &session.aws, &facts)),
        Box::pin(of_group(&session, &facts, open)),
        Box::pin(reachable(&session, &facts, open)),
        Box::pin(late),
        Box::pin(instance::origin(&session, &facts, IMAGE))
    );
    let (rights, tried) = rights::judged(RIGHTS, settings, &session.aws, &facts, early, late);
    let (clock, network, kind) = (clock_of(facts.ahead), way_out(settings, &facts), type_of(settings, &facts));
    let made = [clock, credentials, rights, network, group, kind, quota, ssh].into_iter();
    let checks = made.map(|check| open.instead_of(check.check).unwrap_or(check));
    let checks = checks.chain(origin).chain(instance::forgotten(&session, &facts, &known, HOST_KEYS));
    (checks.collect(), tried.filter(|_| is_tried))
}

/// The checks where AWS does not work for these credentials at all.
fn instead(ahead: Option<i64>, credentials: Check) -> Vec<Check> {
    let others = [RIGHTS, NETWORK, GROUP, INSTANCE_TYPE, QUOTA, SSH];
    let others = others.map(|name| Check::not_checked(name, "AWS does not answer these credentials"));
    [clock_of(ahead), credentials].into_iter().chain(others).collect()
}

/// Whether a failure will be that of every other call too.
fn is_everywhere(error: &CallError) -> bool {
    !matches!(error.failure, Failure::Denied(_) | Failure::Refused(_) | Failure::Throttled(_) | Failure::Fault(_))
}

fn clock_of(ahead: Option<i64>) -> Check {
    ahead.map_or_else(|| Check::not_checked(CLOCK, "AWS has not said what time it is"), clock)
}

fn credentials(settings: &Settings, identity: &Asked<Identity>) -> Check {
    let identity = match identity {
        Ok(identity) => identity,
        Err(error) => return of_error(CREDENTIALS, error.clone()),
    };
    let found = format!("account {}, {}", identity.account, identity.arn);
    match &settings.account {
        Some(wanted) if *wanted != identity.account => {
            let mend = "use the credentials of that account, or change `account`";
            Check::failed(CREDENTIALS, format!("{found}, and `account` is {wanted}"), mend)
        }
        _ => Check::ok(CREDENTIALS, found),
    }
}

fn way_out(settings: &Settings, facts: &Facts) -> Check {
    let (subnets, tables) = match (&facts.subnets, &facts.tables) {
        (Ok(subnets), Ok(tables)) => (subnets, tables),
        (Err(error), _) | (_, Err(error)) => return of_error(NETWORK, error.clone()),
    };
    match &settings.subnet_id {
        Some(id) if subnets.is_empty() => {
            Check::failed(NETWORK, format!("there is no subnet {id} in this region"), "check `subnet_id` and `region`")
        }
        _ => network(&subnets.iter().map(place).collect::<Vec<_>>(), tables),
    }
}

fn place(subnet: &Subnet) -> Place<'_> {
    Place { subnet_id: &subnet.id, vpc_id: &subnet.vpc_id, is_public: subnet.public }
}

fn type_of(settings: &Settings, facts: &Facts) -> Check {
    let name = settings.instance_type();
    let (described, zones) = match (&facts.described, &facts.zones) {
        (Ok(described), Ok(zones)) => (described, zones),
        (Err(error), _) | (_, Err(error)) => return of_error(INSTANCE_TYPE, error.clone()),
    };
    let mend = "see which types fit with `iac types`, and set `instance_type`";
    let Some(described) = described else {
        return Check::failed(INSTANCE_TYPE, format!("there is no `{name}` in this region"), mend);
    };
    if settings.nitro() {
        let demand = Demand::new(settings.cpu_count(), settings.memory_mib());
        let refusals = demand.map(|demand| demand.fit(&described.as_parent()).err().unwrap_or_default());
        match refusals {
            Err(error) => return of_error(INSTANCE_TYPE, error),
            Ok(refusals) if !refusals.is_empty() => {
                let reasons: Vec<String> = refusals.iter().map(ToString::to_string).collect();
                let found = format!("the enclave does not fit on `{name}`: {}", reasons.join("; "));
                return Check::failed(INSTANCE_TYPE, found, mend);
            }
            Ok(_) => {}
        }
    }
    let usable: BTreeSet<&str> = facts.subnets.iter().flatten().map(|subnet| subnet.zone.as_str()).collect();
    let offering: Vec<&str> = zones.iter().map(String::as_str).filter(|zone| usable.contains(zone)).collect();
    match offering.is_empty() {
        true => Check::failed(INSTANCE_TYPE, format!("no zone that can be launched in offers `{name}`"), mend),
        false => Check::ok(INSTANCE_TYPE, format!("`{name}` fits, offered in {}", offering.join(", "))),
    }
}

/// What the quota's families use now. AWS counts the vCPUs a type has by default, so other types are asked for theirs.
async fn in_use(settings: &Settings, aws: &Aws, facts: &Facts) -> Check {
    match counted(settings, aws, facts).await {
        Ok(check) => check,
        Err(error) => of_error(QUOTA, error),
    }
}

async fn counted(settings: &Settings, aws: &Aws, facts: &Facts) -> Result<Check> {
    let name = settings.instance_type();
    let Some(family) = Family::of(name) else {
        return Ok(Check::not_checked(QUOTA, format!("which quota counts `{name}` is not known here")));
    };
    let (limit, instances) = (facts.limit.clone()?, facts.instances.as_ref().map_err(Clone::clone)?);
    let (Some(limit), Ok(Some(described))) = (limit, &facts.described) else {
        return Ok(Check::not_checked(QUOTA, format!("AWS does not tell quota {} or `{name}`", family.code)));
    };
    let counts = |instance: &&Instance| matches!(instance.state, InstanceState::Pending | InstanceState::Running);
    let running: Vec<&Instance> = instances.iter().filter(counts).collect();
    let of_family = |instance: &&&Instance| Family::of(&instance.instance_type) == Some(family);
    let types: Vec<&str> = running.iter().filter(of_family).map(|instance| instance.instance_type.as_str()).collect();
    let others: BTreeSet<String> = types.iter().filter(|each| **each != name).map(ToString::to_string).collect();
    let mut vcpus = BTreeMap::from([(name.to_owned(), u64::from(described.vcpus))]);
    let others = aws.instance_types(&others.into_iter().collect::<Vec<_>>()).await?.into_iter();
    vcpus.extend(others.map(|each| (each.name, u64::from(each.vcpus))));
    let used = types.iter().filter_map(|each| vcpus.get(*each)).sum();
    if instance::of(settings, instances).ok().flatten().is_some_and(|instance| counts(&instance)) {
        return Ok(Check::ok(QUOTA, format!("{used} of {limit} vCPUs are in use, the instance's among them")));
    }
    Ok(quota(family.code, name, used, u64::from(described.vcpus), limit))
}

/// Nothing is asked about a group that may not be meant.
async fn of_group(session: &Session<'_>, facts: &Facts, open: &Open) -> Check {
    match open.instead_of(GROUP) {
        Some(check) => check,
        None => group::check(session, facts, GROUP).await,
    }
}

async fn reachable(session: &Session<'_>, facts: &Facts, open: &Open) -> Check {
    // Nobody is connected to who may not be meant.
    if let Some(check) = open.instead_of(SSH) {
        return check;
    }
    match &facts.instances {
        Ok(instances) => instance::reachable(session, instances, SSH).await,
        Err(error) => of_error(SSH, error.clone()),
    }
}
