//! `iac status`: what there is of the environment, how its host is, how much time it has left, and where it differs from
//! the settings. Nothing is changed.

use iac_core::duration::age;
use iac_core::host::end;
use iac_core::name::InstanceName;
use iac_core::observed::{Instance, KeyFile, ListedKeyPair, SecurityGroup};
use iac_core::plan::Plan;
use iac_core::text::plain;
use jiff::Timestamp;
use serde::Serialize;

use super::DIFFERENCES;
use super::everywhere;
use super::host::{self, HostCheck};
use super::observe::Seen;
use super::plan::look;
use crate::args::StatusOptions;
use crate::error::Result;
use crate::work::Context;

/// What `status` prints.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    environment: &'a InstanceName,
    instances: Vec<&'a Instance>,
    /// When the instance ends itself.
    ends: Option<Timestamp>,
    /// How the host is; `None` where no instance runs.
    host: Option<HostCheck>,
    key_pair: Option<ListedKeyPair>,
    security_group: Option<&'a SecurityGroup>,
    record: Option<Record>,
    /// Where it differs: what `up` would do.
    drift: &'a Plan,
}

/// The name of the environment and where it leads.
#[derive(Debug, Serialize)]
struct Record {
    name: String,
    address: Option<String>,
    /// Whether it is this environment's.
    ours: bool,
}

/// Shows the environment; the status says under `--check` whether it is as the settings say.
pub(in crate::commands) async fn status(context: &Context<'_>, options: &StatusOptions) -> Result<u8> {
    if options.all || options.all_regions {
        return status_of_all(context, options).await;
    }
    let session = context.connect().await?;
    let looks = Box::pin(async { tokio::try_join!(look(&session), host::check(&session)) });
    let ((seen, want, plan), host) = looks.await?;
    let shown = Shown { host, ..shown(&want.name, &seen, &plan, context) };
    let shown = shown.with_end();
    context.ui.data(&shown, |_| text(&shown, Timestamp::now()))?;
    Ok(if options.check && shown.differs() { DIFFERENCES } else { 0 })
}

/// Shows every environment of the region, or of all regions.
async fn status_of_all(context: &Context<'_>, options: &StatusOptions) -> Result<u8> {
    let regions = everywhere::look(context, options.all_regions).await?;
    let now = Timestamp::now();
    context.ui.data(&regions, |_| regions.iter().map(|region| region.text(now)).collect())?;
    let has_leftovers = regions.iter().any(|region| !region.leftovers.is_empty());
    Ok(if options.check && has_leftovers { DIFFERENCES } else { 0 })
}

fn shown<'a>(name: &'a InstanceName, seen: &'a Seen, plan: &'a Plan, context: &Context<'_>) -> Shown<'a> {
    let have = &seen.observed;
    let key = have.key_name.as_ref().and_then(|name| have.key(name));
    let has_folder = context.settings.optional_secrets_folder().is_some();
    let listed = key.and_then(|key| {
        let pair = key.pair.clone()?;
        let file = has_folder.then(|| key.files.pem.beside(&pair));
        Some(ListedKeyPair { pair, file })
    });
    let dns = have.names().flatten().find(|dns| !dns.records.is_empty());
    let record = dns.map(|dns| Record {
        name: dns.fqdn.to_string(),
        address: dns.address().map(|address| address.to_string()),
        ours: dns.is_of(name),
    });
    let instances = have.own_instances().filter(|instance| !is_gone(instance)).collect();
    let security_group = have.group();
    let (ends, host) = (None, None);
    Shown { environment: name, instances, ends, host, key_pair: listed, security_group, record, drift: plan }
}

impl Shown<'_> {
    /// What the host says of its end counts before what the tags say.
    fn with_end(self) -> Self {
        let told = self.host.as_ref().and_then(|host| host.ends);
        let expected = || self.instances.iter().find_map(|instance| end::expected(instance)).map(|(ends, _)| ends);
        Self { ends: told.or_else(expected), ..self }
    }

    /// Whether anything is not as the settings say.
    fn differs(&self) -> bool {
        let is_host_wrong = self.host.as_ref().is_some_and(|host| host.ready == Some(false));
        !self.drift.is_empty() || !self.drift.refused.is_empty() || is_host_wrong
    }
}

fn is_gone(instance: &Instance) -> bool {
    instance.state == iac_core::observed::InstanceState::Terminated
}

fn text(shown: &Shown<'_>, now: Timestamp) -> String {
    let mut lines = Vec::new();
    for instance in &shown.instances {
        let address = instance.address().map(|address| format!(" at {address}")).unwrap_or_default();
        let since = instance.launch_time.map(|time| format!(", for {}", age(time, now))).unwrap_or_default();
        let Instance { id, state, instance_type, .. } = instance;
        let name = shown.environment;
        lines.push(format!("instance `{name}` is {state}{address}{since}; type `{instance_type}`: {id}"));
        lines.extend(
            Some(end::remark(instance, now)).filter(|left| !left.is_empty()).map(|left| format!("time left: {left}")),
        );
    }
    if shown.instances.is_empty() {
        lines.push(format!("instance `{}`: none", shown.environment));
    }
    lines.extend(shown.host.as_ref().map(HostCheck::text));
    lines.push(match &shown.key_pair {
        Some(key) => format!("key pair `{}` {}; its file {}", key.pair.name, key.pair.id, file(key.file)),
        None => "key pair: none".to_owned(),
    });
    lines.push(match shown.security_group {
        Some(group) => format!("security group `{}` {}", group.name, group.id),
        None => "security group: none".to_owned(),
    });
    if let Some(record) = &shown.record {
        let whose = if record.ours { "" } else { ", not ours" };
        let leads = record.address.as_ref().map_or("leads nowhere".to_owned(), |address| format!("leads to {address}"));
        lines.push(format!("record `{}` {leads}{whose}", record.name));
    }
    let lines: String = lines.iter().map(|line| plain(line) + "\n").collect();
    let has_drift = !shown.drift.is_empty() || !shown.drift.refused.is_empty();
    let drift = shown.drift.text();
    let is_warned_of = !shown.drift.exposed.is_empty() || !shown.drift.strangers.is_empty();
    match (has_drift, shown.differs(), is_warned_of) {
        (true, ..) => lines + "differs from the settings:\n" + &drift,
        (false, true, _) => lines + &drift + "as wanted, but for the host",
        (false, false, true) => lines + &drift + "as wanted, but for what is warned of",
        (false, false, false) => lines + &drift + "as wanted",
    }
}

fn file(state: Option<KeyFile>) -> &'static str {
    match state {
        Some(KeyFile::Ok) => "is here",
        Some(KeyFile::Missing) => "is not on this machine",
        Some(KeyFile::Differs) => "is another key",
        None => "is not looked for: `secrets_folder` is not set",
    }
}
