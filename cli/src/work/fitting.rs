//! Whether the instance type that is set has room for the wanted enclave; where it has none, which types have.
//!
//! What a launch asks AWS for anyway decides it, and gives what is set aside. The catalogue is asked for only once the
//! type is refused.

use iac_core::candidates::{self, Candidate};
use iac_core::host::allocator::Allocator;
use iac_core::observed::{Architecture, Instance, InstanceType};
use nitro::sizing::{Demand, Refusal, Rule};

use crate::aws::{Aws, Subnet, WantedTypes};
use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::work::Session;

/// How many types are named instead of one that does not fit.
const NAMED: usize = 3;

/// What a launch sets aside for the enclave, if it is to have one; a type that cannot host it is refused with the
/// reasons and types that can.
pub(crate) async fn check(
    session: &Session<'_>,
    described: &InstanceType,
    subnets: &[Subnet],
) -> Result<Option<Allocator>> {
    if !session.settings.nitro() {
        return Ok(None);
    }
    let demand = demand(session.settings)?;
    let refusals = match demand.fit(&described.as_parent()) {
        Ok(allocation) => return Ok(Some(allocation.into())),
        Err(refusals) => refusals,
    };
    let progress = session.ui.progress("looking for types that fit");
    let fitting =
        progress.during(session.interrupt.or_stop(fitting(&session.aws, &demand, described, subnets))).await?;
    drop(progress);
    Err(refused(described, &demand, &refusals, &fitting))
}

/// What is set aside for the enclave on the type of an instance that is there.
pub(crate) async fn on_type_of(settings: &Settings, aws: &Aws, instance: &Instance) -> Result<Allocator> {
    let demand = demand(settings)?;
    let described = aws.instance_type(&instance.instance_type).await?;
    let described = described.ok_or_else(|| type_unknown(&instance.instance_type))?;
    let allocation = demand.fit(&described.as_parent());
    Ok(allocation.map_err(|refusals| refused(&described, &demand, &refusals, &[]))?.into())
}

/// The enclave that the settings want.
pub(crate) fn demand(settings: &Settings) -> Result<Demand> {
    Ok(Demand::new(settings.cpu_count(), settings.memory_mib())?)
}

pub(crate) fn type_unknown(name: &str) -> Error {
    Error::new(Kind::TypeUnknown, format!("there is no instance type `{name}` in this region"))
        .hint("set `instance_type`, for instance to `c6a.xlarge`, or another `region`")
}

/// The best types of the same architecture that a zone of the launch offers; none where AWS does not tell.
async fn fitting(aws: &Aws, demand: &Demand, described: &InstanceType, subnets: &[Subnet]) -> Vec<String> {
    let architecture = match described.architectures.contains(&Architecture::Arm64) {
        true => Architecture::Arm64,
        false => Architecture::X86_64,
    };
    let Ok((types, offers)) = aws.catalogue(&WantedTypes::ForEnclaves(architecture)).await else { return Vec::new() };
    let reachable = |candidate: &Candidate| subnets.iter().any(|subnet| candidate.zones.contains(&subnet.zone));
    let judged = candidates::judge(demand, types, &offers).into_iter();
    let fitting = judged.filter(|candidate| candidate.fits() && reachable(candidate));
    fitting.take(NAMED).map(|candidate| candidate.instance_type.name).collect()
}

fn refused(described: &InstanceType, demand: &Demand, refusals: &[Refusal], fitting: &[String]) -> Error {
    let has_none = |refusal: &Refusal| matches!(refusal.rule(), Rule::BareMetal | Rule::Support);
    let name = &described.name;
    let error = if refusals.iter().any(has_none) {
        Error::new(Kind::TypeWithoutEnclaves, format!("instance type `{name}` cannot run enclaves"))
    } else {
        let (cpus, memory) = (demand.cpu_count(), demand.memory_mib());
        let message = format!("an enclave with {cpus} CPUs and {memory} MiB does not fit on instance type `{name}`");
        Error::new(Kind::TypeUnsuitable, message)
    };
    let error = refusals.iter().fold(error, Error::cause);
    let error = match fitting {
        [] => error.hint("see which types fit with `iac types`"),
        names => {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            error.hint(format!("set `instance_type` to one that fits: {}", names.join(", ")))
        }
    };
    if error.kind() == Kind::TypeWithoutEnclaves {
        return error.hint("or launch an ordinary instance with `--no-nitro`");
    }
    error.hint("or want less: `cpu_count` and `memory_mib` below `[iac.enclave]`")
}
