//! Regions, VPCs and subnets: where a launch and its security group belong.

use aws_sdk_ec2::operation::describe_regions::DescribeRegionsInput;
use aws_sdk_ec2::operation::describe_subnets::DescribeSubnetsInput;
use aws_sdk_ec2::operation::describe_vpcs::DescribeVpcsInput;
use aws_sdk_ec2::types;

use super::client::Aws;
use super::convert::filter;
use super::error::CallError;

/// A subnet, which fixes a zone and a VPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subnet {
    pub(crate) id: String,
    pub(crate) vpc_id: String,
    pub(crate) zone: String,
    /// Whether instances launched here get a public address.
    pub(crate) public: bool,
}

impl Aws {
    /// The regions that the account may use.
    pub(crate) async fn regions(&self) -> Result<Vec<String>, CallError> {
        let answer = DescribeRegionsInput::builder().send_with(&self.ec2).await;
        let regions = answer.map_err(|error| CallError::new(&error))?.regions.unwrap_or_default();
        let mut names: Vec<String> = regions.into_iter().filter_map(|region| region.region_name).collect();
        names.sort();
        Ok(names)
    }

    /// The id of the region's default VPC; `None` where it was deleted.
    pub(crate) async fn default_vpc(&self) -> Result<Option<String>, CallError> {
        let answer = DescribeVpcsInput::builder().filters(filter("is-default", "true")).send_with(&self.ec2).await;
        let answer = answer.map_err(|error| CallError::new(&error))?;
        let mut vpcs = answer.vpcs.unwrap_or_default().into_iter();
        Ok(vpcs.find(|vpc| vpc.is_default == Some(true)).and_then(|vpc| vpc.vpc_id))
    }

    /// A subnet by its id; `None` where there is none.
    pub(crate) async fn subnet(&self, id: &str) -> Result<Option<Subnet>, CallError> {
        let answer = DescribeSubnetsInput::builder().subnet_ids(id).send_with(&self.ec2).await;
        match answer.map_err(|error| CallError::new(&error)) {
            Ok(answer) => {
                let mut subnets = answer.subnets.unwrap_or_default().into_iter().filter_map(subnet);
                Ok(subnets.find(|subnet| subnet.id == id))
            }
            Err(error) if error.is("InvalidSubnetID.NotFound") || error.is("InvalidSubnetID.Malformed") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The default subnets of the region, at most one a zone; none where there is no default VPC.
    pub(crate) async fn default_subnets(&self) -> Result<Vec<Subnet>, CallError> {
        let mut subnets = Vec::new();
        let mut next = None;
        loop {
            let request = DescribeSubnetsInput::builder().filters(filter("default-for-az", "true"));
            let page = request.max_results(1000).set_next_token(next).send_with(&self.ec2).await;
            let page = page.map_err(|error| CallError::new(&error))?;
            let defaults = page.subnets.unwrap_or_default().into_iter();
            subnets.extend(defaults.filter(|subnet| subnet.default_for_az == Some(true)).filter_map(subnet));
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(subnets);
            }
        }
    }
}

/// Reads EC2's description of a subnet; one without an id, a VPC or a zone cannot be used.
fn subnet(described: types::Subnet) -> Option<Subnet> {
    Some(Subnet {
        id: described.subnet_id?,
        vpc_id: described.vpc_id?,
        zone: described.availability_zone?,
        public: described.map_public_ip_on_launch.unwrap_or(false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subnet_is_read_whole_or_not_at_all() {
        let described =
            || types::Subnet::builder().subnet_id("subnet-1").vpc_id("vpc-1").availability_zone("us-east-1b");
        let read = subnet(described().build()).unwrap();
        assert_eq!((read.id.as_str(), read.vpc_id.as_str(), read.zone.as_str()), ("subnet-1", "vpc-1", "us-east-1b"));
        assert!(!read.public);
        assert!(subnet(described().map_public_ip_on_launch(true).build()).unwrap().public);
        assert_eq!(subnet(described().set_vpc_id(None).build()), None);
    }
}
