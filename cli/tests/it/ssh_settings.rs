//! What the user's OpenSSH configuration may say without turning a failure into success, or a success into noise.

use std::fs;

use serde_json::json;

use crate::harness::{Host, Laptop};

/// Settings that decide what is run, where its input and output go, who is asked, and what is logged. `HOME` stands for
/// the home folder here.
const SETTINGS: [&str; 13] = [
    "ForkAfterAuthentication yes",
    "SessionType none",
    "SessionType subsystem",
    "StdinNull yes",
    "PermitLocalCommand yes\nLocalCommand echo noise",
    "RemoteCommand echo noise",
    "RequestTTY force\nEscapeChar a",
    "ControlMaster auto\nControlPath HOME/control\nControlPersist 60",
    "ForkAfterAuthentication yes\nSessionType none\nStdinNull yes\nControlMaster yes\nControlPath HOME/control",
    "RemoteForward 1 127.0.0.1:1\nLocalForward HOME/no/such/folder 127.0.0.1:1\nTunnel yes\nExitOnForwardFailure yes",
    "LogLevel QUIET\nLogVerbose *:*:*\nVisualHostKey yes\nAddKeysToAgent ask\nForwardX11 yes\nBatchMode no",
    "ServerAliveInterval 1\nServerAliveCountMax 0\nConnectionAttempts 100\nCompression yes",
    // A file that is shared with a Mac.
    "IgnoreUnknown UseKeychain\nUseKeychain yes",
];

#[test]
fn a_run_a_copy_and_a_fetch_tell_the_truth_whatever_the_settings() {
    let host = Host::new();
    let laptop = &host.laptop;
    let bytes: Vec<u8> = b"a.\n~.\na".iter().copied().chain((0..=255).cycle().take(100_000)).collect();
    for (number, settings) in SETTINGS.iter().enumerate() {
        let settings = settings.replace("HOME", laptop.path("").to_str().unwrap());
        laptop.write("ssh_config", format!("Host *\n{settings}\n"));
        let run = laptop.start_with(["deploy", "run", "cat; echo error >&2; exit 7"], b"in").finish();
        assert_eq!(run.status.code(), Some(7), "{settings}:\n{}", run.transcript());
        assert_eq!(run.json(), json!({"stdout": "in", "stderr": "error\n", "status": 7}), "{settings}");
        let (there, back) = (format!("there-{number}"), format!("back-{number}"));
        laptop.write("file", &bytes);
        host.ok(&["deploy", "copy", "file", &there]);
        assert!(fs::read(host.home.join(&there)).unwrap() == bytes, "{settings}");
        host.ok(&["deploy", "fetch", &there, &back]);
        assert!(fs::read(laptop.path(&back)).unwrap() == bytes, "{settings}");
    }
    assert!(!laptop.path("control").exists(), "no connection of ours is shared");
}

/// A client that ends with a status that no command on the instance had.
#[test]
fn a_status_that_the_instance_did_not_send_is_openssh_s_own_failure() {
    let mut host = Host::new();
    host.laptop.write("file", "content");
    for status in ["0", "7", "255"] {
        host.laptop
            .program("ssh", &format!("#!/bin/sh\n[ \"$1\" = -V ] && PATH=${{PATH#*:}} exec ssh -V\nexit {status}\n"));
        let copied = host.laptop.iac(["deploy", "copy", "file"]).fails("ssh_failed");
        let told = format!("`ssh` ended with status {status} before the instance told the command's");
        assert!(copied.stderr.contains(&told), "{}", copied.stderr);
        let _ = host.laptop.iac(["deploy", "fetch", "file", "back"]).fails("ssh_failed");
        let run = host.laptop.iac(["deploy", "run", "true"]);
        assert!(run.stderr.contains(&told) && run.status.code() != Some(0), "{}", run.transcript());
    }
    assert_eq!(host.names(""), [""; 0]);
}

#[test]
fn what_openssh_says_is_told_even_where_it_takes_it_for_mere_information() {
    let host = Host::new();
    host.laptop.write("ssh_config", "Host *\nCiphers aes128-cbc\n");
    let run = host.laptop.iac(["deploy", "run", "true"]);
    assert_eq!((run.status.code(), &run.json()["status"]), (Some(255), &json!(255)));
    assert!(run.json()["stderr"].as_str().unwrap().starts_with("Unable to negotiate"), "{}", run.text());
    let transcript = host.laptop.iac(["ssh", "--", "true"]).transcript();
    let (before, after) = transcript.split_once("Their offer: ").unwrap();
    insta::assert_snapshot!(format!("{before}…\n{}", after.split_once('\n').unwrap().1), @"
    $ iac ssh -- true
    ! error: OpenSSH and the server at ADDRESS-1 port PORT have no algorithm in common: i-1
    ! caused by: Unable to negotiate with ADDRESS-1 port PORT: no matching cipher found. …
    ! hint: check `Ciphers`, `MACs`, `KexAlgorithms` and `HostKeyAlgorithms` in your `ssh_config`
    (exit status: 255)
    ");
    let _ = host.laptop.iac(["deploy", "copy", "ssh_config"]).fails("ssh_failed");
    // What cannot pass is not waited for.
    let _ = host.laptop.iac(["instance", "wait"]).fails("ssh_failed");
}

#[test]
fn a_command_that_a_signal_ended_did_not_end_by_itself() {
    let host = Host::new();
    insta::assert_snapshot!(host.laptop.iac(["deploy", "run", "kill -9 $$", "--output", "text"]).transcript(), @"
    $ iac deploy run 'kill -9 $$' --output text
    ! error: the command did not end by itself on i-1
    ! caused by: a signal ended the command
    ! hint: look for the reason with `iac ssh`: Linux ends programs when memory runs out
    (exit status: 255)
    ");
}

/// Each of OpenSSH's programs, and what their configuration has them run.
#[test]
fn no_program_of_openssh_has_a_secret_in_its_environment() {
    let mut laptop = Laptop::new();
    for variable in ["BKY_IAC_SESSION_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"] {
        laptop.set(variable, "");
    }
    laptop.set("AWS_SECRET_ACCESS_KEY", crate::harness::SECRET);
    laptop.set("AWS_SESSION_TOKEN", "a-token-of-the-session");
    laptop.set("AWS_PROFILE", "mine");
    laptop.cloud(&json!({"console": "none"}));
    for name in ["ssh", "ssh-keygen", "ssh-keyscan"] {
        laptop.program(
            name,
            &format!("#!/bin/sh\n{{ echo {name}; env; }} >>\"$HOME/seen\"\nPATH=${{PATH#*:}} exec {name} \"$@\"\n"),
        );
    }
    let helper = laptop.path("seen");
    laptop.write("ssh_config", format!("Match exec \"env >>{}\"\nHost *\n", helper.display()));
    let _ = crate::harness::launched(&laptop, &["--no-setup", "--wait", "running"]);
    let _ = laptop.iac(["ssh", "--accept-host-key", "--", "true"]).succeeds();
    let seen = fs::read_to_string(&helper).unwrap();
    for expected in ["ssh\n", "ssh-keygen\n", "ssh-keyscan\n", "AWS_PROFILE=mine\n", "IAC_DOLLAR=$\n"] {
        assert!(seen.contains(expected), "no {expected:?} in {seen}");
    }
    for secret in [crate::harness::SECRET, "a-token-of-the-session", "AKIAIOSFODNN7EXAMPLE"] {
        assert!(!seen.contains(secret), "{seen}");
    }
}
