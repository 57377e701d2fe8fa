//! What was done of plans that were remade on the way, as one list of steps.

use super::{Action, Plan, Step};

/// Tells whether two steps do the same to the same thing, however far each had to go.
fn is_same(one: &Action, other: &Action) -> bool {
    let of = |action: &Action| (action.name(), action.resource(), action.id());
    of(one) == of(other)
}

/// The steps that were carried out, in their order; each names the places of those before it in this very list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    steps: Vec<Step>,
}

impl Record {
    /// Adds the steps of a plan that were carried out, given by their places in the plan. What was done before already,
    /// because AWS showed late that it was, is not listed twice; what was made twice is.
    pub fn add(&mut self, plan: &Plan, done: &[usize]) {
        // Where each step of the plan stands in this list.
        let mut places = vec![None; plan.steps.len()];
        for (place, step) in plan.steps.iter().enumerate().filter(|(place, _)| done.contains(place)) {
            let is_known = |known: &Step| !step.action.makes() && is_same(&known.action, &step.action);
            let known = self.steps.iter().position(is_known);
            places[place] = known.or(Some(self.steps.len()));
            if known.is_none() {
                let after = step.after.iter().filter_map(|&before| places[before]).collect();
                self.steps.push(Step { after, ..step.clone() });
            }
        }
    }

    /// Returns the steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}
