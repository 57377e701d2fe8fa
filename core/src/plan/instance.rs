//! The instance of a plan: one, running, as wanted. What AWS can change in place is changed; the rest needs a new one.

use super::difference::differences;
use super::{Action, Need, Plan, Refusal, stranger};
use crate::environment::Environment;
use crate::observed::{Instance, InstanceState, Observed};

/// What becomes of the instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate<'a> {
    /// There is none: launch it.
    Launch,
    /// It is not what is wanted, for these reasons: end it and launch another.
    Replace(&'a Instance, Vec<String>),
    /// It stays.
    Stay(&'a Instance),
    /// Only the user can say.
    Refused,
}

impl Fate<'_> {
    /// Tells whether an instance is launched.
    pub(super) fn is_launch(&self) -> bool {
        matches!(self, Self::Launch | Self::Replace(..))
    }
}

/// Decides what becomes of the instance, and ends those that two launches at once made too many.
pub(super) fn fate<'a>(plan: &mut Plan, want: &Environment, have: &'a Observed) -> Fate<'a> {
    let live = have.live();
    let is_launched_by_us = |instance: &&Instance| have.tokens.launched(instance);
    let Some((first, rest)) = live.split_first() else {
        return match have.older().next() {
            Some(older) => {
                plan.refused.push(Refusal::NameTaken { name: want.name.to_string(), id: older.id.clone() });
                Fate::Refused
            }
            None => Fate::Launch,
        };
    };
    if !rest.is_empty() && !live.iter().all(is_launched_by_us) {
        let ids = live.iter().map(|instance| instance.id.clone()).collect();
        plan.refused.push(Refusal::Ambiguous { name: want.name.to_string(), ids });
        return Fate::Refused;
    }
    for surplus in rest {
        let other = stranger::of_instance(surplus, &have.environment);
        let reason = format!("two were launched at once, and {} was first{other}", first.id);
        plan.add(Action::Terminate(surplus.id.clone()), reason, &[]);
    }
    let reasons = differences(want, have, first);
    if reasons.is_empty() { Fate::Stay(first) } else { Fate::Replace(first, reasons) }
}

/// Plans the instance and returns the step after which its address may be another.
pub(super) fn plan(plan: &mut Plan, want: &Environment, fate: &Fate<'_>, needed: &[usize]) -> Option<usize> {
    match fate {
        Fate::Launch => Some(plan.add(Action::Launch(want.name.clone()), launch_reason(want), needed)),
        Fate::Replace(instance, reasons) => {
            let reason = reasons.join("; ") + &stranger::of_instance(instance, &want.name);
            let ended = plan.add(Action::Terminate(instance.id.clone()), reason, &[]);
            let after: Vec<usize> = needed.iter().copied().chain([ended]).collect();
            let launched = plan.add(Action::Launch(want.name.clone()), "it takes the place of the one before", &after);
            for step in [ended, launched] {
                plan.steps[step].needs = Some(Need::Replace);
            }
            Some(launched)
        }
        Fate::Stay(instance) => stay(plan, want, instance),
        Fate::Refused => None,
    }
}

fn launch_reason(want: &Environment) -> String {
    let kind = if want.nitro { "with enclaves" } else { "without enclaves" };
    format!("there is none; type `{}`, {kind}", want.instance_type)
}

/// What is mended in place: whether it runs, and whether enclaves are enabled.
fn stay(plan: &mut Plan, want: &Environment, instance: &Instance) -> Option<usize> {
    let is_stopped = matches!(instance.state, InstanceState::Stopped | InstanceState::Stopping);
    let id = instance.id.clone();
    if instance.nitro != want.nitro {
        let enabled = |on: bool| if on { "enabled" } else { "not enabled" };
        let reason = format!("enclaves are {}, wanted {}", enabled(instance.nitro), enabled(want.nitro));
        let step = plan.add(Action::SwitchEnclaves { id, on: want.nitro }, reason, &[]);
        plan.steps[step].needs = (!is_stopped).then_some(Need::Restart);
        return Some(step);
    }
    is_stopped.then(|| plan.add(Action::Start(id), format!("it is {}, wanted running", instance.state), &[]))
}
