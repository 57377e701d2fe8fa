//! The address record of an instance: found, made, moved and deleted together with the mark that says whose it is.

use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use iac_core::dns::{
    Change, DnsRefusal, Fqdn, ObservedDns, RecordSet, Zone, ZoneError, applied, choose_zone, creation, deletion,
};
use iac_core::name::InstanceName;
use iac_core::observed::Instance;
use iac_core::tag::further_name;

use crate::aws::{Aws, CallError, Failure, WantedGroups, allowed, is_group_unknown};
use crate::error::{Error, Kind, Result};
use crate::work::Session;
use crate::work::patience::{Look, Patience, timed_out};

/// How long two runs may change the same records in turn.
const CHANGED_WITHIN: Duration = Duration::from_mins(1);

/// Writes the name into tags of the environment, before there is a record: by them `up` and `down` find it, whatever the
/// settings say by then. The groups tell it besides, since an instance that ended is forgotten by AWS within the hour.
pub(crate) async fn tell(
    session: &Session<'_>,
    fqdn: &Fqdn,
    environment: &InstanceName,
    instance: &Instance,
    force: bool,
) -> Result<()> {
    if !instance.owner().is_of(environment.as_str()) || instance.fqdn().as_ref() == Some(fqdn) {
        return Ok(());
    }
    let groups = async { Ok(allowed(session.aws.security_groups(WantedGroups::Ours).await)?.unwrap_or_default()) };
    let (dns, groups) = tokio::try_join!(observe(&session.aws, fqdn), groups)?;
    // A name that is refused is told by no tag.
    creation(&dns, environment, Ipv4Addr::UNSPECIFIED, force)?;
    let tag = further_name(fqdn);
    let groups = groups.iter().filter(|group| group.owner().is_of(environment.as_str()));
    let all = [(&instance.id, &instance.tags)].into_iter().chain(groups.map(|group| (&group.id, &group.tags)));
    let untold = all.filter(|(_, tags)| !tags.contains(&tag)).map(|(id, _)| id);
    session.interrupt.check()?;
    let told = join_all(untold.map(|id| session.aws.tag(id, std::slice::from_ref(&tag)))).await;
    for error in told.into_iter().filter_map(std::result::Result::err) {
        match error.failure {
            Failure::Denied(_) => session.ui.warn(&format!(
                "`iac down` will not find this record: delete it with `iac dns delete --fqdn {fqdn}` ({error})"
            )),
            _ if is_group_unknown(&error) => {}
            _ => return Err(error.into()),
        }
    }
    Ok(())
}

/// The names in all public zones beside which a mark of ours stands.
pub(crate) async fn marked_in_all_zones(aws: &Aws) -> std::result::Result<Vec<ObservedDns>, CallError> {
    let zones = aws.public_zones().await?;
    let looks = zones.iter().map(async |zone| Ok(marked(zone, &aws.all_records(zone).await?)));
    let found: Vec<Vec<_>> = try_join_all(looks).await?;
    Ok(found.into_iter().flatten().collect())
}

/// The names in a zone beside which a mark of ours stands.
fn marked(zone: &Zone, sets: &[RecordSet]) -> Vec<ObservedDns> {
    let names = sets.iter().filter(|set| set.kind == "TXT").filter_map(|set| set.name.strip_prefix("_iac."));
    let names = names.filter_map(|name| Fqdn::parse(name).ok());
    let observed = names.map(|fqdn| {
        let here = |set: &&RecordSet| set.name == fqdn.as_str() || set.name == fqdn.mark();
        ObservedDns { records: sets.iter().filter(here).cloned().collect(), zone: zone.clone(), fqdn }
    });
    observed.filter(|dns| dns.owner().is_some()).collect()
}

/// Looks at a name in the zone that it belongs to.
pub(crate) async fn observe(aws: &Aws, fqdn: &Fqdn) -> Result<ObservedDns> {
    let zone = choose_zone(fqdn, &aws.public_zones().await?)?;
    Ok(records_in(aws, fqdn, zone).await?)
}

/// Makes a name lead to the instance, and returns what is there then.
pub(crate) async fn point(
    session: &Session<'_>,
    fqdn: &Fqdn,
    environment: &InstanceName,
    instance: &Instance,
    force: bool,
) -> Result<ObservedDns> {
    let address = instance.public_ip_address.as_deref().and_then(|address| address.parse::<Ipv4Addr>().ok());
    let address = address.ok_or_else(|| no_address(instance))?;
    Ok(change(session, fqdn, |dns| creation(dns, environment, address, force)).await?.after)
}

/// Takes a name's record away and returns what it was; `None` where there was none.
pub(crate) async fn forget(
    session: &Session<'_>,
    fqdn: &Fqdn,
    environment: &InstanceName,
    force: bool,
) -> Result<Option<ObservedDns>> {
    Ok(change(session, fqdn, |dns| deletion(dns, environment, force)).await?.before)
}

/// What a change of records has found and left.
struct Changed {
    /// What was there, if anything had to be changed.
    before: Option<ObservedDns>,
    after: ObservedDns,
}

/// Changes the records at a name until nothing is left to change; a batch that met a changed world did nothing, and is
/// decided anew. What a batch leaves is known when Route 53 has taken it.
async fn change(
    session: &Session<'_>,
    fqdn: &Fqdn,
    decide: impl Fn(&ObservedDns) -> std::result::Result<Vec<Change>, DnsRefusal>,
) -> Result<Changed> {
    let mut before = None;
    let attempt = async |_: &_| {
        let dns = observe(&session.aws, fqdn).await?;
        let batch = decide(&dns)?;
        if batch.is_empty() {
            return Ok(Look::Found(Changed { before: before.take(), after: dns }));
        }
        session.interrupt.check()?;
        let changed = session.aws.change_records(&dns.zone, &batch).await;
        let after = applied(&dns, &batch);
        before.get_or_insert(dns);
        match changed {
            Ok(()) => Ok(Look::Found(Changed { before: before.take(), after })),
            Err(error) if error.is("InvalidChangeBatch") || error.is("PriorRequestNotComplete") => {
                let late = timed_out("the records to keep still");
                Ok(Look::NotYet(Err(Error::from(error).cause(late.message()))))
            }
            Err(error) => Err(error.into()),
        }
    };
    Patience::new(CHANGED_WITHIN).until(session, attempt).await
}

/// The kind of a failure to find the zone.
pub(crate) fn zone_kind(error: &ZoneError) -> Kind {
    match error {
        ZoneError::None(_) => Kind::ZoneMissing,
        ZoneError::Ambiguous { .. } => Kind::ZoneAmbiguous,
    }
}

pub(crate) fn no_address(instance: &Instance) -> Error {
    Error::new(Kind::NoAddress, format!("instance {} has no public address", instance.id))
        .hint("start it, or launch it in a subnet that gives public addresses, with `subnet_id`")
}

/// Looks at a name in its zone.
pub(crate) async fn records_in(aws: &Aws, fqdn: &Fqdn, zone: Zone) -> std::result::Result<ObservedDns, CallError> {
    let mark = fqdn.mark();
    let (mut records, marks) = tokio::try_join!(aws.records(&zone, fqdn.as_str()), aws.records(&zone, &mark))?;
    records.extend(marks);
    Ok(ObservedDns { fqdn: fqdn.clone(), zone, records })
}
