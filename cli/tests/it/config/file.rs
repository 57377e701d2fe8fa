//! The file itself: the sample, where it is written, and what is shown of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::{PLACE, with_file};
use crate::harness::{Laptop, SECRET, output};

#[test]
fn the_sample_can_be_written_by_a_shell_that_makes_the_file_before_iac_starts() {
    let laptop = Laptop::offline();
    let into_place = format!("mkdir -p ~/.config/bky/iac && '{}' config > ~/{PLACE}", env!("CARGO_BIN_EXE_iac"));
    let shell = output(laptop.command("sh").args(["-c", &into_place]));
    assert!(shell.status.success() && shell.stderr.is_empty(), "{shell:?}");
    assert!(fs::read_to_string(laptop.path(PLACE)).unwrap().contains("[iac.aws]"));
    assert_eq!(laptop.iac(["config", "check"]).ok().json()["warnings"], json!([]));
    assert_eq!(value(&laptop, "secrets_folder"), laptop.path("secrets/iac/").display().to_string());
}

#[test]
fn an_empty_file_is_a_valid_file() {
    let laptop = with_file("");
    laptop.iac(["config", "check"]).ok();
    laptop.iac(["config"]).ok();
}

#[test]
fn a_file_may_begin_with_a_byte_order_mark() {
    let laptop = with_file("\u{feff}[iac.aws]\r\nregion = \"eu-west-1\"\r\n");
    assert_eq!(value(&laptop, "region"), "eu-west-1");
}

#[test]
fn init_writes_a_private_file_and_never_over_one() {
    let laptop = Laptop::offline();
    laptop.iac(["config", "init"]).ok();
    let file = laptop.path(PLACE);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(file.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::read(&file).unwrap(), laptop.iac(["config"]).ok().stdout);
    laptop.iac(["config", "check"]).ok();

    fs::write(&file, "# mine\n").unwrap();
    laptop.iac(["config", "init"]).fails("config_exists");
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n");
    insta::assert_snapshot!(laptop.iac(["config", "init", "--output", "text"]).transcript(), @"
    $ iac config init --output text
    ! error: there is a configuration file already: `~/.config/bky/iac/config.toml`
    ! hint: see what is in force with `iac config show`, or print the sample with `iac config`
    (exit status: 1)
    ");
}

#[test]
fn init_writes_a_private_file_whatever_the_umask_says_and_nothing_beside_it() {
    for umask in ["000", "022", "077", "277", "777"] {
        let laptop = Laptop::offline();
        laptop.iac_after(&format!("umask {umask}"), ["config", "init"]).ok();
        let mode = |path: &str| fs::metadata(laptop.path(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(PLACE), 0o600, "umask {umask}");
        for folder in [".config", ".config/bky", ".config/bky/iac"] {
            assert_eq!(mode(folder), 0o700, "umask {umask}: {folder}");
        }
        assert_eq!(fs::read_dir(laptop.path(PLACE).parent().unwrap()).unwrap().count(), 1, "umask {umask}");
    }
}

/// A limit on the size of files stands for a full disk: the file must not be there in part, where `init` would find it.
#[test]
fn init_leaves_nothing_where_the_file_cannot_be_written_whole() {
    let laptop = Laptop::offline();
    laptop.iac_after("trap '' XFSZ && ulimit -f 0", ["config", "init"]).fails("file_failed");
    assert_eq!(fs::read_dir(laptop.path(PLACE).parent().unwrap()).unwrap().count(), 0);
    laptop.iac(["config", "init"]).ok();
}

#[test]
fn init_writes_where_the_file_is_looked_for() {
    let mut laptop = Laptop::offline();
    laptop.set("BKY_IAC_CONFIG_FILE", laptop.path("named-by-environment.toml"));
    laptop.iac(["config", "init"]).ok();
    laptop.iac(["config", "init", "--config-file", "named-by-flag.toml"]).ok();
    for name in ["named-by-environment.toml", "named-by-flag.toml"] {
        assert!(laptop.path(name).is_file(), "{name}");
    }
    assert!(!laptop.path(PLACE).exists());
}

#[test]
fn init_says_where_it_cannot_write() {
    let laptop = Laptop::offline();
    laptop.write("file", "");
    laptop.iac(["config", "init", "--config-file", "file/config.toml"]).fails("file_failed");
    insta::assert_snapshot!(
        laptop.iac(["config", "init", "--config-file", "file/config.toml", "--output", "text"]).transcript(),
        @"
        $ iac config init --config-file file/config.toml --output text
        ! error: cannot write `file/config.toml`
        ! caused by: File exists (os error 17)
        ! hint: check `--config-file`
        (exit status: 1)
        "
    );
}

#[test]
fn without_a_home_there_is_no_place_for_a_file() {
    let mut laptop = Laptop::offline();
    laptop.set("HOME", "");
    laptop.iac(["config", "init"]).fails("setting_missing");
    laptop.iac(["config"]).ok();
    laptop.iac(["config", "show"]).ok();
}

#[test]
fn show_names_every_value_with_its_source_and_masks_secrets() {
    let mut laptop = with_file(
        "[iac.aws]\nregion = \"eu-west-1\"\nkey_name = \"k\"\nsecret_key = \"from-the-file-and-never-to-be-shown\"\n\
         ssh_from = [\"203.0.113.7/32\", \"198.51.100.0/24\"]\ntags = { team = \"red\" }\n\n[iac.enclave]\ncpu_count = 4\n",
    );
    laptop.set("BKY_IAC_SESSION_TOKEN", "a-token-never-to-be-shown");
    laptop.set("BKY_IAC_SSH_PORT", "2222");
    let shown = laptop.iac(["config", "show", "--region", "us-west-2"]).ok();
    assert!(!shown.text().contains("never-to-be-shown"), "{}", shown.text());
    let row = |key: &str| entry(&shown.json(), key);
    assert_eq!(row("region"), json!({"key": "region", "value": "us-west-2", "source": "flag --region"}));
    assert_eq!(row("ssh_port")["source"], "environment BKY_IAC_SSH_PORT");
    assert_eq!(row("key_name")["source"], format!("{}:3", laptop.path(PLACE).display()));
    assert_eq!(row("instance_type"), json!({"key": "instance_type", "value": "c6a.xlarge", "source": "default"}));
    assert_eq!(row("instance_name"), json!({"key": "instance_name", "value": null, "source": null}));
    for secret in ["secret_key", "session_token"] {
        assert_eq!(row(secret)["value"], "***");
    }
    insta::assert_snapshot!(laptop.iac(["config", "show", "--output", "text"]).ok().transcript(), @"
    $ iac config show --output text
    file: ~/.config/bky/iac/config.toml

    KEY               VALUE                            SOURCE
    cred_file         -
    cred_user         -
    access_key        AKIAIOSFODNN7EXAMPLE             environment BKY_IAC_ACCESS_KEY
    secret_key        ***                              environment BKY_IAC_SECRET_KEY
    session_token     ***                              environment BKY_IAC_SESSION_TOKEN
    profile           -
    account           -
    region            eu-west-1                        file, line 2
    endpoint_url      -
    call_timeout      1m                               default
    public_ip_url     https://checkip.amazonaws.com/   default
    secrets_folder    -
    instance_name     -
    instance_kind     nitro                            default
    instance_type     c6a.xlarge                       default
    image             -
    subnet_id         -
    volume_gib        16                               default
    instance_profile  -
    key_name          k                                file, line 3
    security_group    -
    ssh_from          203.0.113.7/32, 198.51.100.0/24  file, line 5
    ssh_user          ec2-user                         default
    ssh_port          2222                             environment BKY_IAC_SSH_PORT
    ssh_config        -
    ttl               -
    fqdn              -
    tags              team=red                         file, line 6
    debug             -
    cpu_count         4                                file, line 9
    memory_mib        1024                             default
    ");
}

#[test]
fn the_ten_keys_of_the_older_tool_load_and_three_are_warned_about() {
    let laptop = with_file(
        "[iac.aws]\ncred_file = \"/nowhere/aws.csv\"\nsecrets_folder = \"/nowhere/secrets\"\ninstance_name = \"i\"\n\
         key_name = \"k\"\nregion = \"us-east-1\"\nsecurity_group = \"sg-0123456789abcdef0\"\n\
         instance_kind = \"standard\"\naccess_key = \"AKIAIOSFODNN7EXAMPLE\"\nsecret_key = \"abc\"\ndebug = true\n",
    );
    let checked = laptop.iac(["config", "check"]).ok().json();
    assert_eq!(
        checked["warnings"],
        json!([format!("{}:11: `debug` has no effect; `-v` says more", laptop.path(PLACE).display())])
    );
    assert_eq!(value(&laptop, "instance_type"), "t3.micro");

    let mut without_environment = laptop;
    for name in ["BKY_IAC_ACCESS_KEY", "BKY_IAC_SECRET_KEY"] {
        without_environment.unset(name);
    }
    let run = without_environment.iac(["config", "check", "--output", "text"]).ok();
    insta::assert_snapshot!(run.transcript(), @"
    $ iac config check --output text
    warning: ~/.config/bky/iac/config.toml:9: `access_key` in a configuration file; move it to a `cred_file`
    warning: ~/.config/bky/iac/config.toml:10: `secret_key` in a configuration file; move it to a `cred_file`
    warning: ~/.config/bky/iac/config.toml:11: `debug` has no effect; `-v` says more
    ~/.config/bky/iac/config.toml: no mistakes
    ");
}

#[test]
fn what_looks_like_a_setting_and_is_none_is_said() {
    let mut laptop = with_file("");
    laptop.set("BKY_IAC_REGOIN", "us-east-1");
    let warnings = laptop.iac(["config", "check"]).ok().json()["warnings"].clone();
    assert_eq!(warnings, json!(["environment BKY_IAC_REGOIN: no such setting"]));
}

#[test]
fn commands_that_need_nothing_read_no_broken_file() {
    let laptop = with_file("this is = not [ TOML");
    for words in [vec!["config"], vec!["--help"], vec!["--version"], vec!["key", "create", "--help"]] {
        laptop.iac(&words).ok();
    }
    laptop.iac(["config", "init"]).fails("config_exists");
    laptop.iac(["config", "show"]).fails("config_invalid");
}

#[test]
fn the_version_is_one_line() {
    insta::assert_snapshot!(Laptop::offline().iac(["--version"]).ok().transcript(), @"
    $ iac --version
    iac 0.1.0
    ");
}

/// The entry of `config show` for a key.
pub(super) fn entry(shown: &Value, key: &str) -> Value {
    shown.as_array().unwrap().iter().find(|entry| entry["key"] == key).unwrap().clone()
}

/// The effective value of a key.
pub(super) fn value(laptop: &Laptop, key: &str) -> String {
    entry(&laptop.iac(["config", "show"]).ok().json(), key)["value"].as_str().unwrap().to_owned()
}

#[test]
fn a_password_in_a_url_is_not_shown() {
    let laptop = with_file(&format!("[iac.aws]\nendpoint_url = \"https://me:{SECRET}@aws.example\"\n"));
    for words in [&["config", "show"][..], &["config", "show", "--output", "text"], &["config", "check"]] {
        // Every run is searched for the secret.
        let shown = laptop.iac(words).ok().text();
        assert!(words[1] == "check" || shown.contains("https://***@aws.example"), "{shown}");
    }
    let wrong = with_file(&format!("[iac.aws]\nendpoint_url = \"htps://me:{SECRET}@aws.example\"\n"));
    wrong.iac(["config", "check"]).fails("config_invalid");
}

#[test]
fn plain_http_to_another_machine_is_warned_of() {
    let warnings = |laptop: &Laptop| laptop.iac(["config", "check"]).ok().json()["warnings"].to_string();
    let with = |url: &str| with_file(&format!("[iac.aws]\nendpoint_url = \"{url}\"\n"));
    for url in ["http://127.0.0.1:5000", "http://localhost:4566", "https://aws.example"] {
        assert_eq!(warnings(&with(url)), "[]", "{url}");
    }
    let warned = warnings(&with(&format!("http://me:{SECRET}@aws.example")));
    assert!(
        warned.contains(":2: `endpoint_url` is plain HTTP") && warned.contains("http://***@aws.example"),
        "{warned}"
    );
    let mut laptop = Laptop::offline();
    laptop.set("AWS_ENDPOINT_URL", "http://aws.example");
    laptop.set("BKY_IAC_PUBLIC_IP_URL", "http://ip.example");
    let warned = warnings(&laptop);
    assert!(warned.contains("`AWS_ENDPOINT_URL` is plain") && warned.contains("`public_ip_url` is plain"), "{warned}");
}
