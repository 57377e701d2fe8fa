//! `iac instance`: launches, what they ask for, what stands against them, and what an interruption leaves.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Fault, Laptop, Running, When, kill_at_every_call, tags};

const CREATE: [&str; 2] = ["instance", "create"];
const CREATE_RUNNING: [&str; 4] = ["instance", "create", "--wait", "running"];
const TERMINATE: [&str; 2] = ["instance", "terminate"];
const LIST: [&str; 2] = ["instance", "list"];
const ENVIRONMENT: &str = "bky:iac:environment";

/// A machine with a key pair and a group, ready to launch.
fn ready() -> Laptop {
    let laptop = Laptop::new();
    prepare(&laptop);
    laptop
}

fn prepare(laptop: &Laptop) {
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
}

fn live(laptop: &Laptop) -> Vec<Value> {
    let instances = laptop.aws().instances();
    instances.into_iter().filter(|instance| instance["state"] != "shutting-down").collect()
}

fn marker_exists(laptop: &Laptop) -> bool {
    laptop.secrets().join("nitro-dev.launch").exists()
}

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
fn the_documented_fields_are_printed() {
    let laptop = ready();
    let created = laptop.iac(CREATE_RUNNING).ok().json();
    let fields: Vec<&str> = created.as_object().unwrap().keys().map(String::as_str).collect();
    let mut documented = [
        "name",
        "id",
        "state",
        "key_name",
        "tags",
        "public_dns_name",
        "public_ip_address",
        "nitro",
        "instance_type",
        "image_id",
        "availability_zone",
        "launch_time",
    ];
    documented.sort_unstable();
    let mut fields = fields;
    fields.sort_unstable();
    assert_eq!(fields, documented);
    assert_eq!((&created["state"], &created["nitro"]), (&json!("running"), &json!(true)));
    assert_eq!(laptop.iac(["instance", "describe"]).ok().json(), created);
    assert_eq!(laptop.iac(LIST).ok().json(), json!([created]));
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
fn an_instance_of_the_older_tool_keeps_its_name_and_can_be_ended_by_it() {
    let laptop = ready();
    let id = laptop.aws().foreign_instance(&[("Name", "nitro-dev"), ("Deployment", "Sequencer")]);
    let _ = laptop.iac(CREATE_RUNNING).fails("instance_exists");
    let listed = laptop.iac(["--output", "text", "instance", "list"]).ok();
    assert!(listed.text().contains(&id) && listed.text().contains("older tool"), "{}", listed.text());
    let _ = laptop.iac(TERMINATE).ok();
    assert!(live(&laptop).is_empty());
}

#[test]
fn instances_of_others_are_neither_in_the_way_nor_touched() {
    let laptop = ready();
    let aws = laptop.aws();
    let others = [
        aws.foreign_instance(&[("Name", "nitro-dev")]),
        aws.foreign_instance(&[("Name", "nitro-dev"), ("ManagedBy", "iac")]),
        aws.foreign_instance(&[("Name", "nitro-dev"), (ENVIRONMENT, "nitro-dev2")]),
    ];
    let _ = laptop.iac(CREATE_RUNNING).ok();
    let _ = laptop.iac(TERMINATE).ok();
    let _ = laptop.iac(TERMINATE).fails("instance_missing");
    let mut left: Vec<String> = live(&laptop).iter().map(|left| left["id"].as_str().unwrap().to_owned()).collect();
    left.sort();
    let mut expected = others.to_vec();
    expected.sort();
    assert_eq!(left, expected);
    let _ = laptop.iac(["instance", "terminate", "--id", &others[0]]).fails("not_ours");
    let _ = laptop.iac(["instance", "terminate", "--force", "--id", &others[0]]).ok();
    assert_eq!(live(&laptop).len(), 2);
}

#[test]
fn a_name_that_is_a_pattern_means_itself() {
    for name in ["nitro-*", "nitro-de?", r"nitro\dev", "\"quoted\" 'name'", "große Maschine"] {
        let laptop = ready();
        let other = laptop.aws().foreign_instance(&[("Name", "nitro-dev"), (ENVIRONMENT, "nitro-dev")]);
        let option = format!("--instance-name={name}");
        let _ = laptop.iac(["instance", "describe", &option]).fails("instance_missing");
        let created = laptop.iac(["instance", "create", "--wait", "running", &option]).ok().json();
        assert_eq!(created["name"], name);
        let described = laptop.iac(["instance", &option, "describe"]).ok().json();
        assert_eq!(described["id"], created["id"], "{name}");
        let _ = laptop.iac(["instance", "terminate", &option]).ok();
        assert_eq!(live(&laptop)[0]["id"], *other, "{name}");
        assert_eq!(live(&laptop).len(), 1, "{name}");
    }
}

/// `-` stands in tags for "no environment".
#[test]
fn the_name_that_means_no_environment_is_refused() {
    let _ = Laptop::new().iac(["instance", "create", "--instance-name=-"]).fails("config_invalid");
}

#[test]
fn two_of_one_name_are_listed_and_an_id_picks() {
    let laptop = Laptop::new();
    let aws = laptop.aws();
    let ids = [1, 2].map(|_| aws.foreign_instance(&[("Name", "nitro-dev"), (ENVIRONMENT, "nitro-dev")]));
    let refused = laptop.iac(TERMINATE).fails("instance_ambiguous");
    assert!(ids.iter().all(|id| refused.stderr.contains(id)), "{}", refused.stderr);
    let described = laptop.iac(["instance", "describe", "--id", &ids[1]]).ok().json();
    assert_eq!(described["id"], *ids[1]);
    let _ = laptop.iac(["instance", "terminate", "--id", &ids[0]]).ok();
    let _ = laptop.iac(TERMINATE).ok();
    assert!(live(&laptop).is_empty());
}

#[test]
fn what_is_ending_is_listed_only_on_request() {
    let laptop = ready();
    let _ = laptop.iac(CREATE_RUNNING).ok();
    laptop.cloud(&json!({"shutting_down": 1000}));
    let ended = laptop.iac(["instance", "terminate", "--no-wait"]).ok().json();
    assert_eq!(ended["state"], "shutting-down");
    assert_eq!(laptop.iac(LIST).ok().json(), json!([]));
    assert_eq!(laptop.iac(["instance", "list", "--all"]).ok().json()[0]["state"], "shutting-down");
    let _ = laptop.iac(["instance", "terminate", "--timeout", "1s"]).fails("timed_out");
}

#[test]
fn a_second_terminate_waits_for_the_first() {
    let laptop = ready();
    let _ = laptop.iac(CREATE_RUNNING).ok();
    laptop.cloud(&json!({"shutting_down": 60}));
    let _ = laptop.iac(["instance", "terminate", "--no-wait"]).ok();
    assert_eq!(laptop.iac(TERMINATE).ok().json()["state"], "terminated");
}

#[test]
fn mistakes_are_found_before_anything_is_launched() {
    let laptop = Laptop::new();
    let _ = laptop.iac(CREATE).fails("key_missing");
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(CREATE).fails("group_missing");
    let _ = laptop.iac(["security-group", "create"]).ok();
    let with = |option: &str, value: &str| laptop.iac(["instance", "create", option, value]);
    let _ = with("--instance-type", "t3.micro").fails("type_without_enclaves");
    let _ = with("--instance-type", "c9z.gigantic").fails("type_unknown");
    let _ = with("--image", "ami-0123456789abcdef0").fails("image_missing");
    let _ = with("--image", "ssm:/no/such/parameter").fails("image_missing");
    let _ = with("--image", &laptop.aws().image("arm64")).fails("image_unsuitable");
    let _ = with("--subnet-id", "subnet-0123456789abcdef0").fails("subnet_missing");
    laptop.configure("ttl = \"31d\"\n");
    let _ = laptop.iac(CREATE).fails("config_invalid");
    laptop.configure("account = \"999999999999\"\n");
    let _ = laptop.iac(CREATE).fails("account_mismatch");
    assert!(laptop.aws().requests_of("RunInstances").is_empty());
    assert!(!marker_exists(&laptop));
}

#[test]
fn without_the_private_half_nothing_is_launched() {
    let laptop = ready();
    let pem = laptop.secrets().join("nitro-dev.pem");
    std::fs::rename(&pem, laptop.path("elsewhere.pem")).unwrap();
    let _ = laptop.iac(CREATE).fails("key_file_missing");
    let _ = laptop.iac(["key", "create", "--key-name", "other"]).ok();
    std::fs::copy(laptop.secrets().join("other.pem"), &pem).unwrap();
    let _ = laptop.iac(CREATE).fails("key_file_differs");
    assert!(laptop.aws().requests_of("RunInstances").is_empty());
}

#[test]
fn a_region_without_a_default_vpc_is_said_to_need_a_subnet() {
    let mut laptop = ready();
    let proxy = laptop.proxy();
    let empty = "<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>";
    proxy.fault(When::Action("DescribeSubnets"), Fault::Answer(200, empty));
    let refused = laptop.iac(CREATE).fails("no_default_vpc");
    assert!(refused.stderr.contains("subnet_id"), "{}", refused.stderr);
}

#[test]
fn zones_without_capacity_are_passed_over() {
    let laptop = ready();
    let full = |zones: &[&str]| -> Value {
        zones.iter().map(|zone| ((*zone).to_owned(), json!("InsufficientInstanceCapacity"))).collect()
    };
    laptop.cloud(&json!({"capacity": full(&["us-east-1a", "us-east-1b", "us-east-1d", "us-east-1f"])}));
    let created = laptop.iac(CREATE_RUNNING).ok().json();
    let zone = created["availability_zone"].as_str().unwrap();
    assert!(["us-east-1c", "us-east-1e"].contains(&zone), "{zone}");
    let tried = laptop.aws().requests_of("RunInstances");
    let tokens: std::collections::BTreeSet<_> = tried.iter().map(|launch| launch.get("ClientToken")).collect();
    assert_eq!(tokens.len(), 1, "zones scope a token, so one is enough");
    let _ = laptop.iac(TERMINATE).ok();

    let all = ["a", "b", "c", "d", "e", "f"].map(|letter| format!("us-east-1{letter}"));
    laptop.cloud(&json!({"capacity": full(&all.iter().map(String::as_str).collect::<Vec<_>>())}));
    let refused = laptop.iac(CREATE).fails("no_capacity");
    assert!(refused.stderr.contains("us-east-1c"), "{}", refused.stderr);
    assert!(!marker_exists(&laptop) && live(&laptop).is_empty());
}

#[test]
fn a_used_up_quota_is_said() {
    let mut laptop = ready();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("RunInstances"), Fault::Refuse(400, "VcpuLimitExceeded", "You have requested too much"));
    let refused = laptop.iac(CREATE).fails("quota_exceeded");
    assert_eq!(refused.json()["error"]["aws"]["code"], "VcpuLimitExceeded");
    assert!(!marker_exists(&laptop));
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
    laptop.cloud(&json!({"lag": 5}));
    let created = laptop.iac(CREATE_RUNNING).ok().json();
    assert_eq!(live(&laptop)[0]["id"], created["id"]);
    laptop.cloud(&json!({"lag": 0}));
    let _ = laptop.iac(TERMINATE).ok();
}

#[test]
fn an_instance_that_ends_while_it_is_waited_for_is_an_error_that_names_it() {
    let laptop = ready();
    laptop.cloud(&json!({"pending": 1000}));
    let running = laptop.start(CREATE_RUNNING);
    let id = wait_for_launch(&laptop);
    laptop.aws().call("TerminateInstances", &[("InstanceId.1", &id)]);
    let failed = running.finish().fails("instance_failed");
    assert_eq!(failed.json()["made"][0]["id"], *id);
}

/// Looks until AWS has an instance; the run that launches it goes on meanwhile.
fn wait_for_launch(laptop: &Laptop) -> String {
    let limit = Instant::now() + Duration::from_mins(1);
    while Instant::now() < limit {
        if let Some(instance) = live(laptop).first() {
            return instance["id"].as_str().unwrap().to_owned();
        }
    }
    panic!("nothing was launched");
}

#[test]
fn what_was_made_is_said_when_waiting_fails_and_a_second_run_goes_on() {
    let laptop = ready();
    laptop.cloud(&json!({"pending": 1000}));
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
    laptop.cloud(&json!({"pending": 1000}));
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
fn a_termination_killed_at_any_call_leaves_nothing() {
    kill_at_every_call(
        &TERMINATE,
        |laptop| {
            prepare(laptop);
            let _ = laptop.iac(CREATE_RUNNING).ok();
        },
        |laptop, second, _| {
            // Where the first run got as far as the end, there is nothing left to terminate.
            if !second.status.success() {
                let _ = second.fails("instance_missing");
            }
            assert!(live(laptop).is_empty());
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

/// AWS answers at most 1,000 instances a page, moto at most 1,000 launches.
#[test]
fn every_page_of_a_long_listing_is_read() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"pending": 1_000_000}));
    let aws = laptop.aws();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..350 {
                    aws.foreign_instance(&[("Name", "many"), (ENVIRONMENT, "many")]);
                }
            });
        }
    });
    let listed = laptop.iac(LIST).ok().json();
    assert_eq!(listed.as_array().unwrap().len(), 1050);
    let pages = aws.requests_of("DescribeInstances").into_iter().filter(|page| page.get("NextToken").is_some());
    assert!(pages.count() > 0, "one page would prove nothing");
}

#[test]
fn text_is_a_table_whose_strings_are_only_text() {
    let laptop = Laptop::new();
    laptop.aws().foreign_instance(&[("Name", "red\u{9b}31m\nalert"), (ENVIRONMENT, "x")]);
    let listed = laptop.iac(["--output", "text", "instance", "list"]).ok();
    assert!(!listed.text().contains('\u{9b}'), "{:?}", listed.text());
    assert_eq!(listed.text().lines().count(), 2, "{}", listed.text());
}
