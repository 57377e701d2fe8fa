//! What a launch has the host do, held against those who read it: EC2, cloud-init and the shell.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;

use crate::harness::{Laptop, finish, launched, root, started};

/// Hands `input` to a program that checks it, and demands that it finds nothing.
fn passes(program: &Path, words: &[&str], input: &str) {
    assert!(program.exists(), "{} is not there: run `make sandbox-setup`", program.display());
    let mut command = Command::new(program);
    let mut check = started(command.args(words).stdin(Stdio::piped()));
    check.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = finish(check);
    assert!(output.status.success(), "{}\n{input}", String::from_utf8_lossy(&output.stdout));
}

fn printed(words: &[&str]) -> String {
    let laptop = Laptop::offline();
    laptop.iac([&["host", "script"], words].concat()).ok().text()
}

/// The files that a cloud-config writes: the literal blocks below their paths.
fn files(config: &str) -> Vec<(String, String)> {
    let entries = config.split("  - path: ").skip(1).map(|entry| entry.split("\nruncmd:").next().unwrap());
    let file = |entry: &str| {
        let (path, content) = entry.split_once("\n    content: |\n").unwrap();
        let lines = content.lines().map(|line| format!("{}\n", line.strip_prefix("      ").unwrap_or(line)));
        (path.to_owned(), lines.collect())
    };
    entries.map(file).collect()
}

#[test]
fn cloud_init_takes_it_and_the_shell_finds_nothing_in_it() {
    let laptop = Laptop::offline();
    laptop.write(".config/bky/iac/config.toml", "[iac.aws]\nttl = \"2h\"\ninstance_profile = \"web\"\n");
    let whole = laptop.iac(["host", "script"]).ok().text();
    for config in [whole.as_str(), &printed(&[])] {
        passes(&root().join("sandbox/check-cloud-config"), &[], config);
        // The schema of older versions lets unknown keys pass.
        let keys: Vec<&str> = config.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '#'])).collect();
        assert_eq!(keys, ["write_files:", "runcmd:"]);
    }
    let shellcheck = root().join("sandbox/.venv/bin/shellcheck");
    let scripts: Vec<_> = files(&whole).into_iter().filter(|(path, _)| path.starts_with("/opt/iac/")).collect();
    assert_eq!(scripts.len(), 3);
    for (_, script) in &scripts {
        passes(&shellcheck, &["-"], script);
    }
    assert_eq!(laptop.iac(["host", "script", "--format", "sh"]).ok().text(), scripts[2].1);
    assert!(whole.len() < 16 * 1024, "{}", whole.len());
}

#[test]
fn a_launch_sends_what_is_printed() {
    let laptop = Laptop::new();
    launched(&laptop, &["--ttl", "2h", "--wait", "none"]);
    let sent = laptop.aws().requests_of("RunInstances")[0].get("UserData").unwrap().to_owned();
    let sent = base64::engine::general_purpose::STANDARD.decode(sent).unwrap();
    laptop.configure("ttl = \"2h\"\n");
    assert_eq!(laptop.iac(["host", "script"]).ok().text(), String::from_utf8(sent).unwrap());
}

/// Nobody is asked about the type, so what is whole on each is printed, and said on a terminal or with `-v`.
#[test]
fn without_a_network_whole_cores_of_two_threads_are_assumed() {
    let laptop = Laptop::offline();
    laptop.write(".config/bky/iac/config.toml", "[iac.enclave]\ncpu_count = 3\nmemory_mib = 65\n");
    let run = laptop.iac(["-v", "host", "script", "--format", "sh"]);
    assert!(run.status.success() && run.text().contains("---\nmemory_mib: 66\ncpu_count: 4\n"), "{}", run.text());
    assert!(run.stderr.contains("two threads are taken to share a core"), "{}", run.stderr);
    assert_eq!(laptop.iac(["host", "script"]).ok().stderr, "");
}

#[test]
fn an_ordinary_instance_has_nothing_to_set_up() {
    let mut laptop = Laptop::offline();
    laptop.set("BKY_IAC_INSTANCE_KIND", "standard");
    let _ = laptop.iac(["host", "script"]).fails("setting_invalid");
    laptop.set("BKY_IAC_TTL", "2h");
    assert!(!laptop.iac(["host", "script"]).ok().text().contains("nitro"));
}
