//! `iac deploy`: a line for the shell there, and copies that arrive whole or not at all.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde_json::json;

use crate::harness::{Host, output, until};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Puts a program before all others on instances that start from now on.
fn program_there(host: &Host, name: &str, script: &str) {
    let path = host.laptop.write(Path::new("programs").join(name), script);
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    host.laptop.cloud(&json!({"programs": host.laptop.path("programs").to_str().unwrap()}));
}

/// Takes the instance away and makes another, which sees the programs that were put there.
fn anew(host: Host) -> Host {
    host.ok(&["instance", "terminate"]);
    let id = host.laptop.iac(["instance", "create", "--no-setup"]).ok().json()["id"].as_str().unwrap().to_owned();
    let home = host.laptop.iac(["deploy", "run", "pwd"]).ok().json()["stdout"].as_str().unwrap().trim_end().into();
    Host { id, home, ..host }
}

#[test]
fn a_line_is_the_shell_s_as_it_is() {
    let host = Host::new();
    let line = "x='a  b'; echo \"$x\" | tr a-z A-Z; echo \"$((1 + 1))\" >&2; exit 3";
    let run = host.laptop.iac(["deploy", "run", line]);
    assert_eq!(run.json(), json!({"stdout": "A  B\n", "stderr": "2\n", "status": 3}));
    assert_eq!((run.status.code(), run.stderr.as_str()), (Some(3), ""));
    insta::assert_snapshot!(host.laptop.iac(["deploy", "run", line, "--output", "text"]).transcript(), @r#"
    $ iac deploy run 'x='a  b'; echo "$x" | tr a-z A-Z; echo "$((1 + 1))" >&2; exit 3' --output text
    A  B
    ! 2
    (exit status: 3)
    "#);
    let fed = host.laptop.start_with(["deploy", "run", "cat"], "über\n".as_bytes()).finish().ok();
    assert_eq!(fed.json(), json!({"stdout": "über\n", "stderr": "", "status": 0}));
    let _ = host.laptop.iac(["deploy", "run", ""]).fails("usage");
}

#[test]
fn a_run_without_a_connection_has_openssh_s_status_and_words() {
    let mut host = Host::new();
    host.laptop.set("BKY_IAC_SSH_PORT", "1");
    let run = host.laptop.iac(["deploy", "run", "true"]);
    assert_eq!((run.status.code(), &run.json()["status"]), (Some(255), &json!(255)));
    assert!(run.json()["stderr"].as_str().unwrap().contains("Connection refused"), "{}", run.text());
    assert!(run.stderr.starts_with("error: no SSH connection to "), "{}", run.stderr);
}

#[test]
fn an_output_without_end_is_not_kept() {
    let host = Host::new();
    for line in ["cat /dev/zero", "cat /dev/zero >&2"] {
        let refused = host.laptop.iac(["deploy", "run", line]).fails("host_answer");
        assert!(refused.stderr.contains("the instance sent more than 16 MiB"), "{}", refused.stderr);
    }
    let run = host.laptop.iac(["deploy", "run", "head -c 16777216 /dev/zero | tr '\\0' x"]).ok().json();
    assert_eq!(run["stdout"].as_str().unwrap().len(), 16 << 20);
}

#[test]
fn a_file_arrives_with_its_bytes_and_its_mode() {
    let host = Host::new();
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let file = host.laptop.write("app", &bytes);
    for wanted in [0o751, 0o600, 0o444] {
        fs::set_permissions(&file, Permissions::from_mode(wanted)).unwrap();
        let copied = host.laptop.iac(["deploy", "copy", "app"]).ok().json();
        assert_eq!(copied, json!({"file": "app", "destination": "app", "instance": host.id}));
        let there = host.home.join("app");
        assert!(fs::read(&there).unwrap() == bytes && mode(&there) == wanted);
    }
    host.laptop.write("empty", "");
    host.ok(&["deploy", "copy", "empty"]);
    assert_eq!(host.names(""), ["app", "empty"]);
}

#[test]
fn names_and_destinations_are_literal() {
    let host = Host::new();
    let names = ["a:b", "-x", " ", "new\nline", "~", "*;$HOME'\"q\"\\%d größe"];
    for (number, name) in names.iter().enumerate() {
        let file = host.laptop.write(Path::new("work").join(name), number.to_string());
        let mut command = host.laptop.command(env!("CARGO_BIN_EXE_iac"));
        command.current_dir(file.parent().unwrap()).args(["deploy", "copy", "--", name]);
        let output = output(&mut command);
        assert!(output.status.success() && output.stderr.is_empty(), "{name:?}: {output:?}");
        assert_eq!(fs::read_to_string(host.home.join(name)).unwrap(), number.to_string());
        fs::remove_file(host.home.join(name)).unwrap();

        fs::create_dir(host.home.join(name)).unwrap();
        host.ok(&["deploy", "copy", "ssh_config", "--", &format!("{name}/")]);
        host.ok(&["deploy", "copy", "ssh_config", "--", &format!("{name}/{name}")]);
        let mut expected = vec![(*name).to_owned(), "ssh_config".to_owned()];
        expected.sort();
        assert_eq!(host.names(name), expected);
        fs::remove_dir_all(host.home.join(name)).unwrap();
    }
    assert_eq!(host.names(""), [""; 0]);
}

#[test]
fn a_folder_takes_the_place_of_another_whole() {
    let host = Host::new();
    host.laptop.write("app/sub/run", "1");
    host.laptop.write("app/old", "1");
    fs::create_dir(host.laptop.path("app/empty")).unwrap();
    fs::set_permissions(host.laptop.path("app/sub/run"), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(host.laptop.path("app/empty"), Permissions::from_mode(0o555)).unwrap();
    symlink("nowhere", host.laptop.path("app/link")).unwrap();
    host.ok(&["deploy", "copy", "app"]);
    fs::remove_file(host.laptop.path("app/old")).unwrap();
    fs::write(host.laptop.path("app/sub/run"), "2").unwrap();
    fs::set_permissions(host.laptop.path("app"), Permissions::from_mode(0o550)).unwrap();
    host.ok(&["deploy", "copy", "app/"]);
    let there = host.home.join("app");
    assert_eq!(
        (host.names(""), host.names("app")),
        (vec!["app".to_owned()], ["empty", "link", "sub"].map(str::to_owned).into())
    );
    assert_eq!(fs::read_to_string(there.join("sub/run")).unwrap(), "2");
    assert_eq!(["", "sub/run", "empty"].map(|path| mode(&there.join(path))), [0o550, 0o755, 0o555]);
    assert_eq!(fs::read_link(there.join("link")).unwrap(), Path::new("nowhere"));
    for (path, name) in [("app/.", "app"), ("app/sub/..", "app"), ("app/sub", "sub")] {
        let copied = host.laptop.iac(["deploy", "copy", path, "."]).ok().json();
        assert_eq!(copied["destination"], name, "{path}");
    }
    fs::set_permissions(host.laptop.path("app"), Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn what_is_in_the_way_is_explained_and_stays() {
    let host = Host::new();
    host.laptop.write("file", "new");
    host.laptop.write("folder/f", "new");
    fs::create_dir(host.home.join("d")).unwrap();
    fs::write(host.home.join("f"), "old").unwrap();
    let run = |words: &[&str]| host.laptop.iac(["deploy", "copy", "--output", "text"].iter().chain(words)).transcript();
    insta::assert_snapshot!(run(&["file", "no/where"]), @r"
    $ iac deploy copy --output text file no/where
    ! error: there is no folder `no` on i-1
    ! hint: make it with `iac deploy run 'mkdir -p -- no'`
    (exit status: 1)
    ");
    insta::assert_snapshot!(run(&["file", "d"]), @r"
    $ iac deploy copy --output text file d
    ! error: `d` is a folder on i-1
    ! hint: end the destination with `/` to copy into it
    (exit status: 1)
    ");
    insta::assert_snapshot!(run(&["folder", "f"]), @r"
    $ iac deploy copy --output text folder f
    ! error: `f` is no folder on i-1
    ! hint: remove it with `iac deploy run 'rm -- f'`
    (exit status: 1)
    ");
    insta::assert_snapshot!(run(&["gone"]), @r"
    $ iac deploy copy --output text gone
    ! error: cannot read `gone`
    ! caused by: No such file or directory (os error 2)
    (exit status: 1)
    ");
    insta::assert_snapshot!(run(&["/dev/null"]), @r"
    $ iac deploy copy --output text /dev/null
    ! error: cannot read `/dev/null`
    ! caused by: it is neither a file nor a folder
    (exit status: 1)
    ");
    let _ = host.laptop.iac(["deploy", "copy", "gone"]).fails("copy_failed");
    assert_eq!((host.names(""), host.names("d")), (vec!["d".to_owned(), "f".to_owned()], vec![]));
    assert_eq!(fs::read_to_string(host.home.join("f")).unwrap(), "old");
}

/// A connection that breaks half-way, as the instance sees it: the input ends too early.
#[test]
fn what_does_not_arrive_whole_leaves_nothing_and_what_was_there() {
    let mut host = Host::new();
    host.laptop.write("file", "old");
    host.laptop.write("folder/f", "old");
    host.ok(&["deploy", "copy", "file"]);
    host.ok(&["deploy", "copy", "folder"]);
    let there = host.names("");
    host.laptop.write("file", vec![7; 200_000]);
    host.laptop.write("folder/f", vec![7; 200_000]);
    let script = "#!/bin/sh\nPATH=${PATH#*:}\nhead -c BYTES | ssh \"$@\"\n";
    // 512 bytes end the folder's archive between two entries, where `tar` finds nothing amiss.
    for bytes in ["0", "512", "100000"] {
        host.laptop.program("ssh", &script.replace("BYTES", bytes));
        for what in ["file", "folder"] {
            let run = host.laptop.iac(["deploy", "copy", what]).fails("copy_failed");
            assert!(run.stderr.contains(host.id.as_str()), "{}", run.stderr);
        }
    }
    assert_eq!((host.names(""), host.names("folder")), (there, vec!["f".to_owned()]));
    assert_eq!(["file", "folder/f"].map(|path| fs::read_to_string(host.home.join(path)).unwrap()), ["old", "old"]);
}

#[test]
fn an_interrupted_copy_leaves_nothing() {
    let host = Host::new();
    program_there(
        &host,
        "mktemp",
        "#!/bin/sh\nfolder=$(PATH=${PATH#*:} mktemp \"$@\") || exit\necho \"$folder\" >gate\necho \"$folder\"\n",
    );
    let host = anew(host);
    let pipe = host.home.join("gate");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::File::create(host.laptop.path("big")).unwrap().set_len(1 << 30).unwrap();
    let running = host.laptop.start(["deploy", "copy", "big"]);
    let folder = fs::read_to_string(&pipe).unwrap();
    assert!(host.home.join(folder.trim_end()).is_dir());
    running.signal("INT");
    let _ = running.finish().fails("interrupted");
    until("nothing of it is left", || host.names("") == ["gate"]);
}

#[test]
fn a_full_disk_there_is_said_and_leaves_nothing() {
    let host = Host::new();
    program_there(
        &host,
        "cat",
        "#!/bin/sh\nhead -c 10\necho 'cat: write error: No space left on device' >&2\nexit 1\n",
    );
    let host = anew(host);
    host.laptop.write("file", vec![7; 200_000]);
    insta::assert_snapshot!(host.laptop.iac(["deploy", "copy", "file", "--output", "text"]).transcript(), @r"
    $ iac deploy copy file --output text
    ! error: cannot write `file` on i-1
    ! caused by: cat: write error: No space left on device
    ! hint: look at the room there with `iac deploy run 'df -h -- .'`
    (exit status: 1)
    ");
    assert_eq!(host.names(""), [""; 0]);
}
