//! Which layer wins, the names of the older tool, and where an option may stand.

use serde_json::Value;

use super::with_file;
use crate::config::file::entry;
use crate::harness::Laptop;

#[test]
fn a_flag_beats_the_environment_beats_the_file_beats_the_default() {
    let mut laptop = with_file("");
    let instance_type = |laptop: &Laptop, words: &[&str]| {
        let shown = laptop.iac([&["config", "show"], words].concat()).ok().json();
        entry(&shown, "ssh_port")["value"].as_str().map(str::to_owned)
    };
    assert_eq!(instance_type(&laptop, &[]).as_deref(), Some("22"));
    laptop.write(super::PLACE, "[iac.aws]\nssh_port = 2201\nregion = \"eu-west-1\"\n");
    assert_eq!(instance_type(&laptop, &[]).as_deref(), Some("2201"));
    laptop.set("BKY_IAC_SSH_PORT", "2202");
    assert_eq!(instance_type(&laptop, &[]).as_deref(), Some("2202"));
    laptop.set("BKY_IAC_SSH_PORT", "");
    assert_eq!(instance_type(&laptop, &[]).as_deref(), Some("2201"), "an empty variable counts as not set");

    let region = |laptop: &Laptop, words: &[&str]| {
        entry(&laptop.iac([&["config", "show"], words].concat()).ok().json(), "region")["value"].clone()
    };
    laptop.set("BKY_IAC_REGION", "ap-south-1");
    assert_eq!(region(&laptop, &[]), "ap-south-1");
    assert_eq!(region(&laptop, &["--region", "sa-east-1"]), "sa-east-1");
}

#[test]
fn a_file_named_by_flag_beats_one_named_by_the_environment() {
    let mut laptop = with_file("[iac.aws]\nregion = \"eu-west-1\"\n");
    let region = |laptop: &Laptop, words: &[&str]| {
        entry(&laptop.iac([words, &["config", "show"]].concat()).ok().json(), "region")["value"].clone()
    };
    laptop.write("a.toml", "[iac.aws]\nregion = \"eu-west-2\"\n");
    laptop.write("b.toml", "[iac.aws]\nregion = \"eu-west-3\"\n");
    assert_eq!(region(&laptop, &[]), "eu-west-1");
    laptop.set("BKY_IAC_CONFIG_FILE", laptop.path("a.toml"));
    assert_eq!(region(&laptop, &[]), "eu-west-2");
    assert_eq!(region(&laptop, &["--config-file", "b.toml"]), "eu-west-3");
}

#[test]
fn a_path_may_be_relative_as_a_flag_and_nowhere_else() {
    let mut laptop = with_file("");
    let folder = |laptop: &Laptop, words: &[&str]| {
        entry(&laptop.iac([&["config", "show"], words].concat()).ok().json(), "secrets_folder")["value"].clone()
    };
    assert_eq!(folder(&laptop, &["--secrets-folder", "keys"]), "keys");
    laptop.set("BKY_IAC_SECRETS_FOLDER", laptop.path("keys"));
    assert_eq!(folder(&laptop, &[]), laptop.path("keys").display().to_string());
    laptop.set("BKY_IAC_SECRETS_FOLDER", "keys");
    let refused = laptop.iac(["config", "show"]).fails("config_invalid");
    let said =
        "environment BKY_IAC_SECRETS_FOLDER: `secrets_folder`: must be an absolute path: `keys` is not, it is relative";
    assert_eq!(refused.json()["error"]["causes"][0], said);
}

#[test]
fn names_of_the_older_tool_are_read_for_their_noun_and_after_the_new_ones() {
    let mut laptop = Laptop::new();
    laptop.set("BKY_IAC_KEY_KEY_NAME", "older");
    laptop.iac(["key", "create"]).ok();
    assert_eq!(names(&laptop), ["older"]);

    laptop.set("BKY_IAC_KEY_NAME", "newer");
    laptop.iac(["key", "create"]).ok();
    assert_eq!(names(&laptop), ["newer", "older"]);

    // Another noun's names say nothing to this one.
    laptop.unset("BKY_IAC_KEY_KEY_NAME");
    laptop.unset("BKY_IAC_KEY_NAME");
    laptop.set("BKY_IAC_INSTANCE_KEY_NAME", "instance's");
    laptop.set("BKY_IAC_DEPLOY_KEY_NAME", "deploy's");
    laptop.iac(["key", "create"]).ok();
    assert_eq!(names(&laptop), ["newer", "nitro-dev", "older"]);

    laptop.set("BKY_IAC_INSTANCE_REGION", "not a region");
    laptop.iac(["instance", "list"]).fails("config_invalid");
    laptop.iac(["key", "list"]).ok();
}

#[test]
fn options_of_a_noun_stand_before_and_after_the_verb_and_global_ones_anywhere() {
    let laptop = Laptop::new();
    laptop.iac(["key", "--key-name=before", "create"]).ok();
    laptop.iac(["key", "create", "--key-name", "after"]).ok();
    assert_eq!(names(&laptop), ["after", "before"]);
    let everywhere: [&[&str]; 3] = [
        &["--output", "text", "key", "list"],
        &["key", "--output", "text", "list"],
        &["key", "list", "--output", "text"],
    ];
    let texts: Vec<String> = everywhere.iter().map(|words| laptop.iac(*words).ok().text()).collect();
    assert!(texts[0].contains("before") && !texts[0].starts_with('['), "{}", texts[0]);
    assert!(texts[1] == texts[0] && texts[2] == texts[0]);
}

#[test]
fn region_and_endpoint_fall_back_to_the_chain_of_aws() {
    let mut laptop = Laptop::new();
    laptop.aws().foreign_key_pair("k", &[]);
    let endpoint = entry(&laptop.iac(["config", "show"]).ok().json(), "endpoint_url")["value"].clone();
    laptop.write(super::PLACE, "");
    laptop.iac(["key", "list"]).fails("setting_missing");
    laptop.set("AWS_ENDPOINT_URL", endpoint.as_str().unwrap());
    laptop.set("AWS_REGION", "us-east-1");
    assert_eq!(laptop.iac(["key", "list", "--everyone"]).ok().json()[0]["name"], "k");
    laptop.set("AWS_REGION", "eu-west-1");
    assert_eq!(laptop.iac(["key", "list", "--everyone"]).ok().json(), Value::Array(vec![]));
}

#[test]
fn a_missing_setting_is_named_with_every_way_to_set_it() {
    let laptop = Laptop::new();
    let file = std::fs::read_to_string(laptop.path(super::PLACE)).unwrap();
    laptop.write(super::PLACE, file.replace("key_name = \"nitro-dev\"\n", ""));
    laptop.iac(["key", "list"]).ok();
    laptop.iac(["key", "create"]).fails("setting_missing");
    insta::assert_snapshot!(laptop.iac(["key", "create", "--output", "text"]).transcript(), @"
    $ iac key create --output text
    ! error: `key_name` is not set
    ! hint: set `key_name` below `[iac.aws]` in the configuration file, `BKY_IAC_KEY_NAME` in the environment, or `--key-name`
    (exit status: 2)
    ");
    assert!(laptop.aws().changes().is_empty());
}

#[test]
fn all_that_a_command_needs_and_is_not_set_is_named_at_once() {
    let mut laptop = Laptop::new();
    laptop.unset("BKY_IAC_CONFIG_FILE");
    std::fs::remove_file(laptop.path(super::PLACE)).unwrap();
    insta::assert_snapshot!(laptop.iac(["up", "--output", "text"]).transcript(), @"
    $ iac up --output text
    ! error: `instance_name`, `key_name`, `security_group` and `secrets_folder` are not set
    ! hint: there is no `~/.config/bky/iac/config.toml`: `iac config init` writes one to fill in
    ! hint: set `instance_name` below `[iac.aws]` in the configuration file, `BKY_IAC_INSTANCE_NAME` in the environment, or `--instance-name`
    ! hint: set `key_name` below `[iac.aws]` in the configuration file, `BKY_IAC_KEY_NAME` in the environment, or `--key-name`
    ! hint: set `security_group` below `[iac.aws]` in the configuration file, `BKY_IAC_SECURITY_GROUP` in the environment, or `--security-group`
    ! hint: set `secrets_folder` below `[iac.aws]` in the configuration file, `BKY_IAC_SECRETS_FOLDER` in the environment, or `--secrets-folder`
    (exit status: 2)
    ");
    laptop.set("BKY_IAC_KEY_NAME", "dev");
    laptop.set("BKY_IAC_SECURITY_GROUP", "dev");
    let run = laptop.iac(["plan"]);
    assert_eq!(run.json()["error"]["message"], "`instance_name` is not set");
    run.fails("setting_missing");
    assert!(!laptop.secrets().exists(), "a folder was made for nothing");
}

fn names(laptop: &Laptop) -> Vec<String> {
    let pairs = laptop.aws().key_pairs();
    let mut names: Vec<String> = pairs.iter().map(|pair| pair["key_name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}
