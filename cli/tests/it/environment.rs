//! `iac plan`, `up`, `status` and `down`: the whole environment as one thing.

mod drift;
mod end;
mod exposure;
mod host;
mod interruption;
mod moved;
mod names;
mod origin;
mod sharing;
mod sweep;
mod together;

use std::fs;

use serde_json::Value;

use crate::harness::{Fault, Laptop, When};

const PLAN: [&str; 1] = ["plan"];
const UP: [&str; 2] = ["up", "--yes"];
/// Without waiting for SSH, which others tests do.
const QUICK_UP: [&str; 4] = ["up", "--yes", "--wait", "running"];
const DOWN: [&str; 2] = ["down", "--yes"];
const STATUS: [&str; 1] = ["status"];

/// The names of what a plan, or a run, says it does.
fn actions(document: &Value) -> Vec<&str> {
    let steps = document["steps"].as_array().unwrap();
    steps.iter().map(|step| step["action"].as_str().unwrap()).collect()
}

/// The files of key pairs, and the marks of launches.
fn files(laptop: &Laptop) -> Vec<String> {
    let Ok(entries) = fs::read_dir(laptop.secrets()) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != "known_hosts").collect();
    names.sort();
    names
}

/// The live instances.
fn live(laptop: &Laptop) -> Vec<Value> {
    let instances = laptop.aws().instances();
    instances.into_iter().filter(|instance| instance["state"] != "shutting-down").collect()
}

/// Demands exactly one of everything, with its file and nothing unfinished.
#[track_caller]
fn assert_whole(laptop: &Laptop) {
    let aws = laptop.aws();
    assert_eq!((live(laptop).len(), aws.key_pairs().len(), aws.security_groups().len()), (1, 1, 1));
    assert_eq!(files(laptop), ["nitro-dev.pem"]);
}

/// Demands that nothing is left, neither on AWS nor on the machine.
#[track_caller]
fn assert_nothing_left(laptop: &Laptop) {
    let aws = laptop.aws();
    assert_eq!((live(laptop).len(), aws.key_pairs().len(), aws.security_groups().len()), (0, 0, 0));
    assert_eq!(files(laptop), Vec::<String>::new());
}

#[test]
fn from_a_configuration_to_a_shell_and_to_nothing() {
    let laptop = Laptop::new();
    let before = laptop.aws().world();
    let plan = laptop.iac(PLAN).ok().json();
    assert_eq!(actions(&plan), ["create_security_group", "create_key_pair", "launch_instance"]);
    assert_eq!(laptop.aws().changes(), Vec::<String>::new(), "a plan changes nothing");
    let up = laptop.iac(UP).ok().json();
    assert_eq!(up["instance"]["state"], "running");
    assert_whole(&laptop);
    assert_eq!(laptop.iac(["ssh", "--", "echo", "in"]).succeeds().text(), "in\n");
    let changes = laptop.aws().changes();
    assert_eq!(actions(&laptop.iac(UP).ok().json()), Vec::<&str>::new());
    assert_eq!(laptop.aws().changes(), changes, "a second run has nothing to do");
    let down = laptop.iac(DOWN).ok().json();
    assert_eq!(actions(&down), ["terminate_instance", "delete_security_group", "delete_key_pair"]);
    assert_eq!(down["left"], 0);
    assert_nothing_left(&laptop);
    assert_eq!(laptop.aws().world(), before);
    assert_eq!(actions(&laptop.iac(DOWN).ok().json()), Vec::<&str>::new());
}

#[test]
fn a_check_tells_by_its_status() {
    let laptop = Laptop::new();
    let status = |words: [&str; 2]| laptop.iac(words).status.code();
    assert_eq!((status(["plan", "--check"]), status(["status", "--check"])), (Some(3), Some(3)));
    let _ = laptop.iac(QUICK_UP).ok();
    assert_eq!((status(["plan", "--check"]), status(["status", "--check"])), (Some(0), Some(0)));
}

#[test]
fn what_would_ask_is_refused_where_nobody_answers() {
    let laptop = Laptop::new();
    laptop.iac(["up"]).fails("confirmation_needed");
    assert_eq!(laptop.aws().changes(), Vec::<String>::new());
    let _ = laptop.iac(QUICK_UP).ok();
    let changes = laptop.aws().changes();
    laptop.iac(["down"]).fails("confirmation_needed");
    let _ = laptop.iac(["up", "--wait", "none"]).ok();
    assert_eq!(laptop.aws().changes(), changes);
}

#[test]
fn it_reads_well() {
    let laptop = Laptop::new();
    let text = |words: &[&str]| laptop.iac(words.iter().chain(&["--output", "text"])).ok().transcript();
    let mut transcript = text(&QUICK_UP);
    transcript.push_str(&text(&STATUS));
    transcript.push_str(&text(&DOWN));
    transcript.push_str(&text(&DOWN));
    let since = regex::Regex::new(r"for \d+[sm]").unwrap();
    insta::assert_snapshot!(since.replace_all(&transcript, "for AGE"), @"
    $ iac up --yes --wait running --output text
    instance `nitro-dev` is running at ADDRESS-1: i-1
    enter it with `iac ssh`; take everything away with `iac down`
    $ iac status --output text
    instance `nitro-dev` is running at ADDRESS-1, for AGE; type `c6a.xlarge`: i-1
    host: not asked: its host key is not proven on this machine yet; `iac host status` does that
    key pair `nitro-dev` key-1; its file is here
    security group `nitro-dev` sg-1
    as wanted
    $ iac down --yes --output text
    terminate instance i-1: done
    delete security group `nitro-dev` sg-1: done
    delete key pair `nitro-dev`: done
    0 resources left
    $ iac down --yes --output text
    0 resources left
    ");
}

#[test]
fn every_command_works_from_another_machine() {
    let laptop = Laptop::new();
    let _ = laptop.iac(QUICK_UP).ok();
    let pem = laptop.secrets().join("nitro-dev.pem");
    let kept = fs::read(&pem).unwrap();
    fs::remove_dir_all(laptop.secrets()).unwrap();
    assert_eq!(actions(&laptop.iac(PLAN).ok().json()), Vec::<&str>::new());
    assert_eq!(laptop.iac(STATUS).ok().json()["key_pair"]["file"], "missing");
    assert!(!laptop.secrets().exists(), "looking makes no folder");
    let _ = laptop.iac(["instance", "terminate"]).ok();
    let refused = laptop.iac(QUICK_UP).fails("key_file_missing");
    assert!(refused.stderr.contains("copy `nitro-dev.pem` into"), "{}", refused.stderr);
    assert!(live(&laptop).is_empty());
    fs::write(&pem, kept).unwrap();
    let _ = laptop.iac(QUICK_UP).ok();
    assert_whole(&laptop);
    fs::remove_dir_all(laptop.secrets()).unwrap();
    let _ = laptop.iac(DOWN).ok();
    assert_nothing_left(&laptop);
}

#[test]
fn every_environment_is_shown_and_what_is_left_of_those_that_are_gone() {
    let laptop = Laptop::new();
    let _ = laptop.iac(QUICK_UP).ok();
    let group = laptop.aws().foreign_group("left", &[("bky:iac:environment", "gone")]);
    let shown = laptop.iac(["status", "--all"]).ok().json();
    assert_eq!(shown[0]["environments"][0]["name"], "nitro-dev");
    let left = shown[0]["leftovers"].as_array().unwrap();
    assert_eq!(left.iter().map(|one| &one["id"]).collect::<Vec<_>>(), [&Value::from(group)]);
    assert_eq!(laptop.iac(["status", "--all", "--check"]).status.code(), Some(3));
    let regions = laptop.iac(["status", "--all-regions"]).ok().json();
    let with_something = regions.as_array().unwrap().iter().filter(|one| one["environments"] != Value::Array(vec![]));
    assert_eq!(with_something.map(|one| &one["region"]).collect::<Vec<_>>(), ["us-east-1"]);
    laptop.iac(["down", "--leftovers"]).fails("confirmation_needed");
    assert_eq!(laptop.iac(["down", "--leftovers", "--yes"]).ok().json()["left"], 0);
    assert_whole(&laptop);
    assert_eq!(laptop.iac(["status", "--all", "--check"]).status.code(), Some(0));
}

#[test]
fn a_leftover_that_stays_does_not_keep_the_others() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    for name in ["left", "left-too"] {
        laptop.aws().foreign_group(name, &[("bky:iac:environment", "gone")]);
    }
    proxy.fault(When::First("DeleteSecurityGroup"), Fault::Refuse(403, "UnauthorizedOperation", "not allowed"));
    laptop.iac(["down", "--leftovers", "--yes"]).fails("aws_denied");
    assert_eq!(laptop.aws().security_groups().len(), 1);
}

#[test]
fn the_key_can_be_kept() {
    let laptop = Laptop::new();
    let _ = laptop.iac(QUICK_UP).ok();
    let down = laptop.iac(["down", "--yes", "--keep-key"]).ok().json();
    assert_eq!(down["kept"][0]["resource"], "key pair `nitro-dev`");
    assert_eq!((live(&laptop).len(), laptop.aws().key_pairs().len()), (0, 1));
    assert_eq!(files(&laptop), ["nitro-dev.pem"]);
    let _ = laptop.iac(QUICK_UP).ok();
    assert_whole(&laptop);
}

/// Makes a volume that carries the environment's tag and no instance has.
fn loose_volume(laptop: &Laptop) {
    let tag =
        [("TagSpecification.1.Tag.1.Key", "bky:iac:environment"), ("TagSpecification.1.Tag.1.Value", "nitro-dev")];
    let kind = [("TagSpecification.1.ResourceType", "volume"), ("AvailabilityZone", "us-east-1a"), ("Size", "1")];
    laptop.aws().made("CreateVolume", &[&tag[..], &kind[..]].concat(), "volumeId");
}

#[test]
fn a_volume_that_outlives_its_instance_goes_too() {
    let laptop = Laptop::new();
    let _ = laptop.iac(QUICK_UP).ok();
    loose_volume(&laptop);
    assert!(actions(&laptop.iac(DOWN).ok().json()).contains(&"delete_volume"));
    assert_eq!(laptop.aws().world()["Volume"].len(), 0);
}

#[test]
fn what_aws_says_is_gone_is_looked_for_again() {
    let mut laptop = Laptop::new();
    loose_volume(&laptop);
    let proxy = laptop.proxy();
    let lie = "<DeleteVolumeResponse><return>true</return></DeleteVolumeResponse>";
    proxy.fault(When::Action("DeleteVolume"), Fault::Answer(200, lie));
    let failed = laptop.iac(["down", "--yes", "--timeout", "1s"]).fails("something_left");
    assert!(failed.stderr.contains("volume vol-"), "{}", failed.stderr);
    proxy.reset();
    let _ = laptop.iac(DOWN).ok();
    assert_eq!(laptop.aws().world()["Volume"].len(), 0);
}

#[test]
fn a_read_only_secrets_folder_keeps_nothing_from_going_that_is_not_in_it() {
    let laptop = Laptop::new();
    let _ = laptop.iac(QUICK_UP).ok();
    fs::remove_file(laptop.secrets().join("nitro-dev.pem")).unwrap();
    for words in [&["instance", "terminate"][..], &["security-group", "delete"], &["key", "delete"], &DOWN] {
        let _ = laptop.iac_with_read_only_secrets(words).ok();
    }
    assert_nothing_left(&laptop);
    // What is there stays, and that is said.
    let _ = laptop.iac(["key", "create"]).ok();
    laptop.iac_with_read_only_secrets(DOWN).fails("file_failed");
    assert_eq!(files(&laptop), ["nitro-dev.pem"]);
    let _ = laptop.iac(DOWN).ok();
}
