//! Mistakes in the file, the environment and on the command line: each is named with its place, all at once.

use std::fs;

use super::{PLACE, with_file};
use crate::harness::{Laptop, SECRET};

/// What `config check` says of a file, as a person sees it.
fn said_of(content: &str) -> String {
    let laptop = with_file(content);
    laptop.iac(["config", "check"]).fails("config_invalid");
    laptop.iac(["config", "check", "--output", "text"]).transcript()
}

#[test]
fn an_unknown_key_is_an_error_with_a_suggestion() {
    insta::assert_snapshot!(said_of("[iac.aws]\nregion = \"us-east-1\"\nsecrets_foler = \"/s\"\n"), @"
    $ iac config check --output text
    ! error: the configuration has a mistake
    ! caused by: ~/.config/bky/iac/config.toml:3: unknown key `secrets_foler`; did you mean `secrets_folder`?
    ! hint: `iac config` prints a sample with comments
    (exit status: 2)
    ");
}

#[test]
fn a_relative_path_in_a_file_is_refused() {
    insta::assert_snapshot!(said_of("[iac.aws]\nsecrets_folder = \"secrets\"\ncred_file = \"~/aws.csv\"\n"), @"
    $ iac config check --output text
    ! error: the configuration has 2 mistakes
    ! caused by: ~/.config/bky/iac/config.toml:2: `secrets_folder`: must be an absolute path: `secrets` is not, it is relative
    ! caused by: ~/.config/bky/iac/config.toml:3: `cred_file`: must be an absolute path: `~/aws.csv` is not, `~` is not expanded here
    ! hint: `iac config` prints a sample with comments
    (exit status: 2)
    ");
}

#[test]
fn a_path_without_quotes_shows_the_line_and_says_to_quote_it() {
    insta::assert_snapshot!(said_of("[iac.aws]\ncred_file = /home/you/aws.csv\n"), @r#"
    $ iac config check --output text
    ! error: the configuration has a mistake
    ! caused by: ~/.config/bky/iac/config.toml:2: `cred_file = /home/you/aws.csv` needs quotes: `cred_file = "/home/you/aws.csv"`
    ! hint: `iac config` prints a sample with comments
    (exit status: 2)
    "#);
}

#[test]
fn a_secret_without_quotes_is_not_shown() {
    let said = said_of(&format!("[iac.aws]\nsecret_key = {SECRET}\n"));
    insta::assert_snapshot!(said, @r#"
    $ iac config check --output text
    ! error: the configuration has a mistake
    ! caused by: ~/.config/bky/iac/config.toml:2: `secret_key` needs quotes round its value: `secret_key = "…"`
    ! hint: `iac config` prints a sample with comments
    (exit status: 2)
    "#);
}

#[test]
fn all_mistakes_are_reported_at_once() {
    insta::assert_snapshot!(
        said_of(
            "region = \"us-east-1\"\n[iac.aws]\nkey_nam = \"k\"\nssh_port = 70000\naccount = 123456789012\nttl = \"soon\"\n\
             key_name = \"a/b\"\nimage = \"ubuntu\"\nssh_from = \"everywhere\"\nendpoint_url = \"localhost\"\n\
             [iac.enclave]\nmemory_mib = 1\nregion = \"eu-west-1\"\n[iac.azure]\n",
        ),
        @"
        $ iac config check --output text
        ! error: the configuration has 12 mistakes
        ! caused by: ~/.config/bky/iac/config.toml:1: `region` does not belong here; settings stand below `[iac.aws]`
        ! caused by: ~/.config/bky/iac/config.toml:3: unknown key `key_nam`; did you mean `key_name`?
        ! caused by: ~/.config/bky/iac/config.toml:4: `ssh_port`: must be a number from 1 to 65535, not `70000`
        ! caused by: ~/.config/bky/iac/config.toml:5: `account`: must be an account id: twelve digits in quotes
        ! caused by: ~/.config/bky/iac/config.toml:6: `ttl`: `soon` is no span of time, expected one such as `90s`, `10m`, `1h30m` or `2d`
        ! caused by: ~/.config/bky/iac/config.toml:7: `key_name`: the key name `a/b` holds '/', allowed are printable ASCII characters except `/`
        ! caused by: ~/.config/bky/iac/config.toml:8: `image`: must be `ami-…` or `ssm:/…`, not `ubuntu`
        ! caused by: ~/.config/bky/iac/config.toml:9: `ssh_from`: `everywhere` is no network, expected one such as `203.0.113.0/24`
        ! caused by: ~/.config/bky/iac/config.toml:10: `endpoint_url`: must begin with `https://` or `http://` and name a host: `localhost` does not
        ! caused by: ~/.config/bky/iac/config.toml:12: `memory_mib`: must be a number from 64 to 2147483647, not `1`
        ! caused by: ~/.config/bky/iac/config.toml:13: `region` belongs below `[iac.aws]`
        ! caused by: ~/.config/bky/iac/config.toml:14: `iac.azure` is unknown; the tables are `[iac.aws]` and `[iac.enclave]`
        ! hint: `iac config` prints a sample with comments
        (exit status: 2)
        "
    );
}

#[test]
fn two_lines_without_quotes_are_both_reported() {
    insta::assert_snapshot!(said_of("[iac.aws]\ncred_file = /home/you/aws.csv\nsecrets_folder = /home/you/s\n"), @r#"
    $ iac config check --output text
    ! error: the configuration has 2 mistakes
    ! caused by: ~/.config/bky/iac/config.toml:2: `cred_file = /home/you/aws.csv` needs quotes: `cred_file = "/home/you/aws.csv"`
    ! caused by: ~/.config/bky/iac/config.toml:3: `secrets_folder = /home/you/s` needs quotes: `secrets_folder = "/home/you/s"`
    ! hint: `iac config` prints a sample with comments
    (exit status: 2)
    "#);
}

#[test]
fn reserved_tags_are_refused() {
    insta::assert_snapshot!(
        said_of("[iac.aws.tags]\nName = \"x\"\nManagedBy = \"me\"\n\"bky:iac:environment\" = \"y\"\n\"aws:x\" = \"z\"\n"),
        @"
        $ iac config check --output text
        ! error: the configuration has 4 mistakes
        ! caused by: ~/.config/bky/iac/config.toml:1: `tags`: the tag key `ManagedBy` is reserved, as are `Name`, `ManagedBy`, `bky:iac:…` and `aws:…`
        ! caused by: ~/.config/bky/iac/config.toml:1: `tags`: the tag key `Name` is reserved, as are `Name`, `ManagedBy`, `bky:iac:…` and `aws:…`
        ! caused by: ~/.config/bky/iac/config.toml:1: `tags`: the tag key `aws:x` is reserved, as are `Name`, `ManagedBy`, `bky:iac:…` and `aws:…`
        ! caused by: ~/.config/bky/iac/config.toml:1: `tags`: the tag key `bky:iac:environment` is reserved, as are `Name`, `ManagedBy`, `bky:iac:…` and `aws:…`
        ! hint: `iac config` prints a sample with comments
        (exit status: 2)
        "
    );
}

#[test]
fn a_faulty_value_in_the_environment_is_named_with_its_variable() {
    let mut laptop = Laptop::offline();
    laptop.set("BKY_IAC_SSH_PORT", "ssh");
    laptop.iac(["config", "check"]).fails("config_invalid");
    insta::assert_snapshot!(
        laptop.iac(["config", "check", "--region", "Virginia", "--output", "text"]).transcript(),
        @"
        $ iac config check --region Virginia --output text
        ! error: the configuration has 2 mistakes
        ! caused by: flag --region: `region`: must be a region such as `us-east-1`, not `Virginia`
        ! caused by: environment BKY_IAC_SSH_PORT: `ssh_port`: must be a number from 1 to 65535, not `ssh`
        ! hint: `iac config` prints a sample with comments
        (exit status: 2)
        "
    );
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let mut laptop = Laptop::offline();
    laptop.iac(["config", "show"]).ok();
    laptop.iac(["config", "show", "--config-file", "absent.toml"]).fails("config_unreadable");
    laptop.set("BKY_IAC_CONFIG_FILE", "absent.toml");
    laptop.iac(["config", "show"]).fails("config_unreadable");
    insta::assert_snapshot!(laptop.iac(["config", "show", "--output", "text"]).transcript(), @"
    $ iac config show --output text
    ! error: there is no configuration file `absent.toml`
    ! hint: write a sample there with `iac config init`, or use another file with `--config-file`
    (exit status: 2)
    ");
}

#[test]
fn a_file_that_is_a_folder_or_no_text_is_unreadable() {
    let laptop = Laptop::offline();
    fs::create_dir_all(laptop.path(PLACE)).unwrap();
    laptop.iac(["config", "check"]).fails("config_unreadable");
    let bytes = laptop.write("latin1.toml", b"# caf\xe9\n");
    laptop.iac(["config", "check", "--config-file", bytes.to_str().unwrap()]).fails("config_unreadable");
}

#[test]
fn a_secret_is_not_taken_as_a_flag() {
    let laptop = with_file("broken [");
    for words in [
        vec!["--secret-key", SECRET, "key", "list"],
        vec!["key", "list", "--secret-key", SECRET],
        vec!["key", "list", "--secret-key"],
        vec!["instance", "create", "--access-key", "AKIAIOSFODNN7EXAMPLE"],
    ] {
        laptop.iac(&words).fails("secret_on_command_line");
    }
    insta::assert_snapshot!(laptop.iac(["key", "list", "--secret-key", "--output", "text"]).transcript(), @"
    $ iac key list --secret-key --output text
    ! error: a secret is not taken as a flag: every user of this machine can read it
    ! hint: set `BKY_IAC_ACCESS_KEY` and `BKY_IAC_SECRET_KEY` in the environment
    ! hint: or put the downloaded CSV file's path into `cred_file`
    ! hint: a key that was typed should be replaced: it is in the shell's history
    (exit status: 2)
    ");
}

#[test]
fn a_line_that_iac_does_not_take_is_a_usage_error() {
    let laptop = Laptop::offline();
    for words in [vec![], vec!["key"], vec!["key", "destroy"], vec!["instance", "terminate", "--timeout", "soon"]] {
        laptop.iac(&words).fails("usage");
    }
    insta::assert_snapshot!(laptop.iac(["key", "lsit", "--output", "text"]).transcript(), @"
    $ iac key lsit --output text
    ! error: unrecognized subcommand 'lsit'
    ! hint: a similar subcommand exists: 'list'
    ! hint: see every command with `iac key --help`
    (exit status: 2)
    ");
}
