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
fn a_configuration_with_mistakes_is_a_check_that_failed() {
    let laptop = Laptop::new();
    laptop.configure("secrets_foler = \"/x\"\nvolume_gib = 0\n");
    let run = laptop.iac(["doctor"]).fails("checks_failed");
    let checks = checks(&run);
    let (outcome, found) = &checks["configuration"];
    assert_eq!(outcome, "failed");
    assert!(found.contains("did you mean `secrets_folder`?") && found.contains("`volume_gib`"), "{found}");
    assert_eq!(checks["programs"].0, "ok");
    let others = checks.iter().filter(|(name, _)| !["configuration", "programs"].contains(&name.as_str()));
    assert!(others.clone().all(|(_, (outcome, _))| outcome == "not_checked"), "{checks:?}");
    assert_eq!(others.count(), 9);
    assert_eq!(run.json()["ready"], false);
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
    let expected = names.map(|name| (name, "warning")).into_iter().chain([("ssh", "not_checked")]).collect();
    assert_eq!(but_ok(&checks(&run)), expected);
    assert_eq!(mend(&run, "private key"), format!("`chmod 600 {}`", key.display()));
    assert_eq!(mend(&run, "secrets folder"), format!("`chmod 700 {}`", laptop.secrets().display()));
    for path in [&csv, &key] {
        set(path, 0o600);
    }
    set(&laptop.secrets(), 0o700);
    assert_eq!(but_ok(&checks(&laptop.iac(["doctor"]).ok())), [("ssh", "not_checked")].into());

    laptop.write("secrets/nitro-dev.pem.deleting", "");
    let run = laptop.iac(["doctor"]).ok();
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
