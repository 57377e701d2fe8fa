//! `iac status`: what there is of the environment, and where it differs from the settings. Nothing is changed.

use iac_core::duration::age;
use iac_core::name::InstanceName;
use iac_core::observed::{Instance, KeyFile, ListedKeyPair, SecurityGroup};
use iac_core::plan::Plan;
use iac_core::text::plain;
use jiff::Timestamp;
use serde::Serialize;

use super::DIFFERENCES;
use super::everywhere;
use super::observe::Seen;
use super::plan::look;
use crate::args::StatusOptions;
use crate::commands::{Context, connect};
use crate::error::Result;

/// What `status` prints.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    environment: &'a InstanceName,
    instances: Vec<&'a Instance>,
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
    let aws = connect(context.settings).await?;
    let (seen, want, plan) = look(context, &aws).await?;
    let shown = shown(&want.name, &seen, &plan, context);
    context.ui.data(&shown, |_| text(&shown, Timestamp::now()))?;
    let differs = !plan.is_empty() || !plan.refused.is_empty();
    Ok(if options.check && differs { DIFFERENCES } else { 0 })
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
    let record = have.dns.iter().flatten().next().map(|dns| Record {
        name: dns.fqdn.to_string(),
        address: dns.address().map(|address| address.to_string()),
        ours: dns.is_of(name),
    });
    let instances = have.own_instances().filter(|instance| !is_gone(instance)).collect();
    Shown { environment: name, instances, key_pair: listed, security_group: have.group(), record, drift: plan }
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
    }
    if shown.instances.is_empty() {
        lines.push(format!("instance `{}`: none", shown.environment));
    }
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
    let is_right = shown.drift.is_empty() && shown.drift.refused.is_empty();
    let drift = shown.drift.text();
    if is_right { lines + &drift + "as wanted" } else { lines + "differs from the settings:\n" + &drift }
}

fn file(state: Option<KeyFile>) -> &'static str {
    match state {
        Some(KeyFile::Ok) => "is here",
        Some(KeyFile::Missing) => "is not on this machine",
        Some(KeyFile::Differs) => "is another key",
        None => "is not looked for: `secrets_folder` is not set",
    }
}
