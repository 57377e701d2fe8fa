//! Whether a host is what it should be: a check for each thing that enclaves need, and for each that is not so what mends
//! it.

mod checks;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Wanted;
use super::end;
use super::facts::Facts;
use super::set_up::{SetUp, State};

/// One thing that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What is looked at, such as `packages`.
    pub check: String,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found, in words.
    pub found: String,
    /// What to do where it is not as it should be.
    pub mend: Option<String>,
}

/// An enclave that runs, as nitro-cli describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "PascalCase"))]
pub struct Enclave {
    /// Its name.
    #[serde(rename(deserialize = "EnclaveName"), default)]
    pub name: Option<String>,
    /// Its id.
    #[serde(rename(deserialize = "EnclaveID"))]
    pub id: String,
    /// `RUNNING`, or `TERMINATING`.
    pub state: String,
    /// How many processors it has.
    #[serde(rename(deserialize = "NumberOfCPUs"))]
    pub cpu_count: u32,
    /// How much memory it has, in MiB.
    #[serde(rename(deserialize = "MemoryMiB"))]
    pub memory_mib: u64,
}

/// A host as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether every check holds.
    pub ready: bool,
    /// How its set-up stands.
    pub set_up: State,
    /// When it ends itself.
    pub ends: Option<Timestamp>,
    /// The enclaves that run.
    pub enclaves: Vec<Enclave>,
    /// Every check, in the order in which they build on each other.
    pub checks: Vec<Check>,
}

impl Report {
    /// Compares what a host says with what is wanted of it.
    #[must_use]
    pub fn of(wanted: &Wanted, facts: &Facts) -> Self {
        let set_up = set_up(facts);
        let enclaves: Vec<Enclave> =
            facts.text("enclaves").and_then(|said| serde_json::from_str(said).ok()).unwrap_or_default();
        let checks = checks::all(wanted, facts, set_up);
        Self {
            ready: checks.iter().all(|check| check.ok),
            set_up,
            ends: facts.text("end").and_then(end::read),
            enclaves,
            checks,
        }
    }

    /// Returns the checks that do not hold.
    pub fn failed(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| !check.ok)
    }
}

fn set_up(facts: &Facts) -> State {
    // What holds the lock while it is read is nobody else's work.
    match (facts.text("setup-still"), facts.text("setup")) {
        (Some(said), _) => SetUp::read(said).state(false),
        (None, Some(said)) => SetUp::read(said).state(true),
        (None, None) => State::None,
    }
}

#[cfg(test)]
mod tests;
