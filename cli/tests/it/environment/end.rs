//! How much time an environment has left: shown, and made longer where the settings want more.

use std::path::PathBuf;

use super::{DOWN, PLAN, STATUS, UP, actions, live};
use crate::harness::{Fault, Laptop, When, tags};
use crate::host::end::{tagged, written};
use crate::host::root_of;

const HOUR: i64 = 3600;

/// An environment that ends ten hours after its first boot, and the root of its host.
fn up() -> (Laptop, PathBuf) {
    let laptop = Laptop::new();
    laptop.configure("ttl = \"10h\"\n");
    let _ = laptop.iac(UP).ok();
    let root = root_of(&laptop);
    (laptop, root)
}

#[test]
fn a_longer_life_is_given_by_the_difference_and_what_was_added_by_hand_stays() {
    let (laptop, root) = up();
    let first = written(&root);
    let _ = laptop.iac(["instance", "extend", "1h"]).ok();
    assert_eq!(actions(&laptop.iac(PLAN).ok().json()), Vec::<&str>::new(), "an hour more is the user's will");
    laptop.configure("ttl = \"14h\"\n");
    let plan = laptop.iac(PLAN).ok().json();
    assert_eq!(actions(&plan), ["move_end"]);
    assert_eq!(plan["steps"][0]["reason"], "its `ttl` is `10h`, wanted `14h`");
    assert_eq!(actions(&laptop.iac(UP).ok().json()), ["move_end"]);
    assert_eq!((written(&root), tagged(&laptop)), (first + 5 * HOUR, first + 5 * HOUR));
    assert_eq!(tags(&live(&laptop)[0])["bky:iac:ttl"], "14h");
    assert_eq!(actions(&laptop.iac(PLAN).ok().json()), Vec::<&str>::new());
    let status = laptop.iac(STATUS).ok().json();
    assert_eq!(status["ends"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second(), first + 5 * HOUR);
}

#[test]
fn a_shorter_life_or_none_is_left_to_the_next_launch() {
    let (laptop, root) = up();
    let (before, changes) = (written(&root), laptop.aws().changes());
    for ttl in ["ttl = \"2h\"\n", ""] {
        laptop.configure(ttl);
        let plan = laptop.iac(["plan", "--check"]).ok().json();
        assert_eq!(plan["kept"].as_array().unwrap().len(), usize::from(!ttl.is_empty()));
        let _ = laptop.iac(UP).ok();
    }
    assert_eq!((written(&root), laptop.aws().changes()), (before, changes));
}

#[test]
fn an_end_whose_tag_was_not_written_is_not_moved_again() {
    let (mut laptop, root) = up();
    let first = written(&root);
    laptop.configure("ttl = \"12h\"\n");
    let proxy = laptop.proxy();
    proxy.fault(When::Action("CreateTags"), Fault::KillBefore);
    let running = laptop.start(UP);
    proxy.aim(&running);
    running.finish().killed();
    assert_eq!((written(&root), tagged(&laptop)), (first + 2 * HOUR, first));
    proxy.reset();
    assert_eq!(actions(&laptop.iac(UP).ok().json()), ["move_end"]);
    assert_eq!((written(&root), tagged(&laptop)), (first + 2 * HOUR, first + 2 * HOUR));
}

#[test]
fn nothing_changes_where_the_host_does_not_answer() {
    let (laptop, root) = up();
    let before = (written(&root), laptop.aws().changes());
    laptop.configure("ttl = \"12h\"\n");
    laptop.write("ssh_config", "Host *\nProxyCommand false\n");
    let failed = laptop.iac(["up", "--yes", "--timeout", "1s"]).fails("timed_out");
    assert!(failed.stderr.contains("SSH on i-"), "{}", failed.stderr);
    laptop.write("ssh_config", "Host *\n");
    // It lets us in, and then its shell stops.
    std::fs::write(root.parent().unwrap().join("home/.bashrc"), "kill -STOP $$\n").unwrap();
    let failed = laptop.iac(["up", "--yes", "--timeout", "2s"]).fails("timed_out");
    assert!(failed.stderr.contains("SSH on i-"), "{}", failed.stderr);
    assert_eq!((written(&root), laptop.aws().changes()), before);
}

#[test]
fn an_instance_without_an_end_needs_a_new_one_to_get_one() {
    let laptop = Laptop::new();
    let quick = ["up", "--yes", "--wait", "running"];
    let _ = laptop.iac(quick).ok();
    laptop.configure("ttl = \"10h\"\n");
    let refused = laptop.iac(quick).fails("permission_needed");
    assert!(refused.stderr.contains("it does not end by itself"), "{}", refused.stderr);
    let _ = laptop.iac(quick.iter().chain(&["--replace"])).ok();
    assert_eq!(tags(&live(&laptop)[0])["bky:iac:ttl"], "10h");
    let _ = laptop.iac(DOWN).ok();
}
