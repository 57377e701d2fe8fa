//! What has to be done so that an environment is as wanted, or gone: [`diff`] and [`teardown`], decided from facts alone.
//!
//! A plan is shown, applied and counted by the same value. Each step says why it is needed and which steps must be done
//! before it; what has no such bond goes side by side. Where a plan cannot be made whole it says so in its refusals.

mod consent;
mod diff;
mod difference;
mod end;
mod exposure;
mod group;
mod instance;
mod key;
mod name;
mod origin;
mod record;
mod refusal;
mod render;
mod step;
mod stranger;
mod tags;
mod teardown;

use serde::Serialize;

pub use consent::Consent;
pub use diff::diff;
pub use exposure::{Exposure, exposures};
pub use origin::{Stranger, strangers};
pub use record::Record;
pub use refusal::Refusal;
pub use step::{Action, Need, Step};
pub use teardown::teardown;

/// Steps in an order in which they can be done one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What to do.
    pub steps: Vec<Step>,
    /// What stays as it is although it stands in the way or is named, and why.
    pub kept: Vec<Kept>,
    /// Why the plan cannot be carried out as it stands.
    pub refused: Vec<Refusal>,
    /// Rules through which SSH comes in from elsewhere than wanted, and which the plan leaves alone.
    pub exposed: Vec<Exposure>,
    /// Instances from images that no launch takes.
    pub strangers: Vec<Stranger>,
}

/// Something that a plan leaves alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// What it is, such as ``key pair `dev` ``.
    pub resource: String,
    /// Its id, or the name of a file.
    pub id: Option<String>,
    /// Why it stays.
    pub reason: String,
}

impl Plan {
    /// Tells whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns the steps that need a permission of the user, other than these.
    #[must_use]
    pub fn not_permitted(&self, permitted: &[Need]) -> Vec<&Step> {
        let is_refused = |step: &&Step| step.needs.is_some_and(|need| !permitted.contains(&need));
        self.steps.iter().filter(is_refused).collect()
    }

    /// Returns the plan without the deletion of key pairs; nothing ever depends on that.
    #[must_use]
    pub fn keeping_keys(mut self) -> Self {
        let is_key = |step: &Step| matches!(step.action, Action::DeleteKey { .. });
        let keys = self.steps.iter().filter(|step| is_key(step));
        let reason = "it is to be kept".to_owned();
        let kept =
            keys.map(|step| Kept { resource: step.action.resource(), id: step.action.id(), reason: reason.clone() });
        let kept: Vec<Kept> = kept.collect();
        self.kept.extend(kept);
        self.steps.retain(|step| !is_key(step));
        self
    }

    /// Adds a step and returns its place, for those that depend on it.
    fn add(&mut self, action: Action, reason: impl Into<String>, after: &[usize]) -> usize {
        self.steps.push(Step { action, reason: reason.into(), after: after.to_vec(), needs: None });
        self.steps.len() - 1
    }

    fn keep(&mut self, resource: String, id: Option<&str>, reason: impl Into<String>) {
        self.kept.push(Kept { resource, id: id.map(str::to_owned), reason: reason.into() });
    }
}

#[cfg(test)]
mod tests;
