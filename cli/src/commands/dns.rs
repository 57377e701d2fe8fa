//! `iac dns`: the address record of the instance, made, shown, moved and deleted together with the mark that says whose it
//! is.

use std::time::Duration;

use iac_core::dns::{ObservedDns, Zone};
use iac_core::table::{self, Cell};
use serde::Serialize;

use crate::args::{DnsCommand, DnsVerb};
use crate::aws::Aws;
use crate::error::{Error, Kind, Result};
use crate::work::patience::Patience;
use crate::work::records::{forget, marked_in_all_zones, no_address, observe, point, tell};
use crate::work::{Context, check_account, connect, select};

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
