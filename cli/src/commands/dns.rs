//! `iac dns`: the address record of the instance, made, shown, moved and deleted together with the mark that says whose it
//! is.

use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use iac_core::dns::{
    Change, DnsRefusal, Fqdn, ObservedDns, RecordSet, Zone, ZoneError, applied, choose_zone, creation, deletion,
};
use iac_core::name::InstanceName;
use iac_core::observed::Instance;
use iac_core::table::{self, Cell};
use iac_core::tag::further_name;
use serde::Serialize;

use super::environment::{allowed, records_in};
use crate::args::{DnsCommand, DnsVerb};
use crate::aws::{Aws, CallError, Failure, WantedGroups, is_group_unknown};
use crate::commands::patience::{Patience, timed_out};
use crate::commands::{Context, check_account, connect, select};
use crate::error::{Error, Kind, Result};

/// How long two runs may change the same records in turn.
const CHANGED_WITHIN: Duration = Duration::from_mins(1);

/// What the commands print of a name; the first three fields are those of the older tool, whose scripts read them.
#[derive(Debug, Serialize)]
struct Shown {
    fqdn: String,
    /// The address that it leads to.
    ip: Option<String>,
    /// `A` where it leads to an address.
    record_type: Option<&'static str>,
    /// The environment that it belongs to.
    environment: Option<String>,
    zone: Zone,
}

/// Runs one verb of `iac dns`.
pub(super) async fn run(context: &Context<'_>, command: DnsCommand) -> Result<()> {
    let aws = connect(context.settings).await?;
    match command.verb {
        DnsVerb::Create { force, timeout } => create(context, &aws, force, timeout.0).await,
        DnsVerb::List => list(context, &aws).await,
        DnsVerb::Describe => {
            let dns = observe(&aws, context.settings.fqdn()?).await?;
            let shown = Shown::of(&dns);
            context.ui.data(&shown, |_| shown.text())
        }
        DnsVerb::Delete { force } => delete(context, &aws, force).await,
    }
}

async fn create(context: &Context<'_>, aws: &Aws, force: bool, timeout: Duration) -> Result<()> {
    let settings = context.settings;
    let (fqdn, name) = (settings.fqdn()?, settings.instance_name()?);
    check_account(settings, aws).await?;
    let mut patience = Patience::new(timeout);
    let progress = context.ui.progress(&format!("waiting for the address of `{name}`"));
    let instance = loop {
        let instance = progress.during(select::one(aws, settings, None)).await?;
        if instance.public_ip_address.is_some() {
            break instance;
        }
        let is_coming = instance.state == iac_core::observed::InstanceState::Pending;
        if !is_coming || patience.is_over() {
            return Err(no_address(&instance));
        }
        progress.during(patience.pause(context)).await?;
    };
    drop(progress);
    tell(context, aws, fqdn, name, &instance, force).await?;
    let dns = point(context, aws, fqdn, name, &instance, force).await?;
    let shown = Shown::of(&dns);
    context.ui.data(&shown, |_| shown.text())
}

async fn delete(context: &Context<'_>, aws: &Aws, force: bool) -> Result<()> {
    let settings = context.settings;
    let (fqdn, name) = (settings.fqdn()?, settings.instance_name()?);
    check_account(settings, aws).await?;
    match forget(context, aws, fqdn, name, force).await? {
        Some(before) => {
            let shown = Shown::of(&before);
            context.ui.data(&shown, |_| format!("record `{}` is deleted", shown.fqdn))
        }
        None => Err(Error::new(Kind::RecordMissing, format!("`{fqdn}` has no record of ours"))
            .hint("see which there are with `iac dns list`")),
    }
}

/// Writes the name into tags of the environment, before there is a record: by them `up` and `down` find it, whatever the
/// settings say by then. The groups tell it besides, since an instance that ended is forgotten by AWS within the hour.
async fn tell(
    context: &Context<'_>,
    aws: &Aws,
    fqdn: &Fqdn,
    environment: &InstanceName,
    instance: &Instance,
    force: bool,
) -> Result<()> {
    if !instance.owner().is_of(environment.as_str()) || instance.fqdn().as_ref() == Some(fqdn) {
        return Ok(());
    }
    let groups = async { Ok(allowed(aws.security_groups(WantedGroups::Ours).await)?.unwrap_or_default()) };
    let (dns, groups) = tokio::try_join!(observe(aws, fqdn), groups)?;
    // A name that is refused is told by no tag.
    creation(&dns, environment, Ipv4Addr::UNSPECIFIED, force)?;
    let tag = further_name(fqdn);
    let groups = groups.iter().filter(|group| group.owner().is_of(environment.as_str()));
    let all = [(&instance.id, &instance.tags)].into_iter().chain(groups.map(|group| (&group.id, &group.tags)));
    let untold = all.filter(|(_, tags)| !tags.contains(&tag)).map(|(id, _)| id);
    context.interrupt.check()?;
    let told = join_all(untold.map(|id| aws.tag(id, std::slice::from_ref(&tag)))).await;
    for error in told.into_iter().filter_map(std::result::Result::err) {
        match error.failure {
            Failure::Denied(_) => context.ui.warn(&format!(
                "`iac down` will not find this record: delete it with `iac dns delete --fqdn {fqdn}` ({error})"
            )),
            _ if is_group_unknown(&error) => {}
            _ => return Err(error.into()),
        }
    }
    Ok(())
}

/// The marks of all public zones, with the addresses beside them.
async fn list(context: &Context<'_>, aws: &Aws) -> Result<()> {
    let progress = context.ui.progress("listing records");
    let found = progress.during(context.interrupt.or_stop(Box::pin(marked_in_all_zones(aws)))).await??;
    let shown: Vec<Shown> = found.iter().map(Shown::of).collect();
    drop(progress);
    context.ui.data(&shown, |width| {
        if shown.is_empty() {
            return "no records".to_owned();
        }
        let rows = shown.iter().map(|one| {
            let optional = |text: &Option<String>| Cell::optional(text.as_deref());
            vec![Cell::id(&one.fqdn), optional(&one.ip), optional(&one.environment), Cell::text(&one.zone.name)]
        });
        table::table(&["NAME", "ADDRESS", "ENVIRONMENT", "ZONE"], &rows.collect::<Vec<_>>(), width)
    })
}

/// The names in all public zones beside which a mark of ours stands.
pub(super) async fn marked_in_all_zones(aws: &Aws) -> std::result::Result<Vec<ObservedDns>, CallError> {
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
async fn observe(aws: &Aws, fqdn: &Fqdn) -> Result<ObservedDns> {
    let zone = choose_zone(fqdn, &aws.public_zones().await?)?;
    Ok(records_in(aws, fqdn, zone).await?)
}

/// Makes a name lead to the instance, and returns what is there then.
pub(super) async fn point(
    context: &Context<'_>,
    aws: &Aws,
    fqdn: &Fqdn,
    environment: &InstanceName,
    instance: &Instance,
    force: bool,
) -> Result<ObservedDns> {
    let address = instance.public_ip_address.as_deref().and_then(|address| address.parse::<Ipv4Addr>().ok());
    let address = address.ok_or_else(|| no_address(instance))?;
    Ok(change(context, aws, fqdn, |dns| creation(dns, environment, address, force)).await?.after)
}

/// Takes a name's record away and returns what it was; `None` where there was none.
pub(super) async fn forget(
    context: &Context<'_>,
    aws: &Aws,
    fqdn: &Fqdn,
    environment: &InstanceName,
    force: bool,
) -> Result<Option<ObservedDns>> {
    Ok(change(context, aws, fqdn, |dns| deletion(dns, environment, force)).await?.before)
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
    context: &Context<'_>,
    aws: &Aws,
    fqdn: &Fqdn,
    decide: impl Fn(&ObservedDns) -> std::result::Result<Vec<Change>, DnsRefusal>,
) -> Result<Changed> {
    let mut patience = Patience::new(CHANGED_WITHIN);
    let mut before = None;
    loop {
        let dns = observe(aws, fqdn).await?;
        let batch = decide(&dns)?;
        if batch.is_empty() {
            return Ok(Changed { before, after: dns });
        }
        context.interrupt.check()?;
        let changed = aws.change_records(&dns.zone, &batch).await;
        let after = applied(&dns, &batch);
        before.get_or_insert(dns);
        match changed {
            Ok(()) => return Ok(Changed { before, after }),
            Err(error) if error.is("InvalidChangeBatch") || error.is("PriorRequestNotComplete") => {
                if patience.is_over() {
                    return Err(Error::from(error).cause(timed_out("the records to keep still").message()));
                }
                patience.pause(context).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The kind of a failure to find the zone.
pub(super) fn zone_kind(error: &ZoneError) -> Kind {
    match error {
        ZoneError::None(_) => Kind::ZoneMissing,
        ZoneError::Ambiguous { .. } => Kind::ZoneAmbiguous,
    }
}

fn no_address(instance: &Instance) -> Error {
    Error::new(Kind::NoAddress, format!("instance {} has no public address", instance.id))
        .hint("start it, or launch it in a subnet that gives public addresses, with `subnet_id`")
}

impl Shown {
    fn of(dns: &ObservedDns) -> Self {
        let ip = dns.address().map(|address| address.to_string());
        Self {
            fqdn: dns.fqdn.to_string(),
            record_type: ip.as_ref().map(|_| "A"),
            ip,
            environment: dns.owner(),
            zone: dns.zone.clone(),
        }
    }

    fn text(&self) -> String {
        let leads = self.ip.as_ref().map_or("leads nowhere".to_owned(), |address| format!("leads to {address}"));
        let whose = match &self.environment {
            Some(environment) => format!("environment `{environment}`"),
            None => "not ours".to_owned(),
        };
        iac_core::text::plain(&format!(
            "record `{}` {leads}; {whose}; zone `{}` {}",
            self.fqdn, self.zone.name, self.zone.id
        ))
    }
}
