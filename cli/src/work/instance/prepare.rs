//! Everything a launch needs, found out side by side before anything is changed.

use std::path::PathBuf;

use iac_core::host::{end, script};
use iac_core::launch::zone_order;
use iac_core::name::InstanceName;
use iac_core::observed::KeyPair;
use iac_core::tag::{self, Tag, creation_tags};

use crate::aws::{Aws, Launch, Subnet};
use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::files::SecretsFolder;
use crate::work::{Session, fitting, group, host, image, key};

/// A launch that nothing known stands against.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) launch: Launch,
    /// Where to try, in order: one subnet for each zone that offers the type.
    pub(crate) subnets: Vec<Subnet>,
    pub(crate) account: String,
    /// The private half of the key pair.
    pub(crate) key_file: PathBuf,
}

/// What a launch needs and is known already: what the caller has seen, or made a moment ago, AWS is not asked for again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) pair: &'a KeyPair,
    pub(crate) group_id: &'a str,
}

/// Looks at everything that the launch depends on and that is not known; the first round of calls is one step, the image is
/// a second.
///
/// `with_set_up` has the host make itself ready; its end, where it has one, is armed in any case.
pub(crate) async fn prepare(
    session: &Session<'_>,
    folder: &SecretsFolder,
    with_set_up: bool,
    known: Option<Known<'_>>,
) -> Result<Prepared> {
    let settings = session.settings;
    let name = settings.instance_name()?;
    let type_name = settings.instance_type();
    let progress = session.ui.progress("looking at what a launch needs");
    // All answers are awaited, so that of several mistakes always the same one is reported first.
    let (account, key_file, group, described, zones, images, subnets) = progress
        .during(async {
            tokio::join!(
                session.account(),
                key_file(session, folder, known),
                group_id(settings, &session.aws, known),
                session.aws.instance_type(type_name),
                session.aws.zones_offering(type_name),
                image::ids(settings, &session.aws),
                subnets(settings, &session.aws),
            )
        })
        .await;
    let (account, key_file, group) = (account?, key_file?, group?);
    let (described, zones, images, subnets) = (described?, zones?, images?, subnets?);
    let described = described.ok_or_else(|| fitting::type_unknown(type_name))?;
    let enclaves = fitting::check(session, &described, &subnets).await?;
    let subnets = in_order(name, type_name, &zones, &subnets)?;
    let image = progress.during(image::described(&session.aws, &images, &described)).await?;
    let bare = launch(settings, image.id, group)?;
    let user_data = script::cloud_config(&host::wanted(settings, enclaves), with_set_up);
    let launch = Launch { root_device: image.root_device, user_data, ..bare };
    Ok(Prepared { launch, subnets, account, key_file })
}

async fn key_file(session: &Session<'_>, folder: &SecretsFolder, known: Option<Known<'_>>) -> Result<PathBuf> {
    match known {
        Some(Known { pair, .. }) => {
            key::private_half_of_pair(session, folder, session.settings.key_name()?, pair).await
        }
        None => key::private_half(session, folder).await,
    }
}

async fn group_id(settings: &Settings, aws: &Aws, known: Option<Known<'_>>) -> Result<String> {
    match known {
        Some(Known { group_id, .. }) => Ok(group_id.to_owned()),
        None => Ok(group::find(settings, aws).await?.id),
    }
}

/// What the settings ask of a launch with this image in this group; its host does nothing by itself yet.
pub(crate) fn launch(settings: &Settings, image_id: String, group_id: String) -> Result<Launch> {
    let name = settings.instance_name()?;
    let mut tags = creation_tags(name.as_str(), Some(name), &settings.tags);
    tags.extend(settings.ttl.map(end::launch_tag));
    tags.extend(settings.fqdn.as_ref().map(|fqdn| Tag::new(tag::FQDN, fqdn.as_str())));
    Ok(Launch {
        image_id,
        root_device: "/dev/xvda".to_owned(),
        instance_type: settings.instance_type().to_owned(),
        nitro: settings.nitro(),
        key_name: settings.key_name()?.as_str().to_owned(),
        security_group_id: group_id,
        volume_gib: settings.volume_gib(),
        instance_profile: settings.instance_profile.clone(),
        user_data: None,
        ends_itself: settings.ttl.is_some(),
        tags,
    })
}

/// The subnet that is set, or the default subnets of all zones.
async fn subnets(settings: &Settings, aws: &Aws) -> Result<Vec<Subnet>> {
    match &settings.subnet_id {
        Some(id) => Ok(vec![aws.subnet(id).await?.ok_or_else(|| {
            Error::new(Kind::SubnetMissing, format!("there is no subnet `{id}` in this region"))
                .hint("check `subnet_id` and `region`")
        })?]),
        None => Ok(aws.default_subnets().await?),
    }
}

/// One subnet for each zone that offers the type, in the order computed from the environment's name.
fn in_order(name: &InstanceName, type_name: &str, zones: &[String], subnets: &[Subnet]) -> Result<Vec<Subnet>> {
    if subnets.is_empty() {
        return Err(Error::new(Kind::NoDefaultVpc, "this region has no default VPC with a subnet")
            .hint("set `subnet_id` to the subnet to launch in")
            .hint("or make a default VPC with `aws ec2 create-default-vpc`"));
    }
    let order = zone_order(name, subnets.iter().map(|subnet| subnet.zone.clone()).collect());
    let offered: Vec<Subnet> = order
        .iter()
        .filter(|zone| zones.contains(zone))
        .filter_map(|zone| subnets.iter().find(|subnet| subnet.zone == **zone).cloned())
        .collect();
    if !offered.is_empty() {
        return Ok(offered);
    }
    let message = format!("no zone that can be launched in offers `{type_name}`");
    let offering = if zones.is_empty() { "none".to_owned() } else { zones.join(", ") };
    Err(Error::new(Kind::TypeUnknown, message)
        .cause(format!("zones that offer it: {offering}; zones with a subnet: {}", order.join(", ")))
        .hint("choose another `instance_type`, `region` or `subnet_id`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(zone: &str) -> Subnet {
        Subnet { id: format!("subnet-{zone}"), vpc_id: "vpc-1".into(), zone: zone.into(), public: true }
    }

    fn order(zones: &[&str], subnets: &[&str]) -> Result<Vec<String>> {
        let zones: Vec<String> = zones.iter().map(ToString::to_string).collect();
        let subnets: Vec<Subnet> = subnets.iter().map(|zone| subnet(zone)).collect();
        let ordered = in_order(&InstanceName::parse("dev").unwrap(), "c6a.xlarge", &zones, &subnets)?;
        Ok(ordered.into_iter().map(|subnet| subnet.zone).collect())
    }

    #[test]
    fn only_zones_that_offer_the_type_and_have_a_subnet_are_tried() {
        assert_eq!(order(&["a", "b"], &["b", "c"]).unwrap(), ["b"]);
        let all = order(&["a", "b", "c"], &["a", "b", "c"]).unwrap();
        assert_eq!(all, order(&["c", "b", "a"], &["b", "a", "c"]).unwrap(), "the order is computed, not AWS's");
    }

    #[test]
    fn no_subnet_and_no_offer_are_two_different_mistakes() {
        assert_eq!(order(&["a"], &[]).unwrap_err().kind(), Kind::NoDefaultVpc);
        let error = order(&["a"], &["b"]).unwrap_err();
        assert_eq!(error.kind(), Kind::TypeUnknown);
        assert!(error.lines()[1].1.contains("zones that offer it: a; zones with a subnet: b"));
    }
}
