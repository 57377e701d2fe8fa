//! Regions, VPCs and subnets: where a launch and its security group belong.

use aws_sdk_ec2::operation::describe_regions::DescribeRegionsInput;
use aws_sdk_ec2::operation::describe_route_tables::DescribeRouteTablesInput;
use aws_sdk_ec2::operation::describe_subnets::DescribeSubnetsInput;
use aws_sdk_ec2::operation::describe_vpcs::DescribeVpcsInput;
use aws_sdk_ec2::types;
use iac_core::doctor::{RouteTable, WayOut};

use super::client::Aws;
use super::convert::filter;
use super::error::CallError;
use super::pages::every_token;

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
        let request = DescribeSubnetsInput::builder().filters(filter("default-for-az", "true")).max_results(1000);
        every_token(async |next| {
            let page = request.clone().set_next_token(next).send_with(&self.ec2).await?;
            let defaults = page.subnets.unwrap_or_default().into_iter();
            let defaults = defaults.filter(|subnet| subnet.default_for_az == Some(true));
            Ok((defaults.filter_map(subnet), page.next_token))
        })
        .await
    }
}

impl Aws {
    /// The route tables of the region.
    pub(crate) async fn route_tables(&self) -> Result<Vec<RouteTable>, CallError> {
        every_token(async |next| {
            let request = DescribeRouteTablesInput::builder().max_results(100).set_next_token(next);
            let page = request.send_with(&self.ec2).await?;
            Ok((page.route_tables.unwrap_or_default().into_iter().filter_map(route_table), page.next_token))
        })
        .await
    }
}

/// Reads EC2's description of a route table; one without a VPC routes nothing.
fn route_table(described: types::RouteTable) -> Option<RouteTable> {
    let associations = described.associations.unwrap_or_default();
    let out = described.routes.unwrap_or_default().into_iter();
    let out = out.filter(|route| route.destination_cidr_block() == Some("0.0.0.0/0")).map(way_out).next();
    Some(RouteTable {
        vpc_id: described.vpc_id?,
        is_main: associations.iter().any(|association| association.main == Some(true)),
        subnet_ids: associations.into_iter().filter_map(|association| association.subnet_id).collect(),
        way_out: out.unwrap_or(WayOut::Nowhere),
    })
}

/// Where a route leads: EC2 has a field for each kind of target.
fn way_out(route: types::Route) -> WayOut {
    let is_gone = route.state == Some(types::RouteState::Blackhole);
    let targets = [
        route.gateway_id,
        route.nat_gateway_id,
        route.transit_gateway_id,
        route.network_interface_id,
        route.vpc_peering_connection_id,
    ];
    match targets.into_iter().flatten().next() {
        Some(target) if is_gone => WayOut::Blackhole(target),
        Some(target) if target.starts_with("igw-") => WayOut::Gateway(target),
        Some(target) => WayOut::Other(target),
        None => WayOut::Other("something unknown".to_owned()),
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
    fn a_route_table_is_read_by_its_default_route() {
        let route = |target: fn(types::builders::RouteBuilder) -> types::builders::RouteBuilder| {
            let route = target(types::Route::builder().destination_cidr_block("0.0.0.0/0")).build();
            let local = types::Route::builder().destination_cidr_block("172.31.0.0/16").gateway_id("local").build();
            let main = types::RouteTableAssociation::builder().main(true).build();
            let own = types::RouteTableAssociation::builder().main(false).subnet_id("subnet-1").build();
            let table = types::RouteTable::builder().vpc_id("vpc-1").routes(local).routes(route);
            route_table(table.associations(main).associations(own).build()).unwrap()
        };
        let table = route(|route| route.gateway_id("igw-1").state(types::RouteState::Active));
        assert_eq!(table.way_out, WayOut::Gateway("igw-1".to_owned()));
        assert_eq!((table.vpc_id.as_str(), table.is_main), ("vpc-1", true));
        assert_eq!(table.subnet_ids, ["subnet-1"]);
        let gone = route(|route| route.gateway_id("igw-1").state(types::RouteState::Blackhole));
        assert_eq!(gone.way_out, WayOut::Blackhole("igw-1".to_owned()));
        assert_eq!(route(|route| route.nat_gateway_id("nat-1")).way_out, WayOut::Other("nat-1".to_owned()));
        let local = types::RouteTable::builder().vpc_id("vpc-1").build();
        assert_eq!(route_table(local).unwrap().way_out, WayOut::Nowhere);
    }

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
