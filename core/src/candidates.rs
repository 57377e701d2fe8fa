//! Which instance types can host the wanted enclave, which first, and why the others cannot.
//!
//! The rules are those of `nitro::sizing`; here they meet what a region offers, and taste: of two types that fit, the
//! smaller one comes first, then one that AWS still recommends and that has nothing an enclave cannot use.

use std::collections::BTreeMap;
use std::fmt;

use nitro::sizing::{Allocation, Demand, Refusal};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::observed::InstanceType;

/// That a zone offers an instance type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offer {
    /// The name of the type.
    pub instance_type: String,
    /// The name of the zone.
    pub zone: String,
}

/// An instance type, where it is offered, and whether the enclave fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The type.
    #[serde(flatten)]
    pub instance_type: InstanceType,
    /// The zones that offer it, sorted.
    pub zones: Vec<String>,
    /// Why it cannot be used; empty where it can.
    pub reasons: Vec<Misfit>,
    /// What its allocator must set aside; `None` where it cannot be used.
    pub allocator: Option<Allocation>,
}

/// Why an instance type cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The region knows the type, and no zone has it.
    NotOffered,
    /// It breaks a rule of enclaves.
    Refused(Refusal),
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered => formatter.write_str("no zone of this region offers it"),
            Self::Refused(refusal) => refusal.fmt(formatter),
        }
    }
}

impl Serialize for Misfit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut misfit = serializer.serialize_struct("Misfit", 2)?;
        match self {
            Self::NotOffered => misfit.serialize_field("rule", "offer")?,
            Self::Refused(refusal) => misfit.serialize_field("rule", &refusal.rule())?,
        }
        misfit.serialize_field("reason", &self.to_string())?;
        misfit.end()
    }
}

impl Candidate {
    /// Returns whether the enclave fits and some zone offers the type.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// Judges every type: those that fit come first, the best at the front, and then the others by the same order.
#[must_use]
pub fn judge(demand: &Demand, types: Vec<InstanceType>, offers: &[Offer]) -> Vec<Candidate> {
    let mut zones: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for offer in offers {
        zones.entry(&offer.instance_type).or_default().push(offer.zone.clone());
    }
    let judged = types.into_iter().map(|instance_type| {
        let zones = zones.remove(instance_type.name.as_str()).unwrap_or_default();
        candidate(demand, instance_type, zones)
    });
    let mut candidates: Vec<Candidate> = judged.collect();
    candidates.sort_by(|a, b| order(a).cmp(&order(b)));
    candidates
}

fn candidate(demand: &Demand, instance_type: InstanceType, mut zones: Vec<String>) -> Candidate {
    zones.sort_unstable();
    zones.dedup();
    let fit = demand.fit(&instance_type.as_parent());
    let refusals = fit.as_ref().err().into_iter().flatten().map(|refusal| Misfit::Refused(*refusal));
    let reasons: Vec<Misfit> = zones.is_empty().then_some(Misfit::NotOffered).into_iter().chain(refusals).collect();
    let allocator = fit.ok().filter(|_| reasons.is_empty());
    Candidate { instance_type, zones, reasons, allocator }
}

/// Fitting ones first; then vCPUs, memory, current generation, nothing besides processors, name.
fn order(candidate: &Candidate) -> impl Ord + '_ {
    let InstanceType { vcpus, memory_mib, current_generation, accelerated, local_disk, name, .. } =
        &candidate.instance_type;
    (!candidate.fits(), *vcpus, *memory_mib, !current_generation, *accelerated || *local_disk, name)
}

#[cfg(test)]
mod tests {
    use nitro::sizing::Architecture as Processor;

    use super::*;
    use crate::observed::Architecture;

    fn smallest(name: &str) -> InstanceType {
        InstanceType {
            name: name.to_owned(),
            nitro: true,
            architectures: vec![Architecture::X86_64],
            vcpus: 4,
            cores: Some(2),
            threads_per_core: Some(2),
            memory_mib: 8192,
            bare_metal: false,
            current_generation: true,
            accelerated: false,
            local_disk: false,
        }
    }

    fn judged(types: &[InstanceType]) -> Vec<Candidate> {
        let offers: Vec<_> = ["b", "a", "b"]
            .iter()
            .flat_map(|zone| types.iter().map(move |each| (each, *zone)))
            .filter(|(each, _)| !each.name.starts_with("none."))
            .map(|(each, zone)| Offer { instance_type: each.name.clone(), zone: zone.to_owned() })
            .collect();
        let demand = Demand::new(2, 1024).expect("a demand").on(Processor::X86_64);
        judge(&demand, types.to_vec(), &offers)
    }

    #[test]
    fn the_smallest_plainest_newest_fitting_type_comes_first() {
        let types = [
            InstanceType { accelerated: true, ..smallest("a.gpu") },
            InstanceType { vcpus: 2, cores: Some(1), ..smallest("c.small") },
            InstanceType { current_generation: false, ..smallest("a.old") },
            InstanceType { memory_mib: 10_240, ..smallest("a.large") },
            InstanceType { local_disk: true, ..smallest("a.disk") },
            InstanceType { vcpus: 8, cores: Some(4), memory_mib: 4096, ..smallest("a.wide") },
            smallest("b.plain"),
            smallest("none.offered"),
            smallest("a.plain"),
        ];
        let names: Vec<_> =
            judged(&types).into_iter().map(|each| (each.instance_type.name.clone(), each.fits())).collect();
        let fitting =
            ["a.plain", "b.plain", "a.disk", "a.gpu", "a.old", "a.large", "a.wide"].map(|name| (name.to_owned(), true));
        let others = ["c.small", "none.offered"].map(|name| (name.to_owned(), false));
        assert_eq!(names, [&fitting[..], &others[..]].concat());
    }

    #[test]
    fn what_fits_says_what_to_set_aside_and_what_does_not_says_why() {
        let types =
            [smallest("c6a.xlarge"), InstanceType { nitro: false, vcpus: 2, cores: Some(1), ..smallest("none.t3") }];
        let judged = judged(&types);
        assert_eq!(judged[0].zones, ["a", "b"]);
        let json = serde_json::to_value(&judged).expect("JSON");
        assert_eq!((&json[0]["name"], &json[0]["allocator"]["cpu_count"]), (&"c6a.xlarge".into(), &2.into()));
        let rules: Vec<_> = (0..3).map(|index| json[1]["reasons"][index]["rule"].clone()).collect();
        assert_eq!(rules, ["offer", "support", "cpus"]);
        assert_eq!(json[1]["reasons"][0]["reason"], "no zone of this region offers it");
        assert!(json[1]["allocator"].is_null());
    }

    #[test]
    fn only_what_enclaves_run_on_counts_as_an_architecture() {
        let mut mac = smallest("mac2.metal");
        mac.architectures = vec![Architecture::Other("arm64_mac".to_owned()), Architecture::Arm64];
        assert_eq!(mac.as_parent().architectures, [Processor::Aarch64]);
    }
}
