//! `iac security-group list`, and what a group looks like as text.

use iac_core::observed::{IngressRule, SecurityGroup};
use iac_core::table::{self, Cell};

use crate::aws::{Aws, CallError, WantedGroups};
use crate::error::Result;
use crate::work::Context;

/// Prints the groups of the region with their rules: ours and the older tool's, or everyone's.
pub(super) async fn list(context: &Context<'_>, everyone: bool) -> Result<()> {
    let session = context.connect().await?;
    let progress = context.ui.progress("listing security groups");
    let mut groups = progress.during(fetch(&session.aws, everyone)).await?;
    drop(progress);
    groups.sort_by(|a, b| (&a.name, &a.vpc_id, &a.id).cmp(&(&b.name, &b.vpc_id, &b.id)));
    context.ui.data(&groups, |width| text(&groups, width))
}

async fn fetch(aws: &Aws, everyone: bool) -> std::result::Result<Vec<SecurityGroup>, CallError> {
    let groups = if everyone {
        aws.security_groups(WantedGroups::All).await?
    } else {
        let ours = aws.security_groups(WantedGroups::Ours);
        let (mut ours, older) = tokio::try_join!(ours, aws.security_groups(WantedGroups::OlderTool))?;
        ours.extend(older);
        ours
    };
    let ids: Vec<String> = groups.iter().map(|group| group.id.clone()).collect();
    let mut rules = aws.ingress_rules(&ids).await?;
    // One that is deleted at this very moment is left out.
    let with_rules =
        groups.into_iter().filter_map(|group| rules.remove(&group.id).map(|rules| group.with_ingress(rules)));
    Ok(with_rules.collect())
}

/// A line for each rule, and one for a group without any.
fn text(groups: &[SecurityGroup], width: usize) -> String {
    if groups.is_empty() {
        return "no security groups".to_owned();
    }
    // The id of a network is long, and most have one network alone.
    let is_one_vpc = groups.iter().all(|group| group.vpc_id == groups[0].vpc_id);
    let rows: Vec<Vec<Cell>> = groups.iter().flat_map(|group| rows(group, is_one_vpc)).collect();
    table::table(&["NAME", "ID", "VPC", "PORTS", "FROM", "ABOUT", "NOTE"], &rows, width)
}

fn rows(group: &SecurityGroup, is_one_vpc: bool) -> Vec<Vec<Cell>> {
    let row = |rule: Option<&IngressRule>| {
        let [ports, source, about] =
            rule.map_or_else(|| [Cell::optional(None), Cell::optional(None), Cell::optional(None)], cells);
        vec![
            Cell::text(&group.name),
            Cell::id(&group.id),
            Cell::text(group.vpc_id.as_deref().filter(|_| !is_one_vpc).unwrap_or_default()),
            ports,
            source,
            about,
            Cell::text(group.owner().remark()),
        ]
    };
    if group.ingress.is_empty() { vec![row(None)] } else { group.ingress.iter().map(Some).map(row).collect() }
}

fn cells(rule: &IngressRule) -> [Cell; 3] {
    let about = rule.description.as_deref().unwrap_or("-");
    [Cell::id(&ports(rule)), Cell::id(&rule.source.to_string()), Cell::sentence(about)]
}

/// The protocol and its ports, such as `tcp 22` or `udp 5000-5010`.
fn ports(rule: &IngressRule) -> String {
    let protocol = if rule.protocol == "-1" { "all" } else { &rule.protocol };
    match (rule.from_port.filter(|port| *port >= 0), rule.to_port.filter(|port| *port >= 0)) {
        (Some(from), Some(to)) if from == to => format!("{protocol} {from}"),
        (Some(from), Some(to)) => format!("{protocol} {from}-{to}"),
        _ => protocol.to_owned(),
    }
}

/// One group, a line for each thing known of it.
pub(super) fn described(group: &SecurityGroup, width: usize) -> String {
    let mut lines = vec![
        ("name", group.name.clone()),
        ("id", group.id.clone()),
        ("vpc", group.vpc_id.clone().unwrap_or_default()),
        ("description", group.description.clone()),
    ];
    lines.extend(group.tags.iter().map(|tag| ("tag", format!("{}={}", tag.key, tag.value))));
    lines.extend(group.ingress.iter().map(|rule| ("lets in", let_in(rule))));
    table::fields(&lines, width)
}

fn let_in(rule: &IngressRule) -> String {
    match &rule.description {
        Some(about) => format!("{} from {} ({about})", ports(rule), rule.source),
        None => format!("{} from {}", ports(rule), rule.source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iac_core::observed::Source;
    use iac_core::tag::{ENVIRONMENT, Tag};

    fn rule(protocol: &str, ports: (i32, i32), source: Source, description: Option<&str>) -> IngressRule {
        IngressRule {
            id: Some("sgr-1".to_owned()),
            protocol: protocol.to_owned(),
            from_port: Some(ports.0),
            to_port: Some(ports.1),
            source,
            description: description.map(str::to_owned),
            tags: Vec::new(),
        }
    }

    fn group(name: &str, tags: Vec<Tag>, ingress: Vec<IngressRule>) -> SecurityGroup {
        let (name, id, vpc_id) = (name.to_owned(), "sg-0123".to_owned(), Some("vpc-1".to_owned()));
        SecurityGroup { name, id, vpc_id, description: "about".to_owned(), tags, ingress }
    }

    #[test]
    fn each_rule_has_a_line_and_each_group_at_least_one() {
        let ingress = vec![
            rule("tcp", (22, 22), Source::Cidr("203.0.113.7/32".parse().unwrap()), Some("iac: a@b 2026-11-22")),
            rule("udp", (5000, 5010), Source::Group("sg-2".to_owned()), None),
            rule("-1", (-1, -1), Source::PrefixList("pl-1".to_owned()), Some("\u{1b}[31m")),
        ];
        let groups = [
            group("dev", vec![Tag::new(ENVIRONMENT, "dev")], ingress),
            group("old", vec![Tag::new("Deployment", "Sequencer")], Vec::new()),
            group("other", Vec::new(), Vec::new()),
        ];
        insta::assert_snapshot!(text(&groups, 200), @r"
        NAME   ID       PORTS          FROM            ABOUT                NOTE
        dev    sg-0123  tcp 22         203.0.113.7/32  iac: a@b 2026-11-22
        dev    sg-0123  udp 5000-5010  sg-2            -
        dev    sg-0123  all            pl-1            \u{1b}[31m
        old    sg-0123  -              -               -                    older tool
        other  sg-0123  -              -               -                    not ours
        ");
        insta::assert_snapshot!(described(&groups[0], 200), @r"
        name         dev
        id           sg-0123
        vpc          vpc-1
        description  about
        tag          bky:iac:environment=dev
        lets in      tcp 22 from 203.0.113.7/32 (iac: a@b 2026-11-22)
        lets in      udp 5000-5010 from sg-2
        lets in      all from pl-1 (\u{1b}[31m)
        ");
        assert_eq!(text(&[], 200), "no security groups");
    }
}
