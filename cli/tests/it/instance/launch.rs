//! Launches: what they ask for, and what an interruption leaves.

use serde_json::{Value, json};

use super::{CREATE, CREATE_RUNNING, ENVIRONMENT, TERMINATE, live, marker_exists, prepare, ready, wait_for_launch};
use crate::harness::{Fault, NEVER, Running, When, kill_at_every_call, tags};

#[test]
fn a_launch_asks_for_safe_things_and_tags_all_of_them_at_once() {
    let laptop = ready();
    laptop.configure("tags = { team = \"red\" }\nvolume_gib = 20\n");
    let _ = laptop.iac(CREATE_RUNNING).ok();
    let requests = laptop.aws().requests_of("RunInstances");
    let [launch] = requests.as_slice() else { panic!("one launch, not {}", requests.len()) };
    let expected = [
        ("EnclaveOptions.Enabled", "true"),
        ("MetadataOptions.HttpTokens", "required"),
        ("MetadataOptions.HttpPutResponseHopLimit", "1"),
        ("BlockDeviceMapping.1.DeviceName", "/dev/xvda"),
        ("BlockDeviceMapping.1.Ebs.Encrypted", "true"),
        ("BlockDeviceMapping.1.Ebs.VolumeType", "gp3"),
        ("BlockDeviceMapping.1.Ebs.VolumeSize", "20"),
        ("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "true"),
        ("InstanceType", "c6a.xlarge"),
        ("KeyName", "nitro-dev"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
    ];
    for (parameter, value) in expected {
        assert_eq!(launch.get(parameter), Some(value), "{parameter}");
    }
    assert_eq!(launch.get("ClientToken").map(str::len), Some(64));
    let wanted = [(ENVIRONMENT, "nitro-dev"), ("ManagedBy", "iac"), ("Name", "nitro-dev"), ("team", "red")];
    let wanted = wanted.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    for resource in ["instance", "volume", "network-interface"] {
        assert_eq!(launch.tags(resource), wanted, "{resource}");
    }
    assert!(!marker_exists(&laptop));
}

#[test]
fn an_ordinary_instance_has_no_enclaves() {
    let laptop = ready();
    let created = laptop.iac(["instance", "create", "--no-nitro", "--wait", "none"]).ok().json();
    assert_eq!((&created["nitro"], &created["instance_type"]), (&json!(false), &json!("t3.micro")));
    let launch = &laptop.aws().requests_of("RunInstances")[0];
    assert_eq!(launch.get("EnclaveOptions.Enabled"), Some("false"));
}

#[test]
fn a_name_belongs_to_one_live_instance() {
    let laptop = ready();
    let first = laptop.iac(CREATE_RUNNING).ok().json();
    let second = laptop.iac(CREATE_RUNNING).fails("instance_exists");
    assert!(second.stderr.contains(first["id"].as_str().unwrap()));
    assert_eq!(live(&laptop).len(), 1);
}

#[test]
fn a_name_can_be_used_again_and_again() {
    let laptop = ready();
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let created = laptop.iac(CREATE_RUNNING).ok().json();
        assert!(ids.insert(created["id"].to_string()));
        let _ = laptop.iac(TERMINATE).ok();
    }
    assert_eq!(laptop.aws().requests_of("RunInstances").len(), 3, "used tokens are passed over, not tried");
}

#[test]
fn a_token_that_aws_calls_used_up_is_followed_by_the_next() {
    let mut laptop = ready();
    let _ = laptop.iac(CREATE_RUNNING).ok();
    let _ = laptop.iac(TERMINATE).ok();
    // Where Describe no longer shows the ended instance, only AWS knows that the token is used up.
    let proxy = laptop.proxy();
    let empty = "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>";
    proxy.fault(When::Action("DescribeInstances"), Fault::Answer(200, empty));
    let created = laptop.iac(["instance", "create", "--wait", "none"]).ok().json();
    assert_eq!(live(&laptop)[0]["id"], created["id"]);
    let launches = laptop.aws().requests_of("RunInstances");
    let tokens: Vec<_> = launches.iter().map(|launch| launch.get("ClientToken").unwrap()).collect();
    assert_eq!(tokens.len(), 3);
    assert!(tokens[0] == tokens[1] && tokens[1] != tokens[2]);
}

#[test]
fn an_earlier_launch_of_something_else_is_not_mistaken_for_this_one() {
    let mut laptop = ready();
    let _ = laptop.iac(CREATE_RUNNING).ok();
    let proxy = laptop.proxy();
    let empty = "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>";
    proxy.fault(When::Action("DescribeInstances"), Fault::Answer(200, empty));
    let _ = laptop.iac(["instance", "create", "--instance-type", "c6a.2xlarge"]).fails("launch_mismatch");
    assert_eq!(live(&laptop).len(), 1);
}

#[test]
fn an_instance_that_describe_does_not_show_yet_is_waited_for() {
    let laptop = ready();
    let created = laptop.iac_seeing_late(CREATE_RUNNING, ("RunInstances", "DescribeInstances")).ok().json();
    assert_eq!(live(&laptop)[0]["id"], created["id"]);
    laptop.cloud(&json!({"lag": 0}));
    let _ = laptop.iac(TERMINATE).ok();
}

#[test]
fn an_instance_that_ends_while_it_is_waited_for_is_an_error_that_names_it() {
    let laptop = ready();
    laptop.cloud(&json!({"pending": NEVER}));
    let running = laptop.start(CREATE_RUNNING);
    let id = wait_for_launch(&laptop);
    laptop.aws().call("TerminateInstances", &[("InstanceId.1", &id)]);
    let failed = running.finish().fails("instance_failed");
    assert_eq!(failed.json()["made"][0]["id"], *id);
}

#[test]
fn what_was_made_is_said_when_waiting_fails_and_a_second_run_goes_on() {
    let laptop = ready();
    laptop.cloud(&json!({"pending": NEVER}));
    let failed = laptop.iac(["instance", "create", "--timeout", "1s"]).fails("timed_out");
    let made = failed.json()["made"][0].clone();
    assert_eq!((&made["kind"], &made["name"]), (&json!("instance"), &json!("nitro-dev")));
    assert!(failed.stderr.contains(made["id"].as_str().unwrap()), "{}", failed.stderr);
    assert!(marker_exists(&laptop));
    let again = laptop.iac(["instance", "create", "--wait", "none"]).ok().json();
    assert_eq!(again["id"], made["id"]);
    assert!(!marker_exists(&laptop));
}

#[test]
fn an_interruption_stops_the_wait_and_says_what_exists() {
    let laptop = ready();
    laptop.cloud(&json!({"pending": NEVER}));
    let running = laptop.start(CREATE);
    let id = wait_for_launch(&laptop);
    running.signal("INT");
    let stopped = running.finish().fails("interrupted");
    assert_eq!(stopped.json()["made"][0]["id"], *id);
}

#[test]
fn a_launch_killed_at_any_call_ends_with_one_instance() {
    let create = ["instance", "create", "--wait", "running"];
    kill_at_every_call(
        &create,
        |laptop| prepare(laptop),
        |laptop, second, case| {
            let created = second.ok().json();
            let instances = live(laptop);
            assert_eq!(instances.len(), 1, "{case:?}");
            assert_eq!(instances[0]["id"], created["id"], "{case:?}");
            assert_eq!(tags(&instances[0])[ENVIRONMENT], "nitro-dev");
            assert!(!marker_exists(laptop));
        },
    );
}

#[test]
fn two_launches_at_once_make_one_instance() {
    let laptop = ready();
    let [first, second] = [laptop.start(CREATE_RUNNING), laptop.start(CREATE_RUNNING)].map(Running::finish);
    let ids: Vec<Value> =
        [first, second].into_iter().filter(|run| run.status.success()).map(|run| run.json()["id"].clone()).collect();
    let instances = live(&laptop);
    assert_eq!(instances.len(), 1);
    assert!(!ids.is_empty() && ids.iter().all(|id| *id == instances[0]["id"]), "{ids:?}");
}
