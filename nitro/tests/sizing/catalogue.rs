//! Every type of EC2's catalogue, as moto 5.2.5 has it from AWS: facts only, one type a line.

use nitro::sizing::{Architecture, Demand, Parent, Refusal};

use crate::properties::is_right;

fn types() -> impl Iterator<Item = (&'static str, Parent)> {
    include_str!("data/types.csv").lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let [name, vcpus, cores, threads, memory, architectures, enclaves, bare_metal] = fields[..] else {
            panic!("{line}")
        };
        let known = |name| match name {
            "x86_64" => Some(Architecture::X86_64),
            "arm64" => Some(Architecture::Aarch64),
            _ => None,
        };
        let parent = Parent {
            vcpus: vcpus.parse().unwrap(),
            cores: cores.parse().ok(),
            threads_per_core: threads.parse().ok(),
            memory_mib: memory.parse().unwrap(),
            architectures: architectures.split('+').filter_map(known).collect(),
            supports_enclaves: enclaves == "supported",
            bare_metal: bare_metal == "true",
        };
        (name, parent)
    })
}

fn named(name: &str) -> Parent {
    types().find(|(found, _)| *found == name).unwrap().1
}

#[test]
fn the_rules_hold_on_every_type() {
    let demands = [(1, 64, 1), (2, 1024, 1), (2, 8192, 2), (4, 2048, 4), (16, 65_537, 1), (96, 1_000_000, 3)];
    for (name, parent) in types() {
        for (cpus, memory, enclaves) in demands {
            let demand = Demand::new(cpus, memory).unwrap().times(enclaves).unwrap();
            for demand in [demand, demand.on(Architecture::X86_64), demand.on(Architecture::Aarch64)] {
                is_right(&demand, &parent).unwrap_or_else(|error| panic!("{name}: {demand:?}: {error}"));
            }
        }
    }
}

#[test]
fn the_catalogue_is_whole_and_most_of_it_fits() {
    assert_eq!(types().count(), 1395);
    assert_eq!(types().filter(|(_, parent)| parent.supports_enclaves).count(), 946);
    let fitting = |demand: Demand| types().filter(|(_, parent)| demand.fit(parent).is_ok()).count();
    let demand = Demand::new(2, 1024).unwrap();
    let by_architecture = [Architecture::X86_64, Architecture::Aarch64].map(|wanted| fitting(demand.on(wanted)));
    assert_eq!((fitting(demand), by_architecture), (905, [648, 257]));
}

#[test]
fn a_parent_keeps_a_whole_core() {
    let fit = |name: &str, cpus| Demand::new(cpus, 1024).unwrap().fit(&named(name));
    // With SMT three CPUs are two cores, and of two cores one stays.
    assert_eq!(fit("c6a.xlarge", 2).unwrap().parent_vcpus, 2);
    let refusal = Refusal::TooFewCpus { enclaves: 4, parent: 2, has: 4, missing: 2 };
    assert_eq!(fit("c6a.xlarge", 3), Err(vec![refusal]));
    insta::assert_snapshot!(refusal, @"2 vCPUs missing: 4 for enclaves and 2 for the parent, of 4");
    // Without SMT one vCPU is a core: the smallest parents there are.
    for name in ["c6g.large", "c8a.large"] {
        assert_eq!(fit(name, 1).unwrap().parent_vcpus, 1);
        assert_eq!(fit(name, 2), Err(vec![Refusal::TooFewCpus { enclaves: 2, parent: 1, has: 2, missing: 1 }]));
    }
}

/// The example of <https://docs.aws.amazon.com/enclaves/latest/user/multiple-enclaves.html>: 18 vCPUs for 4 × 4.
#[test]
fn several_enclaves_need_what_aws_says() {
    let demand = Demand::new(4, 2048).unwrap().times(4).unwrap();
    let mut parent = Parent { vcpus: 18, cores: Some(9), ..named("m6i.8xlarge") };
    let allocation = demand.fit(&parent).unwrap();
    assert_eq!((allocation.cpu_count, allocation.memory_mib), (16, 8192));
    (parent.vcpus, parent.cores) = (16, Some(8));
    assert_eq!(demand.fit(&parent), Err(vec![Refusal::TooFewCpus { enclaves: 16, parent: 2, has: 16, missing: 2 }]));
}

#[test]
fn memory_is_whole_pages_and_leaves_the_parent_its_share() {
    let fit = |memory, enclaves| Demand::new(1, memory).unwrap().times(enclaves).unwrap().fit(&named("c6g.2xlarge"));
    let set_aside = |memory, enclaves| fit(memory, enclaves).unwrap().memory_mib;
    assert_eq!([(1023, 1), (1024, 1), (65, 1), (512, 3)].map(|(mib, n)| set_aside(mib, n)), [1024, 1024, 66, 3072]);
    // 16 GiB, of which 1,536 MiB stay: 512 and a sixteenth.
    assert_eq!(set_aside(14_848, 1), 14_848);
    let refusal = fit(14_849, 1).unwrap_err()[0];
    insta::assert_snapshot!(refusal, @"2 MiB of memory missing: 14850 for enclaves and 1536 for the parent, of 16384");
}

#[test]
fn every_rule_that_is_broken_is_named() {
    let demand = Demand::new(8, 10_000).unwrap().on(Architecture::X86_64);
    let reasons = |name: &str| {
        let refusals = demand.fit(&named(name)).unwrap_err();
        refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(reasons("a1.metal"), @r"
    it is bare metal, and enclaves need a virtual instance
    it does not run x86_64 code
    ");
    insta::assert_snapshot!(reasons("t4g.micro"), @r"
    it does not support enclaves
    it does not run x86_64 code
    7 vCPUs missing: 8 for enclaves and 1 for the parent, of 2
    9552 MiB of memory missing: 10000 for enclaves and 576 for the parent, of 1024
    ");
}
