//! `iac key`: pairs made here, imported, listed and deleted; names, owners, and what a machine may lack.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::harness::Laptop;

/// The names of the files in the secrets folder.
pub(crate) fn files(laptop: &Laptop) -> Vec<String> {
    let Ok(folder) = fs::read_dir(laptop.secrets()) else { return Vec::new() };
    let mut names: Vec<_> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Renames a file of the secrets folder.
pub(crate) fn rename(laptop: &Laptop, from: &str, to: &str) {
    fs::rename(laptop.secrets().join(from), laptop.secrets().join(to)).unwrap();
}

/// Demands exactly one pair with its private half, and nothing else in the folder.
pub(crate) fn one_pair_is_whole(laptop: &Laptop) {
    let listed = laptop.iac(["key", "list"]).ok().json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed[0]["file"], "ok", "{listed}");
    assert_eq!(files(laptop), ["nitro-dev.pem"]);
}

/// Demands no pair and no file.
pub(crate) fn nothing_is_left(laptop: &Laptop) {
    assert!(laptop.aws().key_pairs().is_empty(), "{:?}", laptop.aws().key_pairs());
    assert!(files(laptop).is_empty(), "{:?}", files(laptop));
}

#[test]
fn a_pair_comes_and_goes() {
    let laptop = Laptop::new();
    // moto makes the default VPC when it is first asked for anything.
    laptop.aws().call("DescribeVpcs", &[]);
    let before = laptop.aws().world();
    insta::assert_snapshot!(laptop.iac(["key", "create"]).ok().transcript(), @r#"
    $ iac key create
    {
      "name": "nitro-dev",
      "tags": [
        {
          "Key": "Name",
          "Value": "nitro-dev"
        },
        {
          "Key": "ManagedBy",
          "Value": "iac"
        },
        {
          "Key": "bky:iac:environment",
          "Value": "nitro-dev"
        }
      ],
      "type": "ed25519",
      "fingerprint": "FINGERPRINT",
      "file": "ok"
    }
    "#);
    insta::assert_snapshot!(laptop.iac(["key", "list", "--output", "text"]).ok().transcript(), @"
    $ iac key list --output text
    NAME       TYPE     FILE  FINGERPRINT
    nitro-dev  ed25519  ok    FINGERPRINT
    ");
    one_pair_is_whole(&laptop);
    insta::assert_snapshot!(laptop.iac(["key", "delete"]).ok().transcript(), @r#"
    $ iac key delete
    {
      "name": "nitro-dev",
      "id": "key-1",
      "files": [
        "~/secrets/nitro-dev.pem"
      ],
      "kept": [],
      "in_use_by": []
    }
    "#);
    insta::assert_snapshot!(laptop.iac(["key", "list"]).ok().transcript(), @"
    $ iac key list
    []
    ");
    insta::assert_snapshot!(laptop.iac(["key", "list", "--output", "text"]).ok().transcript(), @"
    $ iac key list --output text
    no key pairs
    ");
    nothing_is_left(&laptop);
    assert_eq!(laptop.aws().world(), before);
}

#[test]
fn only_the_public_half_leaves_the_machine_with_every_tag_at_once() {
    let mut laptop = Laptop::new();
    laptop.configure("tags = { owner = \"me\" }\n");
    laptop.program("ssh-keygen", "#!/bin/sh\necho \"$@\" >> \"$HOME/typed\"\nPATH=${PATH#*:} exec ssh-keygen \"$@\"\n");
    let _ = laptop.iac(["key", "create", "--type", "rsa"]).ok();
    let import = &laptop.aws().requests_of("ImportKeyPair")[0];
    let expected = [("Name", "nitro-dev"), ("ManagedBy", "iac"), ("bky:iac:environment", "nitro-dev"), ("owner", "me")];
    assert_eq!(import.tags("key-pair"), expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    assert_eq!(laptop.aws().changes(), ["ImportKeyPair"]);
    // The middle of the private key, which the public key does not hold.
    let private = fs::read_to_string(laptop.secrets().join("nitro-dev.pem")).unwrap();
    let line = private.lines().nth_back(3).unwrap();
    let sent = format!("{:?}", laptop.aws().requests());
    let typed = fs::read_to_string(laptop.path("typed")).unwrap();
    assert!(line.len() == 70 && !sent.contains(line) && !typed.contains(line));
    assert_eq!(typed.lines().count(), 2, "{typed}");
}

#[test]
fn a_name_is_never_a_pattern() {
    let laptop = Laptop::new();
    let names = ["a b", r#"it's "q""#, "dev*", "dev?", r"d\ev", "%d $HOME `x`", "-x", "#[]{}"];
    for foreign in ["dev", "dev1", "devil", "d ev", "a", "dev*x"] {
        laptop.aws().foreign_key_pair(foreign, &[("ManagedBy", "iac"), ("Name", "dev*")]);
    }
    let before = laptop.aws().world();
    for name in names {
        let made = laptop.iac(["key".to_owned(), "create".to_owned(), format!("--key-name={name}")]).ok().json();
        assert_eq!((made["name"].as_str(), made["file"].as_str()), (Some(name), Some("ok")));
    }
    assert_eq!(laptop.iac(["key", "list"]).ok().json().as_array().unwrap().len(), names.len());
    for (deleted, name) in (1..).zip(names) {
        let _ = laptop.iac(["key".to_owned(), format!("--key-name={name}"), "delete".to_owned()]).ok();
        assert_eq!(laptop.aws().key_pairs().len(), before["KeyPair"].len() + names.len() - deleted);
    }
    assert_eq!((laptop.aws().world(), files(&laptop)), (before, Vec::new()));
}

#[test]
fn nothing_that_exists_is_written_over() {
    let laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    insta::assert_snapshot!(laptop.iac(["key", "create"]).fails("key_file_exists").transcript(), @r#"
    $ iac key create
    {
      "error": {
        "code": "key_file_exists",
        "message": "`~/secrets/nitro-dev.pem` exists already",
        "causes": [],
        "hints": [
          "see with `iac key list` whether it belongs to a key pair",
          "choose another name with `--key-name`, or move the file away"
        ],
        "aws": null
      },
      "made": []
    }
    ! error: `~/secrets/nitro-dev.pem` exists already
    ! hint: see with `iac key list` whether it belongs to a key pair
    ! hint: choose another name with `--key-name`, or move the file away
    (exit status: 1)
    "#);
    rename(&laptop, "nitro-dev.pem", "elsewhere");
    insta::assert_snapshot!(laptop.iac(["key", "create"]).fails("key_exists").transcript(), @r#"
    $ iac key create
    {
      "error": {
        "code": "key_exists",
        "message": "key pair `nitro-dev` exists already",
        "causes": [],
        "hints": [
          "choose another name with `--key-name`, or delete the pair with `iac key delete`"
        ],
        "aws": null
      },
      "made": []
    }
    ! error: key pair `nitro-dev` exists already
    ! hint: choose another name with `--key-name`, or delete the pair with `iac key delete`
    (exit status: 1)
    "#);
    laptop.write("secrets/nitro-dev.pem.new", "precious");
    let said = laptop.iac(["key", "create"]).fails("key_exists").json();
    assert!(said["error"]["causes"][0].as_str().unwrap().contains("nitro-dev.pem.new"), "{said}");
    assert_eq!(fs::read(laptop.secrets().join("nitro-dev.pem.new")).unwrap(), b"precious");
    fs::remove_file(laptop.secrets().join("nitro-dev.pem.new")).unwrap();
    std::os::unix::fs::symlink("nowhere", laptop.secrets().join("nitro-dev.pem")).unwrap();
    let _ = laptop.iac(["key", "create", "--key-name", "nitro-dev"]).fails("key_file_exists");
    assert_eq!(laptop.aws().changes(), ["ImportKeyPair"]);
}

#[test]
fn a_file_that_is_not_the_private_half_stays_and_is_named() {
    let laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    laptop.write("secrets/nitro-dev.pem", "another key");
    assert_eq!(laptop.iac(["key", "list"]).ok().json()[0]["file"], "differs");
    let deleted = laptop.iac(["key", "delete"]).ok();
    assert_eq!(deleted.json()["kept"], json!([laptop.secrets().join("nitro-dev.pem")]));
    assert_eq!(fs::read(laptop.secrets().join("nitro-dev.pem")).unwrap(), b"another key");
    insta::assert_snapshot!(laptop.iac(["key", "delete"]).fails("key_missing").transcript(), @r#"
    $ iac key delete
    {
      "error": {
        "code": "key_missing",
        "message": "there is no key pair `nitro-dev`",
        "causes": [
          "`~/secrets/nitro-dev.pem` stays: without a pair, nothing proves what it is"
        ],
        "hints": [
          "see which there are with `iac key list`"
        ],
        "aws": null
      },
      "made": []
    }
    ! error: there is no key pair `nitro-dev`
    ! caused by: `~/secrets/nitro-dev.pem` stays: without a pair, nothing proves what it is
    ! hint: see which there are with `iac key list`
    (exit status: 1)
    "#);
    assert_eq!(files(&laptop), ["nitro-dev.pem"]);
}

#[test]
fn a_pair_in_use_is_deleted_with_a_warning() {
    let laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    let image = laptop.aws().image("x86_64");
    let launch = [("ImageId", &*image), ("InstanceType", "t3.micro"), ("MinCount", "1"), ("MaxCount", "1")];
    laptop.aws().call("RunInstances", &[&launch[..], &[("KeyName", "nitro-dev")]].concat());
    let id = laptop.aws().instances()[0]["id"].clone();
    let deleted = laptop.iac(["-v", "key", "delete"]).succeeds();
    assert_eq!(deleted.json()["in_use_by"], json!([id]));
    assert!(deleted.stderr.contains("warning: key pair `nitro-dev` is still used by i-"), "{}", deleted.stderr);
    nothing_is_left(&laptop);
}

#[test]
fn other_peoples_pairs_are_shown_on_request_and_deleted_by_force() {
    let laptop = Laptop::new();
    laptop.aws().foreign_key_pair("nitro-dev", &[("ManagedBy", "iac")]);
    laptop.aws().foreign_key_pair("older", &[("Deployment", "Sequencer")]);
    insta::assert_snapshot!(laptop.iac(["key", "list", "--output", "text"]).ok().transcript(), @"
    $ iac key list --output text
    NAME   TYPE     FILE     FINGERPRINT                                                                                      NOTE
    older  ed25519  missing  FINGERPRINT  older tool
    ");
    insta::assert_snapshot!(laptop.iac(["key", "list", "--output", "text", "--everyone"]).ok().transcript(), @"
    $ iac key list --output text --everyone
    NAME       TYPE     FILE     FINGERPRINT                                                                                      NOTE
    nitro-dev  ed25519  missing  FINGERPRINT  not ours
    older      ed25519  missing  FINGERPRINT  older tool
    ");
    insta::assert_snapshot!(laptop.iac(["key", "delete"]).fails("not_ours").transcript(), @r#"
    $ iac key delete
    {
      "error": {
        "code": "not_ours",
        "message": "key pair `nitro-dev` was not made by `iac`",
        "causes": [],
        "hints": [
          "add `--force` if you are sure that it is yours to change"
        ],
        "aws": null
      },
      "made": []
    }
    ! error: key pair `nitro-dev` was not made by `iac`
    ! hint: add `--force` if you are sure that it is yours to change
    (exit status: 1)
    "#);
    assert_eq!(laptop.aws().key_pairs().len(), 2);
    let _ = laptop.iac(["key", "delete", "--force"]).ok();
    let _ = laptop.iac(["key", "--key-name", "older", "delete"]).ok();
    nothing_is_left(&laptop);
}

#[test]
fn the_older_tools_file_of_a_pair_goes_with_it() {
    let laptop = Laptop::new();
    let pair = [("KeyName", "nitro-dev"), ("TagSpecification.1.ResourceType", "key-pair")];
    let tag = [("TagSpecification.1.Tag.1.Key", "Deployment"), ("TagSpecification.1.Tag.1.Value", "Sequencer")];
    let answer = laptop.aws().call("CreateKeyPair", &[pair, tag].concat());
    let material = answer.split_once("<keyMaterial>").unwrap().1.split('<').next().unwrap();
    laptop.write("secrets/nitro-dev.pem", material.replace("&#10;", "\n"));
    assert_eq!(laptop.iac(["key", "list"]).ok().json()[0]["file"], "ok");
    let _ = laptop.iac(["key", "delete"]).ok();
    nothing_is_left(&laptop);
}

#[test]
fn a_list_needs_no_folder() {
    let mut laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    laptop.set("BKY_IAC_SECRETS_FOLDER", laptop.path("none"));
    assert_eq!(laptop.iac(["key", "list"]).ok().json()[0]["file"], "missing");
    assert!(!laptop.path("none").exists());
}

/// Demands that a failed `key create` has neither imported nor left anything.
fn imports_nothing(laptop: &Laptop, code: &str) -> String {
    let said = laptop.iac(["key", "create"]).fails(code).transcript();
    assert_eq!((laptop.aws().changes(), files(laptop)), (Vec::new(), Vec::new()));
    said
}

#[test]
fn a_full_disk_imports_nothing() {
    let mut laptop = Laptop::new();
    laptop.program("ssh-keygen", "#!/bin/sh\nulimit -f 0\nPATH=${PATH#*:} exec ssh-keygen \"$@\"\n");
    let said = imports_nothing(&laptop, "tool_failed");
    assert!(said.contains("`ssh-keygen` failed") && said.contains("SIGXFSZ"), "{said}");
}

#[test]
fn a_folder_that_nobody_can_write_to_imports_nothing() {
    let mut laptop = Laptop::new();
    // Not even root can make a file or a folder here.
    laptop.set("BKY_IAC_SECRETS_FOLDER", "/proc");
    insta::assert_snapshot!(imports_nothing(&laptop, "tool_failed"), @r#"
    $ iac key create
    {
      "error": {
        "code": "tool_failed",
        "message": "`ssh-keygen` failed",
        "causes": [
          "Saving key \"/proc/nitro-dev.pem.new\" failed: No such file or directory"
        ],
        "hints": [
          "look whether `secrets_folder` has room and can be written to"
        ],
        "aws": null
      },
      "made": []
    }
    ! error: `ssh-keygen` failed
    ! caused by: Saving key "/proc/nitro-dev.pem.new" failed: No such file or directory
    ! hint: look whether `secrets_folder` has room and can be written to
    (exit status: 1)
    "#);
    laptop.set("BKY_IAC_SECRETS_FOLDER", "/proc/iac");
    insta::assert_snapshot!(imports_nothing(&laptop, "file_failed"), @r#"
    $ iac key create
    {
      "error": {
        "code": "file_failed",
        "message": "cannot create the folder `/proc/iac`",
        "causes": [
          "No such file or directory (os error 2)"
        ],
        "hints": [
          "check `secrets_folder`"
        ],
        "aws": null
      },
      "made": []
    }
    ! error: cannot create the folder `/proc/iac`
    ! caused by: No such file or directory (os error 2)
    ! hint: check `secrets_folder`
    (exit status: 1)
    "#);
}

#[test]
fn a_machine_without_openssh_imports_nothing() {
    let mut laptop = Laptop::new();
    laptop.set("PATH", "/nowhere");
    insta::assert_snapshot!(imports_nothing(&laptop, "tool_missing"), @r#"
    $ iac key create
    {
      "error": {
        "code": "tool_missing",
        "message": "`ssh-keygen` is not installed",
        "causes": [],
        "hints": [
          "install OpenSSH's client, for instance with `apt-get install openssh-client` or `dnf install openssh-clients`"
        ],
        "aws": null
      },
      "made": []
    }
    ! error: `ssh-keygen` is not installed
    ! hint: install OpenSSH's client, for instance with `apt-get install openssh-client` or `dnf install openssh-clients`
    (exit status: 1)
    "#);
}

#[test]
fn the_folder_and_the_file_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&laptop.secrets()), mode(&laptop.secrets().join("nitro-dev.pem"))), (0o700, 0o600));
}

/// A stand-in for `ssh-keygen` that waits until several of it run: one after the other, none would ever answer.
#[test]
fn files_are_looked_at_side_by_side() {
    let mut laptop = Laptop::new();
    let names = ["a", "b", "c"];
    for name in names {
        laptop.iac(["key", "create", "--key-name", name]).ok();
    }
    let together = names.len();
    let script = format!(
        "#!/bin/sh\nmkdir -p ~/running; : > ~/running/$$\nend=$(($(date +%s) + 60))\n\
         until [ \"$(ls ~/running | wc -l)\" -ge {together} ]; do\n  [ \"$(date +%s)\" -lt $end ] || exit 1\n  sleep 0.02\ndone\n\
         PATH=${{PATH#*:}} exec ssh-keygen \"$@\"\n"
    );
    laptop.program("ssh-keygen", &script);
    let listed = laptop.iac(["key", "list"]).ok().json();
    let files: Vec<_> = listed.as_array().unwrap().iter().map(|one| json!([one["name"], one["file"]])).collect();
    assert_eq!(files, names.map(|name| json!([name, "ok"])));
}
