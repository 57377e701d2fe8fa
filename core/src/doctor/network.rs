//! Whether an instance can reach the internet from where it is launched, and be reached by SSH.

use super::Check;

/// Where a route table sends what goes to no network it knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayOut {
    /// To an internet gateway, which lets traffic out and in.
    Gateway(String),
    /// To something that is gone.
    Blackhole(String),
    /// To something else, such as a NAT gateway, which lets nothing in.
    Other(String),
    /// Nowhere.
    Nowhere,
}

/// A route table, as far as it decides on the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteTable {
    /// The VPC it belongs to.
    pub vpc_id: String,
    /// Whether it serves the subnets that have none of their own.
    pub is_main: bool,
    /// The subnets it serves.
    pub subnet_ids: Vec<String>,
    /// Its default route.
    pub way_out: WayOut,
}

/// A subnet that a launch may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Its id.
    pub subnet_id: &'a str,
    /// Its VPC.
    pub vpc_id: &'a str,
    /// Whether instances there get a public address.
    pub is_public: bool,
}

/// Judges the subnets that a launch may use; none means that the region has no default VPC with subnets.
#[must_use]
pub fn network(places: &[Place<'_>], tables: &[RouteTable]) -> Check {
    const NAME: &str = "network";
    let Some(first) = places.first() else {
        let mend = "make a default VPC with `aws ec2 create-default-vpc`, or set `subnet_id`";
        return Check::failed(NAME, "this region has no default VPC with a subnet", mend);
    };
    for place in places {
        let id = place.subnet_id;
        let mend = "send `0.0.0.0/0` of its route table to an internet gateway of its VPC, or set another `subnet_id`";
        match way_out(place, tables) {
            WayOut::Gateway(_) => {}
            WayOut::Blackhole(target) => {
                return Check::failed(NAME, format!("the way out leads to {target}, which is gone: {id}"), mend);
            }
            WayOut::Other(target) => {
                let found = format!("the way out leads to {target}, through which no SSH comes in: {id}");
                return Check::warning(NAME, found, mend);
            }
            WayOut::Nowhere => return Check::failed(NAME, format!("there is no route to the internet: {id}"), mend),
        }
        if !place.is_public {
            let mend = format!("let it: `aws ec2 modify-subnet-attribute --map-public-ip-on-launch --subnet-id {id}`");
            return Check::failed(NAME, format!("instances get no public address there: {id}"), mend);
        }
    }
    let subnets = if places.len() == 1 { first.subnet_id.to_owned() } else { format!("{} subnets", places.len()) };
    Check::ok(NAME, format!("{subnets} of {} with a way out", first.vpc_id))
}

/// The default route of a subnet: its own table's, else that of the VPC's main table.
fn way_out(place: &Place<'_>, tables: &[RouteTable]) -> WayOut {
    let own = tables.iter().find(|table| table.subnet_ids.iter().any(|id| id == place.subnet_id));
    let main = || tables.iter().find(|table| table.is_main && table.vpc_id == place.vpc_id);
    own.or_else(main).map_or(WayOut::Nowhere, |table| table.way_out.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;

    fn place(subnet_id: &str) -> Place<'_> {
        Place { subnet_id, vpc_id: "vpc-1", is_public: true }
    }

    fn table(vpc_id: &str, is_main: bool, subnet_ids: &[&str], way_out: WayOut) -> RouteTable {
        let subnet_ids = subnet_ids.iter().map(ToString::to_string).collect();
        RouteTable { vpc_id: vpc_id.to_owned(), is_main, subnet_ids, way_out }
    }

    fn judged(places: &[Place<'_>], tables: &[RouteTable]) -> (Outcome, String) {
        let check = network(places, tables);
        assert_eq!(check.mend.is_none(), check.outcome == Outcome::Ok, "{check:?}");
        (check.outcome, check.found)
    }

    #[test]
    fn a_subnet_takes_its_own_table_and_else_the_main_one_of_its_vpc() {
        let gateway = || WayOut::Gateway("igw-1".to_owned());
        let other = table("vpc-2", true, &[], WayOut::Nowhere);
        let main = table("vpc-1", true, &["subnet-9"], gateway());
        let own = table("vpc-1", false, &["subnet-2"], WayOut::Nowhere);
        let tables = [other, own, main];
        let ok = (Outcome::Ok, "subnet-1 of vpc-1 with a way out".to_owned());
        assert_eq!(judged(&[place("subnet-1")], &tables), ok);
        let failed = (Outcome::Failed, "there is no route to the internet: subnet-2".to_owned());
        assert_eq!(judged(&[place("subnet-1"), place("subnet-2")], &tables), failed);
        assert_eq!(judged(&[place("subnet-1")], &tables[..2]).0, Outcome::Failed);
    }

    #[test]
    fn every_other_way_is_told_apart() {
        let by = |way_out| judged(&[place("subnet-1")], &[table("vpc-1", true, &[], way_out)]);
        assert_eq!(by(WayOut::Blackhole("igw-1".to_owned())).0, Outcome::Failed);
        assert_eq!(by(WayOut::Other("nat-1".to_owned())).0, Outcome::Warning);
        let private = Place { is_public: false, ..place("subnet-1") };
        let tables = [table("vpc-1", true, &[], WayOut::Gateway("igw-1".to_owned()))];
        assert_eq!(
            judged(&[private], &tables),
            (Outcome::Failed, "instances get no public address there: subnet-1".to_owned())
        );
        assert_eq!(judged(&[], &tables), (Outcome::Failed, "this region has no default VPC with a subnet".to_owned()));
    }
}
