//! `iac ssh`: the words and the status that pass, and what is said where no connection comes about.

use std::fs;

use serde_json::json;

use crate::harness::{Fault, Host, Laptop, NEVER, When, launched};

#[test]
fn the_remote_sees_the_words_that_were_given() {
    let host = Host::new();
    let every_character: String = ('\u{1}'..'\u{80}').collect();
    let words = [
        "",
        " ",
        "a b",
        "'",
        "\"",
        "\\",
        "\\n",
        "\n",
        "a\nb",
        "$HOME",
        "${HOME}",
        "`id`",
        "$(id)",
        "*",
        "?",
        "[a]",
        "~",
        "~root",
        "-n",
        "--",
        "-o",
        "!!",
        "#",
        "a#b",
        ";",
        "&",
        "|",
        "<",
        ">",
        "(",
        ")",
        "{a,b}",
        "%d",
        "=",
        "a=b",
        "\t",
        "größe",
        "日本",
        "\u{1b}[31m",
        "'\\''",
        "\"$(id)\"",
        &every_character,
    ];
    let line = ["ssh", "--", "printf", "%s\\0"].iter().chain(&words);
    let seen = host.laptop.iac(line).ok().text();
    assert_eq!(seen.split_terminator('\0').collect::<Vec<_>>(), words);
}

#[test]
fn the_remote_status_is_ours() {
    let host = Host::new();
    for status in ["0", "1", "7", "127", "254", "255"] {
        let run = host.laptop.iac(["ssh", "--", "sh", "-c", &format!("exit {status}")]);
        assert_eq!((run.status.code().unwrap().to_string(), run.stderr.as_str()), (status.to_owned(), ""));
    }
    let run = host.laptop.start_with(["ssh"], b"echo from the shell; exit 4").finish();
    assert_eq!((run.status.code(), run.text().as_str()), (Some(4), "from the shell\n"));
}

#[test]
fn bytes_pass_unchanged_in_both_directions() {
    let host = Host::new();
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let run = host.laptop.start_with(["ssh", "--", "cat"], &bytes).finish().ok();
    assert!(run.stdout == bytes, "{} bytes came back", run.stdout.len());
}

#[test]
fn no_secret_stands_in_the_process_list() {
    let host = Host::new();
    let shown = host.laptop.iac(["ssh", "--", "cat", "/proc/$PPID/environ"]);
    assert!(!shown.status.success(), "nothing is expanded");
    let processes = host.laptop.iac(["ssh", "--", "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"]);
    let (text, secret) = (processes.text(), crate::harness::SECRET);
    assert!(text.contains("HostKeyAlias=") && !text.contains(secret) && !text.contains("PRIVATE KEY"), "{text}");
}

#[test]
fn an_instance_that_cannot_be_connected_to_is_explained() {
    let laptop = Laptop::new();
    insta::assert_snapshot!(laptop.iac(["ssh", "--output", "text"]).transcript(), @r"
    $ iac ssh --output text
    ! error: there is no live instance `nitro-dev`
    ! hint: see which there are with `iac instance list`; make one with `iac instance create`
    (exit status: 1)
    ");
    laptop.cloud(&json!({"pending": NEVER}));
    let id = launched(&laptop, &["--wait", "none"]);
    insta::assert_snapshot!(laptop.iac(["ssh", "--output", "text"]).transcript(), @r"
    $ iac ssh --output text
    ! error: instance i-1 is pending
    ! hint: it is starting: run the command again in a few seconds
    (exit status: 1)
    ");
    let _ = laptop.iac(["ssh"]).fails("instance_not_running");
    let tags =
        [("TagSpecification.1.ResourceType", "instance"), ("TagSpecification.1.Tag.1.Key", "bky:iac:environment")];
    let (image, count) = (laptop.aws().image("x86_64"), [("MinCount", "1"), ("MaxCount", "1")]);
    let what = [("ImageId", &*image), ("InstanceType", "t3.micro"), ("TagSpecification.1.Tag.1.Value", "nitro-dev")];
    laptop.aws().call("RunInstances", &[&tags[..], &count, &what].concat());
    let ambiguous = laptop.iac(["deploy", "run", "true"]).fails("instance_ambiguous").json();
    assert!(ambiguous["error"]["causes"].to_string().contains(&id));
    let _ = laptop.iac(["ssh", "--id", &id]).fails("instance_not_running");
    let _ = laptop.iac(["ssh", "--id", "i-00000000000000000"]).fails("instance_missing");
}

#[test]
fn a_private_key_that_is_not_here_is_named() {
    let host = Host::new();
    fs::rename(host.laptop.secrets().join("nitro-dev.pem"), host.laptop.path("elsewhere")).unwrap();
    let _ = host.laptop.iac(["ssh", "--", "true"]).fails("key_file_missing");
}

#[test]
fn a_key_with_a_passphrase_that_nobody_types_is_named() {
    let host = Host::new();
    let mut locking = host.laptop.command("ssh-keygen");
    locking.args(["-q", "-p", "-N", "secret", "-f"]).arg(host.laptop.secrets().join("nitro-dev.pem"));
    assert!(locking.status().unwrap().success());
    insta::assert_snapshot!(host.laptop.iac(["ssh", "--", "true"]).transcript(), @"
    $ iac ssh -- true
    ! error: `~/secrets/nitro-dev.pem` has a passphrase, and nobody has typed it: i-1
    ! caused by: ec2-user@ADDRESS-1: Permission denied (publickey).
    ! hint: load it into the agent with `ssh-add ~/secrets/nitro-dev.pem`, then run the command again
    (exit status: 255)
    ");
    let _ = host.laptop.iac(["deploy", "copy", "ssh_config"]).fails("key_file_locked");
}

#[test]
fn a_server_that_does_not_let_in_is_openssh_s_own_failure() {
    let host = Host::new();
    fs::write(host.home.join(".ssh/authorized_keys"), "").unwrap();
    insta::assert_snapshot!(host.laptop.iac(["ssh", "--", "true"]).transcript(), @r"
    $ iac ssh -- true
    ! error: ADDRESS-1 port PORT does not let `ec2-user` in with `~/secrets/nitro-dev.pem`: i-1
    ! caused by: ec2-user@ADDRESS-1: Permission denied (publickey).
    ! hint: check `ssh_user`, and that the instance was launched with this key pair
    (exit status: 255)
    ");
    let _ = host.laptop.iac(["deploy", "copy", "ssh_config"]).fails("ssh_failed");
}

#[test]
fn a_server_that_does_not_answer_is_openssh_s_own_failure() {
    let mut host = Host::new();
    host.laptop.set("BKY_IAC_SSH_PORT", "1");
    insta::assert_snapshot!(host.laptop.iac(["ssh", "--", "true"]).transcript(), @r"
    $ iac ssh -- true
    ! error: no SSH connection to ADDRESS-1 port 1: i-1
    ! caused by: ssh: connect to host ADDRESS-1 port 1: Connection refused
    ! hint: if your address has changed, allow the new one with `iac security-group create`
    ! hint: see whether the instance runs with `iac instance describe`, and what it printed with `iac instance console`
    (exit status: 255)
    ");
    let _ = host.laptop.iac(["deploy", "copy", "ssh_config"]).fails("ssh_failed");
}

#[test]
fn an_option_that_openssh_does_not_know_is_named() {
    let host = Host::new();
    host.laptop.write("ssh_config", "Host *\nNonsense yes\n");
    insta::assert_snapshot!(host.laptop.iac(["ssh", "--", "true"]).transcript(), @r"
    $ iac ssh -- true
    ! error: `ssh` refuses its options
    ! caused by: ~/ssh_config: line 2: Bad configuration option: nonsense
    ! caused by: ~/ssh_config: terminating, 1 bad configuration options
    ! hint: check `ssh_config`, and that OpenSSH is version 8.5 or newer (`ssh -V`)
    (exit status: 255)
    ");
    let _ = host.laptop.iac(["deploy", "copy", "ssh_config"]).fails("tool_failed");
}

#[test]
fn a_missing_openssh_is_named() {
    let mut host = Host::new();
    host.laptop.set("PATH", host.laptop.path("nothing"));
    let _ = host.laptop.iac(["ssh", "--", "true"]).fails("tool_missing");
    insta::assert_snapshot!(host.laptop.iac(["deploy", "run", "true", "--output", "text"]).transcript(), @r"
    $ iac deploy run true --output text
    ! error: `ssh` is not installed
    ! hint: install OpenSSH's client, for instance with `apt-get install openssh-client` or `dnf install openssh-clients`
    (exit status: 1)
    ");
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_named() {
    let mut host = Host::new();
    host.laptop.set("TMPDIR", host.laptop.path("nothing"));
    let transcript = host.laptop.iac(["deploy", "run", "true", "--output", "text"]).transcript();
    let name = transcript.split_once("~/nothing/").unwrap().1.split_once('"').unwrap().0.to_owned();
    insta::assert_snapshot!(transcript.replace(&name, "NAME"), @r#"
    $ iac deploy run true --output text
    ! error: cannot work with a temporary file
    ! caused by: No such file or directory (os error 2) at path "~/nothing/NAME"
    ! hint: set `TMPDIR` to a folder with free space that this user can write to
    (exit status: 1)
    "#);
    let _ = host.laptop.iac(["deploy", "copy", "ssh_config"]).fails("file_failed");
}

#[test]
fn an_address_that_is_none_reaches_no_file_and_no_command_line_of_openssh() {
    let mut host = Host::new();
    let described = host.laptop.aws().call("DescribeInstances", &[]);
    let (before, rest) = described.split_once("<dnsName>").unwrap();
    let after = rest.split_once("</dnsName>").unwrap().1;
    let proxy = host.laptop.proxy();
    for address in ["-oProxyCommand=touch${IFS}hit", "127.0.0.1\nProxyCommand touch hit", "%h;touch hit"] {
        let answer = format!("{before}<dnsName>{address}</dnsName>{after}");
        proxy.fault(When::First("DescribeInstances"), Fault::Answer(200, answer.leak()));
        // By its id, one call alone tells of the instance.
        let refused = host.laptop.iac(["ssh", "--config", "--id", &host.id]).fails("aws_answer");
        assert!(refused.stderr.contains("no usable address"), "{}", refused.stderr);
        assert!(!refused.text().contains("Host "), "{}", refused.text());
    }
    assert!(!host.laptop.path("hit").exists());
}

#[test]
fn an_interrupt_while_the_command_runs_is_reported() {
    let host = Host::new();
    let gate = host.home.join("gate");
    assert!(std::process::Command::new("mkfifo").arg(&gate).status().unwrap().success());
    let running = host.laptop.start(["ssh", "--", "sh", "-c", "echo begun >gate; exec sleep 1000"]);
    assert_eq!(fs::read_to_string(&gate).unwrap(), "begun\n");
    running.signal("INT");
    let _ = running.finish().fails("interrupted");
}

#[test]
fn another_s_key_can_be_chosen() {
    let host = Host::new();
    let _ = host.laptop.iac(["key", "create", "--key-name", "other"]).ok();
    let run = host.laptop.iac(["ssh", "--key-name", "other", "--", "true"]);
    assert_eq!(run.status.code(), Some(255), "{}", run.transcript());
    let mut laptop = host.laptop;
    laptop.set("BKY_IAC_KEY_NAME", "other");
    let _ = laptop.iac(["ssh", "--", "true"]).ok();
}

#[test]
fn an_instance_without_a_public_address_cannot_be_reached() {
    let laptop = Laptop::new();
    let vpc = laptop.aws().made("CreateVpc", &[("CidrBlock", "10.9.0.0/16")], "vpcId");
    let subnet = [("VpcId", &*vpc), ("CidrBlock", "10.9.1.0/24"), ("AvailabilityZone", "us-east-1a")];
    let subnet = laptop.aws().made("CreateSubnet", &subnet, "subnetId");
    laptop.configure(&format!("subnet_id = \"{subnet}\"\n"));
    laptop.iac(["key", "create"]).ok();
    laptop.iac(["security-group", "create"]).ok();
    laptop.iac(["instance", "create", "--wait", "running"]).ok();
    laptop.iac(["ssh", "--", "true"]).fails("no_address");
    insta::assert_snapshot!(laptop.iac(["ssh", "--output", "text", "--", "true"]).transcript(), @"
    $ iac ssh --output text -- true
    ! error: instance i-1 has no public address
    ! hint: launch it in a subnet that gives public addresses, with `subnet_id`
    (exit status: 1)
    ");
}
