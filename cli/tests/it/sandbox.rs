//! The tests' own ground: a sandbox that forgets, oracles that see, and a proxy that breaks what it is told to.

use std::cell::RefCell;

use serde_json::json;

use crate::harness::{Fault, Laptop, SECRET, Side, When, kill_at_every_call, output, tags};

const LIST: [&str; 2] = ["instance", "list"];

#[test]
fn a_sandbox_is_empty_at_first_and_remembers_what_was_made() {
    let laptop = Laptop::new();
    let aws = laptop.aws();
    let before = aws.world();
    assert_eq!(before["SecurityGroup"].len(), 1, "the one that every VPC has");
    assert!(aws.requests().is_empty());
    assert!(aws.instances().is_empty() && aws.key_pairs().is_empty() && aws.security_groups().is_empty());

    let (key, group) = (aws.foreign_key_pair("a *b", &[("Name", "ä ö")]), aws.foreign_group("g", &[]));
    let instance = aws.foreign_instance(&[("ManagedBy", "iac")]);

    assert_eq!(aws.key_pairs()[0]["id"], *key);
    assert_eq!(tags(&aws.key_pairs()[0])["Name"], "ä ö");
    assert_eq!(aws.security_groups()[0]["id"], *group);
    assert_eq!(aws.instances()[0]["id"], *instance);
    assert_ne!(aws.world(), before);
}

#[test]
fn the_recorder_shows_requests_with_their_tags() {
    let laptop = Laptop::new();
    laptop.aws().foreign_key_pair("k", &[("a", "1"), ("b", "2 3")]);
    let requests = laptop.aws().requests_of("CreateKeyPair");
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].get("KeyName"), Some("k"));
    assert_eq!(requests[0].tags("key-pair"), [("a".into(), "1".into()), ("b".into(), "2 3".into())].into());
    assert!(requests[0].tags("instance").is_empty());
    assert_eq!(laptop.aws().changes(), ["CreateKeyPair"]);
}

#[test]
fn settings_of_the_sandbox_reach_it() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"public_ip": "rubbish"}));
    assert_eq!(laptop.sandbox().public_ip(), "rubbish");
    drop(laptop);
    assert_ne!(Laptop::new().sandbox().public_ip(), "rubbish", "the next case begins with the defaults");
}

#[test]
fn moto_as_it_is_published_answers() {
    let laptop = Laptop::on_plain_moto();
    assert_eq!(laptop.iac(LIST).ok().json(), json!([]));
}

#[test]
#[should_panic(expected = "the secret key is in the output")]
fn a_run_that_shows_the_secret_key_is_found_out() {
    let laptop = Laptop::offline();
    let _ = laptop.iac(["key", SECRET]);
}

#[test]
fn a_machine_passes_on_nothing_of_the_one_it_stands_on() {
    let mut laptop = Laptop::offline();
    laptop.program("show", "#!/bin/sh\nenv | cut -d= -f1 | sort | tr '\\n' ' '\n");
    let shown = output(&mut laptop.command("show"));
    let names = String::from_utf8(shown.stdout).unwrap();
    assert_eq!(names, "BKY_IAC_ACCESS_KEY BKY_IAC_SECRET_KEY COLUMNS HOME LC_ALL PATH PWD USER ");
}

#[test]
fn the_proxy_counts_calls_and_polls_once() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    laptop.iac(LIST).ok();
    let actions: Vec<_> = proxy.calls().into_iter().map(|call| call.action).collect();
    assert!(!actions.is_empty() && actions.iter().all(|action| action == "DescribeInstances"));
    let once = actions.len();
    laptop.iac(LIST).ok();
    assert_eq!(proxy.calls().len(), once, "a poll has the number of the first");
    laptop.iac(["instance", "list", "--everyone"]).ok();
    assert!(proxy.calls().len() > once, "another question has a number of its own");
}

#[test]
fn the_proxy_kills_where_it_is_told_to() {
    for fault in [Fault::KillBefore, Fault::KillAfter] {
        let mut laptop = Laptop::new();
        let proxy = laptop.proxy();
        let before = matches!(fault, Fault::KillBefore);
        proxy.fault(When::Action("DescribeInstances"), fault);
        let running = laptop.start(LIST);
        proxy.aim(&running);
        running.finish().killed();
        assert_eq!(laptop.aws().requests_of("DescribeInstances").is_empty(), before);
    }
}

#[test]
fn the_proxy_refuses_as_aws_does() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("DescribeInstances"), Fault::Refuse(403, "UnauthorizedOperation", "not you"));
    let document = laptop.iac(LIST).fails("aws_denied").json();
    assert_eq!(document["error"]["aws"], json!({"code": "UnauthorizedOperation", "request_id": "request-1"}));
    insta::assert_snapshot!(laptop.iac(["instance", "list", "--output", "text"]).transcript(), @r"
    $ iac instance list --output text
    ! error: DescribeInstances failed
    ! caused by: not you
    ! caused by: AWS request request-1
    ! hint: allow these credentials `ec2:DescribeInstances`, as `iac policy` prints it, then run the command again
    (exit status: 1)
    ");
}

#[test]
fn a_call_that_is_never_answered_can_be_left_with_two_signals() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("DescribeInstances"), Fault::Stall);
    let running = laptop.start(LIST);
    proxy.wait_for(1);
    running.signal("INT");
    running.signal("TERM");
    assert_eq!(running.finish().status.code(), Some(130));
}

#[test]
fn a_command_is_killed_at_each_of_its_calls_on_both_sides() {
    let seen = RefCell::new(Vec::new());
    kill_at_every_call(
        &LIST,
        |laptop| drop(laptop.aws().foreign_instance(&[("Name", "somebody's")])),
        |laptop, second, case| {
            assert_eq!(second.ok().json(), json!([]));
            assert_eq!(laptop.aws().instances().len(), 1);
            seen.borrow_mut().push((case.number, case.side));
        },
    );
    let seen = seen.into_inner();
    assert_eq!(seen[..2], [(1, Side::Before), (1, Side::After)]);
    assert_eq!(seen.len() % 2, 0);
}
