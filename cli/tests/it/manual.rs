//! `iac completions` and `iac man`: they need no configuration, and say what the commands are.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{Laptop, output};

/// A machine whose configuration is broken, and which reaches no AWS.
fn broken() -> Laptop {
    let laptop = Laptop::offline();
    laptop.write(".config/bky/iac/config.toml", "[iac.aws\n");
    laptop
}

#[test]
fn completions_are_printed_for_every_shell_and_bash_takes_them() {
    let laptop = broken();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = laptop.iac(["completions", shell]).ok().text();
        assert!(script.contains("security-group") && script.contains("accept-host-key"), "{shell}");
        assert!(!script.contains("--secret-key"), "{shell}: what is refused is not offered");
    }
    laptop.write("completions", laptop.iac(["completions", "bash"]).ok().text());
    let ask = ". ./completions; COMP_WORDS=(iac instance st); COMP_CWORD=2; _iac iac st instance; echo ${COMPREPLY[*]}";
    let output = output(laptop.command("bash").args(["--norc", "-c", ask]));
    let offered = String::from_utf8(output.stdout).unwrap();
    assert_eq!(offered.trim(), "stop start", "{}", String::from_utf8_lossy(&output.stderr));
    let _ = laptop.iac(["completions", "tcsh"]).fails("usage");
}

#[test]
fn every_command_has_its_page() {
    let laptop = broken();
    let written = laptop.iac(["man", "deep/pages"]).ok().json();
    let folder = laptop.path("deep/pages");
    let mut there: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut pages: Vec<&str> = written["pages"].as_array().unwrap().iter().map(|page| page.as_str().unwrap()).collect();
    there.sort();
    pages.sort_unstable();
    assert_eq!(there, pages, "nothing else is left in the folder");
    let commands = include_str!("../../../docs/cli.md").lines().filter_map(|line| line.strip_prefix("## `"));
    let mut commands: Vec<String> =
        commands.map(|line| format!("{}.1", line.trim_end_matches('`').replace(' ', "-"))).collect();
    commands.sort();
    assert_eq!(pages, commands);
    let page = fs::read_to_string(folder.join("iac-instance-stop.1")).unwrap();
    assert!(page.starts_with(".ie") && page.contains("no\\-wait"), "{page}");
    assert_eq!(fs::metadata(folder.join("iac.1")).unwrap().permissions().mode() & 0o777, 0o644);
    let again = laptop.iac(["man", "deep/pages", "--output", "text"]).ok();
    assert!(
        again.text().ends_with("pages in `deep/pages`; read one with `man deep/pages/iac.1`\n"),
        "{}",
        again.text()
    );
}

#[test]
fn a_folder_that_cannot_be_written_to_is_said() {
    let laptop = broken();
    laptop.write("file", "");
    let refused = laptop.iac(["man", "file"]).fails("file_failed");
    assert!(refused.stderr.contains("cannot write the pages to `file`"), "{}", refused.stderr);
}
