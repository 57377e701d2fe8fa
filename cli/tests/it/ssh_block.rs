//! `iac ssh --config`: the block is enough for OpenSSH's own programs, and as strict as `iac` itself.

use std::fs;
use std::process::Output;

use serde_json::json;

use crate::harness::{Host, Laptop, launched, output};

/// Writes the block to a file, as a user would with `>`.
fn written(laptop: &Laptop) -> String {
    let block = laptop.iac(["ssh", "--config"]).ok().text();
    laptop.write("block", block).display().to_string()
}

fn run(laptop: &Laptop, program: &str, words: &[&str]) -> Output {
    output(laptop.command(program).args(words))
}

#[test]
fn ssh_and_scp_reach_the_instance_by_name_and_by_id_through_the_block() {
    let host = Host::new();
    let block = written(&host.laptop);
    for name in ["nitro-dev", &host.id] {
        let output = run(&host.laptop, "ssh", &["-F", &block, name, "echo reached"]);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "reached\n", "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
    host.laptop.write("file", "content");
    let output = run(&host.laptop, "scp", &["-q", "-F", &block, "file", "nitro-dev:there"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(fs::read_to_string(host.home.join("there")).unwrap(), "content");
}

#[test]
fn the_block_reads_the_same_whatever_the_format() {
    let host = Host::new();
    let text = host.laptop.iac(["ssh", "--config", "--output", "text"]).ok();
    assert_eq!(host.laptop.iac(["ssh", "--config", "--output", "json"]).ok().text(), text.text());
    insta::assert_snapshot!(text.transcript().replace(&text.text().lines().nth(3).unwrap()[4..], "Port PORT"), @r#"
    $ iac ssh --config --output text
    # The address changes when the instance is stopped and started: then print this anew.
    Host nitro-dev i-1
        HostName "ADDRESS-1"
        Port PORT
        User "ec2-user"
        HostKeyAlias i-1
        UserKnownHostsFile "~/secrets/known_hosts"
        IdentityFile "~/secrets/nitro-dev.pem"
        StrictHostKeyChecking yes
        GlobalKnownHostsFile none
        KnownHostsCommand none
        VerifyHostKeyDNS no
        NoHostAuthenticationForLocalhost no
        CheckHostIP no
        CanonicalizeHostname no
        UpdateHostKeys no
        ControlPath none
        ControlMaster no
        ControlPersist no
        RemoteCommand none
        SessionType default
        StdinNull no
        PermitLocalCommand no
        ForkAfterAuthentication no
        IdentitiesOnly yes
        ServerAliveInterval 15
        ServerAliveCountMax 3
        ConnectionAttempts 1
    "#);
    let by_id = host.laptop.iac(["ssh", "--config", "--id", &host.id]).ok().text();
    assert!(by_id.contains(&format!("Host {}\n", host.id)), "an id may have another name: {by_id}");
    let _ = host.laptop.iac(["ssh", "--config", "--", "true"]).fails("usage");
}

#[test]
fn another_host_key_is_refused_through_the_block_too() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"console": "other"}));
    let _ = launched(&laptop, &["--wait", "running"]);
    let block = written(&laptop);
    let output = run(&laptop, "ssh", &["-F", &block, "nitro-dev", "touch reached"]);
    assert_eq!(output.status.code(), Some(255), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("Host key verification failed"), "{output:?}");
}

#[test]
fn awkward_paths_are_quoted_and_impossible_ones_refused() {
    let mut laptop = Laptop::new();
    laptop.set("BKY_IAC_SECRETS_FOLDER", laptop.path("a b/100%\"\\'#größe"));
    let _ = launched(&laptop, &[]);
    let block = written(&laptop);
    let output = run(&laptop, "ssh", &["-F", &block, "nitro-dev", "echo reached"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "reached\n", "{output:?}");
    let impossible = laptop.path("${HOME}");
    fs::rename(laptop.path("a b/100%\"\\'#größe"), &impossible).unwrap();
    laptop.set("BKY_IAC_SECRETS_FOLDER", &impossible);
    let _ = laptop.iac(["ssh", "--config"]).fails("setting_invalid");
}
