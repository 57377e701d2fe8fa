//! Route 53: the public hosted zones, the record sets at one name, and the batch that changes them.

use aws_sdk_route53::operation::change_resource_record_sets::ChangeResourceRecordSetsInput;
use aws_sdk_route53::operation::change_resource_record_sets::builders::ChangeResourceRecordSetsInputBuilder;
use aws_sdk_route53::operation::list_hosted_zones::ListHostedZonesInput;
use aws_sdk_route53::operation::list_resource_record_sets::ListResourceRecordSetsInput;
use aws_sdk_route53::types;
use iac_core::dns::{Change, RecordSet, Zone, unescaped};
use iac_core::policy::Operation;

use super::client::Aws;
use super::error::CallError;
use super::pages::every_page;

impl Aws {
    /// The public hosted zones of the account, however many pages AWS makes of them.
    pub(crate) async fn public_zones(&self) -> Result<Vec<Zone>, CallError> {
        every_page(async |marker| {
            let page = ListHostedZonesInput::builder().set_marker(marker).send_with(&self.route53).await?;
            let zones: Vec<_> = page.hosted_zones.iter().filter_map(public_zone).collect();
            Ok((zones, page.next_marker.filter(|_| page.is_truncated)))
        })
        .await
    }

    /// All record sets of a zone at one name, given as [`unescaped`] writes it.
    pub(crate) async fn records(&self, zone: &Zone, name: &str) -> Result<Vec<RecordSet>, CallError> {
        let first = ListResourceRecordSetsInput::builder().hosted_zone_id(&zone.id).start_record_name(name);
        every_page(async |next| {
            let page = next.unwrap_or_else(|| first.clone()).send_with(&self.route53).await?;
            let sets: Vec<_> =
                page.resource_record_sets.iter().map(record_set).filter(|set| set.name == name).collect();
            // The zone is sorted by names, so where another comes next there is no more of this one.
            let goes_on = page.is_truncated && page.next_record_name().map(unescaped).as_deref() == Some(name);
            let next = first
                .clone()
                .set_start_record_type(page.next_record_type)
                .set_start_record_identifier(page.next_record_identifier);
            Ok((sets, goes_on.then_some(next)))
        })
        .await
    }

    /// All record sets of a zone, however many pages AWS makes of them.
    pub(crate) async fn all_records(&self, zone: &Zone) -> Result<Vec<RecordSet>, CallError> {
        let first = ListResourceRecordSetsInput::builder().hosted_zone_id(&zone.id);
        every_page(async |next| {
            let page = next.unwrap_or_else(|| first.clone()).send_with(&self.route53).await?;
            let sets: Vec<_> = page.resource_record_sets.iter().map(record_set).collect();
            let next = first
                .clone()
                .set_start_record_name(page.next_record_name)
                .set_start_record_type(page.next_record_type)
                .set_start_record_identifier(page.next_record_identifier);
            Ok((sets, page.is_truncated.then_some(next)))
        })
        .await
    }

    /// Carries a batch of changes out, all of it or nothing.
    ///
    /// # Errors
    /// `InvalidChangeBatch` where the records are not what the batch says, also where an earlier attempt was carried out
    /// and its answer lost.
    pub(crate) async fn change_records(&self, zone: &Zone, changes: &[Change]) -> Result<(), CallError> {
        let operation = Operation::ChangeResourceRecordSets;
        let request = batch(zone, changes).map_err(|error| CallError::answer(operation, error.to_string()))?;
        let answer = request.send_with(&self.route53).await;
        answer.map(drop).map_err(|error| CallError::new(&error))
    }
}

/// The request that changes records.
fn batch(
    zone: &Zone,
    changes: &[Change],
) -> Result<ChangeResourceRecordSetsInputBuilder, aws_sdk_route53::error::BuildError> {
    let changes = changes.iter().map(change).collect::<Result<_, _>>()?;
    let batch = types::ChangeBatch::builder().set_changes(Some(changes)).build()?;
    Ok(ChangeResourceRecordSetsInput::builder().hosted_zone_id(&zone.id).change_batch(batch))
}

fn change(change: &Change) -> Result<types::Change, aws_sdk_route53::error::BuildError> {
    let (action, set) = match change {
        Change::Create(set) => (types::ChangeAction::Create, set),
        Change::Delete(set) => (types::ChangeAction::Delete, set),
    };
    let values = set.values.iter().map(|value| types::ResourceRecord::builder().value(value).build());
    let set = types::ResourceRecordSet::builder()
        .name(&set.name)
        .r#type(set.kind.as_str().into())
        .set_ttl(set.ttl)
        .set_resource_records(Some(values.collect::<Result<_, _>>()?))
        .build()?;
    types::Change::builder().action(action).resource_record_set(set).build()
}

/// Reads AWS's description of a zone; `None` for a private one, which only its VPCs ask.
fn public_zone(described: &types::HostedZone) -> Option<Zone> {
    if described.config().is_some_and(types::HostedZoneConfig::private_zone) {
        return None;
    }
    let id = described.id().trim_start_matches("/hostedzone/").to_owned();
    Some(Zone { id, name: unescaped(described.name()) })
}

/// Reads AWS's description of a record set.
fn record_set(described: &types::ResourceRecordSet) -> RecordSet {
    let routing = [
        (described.alias_target.is_some(), "an alias"),
        (described.weight.is_some(), "weight"),
        (described.region.is_some(), "region"),
        (described.geo_location.is_some() || described.geo_proximity_location.is_some(), "place"),
        (described.failover.is_some(), "failover"),
        (described.multi_value_answer.is_some(), "several answers"),
        (described.cidr_routing_config.is_some(), "network"),
        (described.set_identifier.is_some(), "an identifier"),
    ];
    RecordSet {
        name: unescaped(described.name()),
        kind: described.r#type().as_str().to_owned(),
        ttl: described.ttl,
        values: described.resource_records().iter().map(|record| record.value().to_owned()).collect(),
        routing: routing.iter().find(|(is_so, _)| *is_so).map(|(_, by)| (*by).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described() -> types::builders::ResourceRecordSetBuilder {
        types::ResourceRecordSet::builder().name("Dev.example.org.").r#type(types::RrType::A)
    }

    #[test]
    fn a_record_set_is_read_and_written_alike() {
        let value = types::ResourceRecord::builder().value("203.0.113.5").build().unwrap();
        let read = record_set(&described().ttl(60).resource_records(value).build().unwrap());
        assert_eq!((read.name.as_str(), read.kind.as_str(), &read.routing), ("dev.example.org", "A", &None));
        let written = change(&Change::Delete(read)).unwrap();
        assert_eq!(written.action(), &types::ChangeAction::Delete);
        let set = written.resource_record_set().unwrap();
        assert_eq!((set.ttl(), set.resource_records()[0].value()), (Some(60), "203.0.113.5"));
    }

    #[test]
    fn a_record_that_routes_says_by_what() {
        let target =
            types::AliasTarget::builder().hosted_zone_id("Z2").dns_name("a.org").evaluate_target_health(false).build();
        let alias = described().alias_target(target.unwrap()).build().unwrap();
        assert_eq!(record_set(&alias).routing.as_deref(), Some("an alias"));
        let weighted = described().weight(1).set_identifier("a").build().unwrap();
        assert_eq!(record_set(&weighted).routing.as_deref(), Some("weight"));
    }

    #[test]
    fn private_zones_are_left_out() {
        let zone = |private| {
            let config = types::HostedZoneConfig::builder().private_zone(private).build();
            types::HostedZone::builder().id("/hostedzone/Z1").name("Example.org.").caller_reference("1").config(config)
        };
        let public = public_zone(&zone(false).build().unwrap()).unwrap();
        assert_eq!((public.id.as_str(), public.name.as_str()), ("Z1", "example.org"));
        assert_eq!(public_zone(&zone(true).build().unwrap()), None);
    }
}
