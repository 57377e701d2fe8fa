//! The catalogue of instance types: everything a region has, and which zones offer it.
//!
//! AWS answers by pages of at most 100 types, each with the token of the next, so that the whole takes some fourteen calls
//! one after the other. Here it is cut by the beginnings of names into parts of about a page each, which are asked side by
//! side. A part that has grown is read on, page by page: the parts decide how fast it is, never what is found.

use aws_sdk_ec2::operation::describe_instance_type_offerings::DescribeInstanceTypeOfferingsInput;
use aws_sdk_ec2::operation::describe_instance_types::DescribeInstanceTypesInput;
use aws_sdk_ec2::operation::describe_instance_types::builders::DescribeInstanceTypesInputBuilder;
use aws_sdk_ec2::types;
use futures_util::future::try_join_all;
use iac_core::candidates::Offer;
use iac_core::observed::{Architecture, InstanceType};

use super::client::Aws;
use super::convert::filter;
use super::error::CallError;
use super::instance_type::instance_type;
use super::pages::every_token;

/// Which types to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WantedTypes {
    /// Every type that the region knows.
    All,
    /// Those on which enclaves run, with images of this architecture.
    ForEnclaves(Architecture),
}

/// The letters of the families that fill pages of their own, each a generation.
const LARGE: [char; 3] = ['c', 'm', 'r'];
/// Their generations that still grow.
const GENERATIONS: std::ops::RangeInclusive<char> = '6'..='9';

/// The beginnings of names by which the catalogue is cut: every name begins with exactly one of them.
fn parts() -> Vec<Vec<String>> {
    let own = LARGE.iter().flat_map(|letter| GENERATIONS.map(move |digit| vec![format!("{letter}{digit}")]));
    let rest = LARGE.iter().map(|letter| {
        let next = ('0'..='9').chain('a'..='z').chain(['-', '.']).filter(|next| !GENERATIONS.contains(next));
        next.map(|next| format!("{letter}{next}")).collect()
    });
    let others = ['a'..='h', 'i'..='i', 'j'..='z']
        .map(|letters| letters.filter(|letter| !LARGE.contains(letter)).map(String::from).collect());
    own.chain(rest).chain(others).collect()
}

fn by_name(part: &[String]) -> types::Filter {
    let patterns = part.iter().map(|beginning| format!("{beginning}*")).collect();
    types::Filter::builder().name("instance-type").set_values(Some(patterns)).build()
}

fn request(wanted: &WantedTypes, part: &[String]) -> DescribeInstanceTypesInputBuilder {
    let request = DescribeInstanceTypesInput::builder().filters(by_name(part)).max_results(100);
    match wanted {
        WantedTypes::All => request,
        WantedTypes::ForEnclaves(architecture) => request
            .filters(filter("nitro-enclaves-support", "supported"))
            .filters(filter("processor-info.supported-architecture", architecture.as_str())),
    }
}

impl Aws {
    /// The types of the region, and the zones that offer them; both are asked at the same time.
    pub(crate) async fn catalogue(&self, wanted: &WantedTypes) -> Result<(Vec<InstanceType>, Vec<Offer>), CallError> {
        let parts = parts();
        let types = try_join_all(parts.iter().map(|part| self.types_of(wanted, part)));
        let offers = try_join_all(parts.iter().map(|part| self.offers_of(part)));
        let (types, offers) = tokio::try_join!(types, offers)?;
        Ok((types.into_iter().flatten().collect(), offers.into_iter().flatten().collect()))
    }

    async fn types_of(&self, wanted: &WantedTypes, part: &[String]) -> Result<Vec<InstanceType>, CallError> {
        every_token(async |next| {
            let page = request(wanted, part).set_next_token(next).send_with(&self.ec2).await?;
            let types: Vec<_> = page.instance_types().iter().map(instance_type).collect();
            Ok((types, page.next_token))
        })
        .await
    }

    async fn offers_of(&self, part: &[String]) -> Result<Vec<Offer>, CallError> {
        let request = DescribeInstanceTypeOfferingsInput::builder()
            .location_type(types::LocationType::AvailabilityZone)
            .filters(by_name(part))
            .max_results(1000);
        every_token(async |next| {
            let page = request.clone().set_next_token(next).send_with(&self.ec2).await?;
            Ok((page.instance_type_offerings.unwrap_or_default().into_iter().filter_map(offer), page.next_token))
        })
        .await
    }
}

fn offer(described: types::InstanceTypeOffering) -> Option<Offer> {
    Some(Offer { instance_type: described.instance_type?.as_str().to_owned(), zone: described.location? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_in_exactly_one_part() {
        let parts = parts();
        let names = [
            "a1.large",
            "c1.medium",
            "c3.large",
            "c6a.xlarge",
            "c8i-flex.large",
            "c9g.large",
            "c10a.large",
            "dl2q.24xlarge",
            "hpc7a.12xlarge",
            "i4i.large",
            "im4gn.large",
            "inf2.xlarge",
            "m1.small",
            "m5.large",
            "m8azn.large",
            "mac2.metal",
            "mac-m4.metal",
            "p6-b200.48xlarge",
            "r-new.large",
            "r5.large",
            "r8idb.large",
            "t3.micro",
            "trn2u.48xlarge",
            "u-6tb1.metal",
            "u7in-32tb.224xlarge",
            "vt1.3xlarge",
            "x8g.large",
            "z1d.large",
        ];
        for name in names {
            let holding = parts.iter().flatten().filter(|beginning| name.starts_with(beginning.as_str()));
            assert_eq!(holding.count(), 1, "{name}");
        }
        // EC2 takes at most 200 values in a filter.
        assert!(parts.iter().all(|part| (1..=200).contains(&part.len())) && parts.len() <= 20);
    }

    #[test]
    fn for_enclaves_aws_itself_leaves_out_what_cannot_run_them() {
        let names = |wanted| {
            let request = request(&wanted, &["c6".to_owned()]).build().unwrap();
            request
                .filters()
                .iter()
                .map(|filter| (filter.name().unwrap().to_owned(), filter.values().to_vec()))
                .collect()
        };
        let pattern = ("instance-type".to_owned(), vec!["c6*".to_owned()]);
        let all: Vec<(String, Vec<String>)> = names(WantedTypes::All);
        assert_eq!(all, std::slice::from_ref(&pattern));
        let some: Vec<(String, Vec<String>)> = names(WantedTypes::ForEnclaves(Architecture::Arm64));
        assert_eq!(
            some[1..],
            [
                ("nitro-enclaves-support".to_owned(), vec!["supported".to_owned()]),
                ("processor-info.supported-architecture".to_owned(), vec!["arm64".to_owned()]),
            ]
        );
        assert_eq!(some[0], pattern);
    }
}
