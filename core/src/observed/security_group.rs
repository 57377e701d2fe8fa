//! Security groups and their ingress rules.

use std::fmt;

use ipnet::IpNet;
use serde::{Serialize, Serializer};

use crate::tag::{self, Owner, Tag};

/// Where an ingress rule lets traffic in from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A range of addresses.
    Cidr(IpNet),
    /// The instances of a security group, by its id.
    Group(String),
    /// A prefix list, by its id.
    PrefixList(String),
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cidr(network) => formatter.pad(&network.to_string()),
            Self::Group(id) | Self::PrefixList(id) => formatter.pad(id),
        }
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One ingress rule of a security group: what `DescribeSecurityGroupRules` lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IngressRule {
    /// Its id, `sgr-…`, where EC2 gave one.
    pub id: Option<String>,
    /// The protocol as EC2 writes it: `tcp`, `udp`, `icmp`, or `-1` for all.
    pub protocol: String,
    /// The first port, `None` or -1 for all.
    pub from_port: Option<i32>,
    /// The last port, `None` or -1 for all.
    pub to_port: Option<i32>,
    /// Where it lets traffic in from.
    pub source: Source,
    /// What somebody wrote about it.
    pub description: Option<String>,
    /// All its tags.
    pub tags: Vec<Tag>,
}

/// A security group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecurityGroup {
    /// Its name, unique in its VPC.
    pub name: String,
    /// Its id, `sg-…`.
    pub id: String,
    /// The VPC it belongs to.
    pub vpc_id: Option<String>,
    /// What was written about it when it was made.
    pub description: String,
    /// All its tags.
    pub tags: Vec<Tag>,
    /// What it lets in.
    pub ingress: Vec<IngressRule>,
}

impl SecurityGroup {
    /// Returns whose the group is.
    #[must_use]
    pub fn owner(&self) -> Owner {
        tag::owner(&self.tags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_names_the_source_as_text() {
        let rule = |source| IngressRule {
            id: Some("sgr-1".to_owned()),
            protocol: "tcp".to_owned(),
            from_port: Some(22),
            to_port: Some(22),
            source,
            description: None,
            tags: vec![],
        };
        let group = SecurityGroup {
            name: "dev".to_owned(),
            id: "sg-1".to_owned(),
            vpc_id: None,
            description: "SSH".to_owned(),
            tags: vec![],
            ingress: vec![
                rule(Source::Cidr("203.0.113.5/32".parse().expect("a network"))),
                rule(Source::Group("sg-2".to_owned())),
            ],
        };
        insta::assert_snapshot!(serde_json::to_string_pretty(&group).expect("json"), @r#"
        {
          "name": "dev",
          "id": "sg-1",
          "vpc_id": null,
          "description": "SSH",
          "tags": [],
          "ingress": [
            {
              "id": "sgr-1",
              "protocol": "tcp",
              "from_port": 22,
              "to_port": 22,
              "source": "203.0.113.5/32",
              "description": null,
              "tags": []
            },
            {
              "id": "sgr-1",
              "protocol": "tcp",
              "from_port": 22,
              "to_port": 22,
              "source": "sg-2",
              "description": null,
              "tags": []
            }
          ]
        }
        "#);
    }
}
