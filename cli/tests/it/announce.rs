//! What `make demo` says before it compiles: a person at a fresh clone must know at once how long it will take.

use std::fs;
use std::process::Command;

use crate::harness::{Laptop, root};

/// What is said with a target folder that holds these files.
fn announced(files: &[&str]) -> String {
    let laptop = Laptop::offline();
    let folder = laptop.path("target/debug/deps");
    fs::create_dir_all(&folder).unwrap();
    for file in files {
        fs::write(folder.join(file), "").unwrap();
    }
    let script = root().join("demo/announce.sh");
    let output =
        laptop.command("bash").arg(script).arg("then it ends").env("CARGO_TARGET_DIR", laptop.path("target")).output();
    let output = output.unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_long_compilation_is_announced_only_where_it_is_still_to_come() {
    let fresh = announced(&["libserde-0123.rlib"]);
    assert!(
        fresh.starts_with("compiling the AWS SDK, once: about 9 minutes on two cores, and 7 GB of memory\n"),
        "{fresh}"
    );
    let compiled = announced(&["libaws_sdk_ec2-0123.rlib"]);
    assert!(compiled.starts_with("compiling what has changed; the AWS SDK is compiled already\n"), "{compiled}");
    for said in [fresh, compiled] {
        assert!(said.ends_with("\nthen it ends\n"), "{said}");
    }
}

#[test]
fn make_announces_before_it_compiles() {
    for target in ["demo", "sandbox"] {
        // `make test` runs this too, and its flags are not for this `make`.
        let mut make = Command::new("make");
        let planned = make.args(["-n", target]).current_dir(root()).env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
        let planned = planned.output().expect("`make` is installed");
        let planned = String::from_utf8(planned.stdout).unwrap();
        let lines: Vec<&str> = planned.lines().collect();
        assert!(lines[0].starts_with("demo/announce.sh \"then the "), "{planned}");
        assert!(lines[1].starts_with("cargo build ") && !lines[1].contains("quiet"), "{planned}");
    }
}
