//! `iac key` when something comes between: a kill at any call, a lost answer, a refusal, a second run at the same time.
//! The next run always finishes.

use std::fs;

use serde_json::json;

use crate::harness::{Fault, Laptop, NEVER, When, kill_at_every_call, output, until};
use crate::key::{files, nothing_is_left, one_pair_is_whole, rename};

/// What makes a pair, and what shows it.
const IMPORT: (&str, &str) = ("ImportKeyPair", "DescribeKeyPairs");

#[test]
fn a_killed_create_is_finished_by_the_next() {
    kill_at_every_call(
        &["key", "create"],
        |_| (),
        |laptop, second, _| {
            assert_eq!(second.ok().json()["file"], "ok");
            one_pair_is_whole(laptop);
        },
    );
}

#[test]
fn a_killed_delete_is_finished_by_the_next() {
    let prepare = |laptop: &mut Laptop| drop(laptop.iac(["key", "create"]).ok());
    kill_at_every_call(&["key", "delete"], prepare, |laptop, second, _| {
        let _ = second.ok();
        nothing_is_left(laptop);
    });
}

#[test]
fn a_killed_create_can_be_deleted_even_if_its_pair_is_not_shown_yet() {
    let laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    laptop.cloud(&json!({"lag": NEVER}));
    rename(&laptop, "nitro-dev.pem", "nitro-dev.pem.new");
    laptop.aws().call("DeleteKeyPair", &[("KeyName", "nitro-dev")]);
    // Imported a moment ago and not shown: what a kill after the import leaves.
    let public = output(laptop.command("ssh-keygen").arg("-yf").arg(laptop.secrets().join("nitro-dev.pem.new")));
    let material = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &public.stdout);
    let tag = ("TagSpecification.1.Tag.1.Key", "bky:iac:environment");
    let specification = [("TagSpecification.1.ResourceType", "key-pair"), tag, ("TagSpecification.1.Tag.1.Value", "-")];
    let pair = [("KeyName", "nitro-dev"), ("PublicKeyMaterial", &material)];
    laptop.aws().call("ImportKeyPair", &[&pair[..], &specification].concat());
    let _ = laptop.iac_seeing_late(["key", "delete"], IMPORT).ok();
    nothing_is_left(&laptop);
}

#[test]
fn what_was_imported_is_known_however_late_it_is_shown() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"lag": NEVER}));
    let created = laptop.iac(["key", "create"]).ok().json();
    assert_eq!((&created["file"], &created["created"]), (&json!("ok"), &json!(null)), "only the time is not known");
    laptop.cloud(&json!({"lag": 0}));
    one_pair_is_whole(&laptop);
    let listed = laptop.iac(["key", "list"]).ok().json()[0].clone();
    for field in ["name", "id", "tags", "kind", "fingerprint"] {
        assert_eq!(created[field], listed[field], "{field}");
    }
}

/// The answer to the import is lost, so that only a look can tell whose pair has the name.
#[test]
fn a_stop_while_waiting_says_what_exists_and_the_next_run_finishes() {
    let mut laptop = Laptop::new();
    laptop.cloud(&json!({"lag": NEVER}));
    let proxy = laptop.proxy();
    proxy.fault(When::First("ImportKeyPair"), Fault::DropAfter);
    let running = laptop.start(["key", "create"]);
    until("the import is asked for again", || laptop.aws().requests_of("ImportKeyPair").len() == 2);
    running.signal("INT");
    insta::assert_snapshot!(running.finish().fails("interrupted").transcript(), @r#"
    $ iac key create
    {
      "error": {
        "code": "interrupted",
        "message": "interrupted",
        "causes": [],
        "hints": [
          "run the command again; it goes on where it stopped"
        ],
        "aws": null
      },
      "made": [
        {
          "kind": "file",
          "id": "~/secrets/nitro-dev.pem.new",
          "name": null
        }
      ]
    }
    ! error: interrupted
    ! exists: file ~/secrets/nitro-dev.pem.new
    ! hint: run the command again; it goes on where it stopped
    (exit status: 130)
    "#);
    assert_eq!(files(&laptop), ["nitro-dev.pem.new"]);
    laptop.cloud(&json!({"lag": 0}));
    let _ = laptop.iac(["key", "create"]).ok();
    one_pair_is_whole(&laptop);
}

#[test]
fn a_lost_answer_is_no_second_pair() {
    for fault in [Fault::DropAfter, Fault::HalfAnswer, Fault::DropBefore] {
        let mut laptop = Laptop::new();
        let proxy = laptop.proxy();
        // The account and the name are looked up first, side by side.
        proxy.fault(When::Number(3), fault);
        let _ = laptop.iac(["key", "create"]).ok();
        assert_eq!(proxy.calls()[2].action, "ImportKeyPair");
        one_pair_is_whole(&laptop);
    }
}

#[test]
fn a_lost_answer_to_a_deletion_is_a_deletion() {
    let mut laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    let proxy = laptop.proxy();
    proxy.fault(When::Number(4), Fault::DropAfter);
    let _ = laptop.iac(["key", "delete"]).ok();
    assert_eq!(proxy.calls()[3].action, "DeleteKeyPair");
    nothing_is_left(&laptop);
}

#[test]
fn a_refused_import_leaves_nothing() {
    let mut laptop = Laptop::new();
    laptop.proxy().fault(When::Action("ImportKeyPair"), Fault::Refuse(403, "UnauthorizedOperation", "You may not"));
    insta::assert_snapshot!(laptop.iac(["key", "create", "--output", "text"]).transcript(), @"
    $ iac key create --output text
    ! error: ImportKeyPair failed
    ! caused by: You may not
    ! caused by: AWS request request-1
    ! hint: allow these credentials `ec2:ImportKeyPair`, as `iac policy` prints it, then run the command again
    (exit status: 1)
    ");
    nothing_is_left(&laptop);
}

#[test]
fn an_import_that_may_have_happened_keeps_the_key_and_the_next_run_finishes() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("ImportKeyPair"), Fault::DropAfter);
    insta::assert_snapshot!(laptop.iac(["key", "create"]).fails("aws_unreachable").transcript(), @r#"
    $ iac key create
    {
      "error": {
        "code": "aws_unreachable",
        "message": "AWS cannot be reached",
        "causes": [
          "connection closed before message completed"
        ],
        "hints": [
          "check the network, `region` and `endpoint_url`",
          "run `iac key create` again to finish, or `iac key delete` to take everything away"
        ],
        "aws": {
          "code": null,
          "request_id": null
        }
      },
      "made": [
        {
          "kind": "file",
          "id": "~/secrets/nitro-dev.pem.new",
          "name": null
        }
      ]
    }
    ! error: AWS cannot be reached
    ! caused by: connection closed before message completed
    ! exists: file ~/secrets/nitro-dev.pem.new
    ! hint: check the network, `region` and `endpoint_url`
    ! hint: run `iac key create` again to finish, or `iac key delete` to take everything away
    (exit status: 1)
    "#);
    assert_eq!(files(&laptop), ["nitro-dev.pem.new"]);
    proxy.reset();
    let _ = laptop.iac(["key", "create"]).ok();
    one_pair_is_whole(&laptop);
}

#[test]
fn a_refused_deletion_gives_the_key_its_name_back() {
    let mut laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("DeleteKeyPair"), Fault::Refuse(403, "UnauthorizedOperation", "You may not"));
    let _ = laptop.iac(["key", "delete"]).fails("aws_denied");
    one_pair_is_whole(&laptop);
    proxy.reset();
    proxy.fault(When::Action("DeleteKeyPair"), Fault::DropBefore);
    let _ = laptop.iac(["key", "delete"]).fails("aws_unreachable");
    assert_eq!(files(&laptop), ["nitro-dev.pem.deleting"]);
    insta::assert_snapshot!(laptop.iac(["key", "create"]).fails("key_delete_interrupted").transcript(), @r#"
    $ iac key create
    {
      "error": {
        "code": "key_delete_interrupted",
        "message": "`~/secrets/nitro-dev.pem.deleting` is left of an interrupted `iac key delete`",
        "causes": [],
        "hints": [
          "finish it with `iac key delete`, then run this command again"
        ],
        "aws": null
      },
      "made": []
    }
    ! error: `~/secrets/nitro-dev.pem.deleting` is left of an interrupted `iac key delete`
    ! hint: finish it with `iac key delete`, then run this command again
    (exit status: 1)
    "#);
    proxy.reset();
    let _ = laptop.iac(["key", "delete"]).ok();
    nothing_is_left(&laptop);
}

#[test]
fn somebody_elses_pair_that_was_not_shown_takes_the_name() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"lag": NEVER}));
    laptop.aws().foreign_key_pair("nitro-dev", &[]);
    let _ = laptop.iac_seeing_late(["key", "create"], IMPORT).fails("key_exists");
    assert_eq!((laptop.aws().key_pairs().len(), files(&laptop)), (1, Vec::new()));
}

#[test]
fn what_is_no_key_and_was_never_imported_is_made_anew() {
    let laptop = Laptop::new();
    laptop.write("secrets/nitro-dev.pem.new", "half a k");
    laptop.write("secrets/nitro-dev.pem.new.pub", "half a p");
    let _ = laptop.iac(["key", "create"]).ok();
    one_pair_is_whole(&laptop);
}

#[test]
fn one_run_at_a_time_works_in_the_folder() {
    let laptop = Laptop::new();
    fs::create_dir(laptop.secrets()).unwrap();
    let folder = fs::File::open(laptop.secrets()).unwrap();
    folder.lock().unwrap();
    insta::assert_snapshot!(laptop.iac(["key", "create"]).fails("folder_busy").transcript(), @r#"
    $ iac key create
    {
      "error": {
        "code": "folder_busy",
        "message": "another `iac` works in `~/secrets`",
        "causes": [],
        "hints": [
          "wait until it has ended, then run the command again"
        ],
        "aws": null
      },
      "made": []
    }
    ! error: another `iac` works in `~/secrets`
    ! hint: wait until it has ended, then run the command again
    (exit status: 1)
    "#);
    let waiting = laptop.terminal(80).start(["key", "create"]);
    waiting.until("waiting for another `iac`");
    folder.unlock().unwrap();
    let _ = waiting.finish().ok();
    one_pair_is_whole(&laptop);
}

#[test]
fn two_runs_at_once_make_one_pair() {
    let laptop = Laptop::new();
    let [first, second] = [laptop.start(["key", "create"]), laptop.start(["key", "create"])];
    let (first, second) = (first.finish(), second.finish());
    let (winner, loser) = if first.status.success() { (first, second) } else { (second, first) };
    let _ = (winner.ok(), loser.fails("key_file_exists"));
    one_pair_is_whole(&laptop);
}

#[test]
fn a_key_that_was_made_and_never_imported_is_used() {
    let laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    laptop.aws().call("DeleteKeyPair", &[("KeyName", "nitro-dev")]);
    let key = fs::read(laptop.secrets().join("nitro-dev.pem")).unwrap();
    rename(&laptop, "nitro-dev.pem", "nitro-dev.pem.new");
    laptop.write("secrets/nitro-dev.pem.new.pub", "its public half");
    let _ = laptop.iac(["key", "create"]).ok();
    one_pair_is_whole(&laptop);
    assert_eq!(fs::read(laptop.secrets().join("nitro-dev.pem")).unwrap(), key);
}
