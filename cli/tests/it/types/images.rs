//! An enclave image says what it needs.

use crate::eif::support::{Builder, RAMDISK};
use crate::harness::Laptop;

/// An image of a little more than this many MiB.
fn image(mib: usize, flags: u16) -> Vec<u8> {
    let mut builder = Builder::usual().section(RAMDISK, &vec![0; mib << 20]);
    builder.flags = flags;
    builder.build()
}

#[test]
fn memory_is_four_times_the_image_unless_more_is_set() {
    let laptop = Laptop::new();
    laptop.write("app.eif", image(300, 0));
    let memory = |words: &[&str]| {
        let run = laptop.iac([&["types", "--eif", "app.eif"], words].concat()).ok();
        run.json()[0]["allocator"]["memory_mib"].as_u64().unwrap()
    };
    assert_eq!(memory(&[]), 1202, "in whole pages of 2 MiB");
    assert_eq!(memory(&["--memory-mib", "4096"]), 4096);
    let run = laptop.iac(["types", "--eif", "app.eif", "--memory-mib", "1000"]).fails("setting_invalid");
    insta::assert_snapshot!(run.stderr, @r"
    error: an enclave of this image needs at least 1201 MiB, four times its size: 201 MiB too few
    hint: set `--memory-mib` to 1201 or more, or leave it out
    ");
}

#[test]
fn the_architecture_is_the_image_s() {
    let laptop = Laptop::new();
    laptop.write("arm.eif", image(0, 1));
    let listed = laptop.iac(["types", "--eif", "arm.eif"]).ok().json();
    assert!(listed.as_array().unwrap().iter().all(|each| each["architectures"] == serde_json::json!(["arm64"])));
    let _ = laptop.iac(["types", "--eif", "arm.eif", "--arch", "arm64"]).ok();
    let run = laptop.iac(["types", "--eif", "arm.eif", "--arch", "x86_64"]).fails("usage");
    assert!(run.stderr.contains("the image is for arm64, not for x86_64"), "{}", run.stderr);
    let _ = laptop.iac(["types", "--eif", "no.eif"]).fails("file_failed");
    laptop.write("no.eif", "something else");
    let _ = laptop.iac(["types", "--eif", "no.eif"]).fails("image_malformed");
}
