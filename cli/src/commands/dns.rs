//! `iac dns`: the address record of the instance, made, shown, moved and deleted together with the mark that says whose it
//! is.

use std::time::Duration;

use iac_core::dns::{ObservedDns, Zone};
use iac_core::table::{self, Cell};
use serde::Serialize;

use crate::args::{DnsCommand, DnsVerb};
use crate::error::{Error, Kind, Result};
use crate::work::patience::Patience;
use crate::work::records::{forget, marked_in_all_zones, no_address, observe, point, tell};
use crate::work::{Context, Session, select};

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
    let session = context.connect().await?;
    match command.verb {
        DnsVerb::Create { force, timeout } => create(&session, force, timeout.0).await,
        DnsVerb::List => list(&session).await,
        DnsVerb::Describe => {
            let dns = observe(&session.aws, context.settings.fqdn()?).await?;
            let shown = Shown::of(&dns);
            context.ui.data(&shown, |_| shown.text())
        }
        DnsVerb::Delete { force } => delete(&session, force).await,
    }
}

async fn create(session: &Session<'_>, force: bool, timeout: Duration) -> Result<()> {
    let settings = session.settings;
    let (fqdn, name) = (settings.fqdn()?, settings.instance_name()?);
    session.account().await?;
    let mut patience = Patience::new(timeout);
    let progress = session.ui.progress(&format!("waiting for the address of `{name}`"));
    let instance = loop {
        let instance = progress.during(select::one(&session.aws, settings, None)).await?;
        if instance.public_ip_address.is_some() {
            break instance;
        }
        let is_coming = instance.state == iac_core::observed::InstanceState::Pending;
        if !is_coming || patience.is_over() {
            return Err(no_address(&instance));
        }
        progress.during(patience.pause(session)).await?;
    };
    drop(progress);
    tell(session, fqdn, name, &instance, force).await?;
    let dns = point(session, fqdn, name, &instance, force).await?;
    let shown = Shown::of(&dns);
    session.ui.data(&shown, |_| shown.text())
}

async fn delete(session: &Session<'_>, force: bool) -> Result<()> {
    let settings = session.settings;
    let (fqdn, name) = (settings.fqdn()?, settings.instance_name()?);
    session.account().await?;
    match forget(session, fqdn, name, force).await? {
        Some(before) => {
            let shown = Shown::of(&before);
            session.ui.data(&shown, |_| format!("record `{}` is deleted", shown.fqdn))
        }
        None => Err(Error::new(Kind::RecordMissing, format!("`{fqdn}` has no record of ours"))
            .hint("see which there are with `iac dns list`")),
    }
}

/// The marks of all public zones, with the addresses beside them.
async fn list(session: &Session<'_>) -> Result<()> {
    let progress = session.ui.progress("listing records");
    let found = progress.during(session.interrupt.or_stop(Box::pin(marked_in_all_zones(&session.aws)))).await??;
    let shown: Vec<Shown> = found.iter().map(Shown::of).collect();
    drop(progress);
    session.ui.data(&shown, |width| {
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
