//! What the README and the pages of `docs/` show is run: each `sh` block as it stands there, in the order of its page.
//!
//! A comment before a block, which no reader sees, says what it needs: `<!-- with an instance -->` has one made first, and
//! `<!-- not run: REASON -->` keeps it from being run. Then its commands and options are looked up.

mod block;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use block::{Block, Mark, blocks, pages};

use crate::harness::{Laptop, output, root};

/// Why a block is not run.
const REASONS: &[(&str, &str)] = &[
    ("make", "it builds, tests or measures the whole tree; what `make demo` tells is run by `story.rs`"),
    ("installs", "it changes the machine, or needs a release"),
    ("fresh document", "only an enclave on AWS makes a document with this nonce; `attest/` verifies genuine ones"),
    ("before the configuration", "it shows what the page is about; the same commands are run further down"),
    ("aws", "it makes a policy in a real account, with a program that is not ours"),
];

/// Questions are answered with yes, since nobody is there.
const SHELL: &str = r#"set -euo pipefail
iac() {
    case "$1 $*" in
        up*--yes* | down*--yes*) command iac "$@" ;;
        up* | down*) command iac "$@" --yes ;;
        *) command iac "$@" ;;
    esac
}
"#;

/// A machine with `iac` on the PATH, without a configuration, whose editor writes the one that fits the sandbox.
fn machine() -> Laptop {
    let mut laptop = Laptop::new();
    fs::rename(laptop.path(".config/bky/iac/config.toml"), laptop.path("prepared.toml")).unwrap();
    laptop.program("editor", "#!/bin/sh\ncp ~/prepared.toml \"$1\"\n");
    laptop.set("EDITOR", "editor");
    symlink(env!("CARGO_BIN_EXE_iac"), laptop.path("bin/iac")).unwrap();
    for image in ["app.eif", "old.eif", "new.eif"] {
        laptop.write(image, include_bytes!("../../../nitro/tests/eif/data/plain.eif"));
    }
    // A command that is to be typed in a clone.
    let document = "nitro/tests/data/nitro-1.cose";
    laptop.write(document, fs::read(root().join(document)).unwrap());
    laptop
}

/// Writes the configuration where no block of the page does.
fn configured(laptop: &Laptop) {
    laptop.write(".config/bky/iac/config.toml", fs::read(laptop.path("prepared.toml")).unwrap());
}

/// Runs the blocks of a page.
fn run(laptop: &Laptop, page: &str) {
    let blocks = blocks(page);
    assert!(!blocks.is_empty(), "{page} shows no command");
    for block in blocks {
        match &block.mark {
            Mark::NotRun(reason) => {
                assert!(REASONS.iter().any(|(known, _)| known == reason), "{page}: no reason is called `{reason}`");
                look_up(laptop, page, &block);
            }
            Mark::None => play(laptop, page, &block.text),
            Mark::WithInstance => {
                play(laptop, page, "iac up > /dev/null");
                play(laptop, page, &block.text);
            }
        }
    }
}

/// Runs a block as somebody does who pastes it.
fn play(laptop: &Laptop, page: &str, text: &str) {
    let script = format!("{SHELL}{text}");
    let output = output(laptop.command("bash").args(["--norc", "-c", &script]));
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success(), "{page} shows what fails ({}):\n{text}\n{said}", output.status);
}

/// Looks the commands of a block up without running them.
fn look_up(laptop: &Laptop, page: &str, block: &Block) {
    for line in block.text.lines() {
        let words: Vec<&str> = line.split(" #").next().unwrap().split_whitespace().collect();
        match words.as_slice() {
            ["iac", words @ ..] => {
                // Whatever stands before `--help` is read first, so what is unknown is refused.
                let run = laptop.iac(words.iter().chain(&["--help"]));
                assert!(run.status.success(), "{page} shows what there is not: {line}\n{}", run.stderr);
            }
            ["make", target, ..] => {
                let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
                assert!(makefile.contains(&format!("\n{target}:")), "{page}: there is no {line}");
            }
            [program, ..] if program.starts_with('.') => {
                let mode = fs::metadata(root().join(program)).unwrap().permissions().mode();
                assert!(mode & 0o111 != 0, "{page}: {program} is no program");
            }
            _ => {}
        }
    }
}

#[test]
fn the_readme_can_be_followed_from_its_first_line_to_its_last() {
    let laptop = machine();
    let before = laptop.aws().world();
    run(&laptop, "README.md");
    play(&laptop, "README.md", "iac down > /dev/null");
    assert_eq!(laptop.aws().world(), before, "nothing is left of it");
}

#[test]
fn the_pages_can_be_followed() {
    let laptop = machine();
    configured(&laptop);
    for page in ["environment", "using", "scripts", "security", "installing", "attestation"] {
        run(&laptop, &format!("docs/{page}.md"));
    }
    run(&laptop, "CONTRIBUTING.md");
}

#[test]
fn every_setting_has_its_row() {
    let laptop = Laptop::offline();
    let page = fs::read_to_string(root().join("docs/settings.md")).unwrap();
    let shown = laptop.iac(["config", "show"]).ok().json();
    let keys = shown.as_array().unwrap().iter().map(|setting| setting["key"].as_str().unwrap());
    // Only the older tool had `debug`.
    let without: Vec<&str> = keys.filter(|key| *key != "debug" && !page.contains(&format!("`{key}`"))).collect();
    assert_eq!(without, Vec::<&str>::new());
}

#[test]
fn links_lead_somewhere() {
    for page in pages() {
        let folder = page.parent().unwrap();
        let text = fs::read_to_string(&page).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let file = link.split('#').next().unwrap();
            assert!(folder.join(file).exists(), "{}: {link}", page.display());
        }
    }
}
