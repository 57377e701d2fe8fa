//! A world that moves while `up` and `down` are at work: what is planned anew, what is asked again, and what is told as done.

use serde_json::{Value, json};

use super::{DOWN, QUICK_UP, actions, assert_nothing_left, assert_whole, live};
use crate::harness::{Fault, Laptop, NEVER, When, until};

/// Waits until this many instances were launched, and returns the id of the one that is live.
fn launched(laptop: &Laptop, times: usize) -> String {
    until("the instance is launched", || {
        laptop.aws().requests_of("RunInstances").len() >= times && !live(laptop).is_empty()
    });
    live(laptop)[0]["id"].as_str().unwrap().to_owned()
}

fn end(laptop: &Laptop, id: &str) {
    laptop.aws().call("TerminateInstances", &[("InstanceId.1", id)]);
}

#[test]
fn what_aws_itself_ends_is_not_launched_again() {
    let laptop = Laptop::new();
    let reason = "Server.InsufficientInstanceCapacity: There was insufficient capacity available";
    laptop.cloud(&json!({"launch_failure": reason}));
    let failed = laptop.iac(QUICK_UP).fails("instance_failed");
    assert!(failed.stderr.contains(reason), "{}", failed.stderr);
    assert_eq!(laptop.aws().requests_of("RunInstances").len(), 1);
    let made: Vec<_> = failed.json()["made"].as_array().unwrap().iter().map(|made| made["kind"].clone()).collect();
    assert_eq!(made, ["security group", "key pair"], "the instance does not exist any more");
}

#[test]
fn what_somebody_ends_is_launched_again_where_any_plan_is_agreed_to() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"pending": NEVER}));
    let up = laptop.start(QUICK_UP);
    let first = launched(&laptop, 1);
    laptop.cloud(&json!({"pending": 1}));
    end(&laptop, &first);
    let up = up.finish().ok().json();
    assert_eq!(actions(&up), ["create_security_group", "create_key_pair", "launch_instance", "launch_instance"]);
    assert_ne!(up["instance"]["id"], *first);
    assert_whole(&laptop);
}

#[test]
fn what_somebody_ends_is_launched_again_only_if_that_is_agreed_to() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"pending": NEVER}));
    let mut up = laptop.terminal(80).start(["up", "--wait", "running"]);
    let _ = up.until("do it? [y/N]");
    up.types("y\n");
    let first = launched(&laptop, 1);
    end(&laptop, &first);
    let _ = up.until("the environment was changed meanwhile");
    let asked = up.until("there is none; type `c6a.xlarge`");
    assert!(!asked.text().is_empty());
    let _ = up.until_again("do it? [y/N]", 2);
    up.types("n\n");
    let screen = up.finish();
    assert_eq!(screen.code(), Some(2), "{}", screen.text());
    assert!(screen.text().contains("nothing more was done: the answer was not yes"), "{}", screen.text());
    assert_eq!(laptop.aws().requests_of("RunInstances").len(), 1);
}

#[test]
fn a_plan_that_is_made_anew_tells_each_step_once() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    let gone = Fault::Refuse(400, "InvalidGroup.NotFound", "The security group does not exist");
    proxy.fault(When::First("RunInstances"), gone);
    let up = laptop.iac(QUICK_UP).ok().json();
    let steps: Vec<(&Value, &Value)> =
        up["steps"].as_array().unwrap().iter().map(|step| (&step["action"], &step["after"])).collect();
    let none = json!([]);
    let expected = ["create_security_group", "create_key_pair", "launch_instance"].map(Value::from);
    assert_eq!(steps, expected.iter().map(|action| (action, &none)).collect::<Vec<_>>());
    assert_whole(&laptop);
    proxy.fault(When::First("DeleteKeyPair"), Fault::Refuse(400, "InvalidKeyPair.NotFound", "It does not exist"));
    let down = laptop.iac(DOWN).ok().json();
    assert_eq!(actions(&down), ["terminate_instance", "delete_security_group", "delete_key_pair"]);
    assert_nothing_left(&laptop);
}

#[test]
fn a_refusal_that_says_nothing_of_the_world_is_not_tried_again() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy.fault(When::First("RunInstances"), Fault::Refuse(403, "UnauthorizedOperation", "not allowed"));
    laptop.iac(QUICK_UP).fails("aws_denied");
    assert_eq!(laptop.aws().requests_of("RunInstances").len(), 0);
}

#[test]
fn down_asks_again_before_it_takes_more_than_it_has_shown() {
    let laptop = Laptop::new();
    let _ = laptop.iac(QUICK_UP).ok();
    let mut down = laptop.terminal(80).start(["down"]);
    let _ = down.until("take this away? [y/N]");
    laptop.aws().foreign_instance(&[("bky:iac:environment", "nitro-dev"), ("Name", "nitro-dev")]);
    down.types("y\n");
    let _ = down.until_again("take this away? [y/N]", 2);
    down.types("n\n");
    let screen = down.finish();
    assert_eq!(screen.code(), Some(2), "{}", screen.text());
    assert_eq!(live(&laptop).len(), 1, "what came later was not agreed to");
    let _ = laptop.iac(DOWN).ok();
    assert_nothing_left(&laptop);
}
