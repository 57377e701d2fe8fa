//! `instance create` with a type on which the enclave does not fit.

use crate::harness::{Laptop, Run};

/// A machine where only the type can be wrong.
fn ready(lines: &str) -> Laptop {
    let laptop = Laptop::new();
    laptop.configure(lines);
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
    laptop
}

fn create(laptop: &Laptop, words: &[&str]) -> Run {
    laptop.iac([&["instance", "create", "--wait", "none"], words].concat())
}

#[test]
fn a_type_without_enclaves_is_refused_with_three_that_have_them() {
    let laptop = ready("");
    let run = create(&laptop, &["--instance-type", "t3.micro"]).fails("type_without_enclaves");
    insta::assert_snapshot!(run.stderr, @r"
    error: instance type `t3.micro` cannot run enclaves
    caused by: it does not support enclaves
    caused by: 2 vCPUs missing: 2 for enclaves and 2 for the parent, of 2
    caused by: 576 MiB of memory missing: 1024 for enclaves and 576 for the parent, of 1024
    hint: set `instance_type` to one that fits: `c5a.xlarge`, `c6a.xlarge`, `c6i.xlarge`
    hint: or launch an ordinary instance with `--no-nitro`
    ");
    // On Graviton others of Graviton, for an image does not change its architecture.
    let run = create(&laptop, &["--instance-type", "t4g.small"]).fails("type_without_enclaves");
    assert!(run.stderr.contains("one that fits: `c6g.xlarge`, "), "{}", run.stderr);
    assert!(laptop.aws().requests_of("RunInstances").is_empty());
    let _ = create(&laptop, &["--instance-type", "t3.micro", "--no-nitro"]).ok();
}

#[test]
fn a_type_that_is_too_small_is_refused_with_three_that_are_not() {
    let laptop = ready("[iac.enclave]\ncpu_count = 4\n");
    let run = create(&laptop, &[]).fails("type_unsuitable");
    insta::assert_snapshot!(run.stderr, @r"
    error: an enclave with 4 CPUs and 1024 MiB does not fit on instance type `c6a.xlarge`
    caused by: 2 vCPUs missing: 4 for enclaves and 2 for the parent, of 4
    hint: set `instance_type` to one that fits: `c5a.2xlarge`, `c6a.2xlarge`, `c6i.2xlarge`
    hint: or want less: `cpu_count` and `memory_mib` below `[iac.enclave]`
    ");
    assert!(laptop.aws().requests_of("RunInstances").is_empty());
    let _ = create(&laptop, &["--instance-type", "c6a.2xlarge"]).ok();
}

#[test]
fn a_type_that_fits_costs_no_further_call() {
    let laptop = ready("");
    let _ = create(&laptop, &[]).ok();
    assert_eq!(laptop.aws().requests_of("DescribeInstanceTypes").len(), 1);
    assert_eq!(laptop.aws().requests_of("DescribeInstanceTypeOfferings").len(), 1);
}
