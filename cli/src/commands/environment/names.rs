//! The records of ours in all zones, and whether their environment is live: a record knows no region, so all are asked
//! before one is called left over.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use iac_core::dns::ObservedDns;

use crate::aws::{Wanted, allowed};
use crate::error::{Error, Result};
use crate::work::{Session, records};

/// Records of ours, and the environments that are live in other regions than the one that is looked at.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) records: Vec<ObservedDns>,
    pub(super) elsewhere: BTreeSet<String>,
}

/// The records of ours. Who may not look at them, or at other regions, is shown none: nothing says then that one is left.
pub(super) async fn names(session: &Session<'_>, live_here: &BTreeSet<String>) -> Result<Names> {
    let Some(mut records) = allowed(records::marked_in_all_zones(&session.aws).await)? else {
        return Ok(Names::default());
    };
    records.retain(|record| record.owner().is_some_and(|owner| !live_here.contains(&owner)));
    if records.is_empty() {
        return Ok(Names::default());
    }
    let elsewhere = elsewhere(session).await?;
    Ok(elsewhere.map_or_else(Names::default, |elsewhere| Names { records, elsewhere }))
}

/// The environments that are live in another region; `None` where one of them may not be looked at.
async fn elsewhere(session: &Session<'_>) -> Result<Option<BTreeSet<String>>> {
    let regions = session.aws.regions().await?;
    let others = regions.into_iter().filter(|region| *region != session.aws.region);
    let looks = others.map(async |region| {
        let there = session.connect_in(region).await?;
        Ok::<_, Error>(
            allowed(there.aws.instances(Wanted::Ours).await)?.map(|instances| super::everywhere::live(&instances)),
        )
    });
    let found: Option<Vec<BTreeSet<String>>> = try_join_all(looks).await?.into_iter().collect();
    Ok(found.map(|found| found.into_iter().flatten().collect()))
}
