//! The question that comes before a plan is carried out, asked again where a remade plan does more than was agreed to.

use iac_core::plan::{Consent, Plan, Record};

use crate::error::{Error, Kind, Result};
use crate::work::Context;

/// Shows a plan, and asks where it goes beyond what was agreed to; returns whether it was asked.
pub(super) async fn ask(
    context: &Context<'_>,
    consent: &mut Consent,
    plan: &Plan,
    (text, question): (&str, &str),
    done: &Record,
) -> Result<bool> {
    if consent.exceeded_by(plan).is_empty() {
        if !plan.is_empty() {
            context.ui.note(plan.text().trim_end());
        }
        return Ok(false);
    }
    let answer = context.confirm(text, question).await;
    answer.map_err(|error| after(error, done))?;
    consent.agree(plan);
    Ok(true)
}

/// Who declines a remade plan has agreed to an earlier one: something may have been done.
fn after(error: Error, done: &Record) -> Error {
    if error.kind() != Kind::ConfirmationNeeded || done.steps().is_empty() {
        return error;
    }
    let stopped = Error::new(Kind::ConfirmationNeeded, "nothing more was done: the answer was not yes");
    let steps =
        done.steps().iter().map(|step| format!("done before: {} {}", step.action.verb(), step.action.resource()));
    steps.fold(stopped, Error::cause).hint("see what there is with `iac status`")
}
