//! What a user has agreed to, and whether a plan does more than that.
//!
//! A plan is remade when the world has moved under it. What was agreed to covers the new plan as long as that does nothing
//! else: less is fine, more is asked for again. Making something is agreed to once for each time that it was shown: an
//! instance that was launched and ended by somebody else is not launched again without asking.

use super::{Action, Need, Plan, Step};

/// What a user has agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Any plan, as `--yes` says.
    Any,
    /// These steps, as far as they are not used up.
    Steps(Vec<Step>),
}

impl Consent {
    /// Returns the consent that `--yes` gives, or none at all.
    #[must_use]
    pub fn given(to_any: bool) -> Self {
        if to_any { Self::Any } else { Self::Steps(Vec::new()) }
    }

    /// Takes note that the user has agreed to a plan. It stands in the place of what was agreed to before: what that plan
    /// no longer contains, nobody has asked for any more.
    pub fn agree(&mut self, plan: &Plan) {
        if let Self::Steps(steps) = self {
            steps.clone_from(&plan.steps);
        }
    }

    /// Takes note of steps that were carried out: what was made is not agreed to a second time.
    pub fn used<'a>(&mut self, done: impl IntoIterator<Item = &'a Step>) {
        let Self::Steps(steps) = self else { return };
        for step in done.into_iter().filter(|step| step.action.makes()) {
            if let Some(place) = steps.iter().position(|agreed| covers(agreed, step)) {
                steps.remove(place);
            }
        }
    }

    /// Returns the steps of a plan that go beyond what was agreed to; without any, nobody has to be asked.
    #[must_use]
    pub fn exceeded_by<'a>(&self, plan: &'a Plan) -> Vec<&'a Step> {
        let Self::Steps(agreed) = self else { return Vec::new() };
        let mut unused: Vec<&Step> = agreed.iter().collect();
        let is_more = |step: &&Step| match unused.iter().position(|agreed| covers(agreed, step)) {
            Some(place) => {
                unused.remove(place);
                false
            }
            // Waiting changes nothing.
            None => !matches!(step.action, Action::AwaitEnd(_)),
        };
        plan.steps.iter().filter(is_more).collect()
    }
}

/// Tells whether whoever agreed to one step has agreed to another: it does the same to the same thing, or less.
fn covers(agreed: &Step, step: &Step) -> bool {
    let is_allowed = match (agreed.needs, step.needs) {
        (_, None) | (Some(Need::Replace), _) => true,
        (agreed, needs) => agreed == needs,
    };
    is_allowed && includes(&agreed.action, &step.action)
}

fn includes(agreed: &Action, action: &Action) -> bool {
    match (agreed, action) {
        // How far an interrupted run came with a pair changes how it is finished, not what is made or deleted.
        (Action::CreateKey(name, _), Action::CreateKey(other, _)) => name == other,
        (Action::DeleteKey(name, work), Action::DeleteKey(other, less)) => {
            name == other && (work.delete_pair || !less.delete_pair)
        }
        (Action::ChangeRules { id, change, .. }, Action::ChangeRules { id: other, change: less, .. }) => {
            id == other
                && less.add.iter().all(|new| change.add.iter().any(|agreed| agreed.cidr == new.cidr))
                && less.remove.iter().all(|rule| change.remove.contains(rule))
        }
        (Action::SwitchEnclaves { id, .. }, Action::Start(other))
        | (Action::Terminate(id), Action::AwaitEnd(other)) => id == other,
        (Action::MoveEnd { id, to, .. }, Action::MoveEnd { id: other, to: sooner, .. }) => id == other && sooner <= to,
        (Action::Tag { id, tags, .. }, Action::Tag { id: other, tags: fewer, .. }) => {
            id == other && fewer.iter().all(|tag| tags.contains(tag))
        }
        // The name leads to the environment's instance, wherever that is by now.
        (Action::PointName(name, _), Action::PointName(other, _)) => name == other,
        (agreed, action) => agreed == action,
    }
}

impl Action {
    /// Tells whether it makes something new, so that doing it twice makes two.
    #[must_use]
    pub(super) fn makes(&self) -> bool {
        matches!(self, Self::CreateKey(..) | Self::ImportKey(_) | Self::CreateGroup(_) | Self::Launch(_))
    }
}
