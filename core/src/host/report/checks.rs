//! The checks themselves: what each reads from the facts, and how to mend it.

use super::{Check, Enclave};
use crate::host::allocator::{Allocator, PATH};
use crate::host::end;
use crate::host::facts::Facts;
use crate::host::services::{services, units};
use crate::host::set_up::{SetUp, State};
use crate::host::{GROUPS, PACKAGES, Wanted};
use crate::text::excerpt;

const FIX: &str = "`iac host status --fix`";
/// Below this much free space building an image fails, and soon logs and packages do.
const LEAST_FREE_KIB: u64 = 1 << 20;

/// What a check finds: whether it is well, and in which words.
type Found = (bool, String);

/// Every check that what is wanted asks for, in the order in which they build on each other.
pub(super) fn all(wanted: &Wanted, facts: &Facts, state: State) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Some(enclaves) = &wanted.enclaves {
        checks.push(check("set-up", set_up(facts, state), set_up_mend(state)));
        checks.push(check("module", module(facts), FIX));
        checks.push(check("device", device(facts), DEVICE));
        checks.push(check("packages", packages(facts), FIX));
        checks.push(check(
            "blobs",
            blobs(facts),
            "`iac deploy run 'sudo dnf reinstall -y aws-nitro-enclaves-cli-devel'`",
        ));
        checks.push(check("groups", groups(facts), FIX));
        checks.push(check("allocator file", allocator(facts, enclaves), FIX));
        checks.extend(running(wanted, facts));
        checks.push(check("memory", memory(facts, enclaves), MEMORY));
        checks.push(check("enclaves", enclaves_running(facts), FIX));
    }
    checks.push(check("disk", disk(facts), "remove what is not needed, or launch with a larger `volume_gib`"));
    if wanted.ttl.is_some() || facts.holds("end") {
        checks.push(check("end", end_armed(facts), FIX));
    }
    checks
}

const DEVICE: &str = "launch it anew with enclaves enabled: `iac instance terminate`, then `iac instance create`";
const MEMORY: &str = "`iac host status --fix`; where memory is too scattered, reboot first; or lower `memory_mib`";

fn check(name: &str, (ok, found): Found, mend: &str) -> Check {
    Check { check: name.to_owned(), ok, found, mend: (!ok).then(|| mend.to_owned()) }
}

fn set_up(facts: &Facts, state: State) -> Found {
    match state {
        State::None => (true, "none was made".to_owned()),
        State::Done => (true, "done".to_owned()),
        State::Running => (false, "under way".to_owned()),
        State::Interrupted => (false, "cut off".to_owned()),
        State::Failed => {
            let step = SetUp::read(facts.said("setup")).failed().unwrap_or_default().to_owned();
            let last = facts.said("log").lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
            (false, format!("failed at {step}: {}", excerpt(last, 120)))
        }
    }
}

fn set_up_mend(state: State) -> &'static str {
    match state {
        State::Running => "wait; see how far it is with `iac deploy run 'cat /var/log/iac-setup.log'`",
        _ => FIX,
    }
}

fn module(facts: &Facts) -> Found {
    let ok = facts.holds("module");
    (ok, if ok { "loaded" } else { "the kernel has not loaded `nitro_enclaves`" }.to_owned())
}

fn device(facts: &Facts) -> Found {
    let ok = facts.holds("device");
    (ok, if ok { "/dev/nitro_enclaves" } else { "there is no /dev/nitro_enclaves" }.to_owned())
}

fn packages(facts: &Facts) -> Found {
    let said = facts.said("packages");
    let version = |package: &str| {
        let versions = said.lines().filter_map(|line| line.strip_prefix(package)?.strip_prefix('-'));
        versions.into_iter().find(|version| version.starts_with(|first: char| first.is_ascii_digit()))
    };
    let missing: Vec<&str> = PACKAGES.into_iter().filter(|package| version(package).is_none()).collect();
    match (missing.as_slice(), version(PACKAGES[0])) {
        ([], Some(version)) => (true, excerpt(version, 40)),
        _ => (false, format!("not installed: {}", missing.join(", "))),
    }
}

/// The kernel and init that every enclave begins with.
fn blobs(facts: &Facts) -> Found {
    let names: Vec<&str> = facts.text("blobs").unwrap_or_default().lines().collect();
    let has = |name: &str| names.contains(&name);
    let missing: Vec<&str> =
        [("a kernel", has("bzImage") || has("Image")), ("cmdline", has("cmdline")), ("init", has("init"))]
            .into_iter()
            .filter_map(|(name, is_there)| (!is_there).then_some(name))
            .collect();
    if missing.is_empty() {
        return (true, format!("{} files", names.len()));
    }
    (false, format!("missing in /usr/share/nitro_enclaves/blobs: {}", missing.join(", ")))
}

fn groups(facts: &Facts) -> Found {
    let member: Vec<&str> = facts.said("groups").split_ascii_whitespace().collect();
    let missing: Vec<&str> = GROUPS.into_iter().filter(|group| !member.contains(group)).collect();
    match missing.as_slice() {
        [] => (true, GROUPS.join(", ")),
        missing => (false, format!("the login user is not in {}", missing.join(", "))),
    }
}

fn allocator(facts: &Facts, wanted: &Allocator) -> Found {
    let Some(file) = facts.text("allocator") else { return (false, format!("there is no {PATH}")) };
    let words = |set: &Allocator| format!("{} CPUs, {} MiB", set.cpu_count, set.memory_mib);
    match Allocator::read(file) {
        Ok(set) if set == *wanted => (true, words(&set)),
        Ok(set) => (false, format!("{}; wanted: {}", words(&set), words(wanted))),
        Err(mistake) => (false, mistake.to_string()),
    }
}

fn running<'a>(wanted: &Wanted, facts: &'a Facts) -> impl Iterator<Item = Check> + use<'a> {
    let units = units(facts.said("units"));
    services(wanted).into_iter().map(move |name| {
        let short = name.trim_end_matches(".service").trim_start_matches("nitro-enclaves-");
        let found = match units.iter().find(|unit| unit.name == name) {
            Some(unit) if unit.enabled.is_empty() => (false, "not installed".to_owned()),
            Some(unit) => (unit.is_up(), format!("{}, {}", excerpt(&unit.active, 20), excerpt(&unit.enabled, 20))),
            None => (false, "unknown".to_owned()),
        };
        check(short, found, FIX)
    })
}

fn memory(facts: &Facts, wanted: &Allocator) -> Found {
    let line = facts.said("memory").lines().find_map(|line| line.strip_prefix("Hugetlb:"));
    let kib = line.and_then(|rest| rest.split_ascii_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0);
    let ok = u128::from(kib) >= u128::from(wanted.memory_mib) * 1024;
    let wanted = if ok { String::new() } else { format!("; wanted: {} MiB", wanted.memory_mib) };
    (ok, format!("{} MiB set aside{wanted}", kib / 1024))
}

fn enclaves_running(facts: &Facts) -> Found {
    let described = facts.text("enclaves").map(serde_json::from_str::<Vec<Enclave>>);
    match described {
        Some(Ok(enclaves)) if enclaves.is_empty() => (true, "none runs".to_owned()),
        Some(Ok(enclaves)) => {
            let name = |enclave: &Enclave| enclave.name.clone().unwrap_or_else(|| enclave.id.clone());
            (true, enclaves.iter().map(name).collect::<Vec<_>>().join(", "))
        }
        Some(Err(_)) => (false, "`nitro-cli describe-enclaves` answers something else than enclaves".to_owned()),
        None => (false, "`nitro-cli describe-enclaves` does not answer".to_owned()),
    }
}

fn disk(facts: &Facts) -> Found {
    let row = facts.said("disk").lines().nth(1);
    let free = row.and_then(|row| row.split_ascii_whitespace().nth(3)?.parse::<u64>().ok());
    match free {
        Some(free) => (free >= LEAST_FREE_KIB, format!("{} MiB free", free / 1024)),
        None => (false, "how much is free cannot be read".to_owned()),
    }
}

fn end_armed(facts: &Facts) -> Found {
    let end = facts.text("end").and_then(end::read);
    let now = facts.text("clock").and_then(end::read);
    let (Some(end), Some(now)) = (end, now) else { return (false, "the host has written none".to_owned()) };
    let timer = units(facts.said("units")).into_iter().find(|unit| unit.name == "iac-end.timer");
    if !timer.is_some_and(|timer| timer.is_up()) {
        return (false, format!("{end}, but its timer does not run"));
    }
    match end::left(end, now) {
        Some(left) => (true, format!("{end}, in {left}")),
        None => (true, format!("{end}: it is over")),
    }
}
