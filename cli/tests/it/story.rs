//! The tool's main job from end to end: from a configuration file to an instance that answers, and back to nothing.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Laptop, World};

fn run(laptop: &Laptop, line: &str) -> Value {
    laptop.iac(line.split(' ')).ok().json()
}

fn names(listed: &Value) -> Vec<&str> {
    listed.as_array().unwrap().iter().map(|each| each["name"].as_str().unwrap()).collect()
}

/// Rules and interfaces of what was deleted go with it; what stays must be what was there before.
fn assert_nothing_left(laptop: &Laptop, before: &World) {
    assert_eq!(&laptop.aws().world(), before);
    let left: Vec<_> = std::fs::read_dir(laptop.secrets()).unwrap().map(|file| file.unwrap().file_name()).collect();
    let known_hosts = laptop.secrets().join("known_hosts");
    assert!(left.is_empty() || left == ["known_hosts"], "{left:?}");
    assert!(!known_hosts.exists() || std::fs::read_to_string(known_hosts).unwrap().is_empty());
}

#[test]
fn everything_is_made_used_and_taken_away() {
    whole_story(&Laptop::new());
}

/// The main job, from nothing to nothing, beside a colleague's things.
pub(crate) fn whole_story(laptop: &Laptop) {
    let aws = laptop.aws();
    aws.foreign_key_pair("nitro-dev-2", &[("ManagedBy", "iac")]);
    aws.foreign_group("nitro-dev-2", &[("ManagedBy", "iac")]);
    let before = aws.world();

    assert_eq!(run(laptop, "key create")["file"], "ok");
    assert_eq!(names(&run(laptop, "key list")), ["nitro-dev"]);
    let group = run(laptop, "security-group create");
    assert_eq!(group["ingress"][0]["source"], "203.0.113.7/32");
    let created = run(laptop, "instance create");
    assert_eq!((&created["state"], &created["nitro"]), (&json!("running"), &json!(true)));
    assert_eq!(names(&run(laptop, "instance list")), ["nitro-dev"]);

    let file = laptop.write("hello.txt", "Hello, enclave!\n");
    let _ = laptop.iac([Path::new("deploy"), Path::new("copy"), &file]).ok();
    let shown = laptop.iac(["deploy", "run", "cat hello.txt"]).ok().json();
    assert_eq!(shown, json!({"stdout": "Hello, enclave!\n", "stderr": "", "status": 0}));

    assert_eq!(run(laptop, "instance terminate")["state"], "terminated");
    assert_eq!(run(laptop, "instance list"), json!([]));
    run(laptop, "security-group delete");
    run(laptop, "key delete");
    assert_eq!(run(laptop, "key list"), json!([]));
    assert_nothing_left(laptop, &before);
}

/// The scripts of the Python tool: nouns' options before the verb, its environment names, a file in the home folder.
#[test]
fn scripts_of_the_older_tool_keep_working() {
    let mut laptop = Laptop::new();
    let zone = laptop.aws().zone("example.org", false);
    let before = laptop.aws().world();
    laptop.set("BKY_IAC_KEY_KEY_NAME", "old-key");
    laptop.set("BKY_IAC_INSTANCE_KEY_NAME", "old-key");
    laptop.set("BKY_IAC_DEPLOY_KEY_NAME", "old-key");
    laptop.set("BKY_IAC_INSTANCE_INSTANCE_NAME", "old-instance");
    laptop.set("BKY_IAC_DEPLOY_INSTANCE_NAME", "old-instance");
    laptop.set("BKY_IAC_DNS_FQDN", "old.example.org");
    without_names(&laptop);

    run(&laptop, "key create");
    run(&laptop, "security-group create");
    assert_eq!(names(&run(&laptop, "key list")), ["old-key"]);
    run(&laptop, "key --key-name=second create");
    run(&laptop, "key delete --key-name second");
    let created = run(&laptop, "instance --key-name=old-key --no-nitro create");
    assert_eq!((&created["name"], &created["nitro"]), (&json!("old-instance"), &json!(false)));
    let file = laptop.write("bky-iac-x", "Blocky Rocks!");
    let file = file.to_str().unwrap();
    let _ = laptop.iac(["deploy", "--instance-name=old-instance", "copy", file]).ok();
    let shown = laptop.iac(["deploy", "--key-name=old-key", "run", "cat ./bky-iac-x"]).ok().json();
    assert_eq!(shown["stdout"], "Blocky Rocks!");
    let listed =
        |line: &str| run(&laptop, line).as_array().unwrap().iter().map(|one| one["fqdn"].clone()).collect::<Vec<_>>();
    assert_eq!(listed("dns --fqdn=old.example.org list"), Vec::<Value>::new());
    run(&laptop, "dns --instance-name=old-instance --fqdn=old.example.org create");
    let record = run(&laptop, "dns --fqdn=old.example.org describe");
    let address = &run(&laptop, "instance list")[0]["public_ip_address"];
    assert_eq!(
        (&record["fqdn"], &record["ip"], &record["record_type"]),
        (&json!("old.example.org"), address, &json!("A"))
    );
    assert_eq!(run(&laptop, "dns describe"), record, "its own variable names the record too");
    assert_eq!(listed("dns --fqdn=old.example.org list"), ["old.example.org"]);
    run(&laptop, "dns --instance-name=old-instance --fqdn=old.example.org delete");
    run(&laptop, "instance --instance-name=old-instance terminate");
    run(&laptop, "security-group delete");
    run(&laptop, "key delete");
    assert_eq!(laptop.aws().records(&zone), Vec::<String>::new());
    assert_nothing_left(&laptop, &before);
}

/// Takes the names out of the configuration file, so that those of the environment count.
fn without_names(laptop: &Laptop) {
    let path = laptop.path(".config/bky/iac/config.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> =
        text.lines().filter(|line| !line.starts_with("key_name") && !line.starts_with("instance_name")).collect();
    std::fs::write(path, kept.join("\n")).unwrap();
}

#[test]
fn nitro_is_switched_off_and_on_before_and_after_the_verb() {
    let laptop = Laptop::new();
    run(&laptop, "key create");
    run(&laptop, "security-group create");
    let cases = [
        ("instance --no-nitro create --wait none", false),
        ("instance create --no-nitro --wait none", false),
        ("instance --nitro create --wait none", true),
        ("instance --no-nitro create --nitro --wait none", true),
    ];
    for (line, nitro) in cases {
        assert_eq!(run(&laptop, line)["nitro"], nitro, "{line}");
        run(&laptop, "instance terminate");
    }
}

/// Without the extension there is no SSH, so the story ends at `running`.
#[test]
fn the_story_is_complete_on_plain_moto() {
    let laptop = Laptop::on_plain_moto();
    laptop.configure("ssh_from = \"203.0.113.0/24\"\n");
    run(&laptop, "key create");
    assert_eq!(run(&laptop, "key list")[0]["file"], "ok");
    run(&laptop, "security-group create");
    assert_eq!(run(&laptop, "instance create --wait running")["state"], "running");
    assert_eq!(names(&run(&laptop, "instance list")), ["nitro-dev"]);
    run(&laptop, "instance terminate");
    assert_eq!(run(&laptop, "instance list"), json!([]));
    run(&laptop, "security-group delete");
    run(&laptop, "key delete");
    assert_eq!(run(&laptop, "key list"), json!([]));
    assert!(
        laptop.aws().instances().is_empty() && laptop.aws().key_pairs().iter().all(|pair| pair["name"] != "nitro-dev")
    );
}
