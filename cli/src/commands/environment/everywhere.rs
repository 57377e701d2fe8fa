//! What there is beyond one environment: every environment of a region, and what is left of those that are gone.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use iac_core::duration::age;
use iac_core::leftovers::{Leftover, LeftoverKind, Region, leftovers};
use iac_core::observed::{Instance, InstanceState};
use iac_core::text::plain;
use jiff::Timestamp;
use serde::Serialize;

use super::names::{Names, names};
use crate::aws::{Aws, Wanted, WantedGroups, WantedKeyPairs};
use crate::error::Result;
use crate::work::{Context, Session};

/// What is ours in one region.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    region: String,
    environments: Vec<Environment>,
    pub(super) leftovers: Vec<Leftover>,
}

/// A live environment.
#[derive(Debug, Serialize)]
struct Environment {
    name: String,
    instances: Vec<Instance>,
}

/// Looks at the region of the settings, or at every region of the account.
pub(super) async fn look(context: &Context<'_>, all_regions: bool) -> Result<Vec<Shown>> {
    let session = context.connect().await?;
    let progress = context.ui.progress("looking at every environment");
    if !all_regions {
        return Ok(vec![progress.during(context.interrupt.or_stop(Box::pin(shown(&session)))).await??]);
    }
    let regions = progress.during(session.aws.regions()).await?;
    let home = session.aws.region.as_str();
    let looks = regions.into_iter().map(async |region| {
        let there = context.connect_in(region).await?;
        // Records know no region: they are shown with the one of the settings.
        if there.aws.region == home {
            shown(&there).await
        } else {
            Ok(Shown::of(&there.aws, look_at(&there.aws).await?))
        }
    });
    progress.during(context.interrupt.or_stop(try_join_all(looks))).await?
}

/// What is ours in the region of this connection, and what is left of names.
pub(super) async fn shown(session: &Session<'_>) -> Result<Shown> {
    let mut region = look_at(&session.aws).await?;
    let Names { records, elsewhere } = names(session, &live(&region.instances)).await?;
    region.names = records;
    region.elsewhere = elsewhere;
    Ok(Shown::of(&session.aws, region))
}

async fn look_at(aws: &Aws) -> Result<Region> {
    let (instances, pairs, groups, volumes) = tokio::try_join!(
        // Whoever's instance uses something of ours, it is in use.
        aws.instances(Wanted::All),
        aws.key_pairs(WantedKeyPairs::Ours),
        aws.security_groups(WantedGroups::Ours),
        aws.volumes(None),
    )?;
    let groups = groups.into_iter().map(|group| group.with_ingress(Vec::new())).collect();
    Ok(Region { instances, pairs, groups, volumes, ..Region::default() })
}

/// The environments that have a live instance.
pub(super) fn live(instances: &[Instance]) -> BTreeSet<String> {
    instances.iter().filter(|instance| instance.state.is_live()).filter_map(Instance::environment).collect()
}

impl Shown {
    fn of(aws: &Aws, region: Region) -> Self {
        let leftovers = leftovers(&region, Timestamp::now());
        let mut environments: BTreeMap<String, Vec<Instance>> = BTreeMap::new();
        let is_there = |instance: &Instance| instance.state != InstanceState::Terminated && instance.owner().is_ours();
        for instance in region.instances.into_iter().filter(is_there) {
            let name = instance.environment().unwrap_or_else(|| "-".to_owned());
            environments.entry(name).or_default().push(instance);
        }
        let environments = environments.into_iter().map(|(name, instances)| Environment { name, instances });
        Self { region: aws.region.clone(), environments: environments.collect(), leftovers }
    }

    /// The region as people read it.
    pub(super) fn text(&self, now: Timestamp) -> String {
        let mut lines = vec![format!("region {}", self.region)];
        for Environment { name, instances } in &self.environments {
            for instance in instances {
                let address = instance.address().map(|address| format!(" at {address}")).unwrap_or_default();
                let since = instance.launch_time.map(|time| format!(", for {}", age(time, now))).unwrap_or_default();
                lines.push(format!(
                    "  environment `{name}`: instance {} is {}{address}{since}",
                    instance.id, instance.state
                ));
            }
        }
        lines.extend(self.leftovers.iter().map(|one| format!("  left over: {}", in_words(one, now))));
        if self.environments.is_empty() && self.leftovers.is_empty() {
            lines.push("  nothing of ours".to_owned());
        }
        if !self.leftovers.is_empty() {
            lines.push(format!("  remove what is left over with `iac down --leftovers --region {}`", self.region));
        }
        lines.iter().map(|line| plain(line) + "\n").collect()
    }
}

/// A leftover in a few words.
pub(super) fn in_words(one: &Leftover, now: Timestamp) -> String {
    let name = one.name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
    let of = one.environment.as_ref().map_or(String::new(), |name| format!(" of `{name}`"));
    let since = one.since.map_or("of unknown age".to_owned(), |since| format!("{} old", age(since, now)));
    format!("{}{name}{of}, {since}: {}", what(one.kind), one.id)
}

/// The kind as messages name it.
pub(super) fn what(kind: LeftoverKind) -> &'static str {
    match kind {
        LeftoverKind::Volume => "volume",
        LeftoverKind::SecurityGroup => "security group",
        LeftoverKind::KeyPair => "key pair",
        LeftoverKind::Record => "record",
    }
}
