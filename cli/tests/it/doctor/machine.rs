//! What can be wrong on the user's own machine.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{but_ok, checks, mend, shown};
use crate::harness::{Laptop, SECRET};

#[test]
fn without_a_configuration_it_says_what_to_set() {
    let mut laptop = Laptop::offline();
    laptop.set("BKY_IAC_ENDPOINT_URL", "http://127.0.0.1:9");
    laptop.set("BKY_IAC_REGION", "us-east-1");
    let run = laptop.iac(["doctor", "--output", "text"]);
    assert_eq!(run.status.code(), Some(1));
    insta::assert_snapshot!(shown(&run));
    laptop.unset("BKY_IAC_REGION");
    laptop.set("AWS_EC2_METADATA_DISABLED", "true");
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    assert_eq!(checks(&run)["credentials"], ("failed".to_owned(), "no region is set".to_owned()));
}

#[test]
fn only_what_depends_on_a_mistake_is_not_checked() {
    let laptop = Laptop::new();
    laptop.configure("volume_gib = 0\n[iac.enclave]\ncpu_conut = 4\n");
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    let found = &checks(&run)["configuration"].1;
    assert!(found.contains("did you mean `cpu_count`?") && found.contains("`volume_gib`"), "{found}");
    assert_eq!(run.json()["ready"], false);
    let others =
        ["credentials file", "instance type", "security group", "ssh"].map(|name| (name, "not_checked")).into_iter();
    let open = [("configuration", "failed"), ("private key", "warning")].into_iter().chain(others);
    assert_eq!(but_ok(&checks(&run)), open.collect());
    assert_eq!(checks(&run)["instance type"].1, "mend `cpu_count` first");
    assert_eq!(checks(&run)["ssh"].1, "there is no instance yet");
}

/// Nobody knows whom a broken file means, unless a stronger layer says it.
#[test]
fn where_the_file_cannot_be_read_what_flags_and_environment_say_is_checked() {
    let mut laptop = Laptop::new();
    let written = fs::read_to_string(laptop.path(".config/bky/iac/config.toml")).unwrap();
    laptop.configure("volume_gib = = 1\n");
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    assert_eq!(checks(&run)["programs"].0, "ok");
    let made = checks(&run).into_values().filter(|(outcome, _)| outcome != "not_checked").count();
    assert_eq!((made, checks(&run).len()), (2, 13));
    assert!(laptop.aws().requests().is_empty(), "nobody is asked");

    for key in ["region", "endpoint_url", "secrets_folder"] {
        let line = written.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        laptop.set(&format!("BKY_IAC_{}", key.to_uppercase()), line.trim_start_matches(" = ").trim_matches('"'));
    }
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    for (check, outcome) in [("secrets folder", "ok"), ("clock", "ok"), ("network", "not_checked")] {
        assert_eq!(checks(&run)[check].0, outcome, "{check}");
    }
    assert_eq!(checks(&run)["network"].1, "mend `subnet_id` first");
}

#[test]
fn what_others_can_read_and_what_was_left_behind_is_said() {
    let mut laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    let csv = laptop.write("aws.csv", format!("Access key ID,Secret access key\nAKIAIOSFODNN7EXAMPLE,{SECRET}\n"));
    laptop.unset("BKY_IAC_ACCESS_KEY");
    laptop.unset("BKY_IAC_SECRET_KEY");
    laptop.configure(&format!("cred_file = \"{}\"\n", csv.display()));
    let set = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    let key = laptop.secrets().join("nitro-dev.pem");
    for path in [&csv, &key] {
        set(path, 0o644);
    }
    set(&laptop.secrets(), 0o755);
    let run = laptop.iac(["doctor"]).ok();
    let names = ["credentials file", "private key", "secrets folder"];
    let unknown = ["security group", "ssh"].map(|name| (name, "not_checked"));
    let expected = names.map(|name| (name, "warning")).into_iter().chain(unknown).collect();
    assert_eq!(but_ok(&checks(&run)), expected);
    assert_eq!(mend(&run, "private key"), format!("`chmod 600 {}`", key.display()));
    assert_eq!(mend(&run, "secrets folder"), format!("`chmod 700 {}`", laptop.secrets().display()));
    for path in [&csv, &key] {
        set(path, 0o600);
    }
    set(&laptop.secrets(), 0o700);
    assert_eq!(but_ok(&checks(&laptop.iac(["doctor"]).ok())), unknown.into());

    assert!(
        laptop.command("ssh-keygen").args(["-q", "-p", "-N", "secret", "-f"]).arg(&key).status().unwrap().success()
    );
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    assert!(checks(&run)["private key"].1.contains("has a passphrase"), "{:?}", checks(&run));

    laptop.write("secrets/nitro-dev.pem.deleting", "");
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    assert_eq!(mend(&run, "secrets folder"), "finish it with `iac key delete`");
    fs::write(&csv, "something else").unwrap();
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    assert_eq!(checks(&run)["credentials file"].0, "failed");
}

#[test]
fn a_secret_in_a_file_that_others_read_is_said() {
    let laptop = Laptop::new();
    laptop.configure(&format!("access_key = \"AKIAIOSFODNN7EXAMPLE\"\nsecret_key = \"{SECRET}\"\n"));
    let mut other = Laptop::offline();
    for name in ["BKY_IAC_ACCESS_KEY", "BKY_IAC_SECRET_KEY"] {
        other.unset(name);
    }
    let path = laptop.path(".config/bky/iac/config.toml");
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let run = other.iac(["doctor", "--config-file", path.to_str().unwrap()]).succeeds();
    let found = &checks(&run)["configuration"].1;
    assert!(found.contains("others can read it (mode 640)") && found.contains("move it to a `cred_file`"), "{found}");
}

#[test]
fn an_openssh_that_is_too_old_or_missing_fails() {
    let mut laptop = Laptop::new();
    laptop.program("ssh", "#!/bin/sh\necho 'OpenSSH_7.4p1, OpenSSL 1.0.2k-fips' >&2\n");
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    assert_eq!(checks(&run)["programs"], ("failed".to_owned(), "`ssh` is OpenSSH_7.4p1".to_owned()));
    assert_eq!(mend(&run, "programs"), "install OpenSSH's client, 8.5 or newer");
}
