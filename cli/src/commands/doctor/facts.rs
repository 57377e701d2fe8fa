//! What AWS says of everything that the checks are about, asked for at the same time.

use std::collections::BTreeMap;

use iac_core::dns::Zone;
use iac_core::doctor::{Family, RouteTable};
use iac_core::name::GroupRef;
use iac_core::observed::{Instance, InstanceType, KeyPair, Volume};

use crate::aws::{Aws, CallError, Group, Identity, Subnet, Wanted, WantedGroups, WantedKeyPairs};
use crate::config::Settings;
use crate::work::image;

pub(super) type Asked<T> = std::result::Result<T, CallError>;

/// What AWS says.
pub(super) struct Facts {
    pub(super) identity: Asked<Identity>,
    pub(super) ahead: Option<i64>,
    pub(super) subnets: Asked<Vec<Subnet>>,
    pub(super) tables: Asked<Vec<RouteTable>>,
    pub(super) described: Asked<Option<InstanceType>>,
    pub(super) zones: Asked<Vec<String>>,
    pub(super) limit: Asked<Option<u64>>,
    pub(super) instances: Asked<Vec<Instance>>,
    pub(super) found: Found,
}

pub(super) async fn facts(settings: &Settings, aws: &Aws) -> Facts {
    let type_name = settings.instance_type();
    let ((identity, ahead), subnets, tables, described, zones, limit, instances, found) = tokio::join!(
        Box::pin(aws.identity()),
        Box::pin(subnets(settings, aws)),
        Box::pin(aws.route_tables()),
        Box::pin(aws.instance_type(type_name)),
        Box::pin(aws.zones_offering(type_name)),
        Box::pin(limit(aws, type_name)),
        Box::pin(aws.instances(Wanted::All)),
        Box::pin(look(settings, aws)),
    );
    Facts { identity, ahead, subnets, tables, described, zones, limit, instances, found }
}

async fn subnets(settings: &Settings, aws: &Aws) -> Asked<Vec<Subnet>> {
    match &settings.subnet_id {
        Some(id) => Ok(aws.subnet(id).await?.into_iter().collect()),
        None => aws.default_subnets().await,
    }
}

async fn limit(aws: &Aws, type_name: &str) -> Asked<Option<u64>> {
    match Family::of(type_name) {
        Some(family) => aws.ec2_quota(family.code).await,
        None => Ok(None),
    }
}

/// What there is of the environment besides its instance, as far as a trial takes it.
pub(super) struct Found {
    pub(super) pairs: Asked<Vec<KeyPair>>,
    pub(super) groups: Asked<Vec<Group>>,
    pub(super) volumes: Asked<Vec<Volume>>,
    pub(super) parameters: Option<Asked<BTreeMap<String, String>>>,
    pub(super) zones: Option<Asked<Vec<Zone>>>,
}

/// Looks for what trials take.
async fn look(settings: &Settings, aws: &Aws) -> Found {
    let names = image::parameters(settings);
    let parameters = async { if names.is_empty() { None } else { Some(aws.parameters(&names).await) } };
    let zones = async { if settings.fqdn.is_some() { Some(aws.public_zones().await) } else { None } };
    let (pairs, groups, volumes, parameters, zones) = tokio::join!(
        Box::pin(pairs(settings, aws)),
        Box::pin(groups(settings, aws)),
        Box::pin(aws.volumes(settings.optional_instance_name())),
        Box::pin(parameters),
        Box::pin(zones),
    );
    Found { pairs, groups, volumes, parameters, zones }
}

async fn pairs(settings: &Settings, aws: &Aws) -> Asked<Vec<KeyPair>> {
    match settings.optional_key_name() {
        Some(name) => Ok(aws.key_pair(name).await?.into_iter().collect()),
        None => aws.key_pairs(WantedKeyPairs::Ours).await,
    }
}

async fn groups(settings: &Settings, aws: &Aws) -> Asked<Vec<Group>> {
    match settings.optional_security_group() {
        Some(GroupRef::Name(name)) => aws.security_groups(WantedGroups::Named(name)).await,
        Some(GroupRef::Id(id)) => Ok(aws.security_group(id).await?.into_iter().collect()),
        None => aws.security_groups(WantedGroups::Ours).await,
    }
}
