//! Whatever interrupts `create` and `delete`, and however late AWS shows things, the next run ends well.

use serde_json::json;

use super::{CREATE, DELETE, id, laptop, let_in, with};
use crate::harness::{Fault, Laptop, NEVER, When, kill_at_every_call};

/// What makes a group, and what shows it.
const MAKING: (&str, &str) = ("CreateSecurityGroup", "DescribeSecurityGroups");

fn prepare(laptop: &mut Laptop) {
    laptop.set("BKY_IAC_SSH_PORT", "22");
}

#[test]
fn create_is_finished_by_a_second_run_wherever_it_was_killed() {
    kill_at_every_call(&CREATE, prepare, |laptop, second, case| {
        let made = second.ok().json();
        let groups = laptop.aws().security_groups();
        assert_eq!(groups.iter().map(id).collect::<Vec<_>>(), [id(&made)], "{case:?}");
        assert_eq!(let_in(&laptop.aws(), id(&made)), ["tcp 22 203.0.113.7/32"]);
    });
}

#[test]
fn mending_is_finished_by_a_second_run_wherever_it_was_killed() {
    let words = with(CREATE, &["--ssh-from", "198.51.100.0/24,192.0.2.0/24"]);
    let made_before = |laptop: &mut Laptop| {
        prepare(laptop);
        let _ = laptop.iac(CREATE).ok();
    };
    kill_at_every_call(&words, made_before, |laptop, second, case| {
        let made = second.ok().json();
        let wanted = ["tcp 22 192.0.2.0/24", "tcp 22 198.51.100.0/24"];
        assert_eq!(let_in(&laptop.aws(), id(&made)), wanted, "{case:?}");
    });
}

#[test]
fn delete_leaves_nothing_wherever_it_was_killed() {
    let made_before = |laptop: &mut Laptop| {
        prepare(laptop);
        let _ = laptop.iac(CREATE).ok();
    };
    kill_at_every_call(&DELETE, made_before, |laptop, second, case| {
        assert!(laptop.aws().security_groups().is_empty(), "{case:?}");
        let was_gone = case.action == "DeleteSecurityGroup" && case.side == crate::harness::Side::After;
        let _ = if was_gone { second.fails("group_missing") } else { second.ok() };
    });
}

/// Loses the answer to the first attempt of each call that changes something; the command must not notice.
fn lose_each_answer(words: &[&str], prepare: impl Fn(&mut Laptop), check: impl Fn(&Laptop)) {
    let run = |lost: Option<usize>| {
        let mut laptop = Laptop::new();
        prepare(&mut laptop);
        let proxy = laptop.proxy();
        if let Some(number) = lost {
            proxy.fault(When::Number(number), Fault::DropAfter);
        }
        let _ = laptop.iac(words).ok();
        check(&laptop);
        proxy.calls()
    };
    let calls = run(None);
    let changes: Vec<usize> = (1..).zip(&calls).filter(|(_, call)| !call.only_reads()).map(|(n, _)| n).collect();
    assert!(!changes.is_empty(), "{words:?} changes nothing");
    for number in changes {
        run(Some(number));
    }
}

#[test]
fn a_lost_answer_is_no_failure() {
    let made_before = |laptop: &mut Laptop| {
        prepare(laptop);
        let _ = laptop.iac(CREATE).ok();
    };
    let one_group = |laptop: &Laptop, network: &str| {
        let groups = laptop.aws().security_groups();
        assert_eq!(groups.len(), 1);
        assert_eq!(let_in(&laptop.aws(), id(&groups[0])), [network]);
    };
    lose_each_answer(&CREATE, prepare, |laptop| one_group(laptop, "tcp 22 203.0.113.7/32"));
    let mend = with(CREATE, &["--ssh-from", "192.0.2.0/24"]);
    lose_each_answer(&mend, made_before, |laptop| one_group(laptop, "tcp 22 192.0.2.0/24"));
    lose_each_answer(&DELETE, made_before, |laptop| assert!(laptop.aws().security_groups().is_empty()));
}

#[test]
fn what_aws_shows_late_is_waited_for() {
    let laptop = laptop();
    let made = laptop.iac_seeing_late(CREATE, MAKING).ok().json();
    assert_eq!(let_in(&laptop.aws(), id(&made)), ["tcp 22 203.0.113.7/32"]);
    assert_eq!(laptop.aws().requests_of("CreateSecurityGroup").len(), 1);
}

#[test]
fn two_runs_at_once_make_one_group() {
    let laptop = laptop();
    laptop.cloud(&json!({"lag": NEVER}));
    let runs = [laptop.start(CREATE), laptop.start(CREATE)];
    laptop.aws().until_asked_after(MAKING.0, MAKING.1, 3);
    laptop.sandbox().hasten();
    let runs = runs.map(|running| running.finish().ok().json());
    assert_eq!(id(&runs[0]), id(&runs[1]));
    assert_eq!(laptop.aws().security_groups().len(), 1);
    assert_eq!(let_in(&laptop.aws(), id(&runs[0])), ["tcp 22 203.0.113.7/32"]);
}

#[test]
fn a_group_that_exists_is_reported_when_its_rules_cannot_be_set() {
    let mut laptop = laptop();
    let proxy = laptop.proxy();
    let fault = Fault::Refuse(400, "RulesPerSecurityGroupLimitExceeded", "too many rules");
    proxy.fault(When::Action("AuthorizeSecurityGroupIngress"), fault);
    let error = laptop.iac(CREATE).fails("aws_refused").json();
    let group = &laptop.aws().security_groups()[0];
    assert_eq!(error["made"], json!([{"kind": "security group", "id": id(group), "name": "nitro-dev"}]));
    let again = laptop.iac(with(CREATE, &["--output", "text"]));
    insta::assert_snapshot!(again.transcript(), @"
    $ iac security-group create --output text
    ! error: AuthorizeSecurityGroupIngress failed
    ! caused by: too many rules
    ! caused by: AWS request request-1
    (exit status: 1)
    ");
}
