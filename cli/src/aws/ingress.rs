//! What security groups let in: their rules as `DescribeSecurityGroupRules` lists them, and how they are changed.

use std::collections::BTreeMap;

use aws_sdk_ec2::operation::authorize_security_group_ingress::AuthorizeSecurityGroupIngressInput;
use aws_sdk_ec2::operation::authorize_security_group_ingress::builders::AuthorizeSecurityGroupIngressInputBuilder;
use aws_sdk_ec2::operation::describe_security_group_rules::DescribeSecurityGroupRulesInput;
use aws_sdk_ec2::operation::revoke_security_group_ingress::RevokeSecurityGroupIngressInput;
use aws_sdk_ec2::types;
use futures_util::future::try_join_all;
use iac_core::ingress::NewRule;
use iac_core::observed::{IngressRule, Source};
use iac_core::tag::Tag;

use super::client::Aws;
use super::convert::{tag_specification, tags};
use super::error::CallError;
use super::pages::every_token;
use super::security_group::is_group_unknown;

/// The ingress rules of groups, by the group's id.
pub(crate) type IngressRules = BTreeMap<String, Vec<IngressRule>>;

/// How many values one filter takes.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>
const MOST_FILTER_VALUES: usize = 200;

impl Aws {
    /// The ingress rules of these groups; one that AWS does not know, or no longer, is absent.
    pub(crate) async fn ingress_rules(&self, group_ids: &[String]) -> Result<IngressRules, CallError> {
        let mut rules = IngressRules::new();
        for ids in group_ids.chunks(MOST_FILTER_VALUES) {
            match self.rules_of(ids).await {
                // One that is deleted at this very moment must not take the rules of the others along.
                Err(error) if is_group_unknown(&error) => {
                    let each = try_join_all(ids.iter().map(|id| self.rules_of_one(id))).await?;
                    rules.extend(each.into_iter().flatten());
                }
                found => rules.extend(found?),
            }
        }
        Ok(rules)
    }

    async fn rules_of_one(&self, group_id: &String) -> Result<IngressRules, CallError> {
        match self.rules_of(std::slice::from_ref(group_id)).await {
            Err(error) if is_group_unknown(&error) => Ok(IngressRules::new()),
            rules => rules,
        }
    }

    /// The rules of groups that one filter takes, all of which have to be there.
    async fn rules_of(&self, group_ids: &[String]) -> Result<IngressRules, CallError> {
        let groups = types::Filter::builder().name("group-id").set_values(Some(group_ids.to_vec())).build();
        let request = DescribeSecurityGroupRulesInput::builder().filters(groups).max_results(1000);
        let found = every_token(async |next| {
            let page = request.clone().set_next_token(next).send_with(&self.ec2).await?;
            Ok((page.security_group_rules.unwrap_or_default().into_iter().filter_map(ingress), page.next_token))
        });
        let mut rules: IngressRules = group_ids.iter().map(|id| (id.clone(), Vec::new())).collect();
        for (group_id, rule) in found.await? {
            rules.entry(group_id).or_default().push(rule);
        }
        Ok(rules)
    }

    /// Lets SSH in by new rules, all of them or none, and returns them.
    ///
    /// # Errors
    /// `InvalidPermission.Duplicate` where one of them is there, also by an earlier attempt whose answer was lost.
    pub(crate) async fn authorize_ssh(
        &self,
        group_id: &str,
        ssh_port: u16,
        rules: &[NewRule],
        tags: &[Tag],
    ) -> Result<Vec<IngressRule>, CallError> {
        let answer = authorization(group_id, ssh_port, rules, tags).send_with(&self.ec2).await;
        let answer = answer.map_err(|error| CallError::new(&error))?;
        let told = answer.security_group_rules.unwrap_or_default().into_iter().filter_map(ingress);
        let told: Vec<IngressRule> = told.map(|(_, rule)| rule).collect();
        Ok(rules.iter().map(|rule| authorized(rule, ssh_port, tags, &told)).collect())
    }

    /// Takes ingress rules away, by their ids.
    pub(crate) async fn revoke_ingress(&self, group_id: &str, rule_ids: Vec<String>) -> Result<(), CallError> {
        let request = RevokeSecurityGroupIngressInput::builder().group_id(group_id);
        let answer = request.set_security_group_rule_ids(Some(rule_ids)).send_with(&self.ec2).await;
        answer.map(|_| ()).map_err(|error| CallError::new(&error))
    }
}

/// The request for new rules: each network is a range with a description of its own.
pub(super) fn authorization(
    group_id: &str,
    ssh_port: u16,
    rules: &[NewRule],
    tags: &[Tag],
) -> AuthorizeSecurityGroupIngressInputBuilder {
    AuthorizeSecurityGroupIngressInput::builder()
        .group_id(group_id)
        .ip_permissions(permission(ssh_port, rules))
        .tag_specifications(tag_specification(types::ResourceType::SecurityGroupRule, tags))
}

/// What these rules let in.
pub(super) fn permission(ssh_port: u16, rules: &[NewRule]) -> types::IpPermission {
    let port = i32::from(ssh_port);
    let permission = types::IpPermission::builder().ip_protocol("tcp").from_port(port).to_port(port);
    let permission = rules.iter().fold(permission, |permission, rule| {
        let (cidr, about) = (rule.cidr.to_string(), &rule.description);
        if rule.cidr.addr().is_ipv4() {
            permission.ip_ranges(types::IpRange::builder().cidr_ip(cidr).description(about).build())
        } else {
            permission.ipv6_ranges(types::Ipv6Range::builder().cidr_ipv6(cidr).description(about).build())
        }
    });
    permission.build()
}

/// A rule that EC2 has let in: what was sent, with the id that the answer tells.
fn authorized(rule: &NewRule, ssh_port: u16, tags: &[Tag], told: &[IngressRule]) -> IngressRule {
    let source = Source::Cidr(rule.cidr);
    let port = Some(i32::from(ssh_port));
    IngressRule {
        id: told.iter().find(|told| told.source == source).and_then(|told| told.id.clone()),
        protocol: "tcp".to_owned(),
        from_port: port,
        to_port: port,
        source,
        description: Some(rule.description.clone()),
        tags: tags.to_vec(),
    }
}

/// Reads EC2's description of a rule, with its group's id; `None` for egress.
fn ingress(described: types::SecurityGroupRule) -> Option<(String, IngressRule)> {
    if described.is_egress == Some(true) {
        return None;
    }
    let source = source(&described)?;
    let rule = IngressRule {
        id: described.security_group_rule_id,
        protocol: described.ip_protocol.unwrap_or_default(),
        from_port: described.from_port,
        to_port: described.to_port,
        source,
        description: described.description.filter(|text| !text.is_empty()),
        tags: tags(described.tags),
    };
    Some((described.group_id?, rule))
}

fn source(described: &types::SecurityGroupRule) -> Option<Source> {
    let cidr = described.cidr_ipv4().or(described.cidr_ipv6()).and_then(|cidr| cidr.parse().ok()).map(Source::Cidr);
    let group = || described.referenced_group_info()?.group_id().map(|id| Source::Group(id.to_owned()));
    let list = || described.prefix_list_id().map(|id| Source::PrefixList(id.to_owned()));
    cidr.or_else(group).or_else(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described() -> types::builders::SecurityGroupRuleBuilder {
        types::SecurityGroupRule::builder()
            .security_group_rule_id("sgr-1")
            .group_id("sg-1")
            .is_egress(false)
            .ip_protocol("tcp")
            .from_port(22)
            .to_port(22)
    }

    #[test]
    fn every_kind_of_source_is_read() {
        let sources = [
            (described().cidr_ipv4("203.0.113.0/24"), "203.0.113.0/24"),
            (described().cidr_ipv6("2001:db8::/32"), "2001:db8::/32"),
            (described().prefix_list_id("pl-1"), "pl-1"),
            (
                described().referenced_group_info(types::ReferencedSecurityGroup::builder().group_id("sg-2").build()),
                "sg-2",
            ),
        ];
        for (described, expected) in sources {
            let (group, rule) = ingress(described.build()).unwrap();
            assert_eq!((group.as_str(), rule.source.to_string().as_str()), ("sg-1", expected));
        }
    }

    #[test]
    fn a_rule_keeps_its_id_ports_description_and_tags() {
        let tag = types::Tag::builder().key("team").value("red").build();
        let described = described().cidr_ipv4("203.0.113.5/32").description("iac: a@b 2026-11-22").tags(tag);
        let (_, rule) = ingress(described.build()).unwrap();
        assert_eq!((rule.id.as_deref(), rule.protocol.as_str()), (Some("sgr-1"), "tcp"));
        assert_eq!((rule.from_port, rule.to_port), (Some(22), Some(22)));
        assert_eq!(rule.description.as_deref(), Some("iac: a@b 2026-11-22"));
        assert_eq!(rule.tags, [Tag::new("team", "red")]);
    }

    #[test]
    fn egress_is_not_ingress() {
        assert_eq!(ingress(described().cidr_ipv4("0.0.0.0/0").is_egress(true).build()), None);
    }

    #[test]
    fn new_rules_go_in_one_request_with_their_tags() {
        let rule = |cidr: &str| NewRule { cidr: cidr.parse().unwrap(), description: format!("about {cidr}") };
        let rules = [rule("203.0.113.0/24"), rule("2001:db8::/32"), rule("198.51.100.7/32")];
        let request = authorization("sg-1", 2222, &rules, &[Tag::new("Name", "dev")]).build().unwrap();
        let [permission] = request.ip_permissions() else { panic!("one permission") };
        assert_eq!((permission.ip_protocol(), permission.from_port()), (Some("tcp"), Some(2222)));
        assert_eq!(permission.to_port(), Some(2222));
        let ipv4: Vec<_> = permission.ip_ranges().iter().map(|range| (range.cidr_ip(), range.description())).collect();
        assert_eq!(
            ipv4,
            [
                (Some("203.0.113.0/24"), Some("about 203.0.113.0/24")),
                (Some("198.51.100.7/32"), Some("about 198.51.100.7/32"))
            ]
        );
        assert_eq!(permission.ipv6_ranges()[0].cidr_ipv6(), Some("2001:db8::/32"));
        assert_eq!(request.tag_specifications()[0].resource_type(), Some(&types::ResourceType::SecurityGroupRule));
    }
}
