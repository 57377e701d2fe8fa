//! `iac eif` on images that AWS's own crate wrote, on images built here, and on files that are none.

#[path = "../../../nitro/tests/eif/support.rs"]
#[expect(dead_code, reason = "the library's tests use the rest")]
pub(crate) mod support;

use serde_json::Value;
use support::{Archive, Builder, CMDLINE, KERNEL, METADATA, METADATA_JSON, PROGRAM, RAMDISK, gzip};

use crate::harness::{Laptop, Run};

const PLAIN: &[u8] = include_bytes!("../../../nitro/tests/eif/data/plain.eif");
const SIGNED: &[u8] = include_bytes!("../../../nitro/tests/eif/data/signed.eif");

/// What AWS's reader computed for both.
const PCR0: &str = "ca73bb45eb1eeebaebc9731d947f7d0622eff56cd0c83f416e33f402a3995c88d9caf7ee8c086dda176907f31ce2c3f8";
const PCR8: &str = "a72d540b1cbd34640504d3339f0c93460338020a4e467451a126f62d1fcdac66e69b9b5e305d3e91d0f747c2d3ec7602";

fn show(laptop: &Laptop, image: &[u8], options: &[&str]) -> Run {
    laptop.write("image.eif", image);
    laptop.iac([&["eif", "show", "image.eif"], options].concat())
}

#[test]
fn images_are_shown_with_the_registers_that_aws_computed() {
    let laptop = Laptop::offline();
    let plain = show(&laptop, PLAIN, &[]).ok().json();
    assert_eq!((&plain["Measurements"]["PCR0"], &plain["signature"]), (&PCR0.into(), &Value::Null));
    assert_eq!((&plain["intact"], plain["sections"].as_array().unwrap().len()), (&true.into(), 5));
    let signed = show(&laptop, SIGNED, &[]).ok().json();
    assert_eq!(signed["Measurements"]["PCR8"], PCR8);
    assert_eq!((&signed["signature"]["valid"], &signed["signature"]["algorithm"]), (&true.into(), &(-35).into()));
}

#[test]
fn an_image_as_text() {
    let laptop = Laptop::offline();
    insta::assert_snapshot!("plain", show(&laptop, PLAIN, &["--output", "text"]).ok().text());
    let signed = show(&laptop, SIGNED, &["--output", "text"]).ok().text();
    let lines: Vec<_> = signed.lines().skip_while(|line| !line.starts_with("signature")).take(2).collect();
    assert_eq!(lines, ["signature    holds", "signed by    CN=conformance, O=iac, issued by CN=conformance, O=iac"]);
}

#[test]
fn what_would_not_start_is_shown_and_is_a_failure() {
    let laptop = Laptop::offline();
    let mut damaged = PLAIN.to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    let run = show(&laptop, &damaged, &[]).fails("image_damaged");
    assert_eq!(run.json()["intact"], false);
    assert!(run.stderr.starts_with("error: `image.eif` is damaged: its checksum is "), "{}", run.stderr);

    // Another kernel under the same signature, with a checksum that holds.
    let mut forged = SIGNED.to_vec();
    forged[600] ^= 1;
    support::seal(&mut forged);
    let run = show(&laptop, &forged, &[]).fails("image_damaged");
    assert_eq!((&run.json()["intact"], &run.json()["signature"]["valid"]), (&true.into(), &false.into()));
    assert!(run.stderr.contains("signs something else than this image's PCR0"), "{}", run.stderr);

    laptop.write("document.cose", crate::attest::FIRST_BYTES);
    let run = laptop.iac(["attest", "verify", "document.cose", "--eif", "image.eif"]).fails("image_damaged");
    assert!(run.stderr.contains("hint: build or copy the image again"), "{}", run.stderr);
}

#[test]
fn what_is_no_image_is_said_to_be_none() {
    let laptop = Laptop::offline();
    laptop.write("folder/file", "");
    for (image, cause) in [
        (&b""[..], "not an enclave image: 0 bytes are fewer than the header's 548"),
        (&PLAIN[..1000], "has 48 bytes, but the image ends at offset 1000"),
        (&[b"%PDF-1.7", &[0; 600][..]].concat(), "it begins with [25, 50, 44, 46], not with `.eif`"),
        (&[PLAIN, b"more"].concat(), "4 bytes after the last section"),
    ] {
        let run = show(&laptop, image, &[]).fails("image_malformed");
        assert!(
            run.stderr.starts_with("error: `image.eif` is no enclave image that can be measured\n"),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains(cause), "{}", run.stderr);
    }
    for (name, line) in [("folder", "error: `folder` is a folder\n"), ("none", "error: cannot read `none`\n")] {
        let run = laptop.iac(["eif", "show", name]).fails("file_failed");
        assert!(run.stderr.starts_with(line), "{}", run.stderr);
        laptop.write("image.eif", PLAIN);
        laptop.iac(["eif", "diff", "image.eif", name]).fails("file_failed");
    }
    let pipe = laptop.command("mkfifo").arg("pipe").status().unwrap();
    assert!(pipe.success());
    let run = laptop.iac(["eif", "show", "pipe"]).fails("file_failed");
    assert!(run.stderr.contains("`pipe` is no ordinary file"), "{}", run.stderr);
}

#[test]
fn what_show_prints_is_what_verify_expects() {
    let laptop = Laptop::offline();
    laptop.write("image.json", show(&laptop, SIGNED, &[]).ok().stdout);
    laptop.write("document.cose", crate::attest::FIRST_BYTES);
    let options = |option, file| ["attest", "verify", "document.cose", "--at", "document", option, file];
    let by_image = laptop.iac(options("--eif", "image.eif")).fails("document_refused").json();
    let by_json = laptop.iac(options("--measurements", "image.json")).fails("document_refused").json();
    assert_eq!(by_image, by_json);
    let step = |check: &str| {
        let steps = by_image["report"]["steps"].as_array().unwrap();
        steps.iter().find(|step| step["check"] == check).unwrap()["expected"].clone()
    };
    assert_eq!((step("pcr0"), step("pcr8")), (PCR0.into(), PCR8.into()));
    let run = laptop.iac([&options("--eif", "image.eif")[..], &["--pcr0", &"1".repeat(96)]].concat());
    run.fails("expectation_conflict");
}

fn image(application: &Archive) -> Vec<u8> {
    Builder::new(4)
        .section(KERNEL, b"a kernel")
        .section(CMDLINE, b"reboot=k")
        .section(METADATA, METADATA_JSON.as_bytes())
        .section(RAMDISK, &gzip(&Archive::default().file("init", PROGRAM, b"boots").finish()))
        .section(RAMDISK, &gzip(&application.clone().finish()))
        .build()
}

#[test]
fn a_difference_is_told_down_to_the_files() {
    let laptop = Laptop::offline();
    let later = support::Attributes { modified: 2_000, ..PROGRAM };
    let common = Archive::default().file("etc/hosts", PROGRAM, b"same");
    let before = common.clone().file("bin/app", PROGRAM, b"one").file("etc/old", PROGRAM, b"");
    let after = common.file("bin/app", later, b"two").file("etc/new\u{1b}[2J", PROGRAM, b"");
    laptop.write("before.eif", image(&before));
    laptop.write("after.eif", image(&after));
    let shown = laptop.iac(["eif", "diff", "before.eif", "after.eif"]).ok().json();
    assert_eq!(shown["identical"], false);
    let section = &shown["sections"][0];
    assert_eq!((&section["kind"], &section["number"]), (&"ramdisk".into(), &1.into()));
    assert_eq!(section["pcrs"], serde_json::json!([0, 2]));
    assert_eq!(
        section["files"],
        serde_json::json!([
            {"path": "bin/app", "change": "changed", "aspects": ["content", "time"]},
            {"path": "etc/new\u{1b}[2J", "change": "added", "aspects": []},
            {"path": "etc/old", "change": "removed", "aspects": []},
        ])
    );
    let text = laptop.iac(["eif", "diff", "before.eif", "after.eif", "--output", "text"]).ok().text();
    insta::assert_snapshot!("difference", text);
    let checked = laptop.iac(["eif", "diff", "--check", "before.eif", "after.eif"]);
    assert_eq!((checked.status.code(), checked.json()), (Some(3), shown));
    let same = laptop.iac(["eif", "diff", "--check", "before.eif", "before.eif"]).ok().json();
    assert_eq!(same["identical"], true);
}

#[test]
fn what_cannot_be_unpacked_is_told_in_its_place() {
    let laptop = Laptop::offline();
    laptop.write("before.eif", Builder::usual().build());
    let mut other = Builder::usual();
    other.sections[3].1 = b"\x28\xb5\x2f\xfd another".to_vec();
    laptop.write("after.eif", other.build());
    let shown = laptop.iac(["eif", "diff", "before.eif", "after.eif"]).ok().json();
    let problem = shown["sections"][0]["problem"].as_str().unwrap();
    assert!(problem.starts_with("the ramdisk is no cpio archive"), "{problem}");
    assert_eq!(shown["sections"][0]["files"], Value::Null);
}
