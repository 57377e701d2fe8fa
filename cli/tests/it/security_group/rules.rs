//! Which rules on the SSH port are added, kept and taken away.

use super::{CREATE, LIST, authorize, laptop, let_in, with};
use serde_json::json;

#[test]
fn a_list_is_the_whole_list() {
    let laptop = laptop();
    let aws = laptop.aws();
    let group = aws.foreign_group("nitro-dev", &[("bky:iac:environment", "-")]);
    authorize(&aws, &group, "22", "192.0.2.0/24", "iac: bob@desk 2026-01-01");
    authorize(&aws, &group, "22", "198.51.100.0/24", "somebody's");
    authorize(&aws, &group, "443", "192.0.2.0/24", "web");
    let networks = "198.51.100.0/24, 203.0.113.9, 2001:db8::/32";
    let shown = laptop.iac(with(CREATE, &["--ssh-from", networks])).ok().json();
    let expected = ["tcp 22 198.51.100.0/24", "tcp 22 2001:db8::/32", "tcp 22 203.0.113.9/32", "tcp 443 192.0.2.0/24"];
    assert_eq!(let_in(&aws, &group), expected);
    assert_eq!(shown["ingress"].as_array().unwrap().len(), 4);

    let changes = aws.changes().len();
    let _ = laptop.iac(with(CREATE, &["--ssh-from", networks])).ok();
    assert_eq!(aws.changes().len(), changes);
}

#[test]
fn with_auto_our_older_rule_goes_and_another_persons_is_kept() {
    let laptop = laptop();
    let aws = laptop.aws();
    let first = laptop.iac(CREATE).ok().json();
    let group = first["id"].as_str().unwrap();
    authorize(&aws, group, "22", "198.51.100.9/32", "iac: bob@desk 2026-01-01");
    authorize(&aws, group, "22", "192.0.2.0/24", "the office");
    authorize(&aws, group, "8080", "203.0.113.7/32", "web");
    laptop.cloud(&json!({"public_ip": "203.0.113.8\n"}));
    let _ = laptop.iac(CREATE).ok();
    let kept = ["tcp 22 192.0.2.0/24", "tcp 22 198.51.100.9/32", "tcp 22 203.0.113.8/32", "tcp 8080 203.0.113.7/32"];
    assert_eq!(let_in(&aws, group), kept);
    let changes = aws.changes();
    // Nobody is locked out in between: the new rule comes before the old one goes.
    assert_eq!(changes[changes.len() - 2..], ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"]);
}

#[test]
fn an_address_that_is_let_in_already_changes_nothing() {
    let laptop = laptop();
    let aws = laptop.aws();
    let group = aws.foreign_group("nitro-dev", &[("bky:iac:environment", "-")]);
    authorize(&aws, &group, "22", "203.0.113.7/32", "somebody's");
    let before = aws.world();
    let _ = laptop.iac(CREATE).ok();
    assert_eq!(aws.world(), before);
}

#[test]
fn another_ssh_port_is_another_rule() {
    let laptop = laptop();
    let made = laptop.iac(with(CREATE, &["--ssh-from", "192.0.2.0/24"])).ok().json();
    let _ = laptop.iac(with(CREATE, &["--ssh-from", "192.0.2.0/24", "--ssh-port", "2222"])).ok();
    let expected = ["tcp 22 192.0.2.0/24", "tcp 2222 192.0.2.0/24"];
    assert_eq!(let_in(&laptop.aws(), made["id"].as_str().unwrap()), expected);
}

#[test]
fn the_whole_internet_only_if_written_out_and_then_with_a_warning() {
    let laptop = laptop();
    let run = laptop.iac(with(CREATE, &["--ssh-from", "0.0.0.0/0", "-v", "--output", "text"])).succeeds();
    insta::assert_snapshot!(run.transcript(), @"
    $ iac security-group create --ssh-from 0.0.0.0/0 -v --output text
    name         nitro-dev
    id           sg-1
    vpc          vpc-1
    description  SSH to instances made by iac
    tag          Name=nitro-dev
    tag          ManagedBy=iac
    tag          bky:iac:environment=nitro-dev
    lets in      tcp 22 from 0.0.0.0/0 (iac: ssh_from)
    ! warning: `ssh_from` is 0.0.0.0/0: the whole internet may try to log in
    ! security group `nitro-dev` sg-1 lets SSH in from 0.0.0.0/0
    ");
    assert_eq!(let_in(&laptop.aws(), laptop.iac(LIST).ok().json()[0]["id"].as_str().unwrap()), ["tcp 22 0.0.0.0/0"]);
}

#[test]
fn rules_of_every_kind_are_shown() {
    let laptop = laptop();
    let aws = laptop.aws();
    let made = laptop.iac(with(CREATE, &["--ssh-from", "192.0.2.0/24"])).ok().json();
    let group = made["id"].as_str().unwrap();
    let other = aws.foreign_group("other", &[]);
    let all = [("GroupId", group), ("IpPermissions.1.IpProtocol", "-1")];
    aws.call("AuthorizeSecurityGroupIngress", &[&all[..], &[("IpPermissions.1.Groups.1.GroupId", &other)]].concat());
    authorize(&aws, group, "443", "0.0.0.0/0", "web for everyone");
    insta::assert_snapshot!(laptop.iac(with(LIST, &["--output", "text"])).ok().transcript(), @"
    $ iac security-group list --output text
    NAME       ID                    PORTS    FROM                  ABOUT
    nitro-dev  sg-1  tcp 22   192.0.2.0/24          iac: ssh_from
    nitro-dev  sg-1  all      sg-2  -
    nitro-dev  sg-1  tcp 443  0.0.0.0/0             web for everyone
    ");
}
