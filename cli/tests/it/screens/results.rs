//! Results as text: lists, descriptions, checks, plans, verdicts, errors.

use super::at_every_width;
use crate::attest::FIRST_BYTES;
use crate::harness::{Laptop, launched};

/// Holds the screens of a command against those of its name.
macro_rules! shows {
    ($laptop:expr, $($word:expr),+) => {
        let words = [$($word),+];
        insta::assert_snapshot!(words.join("_"), at_every_width(&$laptop, &words));
    };
}

#[test]
fn what_there_is_of_an_environment() {
    let laptop = Laptop::new();
    shows!(laptop, "plan");
    launched(&laptop, &["--ttl", "8h"]);
    shows!(laptop, "instance", "list");
    shows!(laptop, "instance", "describe");
    shows!(laptop, "key", "list");
    shows!(laptop, "security-group", "list");
    shows!(laptop, "status");
    shows!(laptop, "status", "--all");
    shows!(laptop, "host", "status");
    shows!(laptop, "doctor");
}

#[test]
fn types_with_room_for_a_large_enclave_and_why_others_have_none() {
    let laptop = Laptop::new();
    shows!(laptop, "types", "--memory-mib", "4000000");
    insta::assert_snapshot!("types_all", {
        let shown = laptop.terminal(80).iac(["types", "--all", "--arch", "arm64", "--memory-mib", "3000000"]).text();
        // The end of a long list.
        let lines: Vec<&str> = shown.lines().collect();
        lines[lines.len() - 12..].join("\n")
    });
}

#[test]
fn a_genuine_document_and_what_is_found_wrong_with_it() {
    let laptop = Laptop::offline();
    laptop.write("document.cose", FIRST_BYTES);
    let image = "8bb159f202bb95d6d4d98e0e103918246cea734f1d57cd263e4fd56075ed53f6fa8c68854817a32749a241e11874c26b";
    let verify = ["attest", "verify", "document.cose", "--at", "2025-01-06T18:00:00Z", "--max-age", "2h"];
    insta::assert_snapshot!("attest_verify", at_every_width(&laptop, &[&verify[..], &["--pcr0", image]].concat()));
    let another = "ab".repeat(48);
    insta::assert_snapshot!(
        "attest_refused",
        at_every_width(&laptop, &[&verify[..6], &["1h", "--pcr0", &another]].concat())
    );
}

#[test]
fn an_error_with_its_causes_and_hints() {
    let laptop = Laptop::offline();
    let mistakes = "[iac.aws]\nregion = 5\nkey_nam = \"dev\"\nssh_from = [\"203.0.113.7/8\"]\n";
    laptop.write(".config/bky/iac/config.toml", mistakes);
    insta::assert_snapshot!("mistakes", at_every_width(&laptop, &["key", "list"]));
    shows!(laptop, "instance", "lst");
}
