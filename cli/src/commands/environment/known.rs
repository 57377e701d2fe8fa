//! What is known while a plan is carried out: what was seen, and then what the steps have returned.
//!
//! AWS may show late what it has made. Whatever a step has returned the following steps take from here; none of them looks
//! for it again.

use iac_core::observed::{Instance, KeyPair, Observed, SecurityGroup};

use crate::error::{Error, Kind, Made, Result};
use crate::work::instance;

/// What a step has returned.
#[derive(Debug)]
pub(super) enum Got {
    /// Nothing that another step takes.
    Nothing,
    /// The key pair, whoever made it in the end.
    Pair(KeyPair),
    /// The security group; whether this step has made it.
    Group(SecurityGroup, bool),
    /// An instance that this step has launched.
    Launched(Instance),
    /// An instance that this step has started.
    Running(Instance),
    /// An instance, by its id, that is gone.
    Ended(String),
}

/// What is known of the environment's parts.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) pair: Option<KeyPair>,
    group_id: Option<String>,
    instance: Option<Instance>,
    pub(super) ended: Vec<String>,
}

impl Known {
    /// What a look has shown: of several live instances the plan keeps the first.
    pub(super) fn of(seen: &Observed) -> Self {
        let pair = seen.key_name.as_ref().and_then(|name| seen.key(name)).and_then(|key| key.pair.clone());
        let instance = seen.live().first().map(|instance| (*instance).clone());
        Self { pair, group_id: seen.group_id.clone(), instance, ended: Vec::new() }
    }

    /// Takes note of what a step has returned.
    pub(super) fn take(&mut self, got: Got) {
        match got {
            Got::Nothing => {}
            Got::Pair(pair) => self.pair = Some(pair),
            Got::Group(group, _) => self.group_id = Some(group.id),
            Got::Launched(instance) | Got::Running(instance) => self.instance = Some(instance),
            Got::Ended(id) => self.ended.push(id),
        }
    }

    /// The environment's instance.
    pub(super) fn instance(&self) -> Result<&Instance> {
        self.instance.as_ref().ok_or_else(|| unknown("instance"))
    }

    /// What a launch takes.
    pub(super) fn for_launch(&self) -> Result<instance::Known<'_>> {
        let pair = self.pair.as_ref().ok_or_else(|| unknown("key pair"))?;
        let group_id = self.group_id.as_deref().ok_or_else(|| unknown("security group"))?;
        Ok(instance::Known { pair, group_id })
    }
}

impl Got {
    /// What exists because of the step.
    pub(super) fn made(&self) -> Option<Made> {
        match self {
            Self::Pair(pair) => Some(Made { kind: "key pair", id: pair.id.clone(), name: Some(pair.name.clone()) }),
            Self::Group(group, true) => {
                Some(Made { kind: "security group", id: group.id.clone(), name: Some(group.name.clone()) })
            }
            Self::Launched(launched) => Some(instance::wait::made(launched)),
            Self::Group(_, false) | Self::Running(_) | Self::Ended(_) | Self::Nothing => None,
        }
    }
}

/// A plan orders its steps so that this is known.
fn unknown(what: &str) -> Error {
    Error::new(Kind::Internal, format!("a step needs the {what}, and no step before it has returned one"))
}

#[cfg(test)]
mod tests {
    use iac_core::observed::InstanceState;

    use super::*;

    #[test]
    fn what_a_step_returned_takes_the_place_of_what_was_seen() {
        let (seen, launched) = ["i-seen", "i-new"].map(|id| Instance::new(id, InstanceState::Pending)).into();
        let mut known = Known { pair: None, group_id: None, instance: Some(seen), ended: Vec::new() };
        assert_eq!(known.for_launch().unwrap_err().kind(), Kind::Internal);
        known.take(Got::Ended("i-seen".to_owned()));
        assert_eq!(Got::Launched(launched.clone()).made().unwrap().id, "i-new");
        assert!(Got::Running(launched.clone()).made().is_none(), "it was there before");
        known.take(Got::Launched(launched));
        assert_eq!((known.instance().unwrap().id.as_str(), &*known.ended), ("i-new", &["i-seen".to_owned()][..]));
    }
}
