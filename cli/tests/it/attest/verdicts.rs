//! Verdicts and documents as a person reads them.

use super::{FIRST, under_other_root, verify};
use crate::harness::Laptop;

fn text<'a>(options: &[&'a str]) -> Vec<&'a str> {
    [options, &["--output", "text"]].concat()
}

#[test]
fn a_verified_document_as_text() {
    let laptop = Laptop::offline();
    let options = text(&["--pcr0", FIRST.pcr[0], "--instance-id", FIRST.instance, "--at", "document"]);
    insta::assert_snapshot!(verify(&laptop, FIRST.bytes, options).ok().text());
}

#[test]
fn a_refused_document_as_text_says_first_what_failed_first() {
    let laptop = Laptop::offline();
    let other = "ab".repeat(48);
    let options = text(&["--pcr0", FIRST.pcr[0], "--pcr2", &other, "--nonce", "00ff", "--at", "document"]);
    let run = verify(&laptop, FIRST.bytes, options);
    assert_eq!(run.status.code(), Some(1));
    insta::assert_snapshot!(format!("{}---\n{}", run.text(), run.stderr));
}

#[test]
fn a_verdict_under_another_root_as_text() {
    let laptop = Laptop::offline();
    let document = under_other_root(&laptop);
    let zeros = "0".repeat(96);
    let options = ["--root", "other.der", "--allow-debug", "--pcr0", &zeros, "--at", "document"];
    let run = verify(&laptop, &document, text(&options)).ok();
    let head: Vec<_> = run.text().lines().take(4).map(str::to_owned).collect();
    // The root is another one each time.
    let masked =
        |line: &String| line.split_once("SHA-256 ").map_or(line.clone(), |(text, _)| format!("{text}SHA-256 …"));
    insta::assert_snapshot!(head.iter().map(masked).collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_document_is_shown_with_everything_in_it_and_marked_not_verified() {
    let laptop = Laptop::offline();
    let shown = verify_show(&laptop, FIRST.bytes);
    assert_eq!((&shown["verified"], &shown["emulated"]), (&false.into(), &false.into()));
    assert_eq!(shown["claims"]["pcrs"].as_object().unwrap().len(), 16);
    assert_eq!(shown["certificates"].as_array().unwrap().len(), 5);
    let text = laptop.iac(["attest", "show", "document.cose", "--output", "text"]).ok().text();
    for value in [&shown["signature"], &shown["claims"]["module_id"], &shown["claims"]["public_key"]] {
        assert!(text.contains(value.as_str().unwrap()), "{value} in {text}");
    }
    for pcr in FIRST.pcr {
        assert!(text.contains(pcr));
    }
    insta::assert_snapshot!(text);
}

fn verify_show(laptop: &Laptop, document: &[u8]) -> serde_json::Value {
    laptop.write("document.cose", document);
    laptop.iac(["attest", "show", "document.cose"]).ok().json()
}
