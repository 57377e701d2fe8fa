//! The proof of host keys: what the console shows, nothing else, decides whom `iac` talks to.

use std::fs;

use serde_json::json;

use crate::harness::{Host, Laptop, launched};

const INDIFFERENT: &str = "Host *\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  VerifyHostKeyDNS yes\n  \
                           NoHostAuthenticationForLocalhost yes\n  UpdateHostKeys yes\n  CheckHostIP yes\n";

fn known(laptop: &Laptop) -> String {
    fs::read_to_string(laptop.secrets().join("known_hosts")).unwrap_or_default()
}

#[test]
fn a_key_is_proven_once_and_kept_under_the_instance_s_id() {
    let host = Host::new();
    let before = known(&host.laptop);
    assert!(before.lines().count() > 0 && before.lines().all(|line| line.starts_with(&format!("{} ", host.id))));
    let looked = host.laptop.aws().requests_of("GetConsoleOutput").len();
    host.ok(&["ssh", "--", "true"]);
    assert_eq!(host.laptop.aws().requests_of("GetConsoleOutput").len(), looked);
    fs::remove_file(host.laptop.secrets().join("known_hosts")).unwrap();
    host.ok(&["ssh", "--", "true"]);
    assert_eq!(known(&host.laptop), before);
    host.ok(&["instance", "terminate"]);
    assert_eq!(known(&host.laptop), "");
}

#[test]
fn another_key_than_the_console_s_is_refused_whatever_the_user_s_configuration() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"console": "other"}));
    let _ = launched(&laptop, &["--wait", "running"]);
    let _ = laptop.iac(["deploy", "copy", "ssh_config"]).fails("host_key_differs");
    insta::assert_snapshot!(laptop.iac(["ssh", "--", "true"]).transcript(), @r"
    $ iac ssh -- true
    ! error: ADDRESS-1 port PORT shows another host key than the one proven for i-1
    ! caused by: The fingerprint for the ED25519 key sent by the remote host is
    ! caused by: FINGERPRINT.
    ! caused by: Host key verification failed.
    ! hint: find out why before you go on: somebody may be intercepting the connection
    ! hint: if its host keys were replaced on purpose, remove the lines of `i-1` from `~/secrets/known_hosts`
    (exit status: 255)
    ");
    let document = laptop.iac(["deploy", "run", "true"]).json();
    assert!(!document["stderr"].as_str().unwrap().contains("ssh-keygen"), "no advice against the proof: {document}");
    let before = known(&laptop);
    laptop.write("ssh_config", INDIFFERENT);
    for words in [
        &["ssh", "--", "touch", "reached"][..],
        &["deploy", "run", "touch reached"],
        &["ssh", "--accept-host-key", "--", "touch", "reached"],
    ] {
        let run = laptop.iac(words);
        assert_eq!(run.status.code(), Some(255), "{}", run.transcript());
    }
    let _ = laptop.iac(["instance", "create", "--timeout", "5s"]);
    assert_eq!(known(&laptop), before, "what is known is never overwritten");
}

#[test]
fn a_list_of_host_keys_that_openssh_cannot_use_is_no_other_host_key() {
    let host = Host::new();
    let damaged = format!("{} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n", host.id);
    host.laptop.write("secrets/known_hosts", damaged);
    insta::assert_snapshot!(host.laptop.iac(["ssh", "--", "true"]).transcript(), @"
    $ iac ssh -- true
    ! error: OpenSSH finds no usable host key for i-1 in `~/secrets/known_hosts`
    ! caused by: No ED25519 host key is known for i-1 and you have requested strict checking.
    ! caused by: Host key verification failed.
    ! hint: check that `~/secrets/known_hosts` can be read, and the `HostKeyAlgorithms` of your `ssh_config`
    ! hint: if the lines of `i-1` in it are damaged, remove them: `iac` then proves the host key again
    (exit status: 255)
    ");
    let _ = host.laptop.iac(["deploy", "copy", "ssh_config"]).fails("host_key_unproven");
}

#[test]
fn create_reports_the_instance_whose_key_differs() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"console": "other"}));
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
    let document = laptop.iac(["instance", "create"]).fails("host_key_differs").json();
    assert_eq!(document["made"][0]["id"], laptop.aws().instances()[0]["id"]);
}

#[test]
fn no_key_in_time_is_said_with_the_ways_on() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"console": "none"}));
    let _ = launched(&laptop, &["--wait", "running"]);
    insta::assert_snapshot!(laptop.iac(["ssh", "--timeout", "1s", "--output", "text", "--", "true"]).transcript(), @r"
    $ iac ssh --timeout 1s --output text -- true
    ! error: no host key of i-1 could be proven
    ! caused by: its console shows none so far
    ! hint: a new instance prints them at the end of its first boot: run the command again to go on waiting
    ! hint: one that was started again may not print them: copy the lines of `i-1` from the machine that made it to `~/secrets/known_hosts`
    ! hint: see what it printed with `iac instance console --id i-1`
    ! hint: trust the key that the server shows, this once, with `--accept-host-key`
    (exit status: 1)
    ");
    let _ = laptop.iac(["deploy", "run", "--timeout", "1s", "true"]).fails("host_key_unproven");
    assert_eq!(known(&laptop), "");
    let accepted = laptop.iac(["-v", "deploy", "run", "--accept-host-key", "true"]).succeeds();
    assert!(accepted.stderr.contains("is trusted without proof"), "{}", accepted.stderr);
    let _ = laptop.iac(["deploy", "run", "true"]).ok();
}

#[test]
fn a_second_instance_at_the_same_address_is_no_alarm() {
    let host = Host::new();
    host.laptop.cloud(&json!({"addresses": "recycled"}));
    let address = |laptop: &Laptop| laptop.iac(["instance", "describe"]).ok().json()["public_ip_address"].clone();
    let before = address(&host.laptop);
    let file = host.laptop.secrets().join("known_hosts");
    let kept = fs::read(&file).unwrap();
    host.ok(&["instance", "terminate"]);
    // As if the entry had stayed.
    fs::write(&file, kept).unwrap();
    let _ = host.laptop.iac(["instance", "create"]).ok();
    assert_eq!(address(&host.laptop), before);
    host.ok(&["ssh", "--", "true"]);
}

#[test]
fn paths_that_openssh_would_change_are_understood() {
    let mut laptop = Laptop::new();
    for folder in ["a b", "%d", "${HOME}", "q\"'\\", "#", "größe"] {
        laptop.set("BKY_IAC_SECRETS_FOLDER", laptop.path(folder));
        laptop.set("BKY_IAC_INSTANCE_NAME", folder);
        laptop.set("BKY_IAC_KEY_NAME", if folder.is_ascii() { folder } else { "~" });
        let _ = laptop.iac(["key", "create"]).ok();
        let _ = laptop.iac(["security-group", "create"]).ok();
        let _ = laptop.iac(["instance", "create"]).ok();
        let _ = laptop.iac(["ssh", "--", "true"]).ok();
    }
}
