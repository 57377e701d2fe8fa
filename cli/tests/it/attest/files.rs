//! The forms in which documents come, the files that are none, and the machine that needs nothing set up.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

use super::{FIRST, verify};
use crate::harness::{Laptop, output};

const PLAIN: &[u8] = include_bytes!("../../../../nitro/tests/eif/data/plain.eif");

fn hexadecimal(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

#[test]
fn every_form_of_a_document_is_recognised_from_a_file_and_from_stdin() {
    let laptop = Laptop::offline();
    let binary = laptop.start_with(["attest", "show", "-"], FIRST.bytes).finish().ok().json();
    assert_eq!(binary["claims"]["pcrs"]["0"], FIRST.pcr[0]);
    let lines: Vec<_> = BASE64_STANDARD.encode(FIRST.bytes).as_bytes().chunks(76).map(<[u8]>::to_vec).collect();
    for form in [
        hexadecimal(FIRST.bytes).into_bytes(),
        hexadecimal(FIRST.bytes).to_uppercase().into_bytes(),
        lines.join(&b"\r\n"[..]),
        format!("{}\n", BASE64_URL_SAFE_NO_PAD.encode(FIRST.bytes)).into_bytes(),
        format!("0x{}", hexadecimal(FIRST.bytes)).into_bytes(),
        format!("{{\"attestation_doc\": \"{}\"}}", BASE64_STANDARD.encode(FIRST.bytes)).into_bytes(),
        format!("\u{feff}{{\"attestation\": {:?}}}", FIRST.bytes).encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ] {
        assert_eq!(laptop.start_with(["attest", "show", "-"], &form).finish().ok().json(), binary);
        laptop.write("form", &form);
        assert_eq!(laptop.iac(["attest", "show", "form"]).ok().json(), binary);
    }
}

#[test]
fn nothing_is_needed_and_a_broken_configuration_is_not_read() {
    let mut laptop = Laptop::offline();
    laptop.unset("BKY_IAC_ACCESS_KEY");
    laptop.unset("BKY_IAC_SECRET_KEY");
    laptop.set("BKY_IAC_SSH_PORT", "not a port");
    laptop.write(".config/bky/iac/config.toml", "this is not TOML");
    assert_eq!(
        verify(&laptop, FIRST.bytes, ["--at", "document", "--pcr0", FIRST.pcr[0]]).ok().json()["verified"],
        true
    );
    laptop.write("plain.eif", PLAIN);
    laptop.iac(["eif", "show", "plain.eif"]).ok();
}

#[test]
fn what_is_no_document_is_said_to_be_none() {
    let laptop = Laptop::offline();
    let (cut, digits) = (&FIRST.bytes[..1000], hexadecimal(FIRST.bytes));
    let files: [(&str, &[u8], &str); 6] = [
        (
            "paper.pdf",
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
            "the first byte is 0x25, and a document begins with 0x84 or, tagged, with 0xd2",
        ),
        ("empty", b"", "there is nothing in it"),
        ("notes.txt", b"hello, world\n", "it is text, but neither hexadecimal nor base64"),
        ("cut.cose", cut, "the envelope is not strict CBOR: it has an item of which the end is missing at byte 7"),
        ("cut.hex", &digits.as_bytes()[..1001], "it is text, but neither hexadecimal nor base64"),
        ("image.eif", PLAIN, "the first byte is 0x2e, and a document begins"),
    ];
    for (name, content, cause) in files {
        laptop.write(name, content);
        let run = laptop.iac(["attest", "show", name]).fails("document_malformed");
        assert!(run.stderr.starts_with(&format!("error: `{name}` holds no attestation document\n")), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("caused by: {cause}")), "{}", run.stderr);
        assert!(
            run.stderr.contains("hint: give the document as the Nitro Secure Module returned it"),
            "{}",
            run.stderr
        );
        let verified = laptop.iac(["attest", "verify", name, "--pcr0", FIRST.pcr[0]]).fails("document_malformed");
        assert_ne!(verified.json()["verified"], true);
    }
}

#[test]
fn what_cannot_be_read_is_named_with_the_reason() {
    let laptop = Laptop::offline();
    laptop.write("folder/file", "");
    laptop.write("long", vec![b'a'; 300_000]);
    for (name, line) in [
        ("folder", "error: `folder` is a folder\n"),
        ("none", "error: cannot read `none`\ncaused by: No such file or directory (os error 2)\n"),
        ("long", "error: `long` has more than 262144 bytes\n"),
    ] {
        let run = laptop.iac(["attest", "show", name]).fails("file_failed");
        assert_eq!(run.stderr, line);
        let options = ["attest", "verify", name, "--pcr0", FIRST.pcr[0]];
        assert_eq!(laptop.iac(options).fails("file_failed").stderr, line);
    }
    laptop.write("document.cose", FIRST.bytes);
    for option in ["--eif", "--measurements", "--root"] {
        let run = laptop.iac(["attest", "verify", "document.cose", option, "none"]).fails("file_failed");
        assert!(run.stderr.starts_with("error: cannot read `none`\n"), "{}", run.stderr);
    }
}

#[test]
fn a_document_that_is_not_to_be_found_in_json_is_said_to_be_missing() {
    let laptop = Laptop::offline();
    laptop.write("answer.json", r#"{"status": "ok", "body": "hEQ="}"#);
    let run = laptop.iac(["attest", "show", "answer.json"]).fails("document_malformed");
    assert!(run.stderr.contains("it is JSON, but holds no document under `attestation`"), "{}", run.stderr);
    verify(&laptop, FIRST.bytes, ["--at", "document", "--pcr0", FIRST.pcr[0], "--write-receipt", "receipt.json"]).ok();
    let run = laptop.iac(["attest", "show", "receipt.json"]).fails("document_malformed");
    assert!(run.stderr.contains("hint: verify it with `iac attest recheck`"), "{}", run.stderr);
}

#[test]
fn what_git_lfs_left_in_the_place_of_a_file_is_named_wherever_one_is_read() {
    let laptop = Laptop::offline();
    laptop.write("document.cose", FIRST.bytes);
    laptop.write("plain.eif", PLAIN);
    laptop.write("pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 15728640\n");
    let verify = ["attest", "verify", "document.cose"];
    for words in [
        &["attest", "show", "pointer"][..],
        &["attest", "verify", "pointer", "--pcr0", FIRST.pcr[0]],
        &["attest", "recheck", "pointer"],
        &["eif", "show", "pointer"],
        &["eif", "diff", "plain.eif", "pointer"],
        &[&verify[..], &["--eif", "pointer"]].concat(),
        &[&verify[..], &["--measurements", "pointer"]].concat(),
        &[&verify[..], &["--root", "pointer"]].concat(),
        &[&verify[..], &["--pcr0", FIRST.pcr[0], "--user-data", "@pointer"]].concat(),
    ] {
        let run = laptop.iac(words).fails("file_failed");
        let said = "error: `pointer` is a Git LFS pointer, which stands for the file itself\nhint: fetch the file with `git lfs pull`\n";
        assert_eq!(run.stderr, said, "{words:?}");
    }
}

#[test]
fn measurements_are_read_in_the_forms_in_which_they_are_kept() {
    let laptop = Laptop::offline();
    let [pcr0, pcr1, pcr2] = FIRST.pcr;
    let flat =
        format!(r#"{{"HashAlgorithm": "Sha384 {{ ... }}", "PCR0": "{pcr0}", "PCR1": "{pcr1}", "PCR2": "{pcr2}"}}"#);
    let nested = format!("{{\n  \"Measurements\": {flat}\n}}\n");
    let building = format!("Start building the Enclave Image...\nEnclave Image successfully created.\n{nested}");
    let eif_build = format!("Output written into app.eif\nBootMeasurement: Sha384 {{ ... }}: {flat}\n");
    let wide: Vec<u8> = format!("\u{feff}{nested}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for form in [
        flat.into_bytes(),
        format!("\u{feff}{nested}").into_bytes(),
        building.into_bytes(),
        eif_build.into_bytes(),
        wide,
    ] {
        laptop.write("measurements", form);
        let options = ["--at", "document", "--measurements", "measurements"];
        assert_eq!(verify(&laptop, FIRST.bytes, options).ok().json()["verified"], true);
    }
}

#[test]
fn a_pipe_is_read_as_a_document() {
    let laptop = Laptop::offline();
    laptop.write("document.cose", FIRST.bytes);
    let script = format!("'{}' attest show <(cat document.cose)", env!("CARGO_BIN_EXE_iac"));
    let shown = output(laptop.command("bash").args(["-c", &script]));
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["claims"]["pcrs"]["0"], FIRST.pcr[0]);
}

#[test]
fn other_files_that_are_not_what_they_should_be_are_refused() {
    let laptop = Laptop::offline();
    laptop.write("document.cose", FIRST.bytes);
    laptop.write("notes.txt", "hello");
    laptop.write("bent.json", r#"{"Measurements": {"HashAlgorithm": "Sha256", "PCR0": "00"}}"#);
    laptop.write("plain.eif", PLAIN);
    for (option, file, code) in [
        ("--root", "notes.txt", "root_malformed"),
        ("--measurements", "notes.txt", "measurements_malformed"),
        ("--measurements", "bent.json", "measurements_malformed"),
        ("--measurements", "plain.eif", "measurements_malformed"),
        ("--eif", "notes.txt", "image_malformed"),
        ("--eif", "document.cose", "image_malformed"),
    ] {
        let run = laptop.iac(["attest", "verify", "document.cose", option, file]).fails(code);
        assert!(run.stderr.starts_with(&format!("error: `{file}` ")), "{}", run.stderr);
        assert!(run.stderr.contains("caused by: ") || run.stderr.contains("hint: "), "{}", run.stderr);
    }
}
