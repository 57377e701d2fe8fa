//! The time of verification: now with a limit of age, an earlier one, or the document's own.

use std::time::{SystemTime, UNIX_EPOCH};

use super::forge::{HOUR, Module, Payload};
use super::{FIRST, refused, verify};
use crate::harness::Laptop;

/// A module whose certificates are valid at present, and a document that it made so many seconds ago.
fn made_ago(seconds: i64) -> (Module, Vec<u8>) {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let module = Module::bent(|plans| plans.iter_mut().for_each(|plan| plan.validity = (now - HOUR, now + HOUR)));
    let timestamp = (now - seconds).unsigned_abs() * 1000;
    let document = module.document(&Payload { timestamp, ..module.payload() });
    (module, document)
}

fn options<'a>(more: &[&'a str], image: &'a str) -> Vec<&'a str> {
    [&["--root", "root.der", "--pcr0", image], more].concat()
}

#[test]
fn a_document_is_five_minutes_old_at_most_unless_a_nonce_proves_it_fresh() {
    let laptop = Laptop::offline();
    let image = "01".repeat(48);
    let (module, document) = made_ago(360);
    laptop.write("root.der", &module.certificates[0]);
    let run = refused(verify(&laptop, &document, options(&[], &image)), "age");
    assert!(run.stderr.contains("expected: at most 5m\n"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: ask the enclave for a new document"), "{}", run.stderr);
    refused(verify(&laptop, &document, options(&["--nonce", "text:fresh", "--max-age", "5m"], &image)), "age");
    refused(verify(&laptop, &document, options(&["--nonce", "text:stale"], &image)), "nonce");
    for enough in [&["--nonce", "text:fresh"][..], &["--max-age", "10m"]] {
        assert_eq!(verify(&laptop, &document, options(enough, &image)).ok().json()["as_of"], "now");
    }
    let (module, document) = made_ago(0);
    laptop.write("root.der", &module.certificates[0]);
    assert_eq!(verify(&laptop, &document, options(&[], &image)).ok().json()["verified"], true);
}

#[test]
fn past_the_certificates_few_hours_the_error_names_the_way_out() {
    let laptop = Laptop::offline();
    let run = refused(verify(&laptop, FIRST.bytes, ["--pcr0", FIRST.pcr[0]]), "validity");
    let hint = run.stderr.lines().find(|line| line.starts_with("hint: ")).unwrap();
    assert_eq!(
        hint,
        "hint: a document's certificates are valid for a few hours, and the first of these expired at 2025-01-06T19:07:05Z; to \
         verify the document as of the time when you received it, use `--at TIME`; as of the time in it, `--at document`"
    );
    let at = ["--pcr0", FIRST.pcr[0], "--at", "2025-01-06T18:00:00Z"];
    assert_eq!(verify(&laptop, FIRST.bytes, at).ok().json()["as_of"], "time");
    // As of an earlier time only a limit that is asked for counts.
    refused(verify(&laptop, FIRST.bytes, [&at[..], &["--max-age", "1h"]].concat()), "age");
    let before = verify(&laptop, FIRST.bytes, ["--pcr0", FIRST.pcr[0], "--at", "2025-01-06T16:00:00Z"]);
    let before = refused(before, "validity");
    assert!(before.stderr.contains("check this machine's clock"), "{}", before.stderr);
}
