//! A plan as people read it: one line for each step, then what stays, then what stands against it.

use super::{Action, Plan, Step};
use crate::text::plain;

impl Plan {
    /// Returns the lines of the plan, each ended; of an empty plan only what stays, what stands against it, and warnings.
    #[must_use]
    pub fn text(&self) -> String {
        let steps = self.steps.iter().map(line);
        let kept = self.kept.iter().map(|kept| {
            let id = kept.id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
            format!("  keep {}{id}: {}", kept.resource, kept.reason)
        });
        let refused = self.refused.iter().map(|refusal| format!("! {refusal}"));
        let exposed = self.exposed.iter().map(|exposure| format!("warning: {exposure}"));
        let strangers = self.strangers.iter().map(|stranger| format!("warning: {stranger}"));
        steps.chain(kept).chain(refused).chain(exposed).chain(strangers).map(|line| plain(&line) + "\n").collect()
    }
}

fn line(step: &Step) -> String {
    let id = step.action.id().map(|id| format!(" {id}")).unwrap_or_default();
    let needs = step.needs.map(|need| format!(" (needs `{}`)", need.flag())).unwrap_or_default();
    format!("{} {} {}{id}: {}{needs}", sign(&step.action), step.action.verb(), step.action.resource(), step.reason)
}

/// What a step does to the number of things: one more, one less, or the same number changed.
fn sign(action: &Action) -> char {
    match action {
        Action::CreateKey(..) | Action::ImportKey(_) | Action::CreateGroup(_) | Action::Launch(_) => '+',
        Action::FinishKeyDeletion(_)
        | Action::Terminate(_)
        | Action::AwaitEnd(_)
        | Action::ForgetName(_)
        | Action::DeleteVolume(_)
        | Action::DeleteGroup { .. }
        | Action::DeleteKey(..) => '-',
        Action::RestoreKeyFile(_)
        | Action::ChangeRules { .. }
        | Action::Start(_)
        | Action::SwitchEnclaves { .. }
        | Action::MoveEnd { .. }
        | Action::Tag { .. }
        | Action::PointName(..) => '~',
    }
}
