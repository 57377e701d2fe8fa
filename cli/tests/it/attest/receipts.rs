//! Receipts: written whole or not at all, verified anew elsewhere, and refused where an alteration matters.

use std::fs;

use serde_json::{Value, json};

use super::{FIRST, OTHER_INSTANCE, OTHER_PCR0, refused, under_other_root, verify};
use crate::harness::{Laptop, Run};

/// Writes a receipt of the first document with one expectation of each kind that it meets.
fn written(laptop: &Laptop) -> Value {
    let options =
        ["--pcr0", FIRST.pcr[0], "--instance-id", FIRST.instance, "--at", "2025-01-06T16:08:00Z", "--max-age", "5m"];
    verify(laptop, FIRST.bytes, [&options[..], &["--write-receipt", "receipt.json"]].concat()).ok();
    serde_json::from_slice(&fs::read(laptop.path("receipt.json")).unwrap()).unwrap()
}

/// Verifies a receipt anew, believing what it expects.
fn recheck(laptop: &Laptop, receipt: &Value, options: &[&str]) -> Run {
    recheck_by_oneself(laptop, receipt, &[options, &["--expected-by-receipt"]].concat())
}

fn recheck_by_oneself(laptop: &Laptop, receipt: &Value, options: &[&str]) -> Run {
    laptop.write("copy.json", serde_json::to_vec(receipt).unwrap());
    laptop.iac([&["attest", "recheck", "copy.json"], options].concat())
}

#[test]
fn what_nobody_typed_is_expected_only_if_the_receipt_is_believed_by_name() {
    let laptop = Laptop::offline();
    let receipt = written(&laptop);
    for nobody in [&[][..], &["--instance-id", FIRST.instance], &["--pcr1", FIRST.pcr[1]], &["--at", "document"]] {
        let run = recheck_by_oneself(&laptop, &receipt, nobody).fails("expectation_missing");
        assert!(run.stderr.contains("use `--expected-by-receipt`"), "{}", run.stderr);
        assert_ne!(run.json()["verified"], true);
    }
    let zeros = "0".repeat(96);
    recheck_by_oneself(&laptop, &receipt, &["--pcr0", &zeros]).fails("expectation_missing");
    let verdict = recheck_by_oneself(&laptop, &receipt, &["--pcr0", FIRST.pcr[0]]).ok().json();
    assert_eq!(verdict["expected_by_receipt"], json!(["pcr4", "age"]));
    let both = ["--pcr1", FIRST.pcr[1], "--pcr2", FIRST.pcr[2]];
    assert_eq!(recheck_by_oneself(&laptop, &receipt, &both).ok().json()["verified"], true);
    assert_eq!(recheck(&laptop, &receipt, &[]).ok().json()["verified"], true);
}

#[test]
fn a_receipt_is_verified_anew_elsewhere_and_calls_its_time_a_claim() {
    let receipt = written(&Laptop::offline());
    let elsewhere = Laptop::offline();
    let verdict = recheck(&elsewhere, &receipt, &[]).ok().json();
    assert_eq!((&verdict["verified"], &verdict["as_of"]), (&true.into(), &"receipt".into()));
    assert_eq!(verdict["expected_by_receipt"], json!(["pcr0", "pcr4", "age"]));
    assert_eq!(verdict["report"]["verified_at"], "2025-01-06T16:08:00Z");
    let text = recheck(&elsewhere, &receipt, &["--output", "text"]).ok().text();
    assert!(text.contains("a time that the receipt claims: when it was written is not proven"), "{text}");
    assert_eq!(text.matches("(expected by the receipt)").count(), 3, "{text}");

    // What is typed wins, and is no longer the receipt's.
    let own = ["--pcr0", FIRST.pcr[0], "--pcr1", FIRST.pcr[1], "--at", "document"];
    let verdict = recheck(&elsewhere, &receipt, &own).ok().json();
    assert_eq!((&verdict["expected_by_receipt"], &verdict["as_of"]), (&json!(["pcr4"]), &"document".into()));
    refused(recheck(&elsewhere, &receipt, &["--pcr0", OTHER_PCR0]), "pcr0");
    refused(recheck(&elsewhere, &receipt, &["--instance-id", OTHER_INSTANCE]), "pcr4");
    refused(recheck(&elsewhere, &receipt, &["--at", "2025-01-07T16:08:00Z"]), "validity");
    recheck(&elsewhere, &receipt, &["--max-age", "1h", "--at", "document"]).fails("usage");
}

#[test]
fn a_receipt_is_written_once_and_only_of_a_verified_document() {
    let laptop = Laptop::offline();
    let first = written(&laptop);
    let options = ["--pcr0", FIRST.pcr[0], "--at", "document", "--write-receipt", "receipt.json"];
    let run = verify(&laptop, FIRST.bytes, options).fails("receipt_exists");
    assert!(run.stderr.contains("hint: name another file with `--write-receipt`"), "{}", run.stderr);
    assert_eq!(first, serde_json::from_slice::<Value>(&fs::read(laptop.path("receipt.json")).unwrap()).unwrap());

    let options = ["--pcr0", FIRST.pcr[1], "--at", "document", "--write-receipt", "refused.json"];
    refused(verify(&laptop, FIRST.bytes, options), "pcr0");
    assert!(!laptop.path("refused.json").exists());
    let options = ["--pcr0", FIRST.pcr[0], "--at", "document", "--write-receipt", "none/receipt.json"];
    let run = verify(&laptop, FIRST.bytes, options).fails("file_failed");
    assert!(run.stderr.starts_with("error: cannot write `none/receipt.json`\n"), "{}", run.stderr);
    assert!(run.stderr.contains("`--write-receipt`"), "{}", run.stderr);
}

/// How a receipt answers to an alteration.
enum Answer {
    /// It is refused before anything is verified.
    Error(&'static str),
    /// The document is refused at this check.
    Refused(&'static str),
    /// The alteration matters to nothing: the verdict stays as it was.
    Same,
}

#[test]
fn an_alteration_of_any_field_is_refused_where_it_matters() {
    use Answer::{Error, Refused, Same};
    let laptop = Laptop::offline();
    let receipt = written(&laptop);
    let verdict = recheck(&laptop, &receipt, &[]).ok().json();
    let ones = "1".repeat(96);
    let other_document = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, under_other_root(&laptop));
    let mut bent_document = receipt["document"].as_str().unwrap().to_owned();
    let place = bent_document.len() - 20;
    let digit = if &bent_document[place..=place] == "A" { "B" } else { "A" };
    bent_document.replace_range(place..=place, digit);
    let alterations: Vec<(&str, Value, Answer)> = vec![
        ("/iac_receipt", json!(2), Error("receipt_malformed")),
        ("/iac_receipt", json!("1"), Error("receipt_malformed")),
        ("/document", json!(other_document), Refused("root")),
        ("/document", json!(bent_document), Refused("document_signature")),
        ("/document", json!("%"), Error("receipt_malformed")),
        ("/document", json!(""), Refused("decoding")),
        ("/expectations/pcrs/0/value", json!(ones), Refused("pcr0")),
        ("/expectations/pcrs/0/index", json!(1), Error("receipt_malformed")),
        ("/expectations/pcrs", json!([]), Error("receipt_malformed")),
        ("/expectations/instance_id", json!(OTHER_INSTANCE), Refused("pcr4")),
        ("/expectations/instance_id", json!(null), Error("receipt_altered")),
        ("/expectations/role_arn", json!("arn:aws:iam::123456789012:role/a"), Error("receipt_altered")),
        ("/expectations/role_arn", json!("nobody"), Error("receipt_malformed")),
        ("/expectations/nonce", json!("00"), Error("receipt_altered")),
        ("/expectations/nonce", json!("zz"), Error("receipt_malformed")),
        ("/expectations/user_data", json!("00"), Error("receipt_altered")),
        ("/expectations/public_key", json!("00"), Error("receipt_altered")),
        ("/expectations/max_age", json!("1s"), Refused("age")),
        ("/expectations/max_age", json!(null), Error("receipt_altered")),
        ("/expectations/max_age", json!("soon"), Error("receipt_malformed")),
        ("/expectations/more", json!(1), Error("receipt_malformed")),
        // Debug mode is never allowed by a receipt, so that what it says of it changes nothing.
        ("/expectations/allow_debug", json!(true), Same),
        ("/record/verified_at", json!("2026-01-06T16:08:00Z"), Refused("validity")),
        ("/record/verified_at", json!("yesterday"), Error("receipt_malformed")),
        ("/record/steps/0/passed", json!(false), Error("receipt_altered")),
        ("/record/steps", json!([]), Error("receipt_altered")),
        ("/record/steps/0/check", json!("later"), Error("receipt_malformed")),
        ("/record/steps/0/check", json!("pcr00"), Error("receipt_malformed")),
        ("/record/steps/0/check", json!("pcr7"), Error("receipt_altered")),
        ("/record/steps/0/found", json!("another document"), Same),
        ("/record/steps/0/expected", json!("anything"), Same),
        // Which root is trusted is never taken from a receipt.
        ("/record/root", json!({"name": "mine", "sha256": "00", "is_aws": false}), Same),
        ("/record", json!(null), Error("receipt_malformed")),
        ("/more", json!(1), Error("receipt_malformed")),
    ];
    for (field, value, answer) in alterations {
        let run = recheck(&laptop, &altered(&receipt, field, value.clone()), &[]);
        match answer {
            Error(code) => _ = run.fails(code),
            Refused(check) => _ = refused(run, check),
            Same => assert_eq!(run.ok().json(), verdict, "{field} {value}"),
        }
    }
}

/// A copy with one field changed, or added.
fn altered(receipt: &Value, field: &str, value: Value) -> Value {
    let mut receipt = receipt.clone();
    let (parent, name) = field.rsplit_once('/').unwrap();
    match receipt.pointer_mut(field) {
        Some(found) => *found = value,
        None => _ = receipt.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value),
    }
    receipt
}

#[test]
fn a_receipt_lets_nothing_more_pass_than_what_is_typed() {
    let laptop = Laptop::offline();
    let document = under_other_root(&laptop);
    let zeros = "0".repeat(96);
    let trusted = ["--root", "other.der", "--allow-debug"];
    let options = ["--pcr0", &zeros, "--at", "document", "--write-receipt", "other.json"];
    verify(&laptop, &document, [&trusted[..], &options].concat()).ok();

    let again = |options: &[&str]| {
        laptop.iac([&["attest", "recheck", "other.json", "--expected-by-receipt"], options].concat())
    };
    assert_eq!(again(&trusted).ok().json()["expected_by_receipt"], json!(["pcr0"]));
    let run = again(&["--root", "other.der"]).fails("expectation_missing");
    assert!(run.stderr.contains("add `--allow-debug`"), "{}", run.stderr);
    let run = refused(again(&["--allow-debug"]), "root");
    assert!(run.stderr.contains("`iac` never takes a root from a receipt"), "{}", run.stderr);
}

#[test]
fn what_is_no_receipt_is_said_to_be_none() {
    let laptop = Laptop::offline();
    let receipt = serde_json::to_vec_pretty(&written(&laptop)).unwrap();
    for (name, content) in
        [("cut.json", &receipt[..500]), ("empty", b""), ("document.cose", FIRST.bytes), ("list", b"[]")]
    {
        laptop.write(name, content);
        let run = laptop.iac(["attest", "recheck", name]).fails("receipt_malformed");
        let said = format!("error: `{name}` cannot be rechecked\ncaused by: it is no receipt of `iac attest verify");
        assert!(run.stderr.starts_with(&said), "{}", run.stderr);
    }
    laptop.iac(["attest", "recheck", "none"]).fails("file_failed");
    let run = laptop.start_with(["attest", "recheck", "-", "--expected-by-receipt"], &receipt).finish();
    assert_eq!(run.ok().json()["verified"], true);
}
