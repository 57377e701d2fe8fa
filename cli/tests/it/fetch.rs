//! `iac deploy fetch`: whole or not at all, never over what is here, and nothing outside the place, whatever the instance
//! sends.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::harness::{Host, Laptop, output};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

/// What is in a folder of the machine, the hidden too.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// An empty folder of the machine to fetch into, as the destination is typed.
fn here(laptop: &Laptop) -> (PathBuf, String) {
    let folder = laptop.path("here");
    fs::create_dir(&folder).unwrap();
    (folder, "here/".to_owned())
}

/// An instance whose `tar` writes this archive, or does what the script says.
fn hostile(script: &str) -> Host {
    let laptop = Laptop::new();
    let path = laptop.write("programs/tar", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    laptop.cloud(&json!({"programs": laptop.path("programs").to_str().unwrap()}));
    let host = Host::on(laptop);
    fs::create_dir(host.home.join("folder")).unwrap();
    host
}

#[test]
fn a_file_comes_with_its_bytes_and_its_mode() {
    let host = Host::new();
    let (folder, place) = here(&host.laptop);
    let bytes: Vec<u8> = (0..=255).cycle().take(700_000).collect();
    for (name, wanted) in [("app", 0o755), ("-x", 0o600), ("a b'\"$é\n*", 0o444)] {
        fs::write(host.home.join(name), &bytes).unwrap();
        fs::set_permissions(host.home.join(name), Permissions::from_mode(wanted)).unwrap();
        let fetched = host.laptop.iac(["deploy", "fetch", "--", name, &place]).ok().json();
        assert_eq!(fetched, json!({"source": name, "file": format!("here/{name}"), "instance": host.id}));
        assert!(fs::read(folder.join(name)).unwrap() == bytes, "{name:?}");
        assert_eq!(mode(&folder.join(name)), wanted, "{name:?}");
    }
    assert_eq!(names(&folder).len(), 3, "nothing else is left");
    symlink("app", host.home.join("link")).unwrap();
    host.ok(&["deploy", "fetch", "link", "here/other"]);
    assert!(fs::symlink_metadata(folder.join("other")).unwrap().is_file(), "a link is followed");
    host.ok(&["deploy", "fetch", "/proc/version"]);
    assert!(fs::metadata(host.laptop.path("version")).unwrap().len() > 0, "a file that tells no size");
}

#[test]
fn a_login_shell_that_writes_something_of_its_own_changes_nothing() {
    let host = Host::new();
    fs::write(host.home.join("file"), "@iac file 600\ncontent").unwrap();
    fs::create_dir(host.home.join("folder")).unwrap();
    fs::write(host.home.join("folder/file"), "content").unwrap();
    fs::write(host.home.join(".bashrc"), "echo Welcome; printf 'no end of a line'\n").unwrap();
    let said = host.laptop.iac(["deploy", "run", "true"]).ok().json();
    assert_eq!(said["stdout"], "Welcome\nno end of a line", "the shell should read the file");
    host.ok(&["deploy", "fetch", "file"]);
    host.ok(&["deploy", "fetch", "folder"]);
    host.ok(&["deploy", "copy", "file", "copy"]);
    for file in [host.laptop.path("file"), host.home.join("copy")] {
        assert_eq!(fs::read_to_string(file).unwrap(), "@iac file 600\ncontent");
    }
    assert_eq!(fs::read_to_string(host.laptop.path("folder/file")).unwrap(), "content");
    fs::write(host.home.join(".bashrc"), "head -c 2000000 /dev/zero\n").unwrap();
    let refused = host.laptop.iac(["deploy", "fetch", "file", "other"]).fails("copy_failed");
    assert!(refused.stderr.contains("the login shell there writes more than"), "{}", refused.stderr);
}

#[test]
fn a_folder_goes_there_and_back() {
    let host = Host::new();
    host.laptop.write("app/sub/run", "1");
    host.laptop.write("app/.hidden", "2");
    host.laptop.write(Path::new("app").join("n".repeat(180)).join("deep"), "3");
    fs::hard_link(host.laptop.path("app/sub/run"), host.laptop.path("app/twin")).unwrap();
    fs::set_permissions(host.laptop.path("app/sub/run"), Permissions::from_mode(0o755)).unwrap();
    symlink("../sub/nowhere", host.laptop.path("app/sub/link")).unwrap();
    fs::create_dir(host.laptop.path("app/closed")).unwrap();
    fs::set_permissions(host.laptop.path("app/closed"), Permissions::from_mode(0o555)).unwrap();
    fs::set_permissions(host.laptop.path("app"), Permissions::from_mode(0o555)).unwrap();
    host.ok(&["deploy", "copy", "app"]);
    host.ok(&["deploy", "fetch", "app", "back"]);
    let list = |folder: &str| {
        let find = format!("cd {folder} && find . -printf '%p %y %m %l\\n' | sort && find . -type f -exec cat {{}} +");
        let output = output(host.laptop.command("sh").args(["-c", &find]));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(list("back"), list("app"));
    for folder in ["app", "back"] {
        fs::set_permissions(host.laptop.path(folder), Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn what_is_here_stays_unless_it_is_to_be_replaced() {
    let host = Host::new();
    fs::write(host.home.join("f"), "new").unwrap();
    fs::create_dir(host.home.join("d")).unwrap();
    fs::write(host.home.join("d/new"), "").unwrap();
    host.laptop.write("f", "old");
    host.laptop.write("d/old", "");
    insta::assert_snapshot!(host.laptop.iac(["deploy", "fetch", "f", "--output", "text"]).transcript(), @r"
    $ iac deploy fetch f --output text
    ! error: `f` is there already
    ! hint: replace it with `--replace`, or name another place: `iac deploy fetch REMOTE LOCAL`
    (exit status: 1)
    ");
    let _ = host.laptop.iac(["deploy", "fetch", "d"]).fails("file_exists");
    let _ = host.laptop.iac(["deploy", "fetch", "--replace", "f", "d"]).fails("file_exists");
    let _ = host.laptop.iac(["deploy", "fetch", "--replace", "d", "f"]).fails("file_exists");
    assert_eq!(fs::read_to_string(host.laptop.path("f")).unwrap(), "old");
    assert_eq!(names(&host.laptop.path("d")), ["old"]);
    host.ok(&["deploy", "fetch", "--replace", "f"]);
    host.ok(&["deploy", "fetch", "--replace", "d"]);
    assert_eq!(fs::read_to_string(host.laptop.path("f")).unwrap(), "new");
    assert_eq!(names(&host.laptop.path("d")), ["new"]);
    assert!(!names(&host.laptop.path("")).iter().any(|name| name.starts_with(".iac")), "nothing else is left");
}

#[test]
fn what_cannot_be_fetched_is_explained() {
    let host = Host::new();
    let run =
        |words: &[&str]| host.laptop.iac(["deploy", "fetch", "--output", "text"].iter().chain(words)).transcript();
    insta::assert_snapshot!(run(&["gone"]), @r"
    $ iac deploy fetch --output text gone
    ! error: there is no `gone` on i-1
    ! hint: look what is there with `iac deploy run 'ls -la'`
    (exit status: 1)
    ");
    insta::assert_snapshot!(run(&["/dev/null"]), @r"
    $ iac deploy fetch --output text /dev/null
    ! error: `/dev/null` is neither a file nor a folder on i-1
    (exit status: 1)
    ");
    insta::assert_snapshot!(run(&[".."]), @r"
    $ iac deploy fetch --output text ..
    ! error: cannot tell where to put `..`
    ! caused by: what is copied has no name to keep
    ! hint: name the place: `iac deploy fetch REMOTE LOCAL`
    (exit status: 1)
    ");
    insta::assert_snapshot!(run(&["/etc/hostname", "no/where"]), @r"
    $ iac deploy fetch --output text /etc/hostname no/where
    ! error: there is no folder `no` on this machine
    ! hint: make it, or name another place: `iac deploy fetch REMOTE LOCAL`
    (exit status: 1)
    ");
    let _ = host.laptop.iac(["deploy", "fetch", "gone"]).fails("copy_failed");
    let _ = host.laptop.iac(["deploy", "fetch", ""]).fails("usage");
}

/// One archive for each way out of the folder.
#[test]
fn a_hostile_archive_writes_nothing_anywhere() {
    let host = hostile("cat evil.tar");
    let (folder, _) = here(&host.laptop);
    host.laptop.write("victim", "untouched");
    let victim = host.laptop.path("victim").display().to_string();
    let out = host.laptop.path("out").display().to_string();
    let file = |name: &str| (tar::EntryType::Regular, name.to_owned(), String::new());
    let link = |name: &str, to: &str| (tar::EntryType::Symlink, name.to_owned(), to.to_owned());
    let cases = [
        vec![file("../out")],
        vec![file("sub/../../out")],
        vec![file(&out)],
        vec![link("l", &victim), file("l")],
        vec![link("l", "../../victim")],
        vec![link("a", "."), link("l", "a/a/../../victim")],
        vec![link("p", "."), link("p/q", "../victim")],
        vec![(tar::EntryType::Link, "hard".to_owned(), victim.clone())],
        vec![(tar::EntryType::Char, "device".to_owned(), String::new())],
        vec![(tar::EntryType::Fifo, "pipe".to_owned(), String::new())],
    ];
    for case in cases {
        let mut archive = Vec::new();
        for (kind, name, to) in &case {
            archive.extend(entry(*kind, name, to));
        }
        archive.extend([0; 1024]);
        fs::write(host.home.join("evil.tar"), archive).unwrap();
        let refused = host.laptop.iac(["deploy", "fetch", "folder", "here/it"]).fails("copy_failed");
        assert!(refused.stderr.contains(" is refused\n"), "{case:?}: {}", refused.stderr);
        assert_eq!(names(&folder), [""; 0], "{case:?}");
        assert!(!host.laptop.path("out").exists(), "{case:?}");
        assert_eq!(fs::read_to_string(host.laptop.path("victim")).unwrap(), "untouched", "{case:?}");
    }
}

#[test]
fn a_hostile_archive_exhausts_nothing_and_leaves_nothing() {
    let host = hostile("cat evil.tar");
    let (folder, _) = here(&host.laptop);
    let long = |name: String| {
        let padded = name.len().next_multiple_of(512);
        let header = header(tar::EntryType::GNULongName, "long", "", name.len() as u64);
        let mut content = name.into_bytes();
        content.resize(padded, 0);
        [header, content].concat()
    };
    let nested = |depth| [long("d/".repeat(depth)), entry(tar::EntryType::Directory, "d", "")].concat();
    let cases = [
        // More than any machine holds, as the headers claim.
        (header(tar::EntryType::GNULongName, "long", "", 1 << 40), "its name is longer than 4096 bytes"),
        (header(tar::EntryType::GNULongLink, "long", "", 1 << 40), "its name is longer than 4096 bytes"),
        (header(tar::EntryType::XHeader, "pax", "", 1 << 40), "it is neither a file, a folder nor a symbolic link"),
        ([long("n".repeat(5000)), entry(tar::EntryType::Regular, "n", "")].concat(), "its name is longer than"),
        // Deeper than a process can remove again that may open few files.
        ((1..=1100).flat_map(nested).collect(), "it lies more than 128 folders deep"),
    ];
    for (archive, reason) in cases {
        fs::write(host.home.join("evil.tar"), archive).unwrap();
        let refused = host.laptop.iac_after("ulimit -n 256", ["deploy", "fetch", "folder", "here/it"]);
        let refused = refused.fails("copy_failed");
        assert!(refused.stderr.contains(reason), "{}", refused.stderr);
        assert_eq!(names(&folder), [""; 0], "{reason}");
    }
}

#[test]
fn errors_without_end_are_not_kept() {
    let host = hostile("exec cat /dev/zero >&2");
    let (folder, _) = here(&host.laptop);
    let refused = host.laptop.iac(["deploy", "fetch", "folder", "here/it"]).fails("host_answer");
    assert!(refused.stderr.contains("sent more than 1 MiB"), "{}", refused.stderr);
    assert_eq!(names(&folder), [""; 0]);
}

/// An entry of an archive as no honest program writes it.
fn entry(kind: tar::EntryType, name: &str, to: &str) -> Vec<u8> {
    header(kind, name, to, 0)
}

/// A header that claims this size for what follows.
fn header(kind: tar::EntryType, name: &str, to: &str, size: u64) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.as_mut_bytes()[157..157 + to.len()].copy_from_slice(to.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(size);
    header.set_mtime(0);
    header.set_cksum();
    header.as_bytes().to_vec()
}

#[test]
fn what_does_not_come_whole_leaves_nothing() {
    let host = hostile("tar=$(PATH=${PATH#*:} command -v tar); $tar \"$@\" | head -c 5000; exit 1");
    let (folder, _) = here(&host.laptop);
    fs::write(host.home.join("folder/f"), vec![7; 20_000]).unwrap();
    let refused = host.laptop.iac(["deploy", "fetch", "folder", "here/it"]).fails("copy_failed");
    assert!(refused.stderr.contains("could not be read whole"), "{}", refused.stderr);
    assert_eq!(names(&folder), [""; 0]);
}

#[test]
fn an_interrupted_fetch_leaves_nothing() {
    let host = hostile("echo began >gate; exec cat /dev/zero");
    let (folder, _) = here(&host.laptop);
    let gate = host.home.join("gate");
    assert!(host.laptop.command("mkfifo").arg(&gate).status().unwrap().success());
    let running = host.laptop.start(["deploy", "fetch", "folder", "here/it"]);
    assert_eq!(fs::read_to_string(&gate).unwrap(), "began\n");
    running.signal("INT");
    let _ = running.finish().fails("interrupted");
    assert_eq!(names(&folder), [""; 0]);
}

#[test]
fn a_full_disk_here_is_said_and_leaves_nothing() {
    let host = Host::new();
    let (folder, _) = here(&host.laptop);
    fs::write(host.home.join("big"), vec![7; 3_000_000]).unwrap();
    // The shell's limit of file sizes stands for the end of the disk.
    let limited = "trap '' XFSZ; ulimit -f 1000";
    let refused = host.laptop.iac_after(limited, ["deploy", "fetch", "big", "here/it"]).fails("copy_failed");
    assert!(refused.stderr.contains("cannot write `"), "{}", refused.stderr);
    assert_eq!(names(&folder), [""; 0]);
}
