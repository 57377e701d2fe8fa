//! No accepted allocation breaks a rule, and no type is refused that would keep all of them.

use nitro::sizing::{Allocation, Architecture, Demand, Parent, Refusal, Rule};
use proptest::prelude::*;

use crate::rules::{broken_by_kind, cpus_are_right, memory_is_right, most_memory, starts};

const ARCHITECTURES: [Architecture; 2] = [Architecture::X86_64, Architecture::Aarch64];

fn demands() -> impl Strategy<Value = Demand> {
    let architecture = proptest::option::of(proptest::sample::select(&ARCHITECTURES[..]));
    (1..12_u32, 64..6000_u64, 1..=4_u32, architecture).prop_map(|(cpus, memory, enclaves, architecture)| {
        let demand = Demand::new(cpus, memory).unwrap().times(enclaves).unwrap();
        architecture.map_or(demand, |architecture| demand.on(architecture))
    })
}

fn parents() -> impl Strategy<Value = Parent> {
    let architectures = proptest::sample::subsequence(&ARCHITECTURES[..], 0..=2);
    let threads = prop_oneof![4 => Just(Some(2)), 4 => Just(Some(1)), 1 => Just(None), 1 => Just(Some(3))];
    let kind = (prop::bool::weighted(0.9), prop::bool::weighted(0.1));
    (1..40_u32, threads, prop::bool::ANY, 512..40_000_u64, architectures, kind).prop_map(
        |(vcpus, threads, tells_cores, memory_mib, architectures, (supports_enclaves, bare_metal))| Parent {
            vcpus,
            cores: tells_cores.then(|| vcpus / threads.unwrap_or(2)),
            threads_per_core: threads,
            memory_mib,
            architectures,
            supports_enclaves,
            bare_metal,
        },
    )
}

/// Parents that have as much memory as their enclaves and they themselves need, or a little less or more.
fn edges() -> impl Strategy<Value = (Demand, Parent)> {
    (demands(), parents(), 0..64_u64).prop_map(|(demand, parent, off)| {
        let memory_mib = (demand.pages_mib() + 512) * 16 / 15 + off - 32;
        (demand, Parent { memory_mib, ..parent })
    })
}

/// How many vCPUs share a core, found by trying.
fn threads_of(parent: &Parent) -> Option<u32> {
    let fits = |threads: &u32| {
        parent.vcpus.is_multiple_of(*threads)
            && parent.cores.is_none_or(|cores| parent.vcpus / threads == cores)
            && parent.threads_per_core.is_none_or(|stated| stated == *threads)
    };
    (1..=parent.vcpus).find(fits).filter(|_| parent.cores.is_some() || parent.threads_per_core.is_some())
}

/// Holds one answer against the rules.
pub(crate) fn is_right(demand: &Demand, parent: &Parent) -> Result<(), TestCaseError> {
    let threads = threads_of(parent);
    match demand.fit(parent) {
        Ok(allocation) => is_kept(&allocation, demand, parent, threads),
        Err(refusals) => is_refused_for_a_reason(&refusals, demand, parent, threads),
    }
}

fn is_kept(
    allocation: &Allocation,
    demand: &Demand,
    parent: &Parent,
    threads: Option<u32>,
) -> Result<(), TestCaseError> {
    let Allocation { cpu_count, memory_mib, threads_per_core, parent_vcpus, parent_memory_mib } = *allocation;
    prop_assert_eq!(broken_by_kind(demand, parent), Vec::<&str>::new());
    prop_assert_eq!(Some(threads_per_core), threads);
    prop_assert!(cpus_are_right(cpu_count, demand, parent, threads_per_core), "{:?}", allocation);
    prop_assert!(memory_is_right(memory_mib, demand, parent), "{:?}", allocation);
    prop_assert!(starts(memory_mib, demand), "{:?}", allocation);
    prop_assert_eq!((cpu_count + parent_vcpus, memory_mib + parent_memory_mib), (parent.vcpus, parent.memory_mib));
    // Nothing is taken from the parent without need.
    prop_assert!(!cpus_are_right(cpu_count - threads_per_core, demand, parent, threads_per_core));
    prop_assert!(!memory_is_right(memory_mib - 2, demand, parent));
    Ok(())
}

/// Each refusal names a rule that nothing on this type keeps, and every such rule is named.
fn is_refused_for_a_reason(
    refusals: &[Refusal],
    demand: &Demand,
    parent: &Parent,
    threads: Option<u32>,
) -> Result<(), TestCaseError> {
    let cpus = threads.map(|threads| (0..=parent.vcpus).any(|count| cpus_are_right(count, demand, parent, threads)));
    let memory = most_memory(parent).is_some_and(|most| memory_is_right(most, demand, parent));
    let rules: Vec<String> = refusals.iter().map(|refusal| serde_json::to_string(&refusal.rule()).unwrap()).collect();
    let mut expected = broken_by_kind(demand, parent);
    expected.extend(threads.is_none().then_some("threads"));
    expected.extend((cpus == Some(false)).then_some("cpus"));
    expected.extend((!memory).then_some("memory"));
    let mut named: Vec<&str> = rules.iter().map(|rule| rule.trim_matches('"')).collect();
    named.sort_unstable();
    expected.sort_unstable();
    prop_assert!(!named.is_empty());
    prop_assert_eq!(named, expected);
    for refusal in refusals {
        is_by_this_much(*refusal, demand, parent)?;
    }
    Ok(())
}

/// With what is missing added the rule is kept, and with one less it is not.
fn is_by_this_much(refusal: Refusal, demand: &Demand, parent: &Parent) -> Result<(), TestCaseError> {
    let breaks = |parent: &Parent, rule: Rule| {
        demand.fit(parent).err().unwrap_or_default().iter().any(|refusal| refusal.rule() == rule)
    };
    match refusal {
        Refusal::TooFewCpus { missing, parent: core, .. } => {
            let (missing, core) = (u32::try_from(missing).unwrap(), u32::try_from(core).unwrap());
            let with = |more: u32| Parent {
                vcpus: parent.vcpus + more,
                cores: None,
                threads_per_core: Some(core),
                ..parent.clone()
            };
            prop_assert!(!breaks(&with(missing), Rule::Cpus) && breaks(&with(missing - core), Rule::Cpus));
        }
        Refusal::TooLittleMemory { missing, enclaves, parent: own, has } => {
            prop_assert_eq!(enclaves + own - has, missing);
            // A sixteenth of what is added stays with the parent again.
            let with = |more: u64| Parent { memory_mib: has + more, ..parent.clone() };
            prop_assert!(
                !breaks(&with(missing.div_ceil(15) * 16 + 1), Rule::Memory) && breaks(&with(missing - 1), Rule::Memory)
            );
        }
        _ => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn accepted_settings_break_no_rule_and_refused_ones_keep_not_all(demand in demands(), parent in parents()) {
        is_right(&demand, &parent)?;
    }

    /// A few MiB decide here, which among all sizes is seen too seldom.
    #[test]
    fn the_rules_are_kept_to_the_mib((demand, parent) in edges()) {
        is_right(&demand, &parent)?;
    }

    #[test]
    fn no_number_is_too_large(cpus in 1..=u32::MAX, memory in 64..=u64::MAX, vcpus: u32, has: u64, enclaves in 1..=4_u32) {
        let parent = Parent {
            vcpus, cores: None, threads_per_core: Some(1), memory_mib: has,
            architectures: Vec::new(), supports_enclaves: true, bare_metal: false,
        };
        if let Ok(allocation) = Demand::new(cpus, memory).unwrap().times(enclaves).unwrap().fit(&parent) {
            prop_assert!(allocation.cpu_count < vcpus && allocation.memory_mib < has);
        }
    }
}
