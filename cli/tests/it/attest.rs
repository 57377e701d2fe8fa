//! `iac attest` on a machine without configuration, credentials and network: genuine documents pass for what they are and
//! for nothing else.

mod files;
mod forge;
mod forgeries;
mod receipts;
mod time;
mod verdicts;

use std::ffi::OsStr;

use crate::harness::{Laptop, Run};

/// A document of a real Nitro Secure Module with what is known of it from elsewhere.
struct Genuine {
    bytes: &'static [u8],
    instance: &'static str,
    pcr: [&'static str; 3],
}

/// For tests that need any genuine document.
pub(crate) const FIRST_BYTES: &[u8] = include_bytes!("../../../nitro/tests/data/nitro-1.cose");

const FIRST: Genuine = Genuine {
    bytes: FIRST_BYTES,
    instance: "i-0bee92034f3d60691",
    pcr: [
        "8bb159f202bb95d6d4d98e0e103918246cea734f1d57cd263e4fd56075ed53f6fa8c68854817a32749a241e11874c26b",
        "3b4a7e1b5f13c5a1000b3ed32ef8995ee13e9876329f9bc72650b918329ef9cf4e2e4d1e1e37375dab0ba56ba0974d03",
        "f4e86b12ad3df5f9fea962ff706c23ee190b463740a32f1a679a3cd1070a7731ddd83328fe3db5e8143ea94344b6fb95",
    ],
};

/// What is not so of the first document: another instance, and the PCR0 of another image.
const OTHER_INSTANCE: &str = "i-1234567890abcdef0";
const OTHER_PCR0: &str =
    "189038eccf28a3a098949e402f3b3d86a876f4915c5b02d546abb5d8c507ceb1755b8192d8cfca66e8f226160ca4c7a6";

/// A document of an enclave in debug mode under a root that is not AWS's, which is left in `other.der`.
fn under_other_root(laptop: &Laptop) -> Vec<u8> {
    let module = forge::Module::new(forge::plans());
    laptop.write("other.der", &module.certificates[0]);
    module.document(&module.debug_payload())
}

/// Runs `iac attest verify` on a document with these options.
fn verify<W: AsRef<OsStr>>(laptop: &Laptop, document: &[u8], options: impl IntoIterator<Item = W>) -> Run {
    let file = laptop.write("document.cose", document);
    let mut words = vec!["attest".into(), "verify".into(), file.into_os_string()];
    words.extend(options.into_iter().map(|word| word.as_ref().to_owned()));
    laptop.iac(words)
}

/// Demands that a document is refused, at this check first.
#[track_caller]
fn refused(run: Run, check: &str) -> Run {
    let code = if check == "decoding" { "document_malformed" } else { "document_refused" };
    let run = run.fails(code);
    let verdict = run.json();
    assert_eq!(verdict["verified"], false);
    assert!(verdict["claims"].is_null(), "what is not believed is not repeated");
    let steps = verdict["report"]["steps"].as_array().unwrap();
    let failed = steps.iter().find(|step| step["passed"] == false).unwrap();
    assert_eq!(failed["check"], check, "{}", run.text());
    assert!(run.stderr.contains(&format!("refused at `{check}`")), "{}", run.stderr);
    run
}

#[test]
fn a_genuine_document_is_verified_as_of_its_own_time() {
    let laptop = Laptop::offline();
    let [pcr0, pcr1, pcr2] = FIRST.pcr;
    let instance = FIRST.instance;
    let options = ["--at", "document", "--pcr0", pcr0, "--pcr1", pcr1, "--pcr2", pcr2, "--instance-id", instance];
    let verdict = verify(&laptop, FIRST.bytes, options).ok().json();
    assert_eq!((&verdict["verified"], &verdict["as_of"]), (&true.into(), &"document".into()));
    assert_eq!(verdict["claims"]["pcrs"]["0"], pcr0);
    assert_eq!(verdict["report"]["root"]["is_aws"], true);
    let steps = verdict["report"]["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["passed"] == true));
    let checks: Vec<_> = steps.iter().map(|step| step["check"].as_str().unwrap()).collect();
    assert_eq!(
        checks.join(" "),
        "decoding signer algorithm root certificates order authorities leaf document_signature chain_signatures \
         validity document_time clock debug pcr0 pcr1 pcr2 pcr4"
    );
}

/// Since August 2025 modules write the payload as a map of indefinite length.
#[test]
fn a_payload_of_indefinite_length_is_verified_and_shown_like_any_other() {
    let laptop = Laptop::offline();
    let module = forge::Module::new(forge::plans());
    let payload = forge::Payload { indefinite: true, ..module.payload() };
    let verdict = verify(&laptop, &module.document(&payload), forge::options(&laptop, &module)).ok().json();
    assert_eq!(verdict["verified"], true);
    assert_eq!(laptop.iac(["attest", "show", "document.cose"]).ok().json()["claims"], verdict["claims"]);

    // Anything else of indefinite length is refused, and named.
    let envelope = module.document(&payload);
    let indefinite = [&[0x9f], &envelope[1..], &[0xff]].concat();
    let run = refused(verify(&laptop, &indefinite, forge::options(&laptop, &module)), "decoding");
    assert!(run.stderr.contains("expected: an attestation document\n"), "{}", run.stderr);
    assert!(run.stderr.contains("has an array of indefinite length at byte 0\n"), "{}", run.stderr);
    let long = vec![0x84; 16 * 1024 + 1];
    let run = refused(verify(&laptop, &long, forge::options(&laptop, &module)), "decoding");
    assert!(run.stderr.contains("expected: an attestation document of at most 16384 bytes\n"), "{}", run.stderr);
}

#[test]
fn each_expectation_that_is_not_met_is_named() {
    let laptop = Laptop::offline();
    let wrong = "ab".repeat(48);
    let role = "arn:aws:iam::123456789012:role/Webserver";
    for (option, value, check) in [
        ("--pcr1", wrong.as_str(), "pcr1"),
        ("--pcr8", &wrong, "pcr8"),
        ("--pcr15", &wrong, "pcr15"),
        ("--pcr31", &wrong, "pcr31"),
        ("--instance-id", OTHER_INSTANCE, "pcr4"),
        ("--role-arn", role, "pcr3"),
        ("--nonce", "00ff", "nonce"),
        ("--user-data", "text:hello", "user_data"),
        ("--public-key", "base64:AP8=", "public_key"),
    ] {
        let options = ["--at", "document", "--pcr0", FIRST.pcr[0], option, value];
        refused(verify(&laptop, FIRST.bytes, options), check);
    }
    refused(verify(&laptop, FIRST.bytes, ["--at", "document", "--pcr0", OTHER_PCR0]), "pcr0");
    let own = verify(&laptop, FIRST.bytes, ["--at", "document", "--pcr0", FIRST.pcr[0]]).ok().json();
    let key = own["claims"]["public_key"].as_str().unwrap();
    let options = ["--at", "document", "--pcr0", FIRST.pcr[0], "--public-key", key];
    assert_eq!(verify(&laptop, FIRST.bytes, options).ok().json()["verified"], true);
}

#[test]
fn another_root_is_shown_for_what_it_is() {
    let laptop = Laptop::offline();
    let zeros = "0".repeat(96);
    let options = ["--at", "document", "--allow-debug", "--pcr0", &zeros];
    let document = under_other_root(&laptop);
    let run = refused(verify(&laptop, &document, options), "root");
    assert!(run.stderr.contains("hint: AWS did not sign this document"), "{}", run.stderr);

    let options = [&options[..], &["--root", "other.der"]].concat();
    let verdict = verify(&laptop, &document, &options).ok().json();
    assert_eq!((&verdict["verified"], &verdict["report"]["root"]["is_aws"]), (&true.into(), &false.into()));
    let caveats = verdict["caveats"].to_string();
    assert!(caveats.contains("not AWS's: `other.der`") && caveats.contains("debug mode"), "{caveats}");

    // Debug mode has to be allowed as well.
    let options = ["--at", "document", "--pcr8", &"1".repeat(96), "--root", "other.der"];
    let run = refused(verify(&laptop, &document, options), "debug");
    assert!(run.stderr.contains("add `--allow-debug`"), "{}", run.stderr);
}

#[test]
fn what_proves_nothing_is_a_usage_error() {
    let laptop = Laptop::offline();
    let (zeros, ones) = ("0".repeat(96), "1".repeat(96));
    let missing: [&[&str]; 6] = [
        &[],
        &["--pcr1", &ones],
        &["--instance-id", FIRST.instance, "--nonce", "00"],
        &["--pcr0", &zeros],
        &["--allow-debug", "--pcr8", &zeros],
        &["--pcr1", &zeros, "--pcr2", &ones],
    ];
    for options in missing {
        let run = verify(&laptop, FIRST.bytes, options).fails("expectation_missing");
        assert!(run.stderr.contains("hint: "), "{}", run.stderr);
    }
    let at_document = ["--max-age", "1h", "--at", "document", "--pcr0", &ones];
    let run = verify(&laptop, FIRST.bytes, at_document).fails("usage");
    assert!(run.stderr.contains("`--max-age` compares with a clock"), "{}", run.stderr);
    let twice = ["--pcr4", &ones, "--instance-id", FIRST.instance, "--pcr0", &ones];
    verify(&laptop, FIRST.bytes, twice).fails("expectation_conflict");
    for bad in [
        ["--pcr0", "00"],
        ["--pcr32", &ones],
        ["--instance-id", "i-1"],
        ["--role-arn", "arn:aws:iam::123456789012:instance-profile/Webserver"],
        ["--nonce", ""],
        ["--nonce", "hello"],
        ["--at", "yesterday"],
        ["--enclave", "web"],
    ] {
        verify(&laptop, FIRST.bytes, [&bad[..], &["--pcr1", &ones]].concat()).fails("usage");
    }
    laptop.write("empty", "");
    let empty = ["--pcr0", &ones, "--user-data", "@empty"];
    let run = verify(&laptop, FIRST.bytes, empty).fails("usage");
    assert!(run.stderr.contains("`empty` is empty"), "{}", run.stderr);
}

#[test]
fn places_are_predicted() {
    let laptop = Laptop::offline();
    let (id, arn) = ("i-1234567890abcdef0", "arn:aws:iam::123456789012:role/Webserver");
    let both = laptop.iac(["attest", "predict", "--instance-id", id, "--role-arn", arn]).ok().json();
    // AWS's own examples.
    let pcr3 = "78fce75db17cd4e0a3fb8dad3ad128ca5e77edbb2b2c7f75329dccd99aa5f6ef4fc1f1a452e315b9e98f9e312e6921e6";
    let pcr4 = "08f996b5d43e047a9eb51e7f548bfee7e164fd7dc8f65541f2ac09d6545ac812719327281c401a67a10fcba87ae79ce0";
    assert_eq!(both, serde_json::json!({"pcr3": pcr3, "pcr4": pcr4}));
    let one = laptop.iac(["attest", "predict", "--instance-id", id, "--output", "text"]).ok();
    assert_eq!(one.text(), format!("PCR4  {pcr4}\n"));
    laptop.iac(["attest", "predict"]).fails("usage");
}
