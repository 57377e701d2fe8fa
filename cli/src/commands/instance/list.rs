//! `iac instance list` and what an instance looks like as text.

use iac_core::duration::age;
use iac_core::host::end;
use iac_core::observed::Instance;
use iac_core::table::{self, Cell};
use jiff::Timestamp;

use crate::aws::{Aws, CallError, Wanted};
use crate::error::Result;
use crate::work::Context;

/// Prints the instances of the region: ours and the older tool's, or everyone's.
pub(super) async fn list(context: &Context<'_>, all: bool, everyone: bool) -> Result<()> {
    let session = context.connect().await?;
    let progress = context.ui.progress("listing instances");
    let mut instances = progress.during(fetch(&session.aws, everyone)).await?;
    drop(progress);
    instances.retain(|instance| all || !instance.state.is_ending());
    instances.sort_by(|a, b| (&a.name, a.launch_time, &a.id).cmp(&(&b.name, b.launch_time, &b.id)));
    context.ui.data(&instances, |width| text(&instances, width))
}

async fn fetch(aws: &Aws, everyone: bool) -> std::result::Result<Vec<Instance>, CallError> {
    if everyone {
        return aws.instances(Wanted::All).await;
    }
    let (mut ours, older) = tokio::try_join!(aws.instances(Wanted::Ours), aws.instances(Wanted::OlderTool(None)))?;
    ours.extend(older);
    Ok(ours)
}

fn text(instances: &[Instance], width: usize) -> String {
    if instances.is_empty() {
        return "no instances".to_owned();
    }
    let now = Timestamp::now();
    let rows = instances.iter().map(|instance| {
        vec![
            Cell::optional(instance.name.as_deref()),
            Cell::id(&instance.id),
            Cell::text(instance.state.as_str()),
            Cell::text(&instance.instance_type),
            Cell::id(instance.public_ip_address.as_deref().unwrap_or("-")),
            Cell::text(&instance.launch_time.map(|time| age(time, now)).unwrap_or_default()),
            Cell::text(&end::remark(instance, now)),
            Cell::text(note(instance)),
        ]
    });
    let headers = ["NAME", "ID", "STATE", "TYPE", "ADDRESS", "AGE", "LEFT", "NOTE"];
    table::table(&headers, &rows.collect::<Vec<_>>(), width)
}

/// Whose it is, and of one of ours that it runs no enclaves: what is not as with most.
fn note(instance: &Instance) -> &'static str {
    match instance.owner().remark() {
        "" if !instance.nitro => "no enclaves",
        remark => remark,
    }
}

/// One instance, a line for each thing known of it.
pub(super) fn described(instance: &Instance, width: usize) -> String {
    let mut rows = vec![
        ("name", instance.name.clone().unwrap_or_default()),
        ("id", instance.id.clone()),
        ("state", instance.state.to_string()),
        ("type", instance.instance_type.clone()),
        ("enclaves", if instance.nitro { "enabled" } else { "not enabled" }.to_owned()),
        ("image", instance.image_id.clone()),
        ("zone", instance.availability_zone.clone().unwrap_or_default()),
        ("key pair", instance.key_name.clone().unwrap_or_default()),
        ("address", instance.address().unwrap_or("none").to_owned()),
        ("launched", instance.launch_time.map(|time| time.to_string()).unwrap_or_default()),
    ];
    let left = end::remark(instance, Timestamp::now());
    rows.extend((!left.is_empty()).then_some(("time left", left)));
    rows.extend(instance.tags.iter().map(|tag| ("tag", format!("{}={}", tag.key, tag.value))));
    table::fields(&rows, width)
}
