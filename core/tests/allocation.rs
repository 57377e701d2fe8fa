//! What the host script sets aside, held against nitro-cli's own rules on every type of EC2's catalogue.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

use iac_core::host::Wanted;
use iac_core::host::allocator::Allocator;
use iac_core::host::script;
use nitro::sizing::{Architecture, Demand, Parent};
use proptest::prelude::*;

/// The types of EC2's catalogue: facts only, one type a line.
fn parents() -> Vec<Parent> {
    let types = include_str!("../../nitro/tests/sizing/data/types.csv").lines().skip(1);
    let parent = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let [_, vcpus, cores, threads, memory, architectures, enclaves, bare_metal] = fields[..] else {
            panic!("{line}")
        };
        let x86_64 = architectures.contains("x86_64").then_some(Architecture::X86_64);
        let arm64 = architectures.contains("arm64").then_some(Architecture::Aarch64);
        Parent {
            vcpus: vcpus.parse().unwrap(),
            cores: cores.parse().ok(),
            threads_per_core: threads.parse().ok(),
            memory_mib: memory.parse().unwrap(),
            architectures: x86_64.into_iter().chain(arm64).collect(),
            supports_enclaves: enclaves == "supported",
            bare_metal: bare_metal == "true",
        }
    };
    types.map(parent).collect()
}

/// The file that the script of a host with these enclaves writes.
fn written(enclaves: Allocator) -> String {
    let wanted = Wanted { login_user: "ec2-user".to_owned(), enclaves: Some(enclaves), kms: false, ttl: None };
    let script = script::set_up(&wanted).unwrap();
    let (_, rest) = script.split_once("wanted_allocator() { printf %s '").unwrap();
    rest.split_once("'; }\n").unwrap().0.to_owned()
}

/// Reads memory and CPUs as the allocator's loop of `read` does: all before `---` is passed over, then every line is a
/// known key with digits behind its colon, and ends in a newline.
fn read(file: &str) -> (u64, u64) {
    let (before, after) = file.split_once("---\n").unwrap();
    assert!(before.is_empty() && after.ends_with('\n'), "{file:?}");
    let (mut memory, mut cpus) = (Vec::new(), Vec::new());
    for line in after.lines() {
        let (key, value) = line.split_once(": ").unwrap();
        assert!(!value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()), "{line:?}");
        match key {
            "memory_mib" => memory.push(value.parse().unwrap()),
            "cpu_count" => cpus.push(value.parse().unwrap()),
            other => panic!("unknown: {other}"),
        }
    }
    let ([memory], [cpus]) = (memory.as_slice(), cpus.as_slice()) else { panic!("{file:?}") };
    (*memory, *cpus)
}

fn demands() -> impl Strategy<Value = Demand> {
    (1..24_u32, 64..40_000_u64, 1..=4_u32)
        .prop_map(|(cpus, memory, enclaves)| Demand::new(cpus, memory).unwrap().times(enclaves).unwrap())
}

/// What every host's allocator asks: whole cores, and memory for each enclave in pages of 2 MiB.
fn is_whole(demand: &Demand, (memory, cpus): (u64, u64), threads: u64) -> Result<(), TestCaseError> {
    let enclaves = u64::from(demand.enclaves());
    prop_assert!(cpus.is_multiple_of(threads), "{} CPUs where {} share a core", cpus, threads);
    prop_assert!(cpus >= u64::from(demand.cpu_count()) * enclaves);
    prop_assert!(memory.is_multiple_of(2) && memory >= demand.memory_mib() * enclaves);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_allocator_takes_the_file_on_every_type_that_fits(demand in demands()) {
        let mut fitting = 0;
        for parent in parents() {
            let Ok(allocation) = demand.fit(&parent) else { continue };
            let (memory, cpus) = read(&written(allocation.into()));
            let threads = u64::from(parent.vcpus / parent.cores.unwrap());
            is_whole(&demand, (memory, cpus), threads)?;
            // CPU 0 and its siblings stay with the parent.
            prop_assert!(cpus + threads <= u64::from(parent.vcpus));
            prop_assert!(memory < parent.memory_mib);
            fitting += 1;
        }
        prop_assert!(fitting > 0, "nothing was tried");
    }

    #[test]
    fn without_a_type_what_is_set_aside_is_whole_on_each(demand in demands()) {
        let read = read(&written(Allocator::on_any_type(&demand)));
        for parent in parents() {
            is_whole(&demand, read, u64::from(parent.vcpus / parent.cores.unwrap()))?;
        }
    }
}
