//! `iac plan`: what `iac up` would do, and why. Nothing is changed.

use iac_core::environment::Environment;
use iac_core::name::InstanceName;
use iac_core::plan::{Plan, diff};
use serde::Serialize;

use super::DIFFERENCES;
use super::observe::{Seen, observe};
use super::want::want;
use crate::args::PlanOptions;
use crate::config::Key;
use crate::error::Result;
use crate::work::{Context, Session};

/// What `plan` prints.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    environment: &'a InstanceName,
    #[serde(flatten)]
    plan: &'a Plan,
}

/// Shows the plan; its status says under `--check` whether there is anything to do.
pub(in crate::commands) async fn plan(context: &Context<'_>, options: &PlanOptions) -> Result<u8> {
    context.settings.require(&[Key::InstanceName, Key::KeyName, Key::SecurityGroup])?;
    let session = context.connect().await?;
    let (_, want, plan) = look(&session).await?;
    let shown = Shown { environment: &want.name, plan: &plan };
    context.ui.data(&shown, |_| text(&plan))?;
    let differs = !plan.is_empty() || !plan.refused.is_empty();
    Ok(if options.check && differs { DIFFERENCES } else { 0 })
}

/// What there is, what is wanted, and what has to be done about it.
pub(super) async fn look(session: &Session<'_>) -> Result<(Seen, Environment, Plan)> {
    let progress = session.ui.progress("looking at the environment");
    let looking = Box::pin(async { tokio::try_join!(want(session), observe(session)) });
    let (want, seen) = progress.during(session.interrupt.or_stop(looking)).await??;
    let plan = diff(&want, &seen.observed);
    Ok((seen, want, plan))
}

/// The plan as people read it.
pub(super) fn text(plan: &Plan) -> String {
    let lines = plan.text();
    if plan.is_empty() && plan.refused.is_empty() { lines + "nothing to do" } else { lines }
}
