//! AWS's partitions: which one a region lies in, and what its ARNs and host names are made with.
//!
//! The SDK has the same table and keeps it to itself, so it stands here once more. It is AWS's `partitions.json`, as
//! aws-sdk-ec2 1.274.0 carries it; a test of `cli` holds it against the host names that the SDK makes.

/// A group of regions with accounts, ARNs and host names of its own.
///
/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    name: &'static str,
    dns_suffix: &'static str,
    /// What the names of its regions begin with, up to a word and a number such as `west-1`.
    regions: &'static [&'static str],
}

const fn partition(name: &'static str, dns_suffix: &'static str, regions: &'static [&'static str]) -> Partition {
    Partition { name, dns_suffix, regions }
}

impl Partition {
    /// Every partition.
    pub const ALL: &'static [Self] = &[
        partition("aws", "amazonaws.com", &["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"]),
        partition("aws-cn", "amazonaws.com.cn", &["cn"]),
        partition("aws-eusc", "amazonaws.eu", &["eusc-de"]),
        partition("aws-iso", "c2s.ic.gov", &["us-iso"]),
        partition("aws-iso-b", "sc2s.sgov.gov", &["us-isob"]),
        partition("aws-iso-e", "cloud.adc-e.uk", &["eu-isoe"]),
        partition("aws-iso-f", "csp.hci.ic.gov", &["us-isof"]),
        partition("aws-us-gov", "amazonaws.com", &["us-gov"]),
    ];

    /// Returns the partition that a region lies in; `None` where its name is that of none.
    #[must_use]
    pub fn of(region: &str) -> Option<&'static Self> {
        let (area, number) = region.rsplit_once('-')?;
        let (area, word) = area.rsplit_once('-')?;
        let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let found = Self::ALL.iter().find(|partition| partition.regions.contains(&area));
        found.filter(|_| is_word && is_number)
    }

    /// Returns the second part of its ARNs, such as `aws-cn`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the end of its services' host names, such as `amazonaws.com.cn`.
    #[must_use]
    pub fn dns_suffix(&self) -> &'static str {
        self.dns_suffix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_lies_in_its_partition() {
        let regions = [
            ("us-east-1", "aws"),
            ("ap-southeast-7", "aws"),
            ("il-central-1", "aws"),
            ("mx-central-1", "aws"),
            ("sa-east-1", "aws"),
            ("eu-central-12", "aws"),
            ("cn-north-1", "aws-cn"),
            ("cn-northwest-1", "aws-cn"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("us-gov-west-1", "aws-us-gov"),
        ];
        for (region, name) in regions {
            assert_eq!(Partition::of(region).map(Partition::name), Some(name), "{region}");
        }
        for partition in Partition::ALL {
            assert!(regions.iter().any(|(_, name)| *name == partition.name), "{} has no row", partition.name);
        }
    }

    #[test]
    fn what_lies_in_no_partition_is_none() {
        for region in
            ["", "-", "--", "us", "us-1", "us-east", "us-east-", "us--1", "us-east-1a", "xx-east-1", "eusc-fr-east-1"]
        {
            assert_eq!(Partition::of(region), None, "{region}");
        }
        for region in ["us-isog-east-1", "aws-global", "us-gov-west-1-2", "US-EAST-1", "us-ea st-1"] {
            assert_eq!(Partition::of(region), None, "{region}");
        }
    }
}
