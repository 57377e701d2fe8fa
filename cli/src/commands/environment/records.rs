//! The records of an environment: at the name that the settings say, and at the names that tags tell.
//!
//! Zones are listed only where a name is set or told, so whoever has no rights in Route 53 and no names needs none. Where
//! others have made a name, its record is theirs to change: that these credentials may not look is a fact, no failure.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use iac_core::dns::{Fqdn, ObservedDns, Zone, ZoneError, choose_zone};
use iac_core::name::InstanceName;
use iac_core::observed::Instance;
use iac_core::tag::further_names;

use crate::aws::{Aws, CallError, Group, allowed};
use crate::config::Settings;
use crate::error::Result;
use crate::work::records::records_in;

/// The records at a name, or why no zone holds it.
type Looked = std::result::Result<ObservedDns, ZoneError>;

/// What was seen at the names of an environment.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) wanted: Option<Looked>,
    pub(super) former: Vec<Looked>,
    pub(super) further: Vec<Looked>,
    /// The names that tags tell and at which these credentials may not look.
    pub(super) closed: BTreeSet<Fqdn>,
}

/// The names that tags of the environment's resources tell, besides the wanted one.
#[derive(Debug, Default)]
pub(super) struct Told {
    former: BTreeSet<Fqdn>,
    further: BTreeSet<Fqdn>,
}

/// The public zones, where the settings say a name.
pub(super) async fn zones(settings: &Settings, aws: &Aws) -> Result<Option<Vec<Zone>>> {
    match settings.fqdn {
        Some(_) => Ok(Some(aws.public_zones().await?)),
        None => Ok(None),
    }
}

/// Reads which names instances and groups of the environment tell; a group tells them when its instance is long gone.
pub(super) fn told(
    instances: &[Instance],
    groups: &[Group],
    environment: &InstanceName,
    wanted: Option<&Fqdn>,
) -> Told {
    let instances = || instances.iter().filter(|instance| instance.owner().is_of(environment.as_str()));
    let groups = groups.iter().filter(|group| group.owner().is_of(environment.as_str()));
    let tags = instances().map(|instance| &instance.tags).chain(groups.map(|group| &group.tags));
    let is_other = |name: &Fqdn| Some(name) != wanted;
    let further: BTreeSet<Fqdn> = tags.flat_map(|tags| further_names(tags)).filter(is_other).collect();
    let former = instances().filter_map(Instance::fqdn).filter(is_other).filter(|name| !further.contains(name));
    Told { former: former.collect(), further }
}

/// Looks at the records at all these names.
pub(super) async fn records(settings: &Settings, aws: &Aws, zones: Option<&[Zone]>, told: &Told) -> Result<Records> {
    let wanted = async {
        match (&settings.fqdn, zones) {
            (Some(fqdn), Some(zones)) => Ok(Some(at(aws, fqdn, zones).await?)),
            _ => Ok(None),
        }
    };
    let (wanted, others) = tokio::try_join!(wanted, others(aws, zones, told))?;
    Ok(Records { wanted, ..others })
}

/// The records at the names that tags tell.
async fn others(aws: &Aws, zones: Option<&[Zone]>, told: &Told) -> std::result::Result<Records, CallError> {
    let names = told.former.iter().chain(&told.further);
    let zones = match zones {
        _ if names.clone().next().is_none() => return Ok(Records::default()),
        Some(zones) => zones.to_vec(),
        None => match allowed(aws.public_zones().await)? {
            Some(zones) => zones,
            None => return Ok(Records { closed: names.cloned().collect(), ..Records::default() }),
        },
    };
    let looks = names.map(async |name| Ok((name, allowed(at(aws, name, &zones).await)?)));
    let mut records = Records::default();
    for (name, looked) in try_join_all(looks).await? {
        match looked {
            Some(looked) if told.further.contains(name) => records.further.push(looked),
            Some(looked) => records.former.push(looked),
            None => drop(records.closed.insert(name.clone())),
        }
    }
    Ok(records)
}

/// Looks at a name in the zone that it belongs to.
async fn at(aws: &Aws, fqdn: &Fqdn, zones: &[Zone]) -> std::result::Result<Looked, CallError> {
    match choose_zone(fqdn, zones) {
        Ok(zone) => Ok(Ok(records_in(aws, fqdn, zone).await?)),
        Err(error) => Ok(Err(error)),
    }
}
