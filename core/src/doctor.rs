//! What stands before a host: checks of the configuration, this machine and the account, each with its mend.
//!
//! Here is what the facts mean. Each check is a function of its own, so that what is wrong can be said in one place and
//! tried without AWS.

mod clock;
mod network;
mod quota;
mod rights;

use serde::Serialize;

pub use self::{
    clock::clock,
    network::{Place, RouteTable, WayOut, network},
    quota::{Family, quota},
    rights::{Known, Rights, Trial, Tried, rights},
};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is as it should be.
    Ok,
    /// It works, and may surprise.
    Warning,
    /// It keeps a command from working.
    Failed,
    /// Nothing is known of it.
    NotChecked,
}

impl Outcome {
    /// Returns the outcome as people read it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::NotChecked => "not checked",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, such as `clock`.
    pub check: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found, in words.
    pub found: String,
    /// What to do where it is not as it should be.
    pub mend: Option<String>,
}

impl Check {
    /// Makes a check of something that is as it should be.
    #[must_use]
    pub fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Ok, found: found.into(), mend: None }
    }

    /// Makes a check of something that works and may surprise.
    #[must_use]
    pub fn warning(check: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Warning, found: found.into(), mend: Some(mend.into()) }
    }

    /// Makes a check of something that keeps a command from working.
    #[must_use]
    pub fn failed(check: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Failed, found: found.into(), mend: Some(mend.into()) }
    }

    /// Makes a check that could not be made, with the reason.
    #[must_use]
    pub fn not_checked(check: &'static str, why: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::NotChecked, found: why.into(), mend: None }
    }
}
