//! What others can write is warned of where it is used, and found by `doctor`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::PLACE;
use crate::harness::Laptop;

const CSV: &str = "Access key ID,Secret access key\nAKIAIOSFODNN7EXAMPLE,SECRET\n";

fn chmod(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// A machine on which every file that `iac` relies on is there.
fn laptop() -> Laptop {
    let mut laptop = Laptop::new();
    let csv = laptop.write("keys/aws.csv", CSV.replace("SECRET", crate::harness::SECRET));
    laptop.unset("BKY_IAC_ACCESS_KEY");
    laptop.unset("BKY_IAC_SECRET_KEY");
    laptop.configure(&format!("cred_file = \"{}\"\n", csv.display()));
    laptop.write("secrets/known_hosts", "");
    laptop
}

/// What a command says in a terminal, without the rest of its lines.
fn warned(laptop: &Laptop) -> Vec<String> {
    let home = laptop.path("").display().to_string().trim_end_matches('/').to_owned();
    // Neither colours nor progress, which a slow run draws.
    let shown = laptop.terminal(400).set("TERM", "dumb").iac(["key", "list"]).ok().raw;
    let warnings = shown.lines().filter_map(|line| line.strip_prefix("warning: "));
    warnings.map(|line| line.trim_end().replace(&home, "~")).collect()
}

#[test]
fn each_thing_that_others_can_write_is_warned_of_in_those_words() {
    let laptop = laptop();
    assert_eq!(warned(&laptop), Vec::<String>::new());
    for (path, mode, named) in [
        (PLACE, 0o666, "the configuration file"),
        ("keys/aws.csv", 0o602, "the credentials file"),
        ("ssh_config", 0o646, "the OpenSSH configuration"),
        ("secrets", 0o777, "the secrets folder"),
        ("secrets", 0o1777, "the secrets folder"),
        ("secrets/known_hosts", 0o622, "the host keys"),
    ] {
        let before = fs::metadata(laptop.path(path)).unwrap().permissions().mode();
        chmod(laptop.path(path), mode);
        let said = format!("others can write {named} `~/{path}` (mode {mode:o}): `chmod go-w ~/{path}`");
        assert_eq!(warned(&laptop), [said]);
        let listed = laptop.iac(["config", "check"]).ok().json()["warnings"].to_string();
        assert!(listed.contains(&format!("others can write {named}")), "{listed}");
        let found = laptop.iac(["doctor", "--output", "text"]).text();
        assert!(path == "ssh_config" || found.contains(&format!("others can write {named}")), "{found}");
        chmod(laptop.path(path), before);
    }
}

#[test]
fn a_folder_above_counts_once_and_one_for_everybodys_files_does_not() {
    let laptop = laptop();
    chmod(laptop.path(""), 0o777);
    let said = "others can write the folder `~`, and so replace the configuration file `~/.config/bky/iac/config.toml` (mode 777): \
                `chmod go-w ~`";
    assert_eq!(warned(&laptop), [said]);
    chmod(laptop.path(""), 0o1777);
    assert_eq!(warned(&laptop), Vec::<String>::new());
}

#[test]
fn where_nobody_reads_a_warning_success_stays_silent() {
    let laptop = laptop();
    chmod(laptop.path("secrets"), 0o777);
    laptop.iac(["key", "list"]).ok();
    assert!(laptop.iac(["key", "list", "-v"]).succeeds().stderr.contains("others can write the secrets folder"));
}
