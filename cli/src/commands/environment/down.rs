//! `iac down`: takes away everything of the environment, waits until AWS says that it is gone, and looks again.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use iac_core::dns::Fqdn;
use iac_core::name::InstanceName;
use iac_core::plan::{Action, Kept, Plan, Step, teardown};
use serde::Serialize;

use super::apply::Worker;
use super::leftovers;
use super::observe::{Seen, observe};
use crate::args::DownOptions;
use crate::aws::Aws;
use crate::commands::patience::Patience;
use crate::commands::{Context, connect, existing_folder};
use crate::error::{Error, Kind, Result};
use crate::files::SecretsFolder;

/// How long after an interrupted `up` AWS may not show yet what that has made.
const SHOWN_WITHIN: Duration = Duration::from_secs(10);

/// What `down` prints.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    environment: &'a InstanceName,
    /// What was done.
    steps: Vec<Step>,
    /// What stays, and why.
    kept: Vec<Kept>,
    /// How many resources of the environment AWS still shows.
    left: usize,
}

/// Removes everything of the environment.
pub(in crate::commands) async fn down(context: &Context<'_>, options: &DownOptions) -> Result<()> {
    if options.leftovers {
        return leftovers::remove(context, options).await;
    }
    let settings = context.settings;
    let name = settings.instance_name()?;
    let aws = connect(settings).await?;
    let folder = existing_folder(settings);
    if let Some(folder) = &folder {
        until_shown(context, folder, name).await?;
    }
    let mut patience = Patience::new(options.timeout.0);
    let mut steps = Vec::new();
    let mut has_agreed = options.yes;
    let mut spared = BTreeSet::new();
    loop {
        let (seen, plan) = look(context, &aws, options.keep_key, &spared).await?;
        if plan.is_empty() {
            if let Some(folder) = &folder {
                folder.remove_launch(name)?;
            }
            if !spared.is_empty() {
                return Err(records_left(name, &spared));
            }
            let shown = Shown { environment: name, steps, kept: plan.kept, left: 0 };
            return context.ui.data(&shown, |_| shown.text());
        }
        if has_agreed {
            context.ui.note(plan.text().trim_end());
        } else {
            context.confirm(&plan.text(), "take this away?").await?;
            has_agreed = true;
        }
        if !steps.is_empty() {
            // AWS still shows what was taken away, or another run has made something since.
            if patience.is_over() {
                return Err(left(name, &plan));
            }
            patience.pause(context).await?;
        }
        let timeout = patience.left();
        let worker = Worker { context, aws: &aws, folder: folder.as_ref(), seen: &seen, ssh_from: None, timeout };
        match worker.run(&plan).await {
            Ok(()) => {}
            // Another run has made something that uses it: the next look sees that too.
            Err(error) if error.kind() == Kind::GroupInUse && !patience.is_over() => {
                context.ui.note(error.message());
            }
            Err(error) => return Err(error),
        }
        spared.extend(seen.spared.map(RefCell::into_inner).unwrap_or_default());
        let is_done = |step: &Step| !matches!(&step.action, Action::ForgetName(fqdn) if spared.contains(fqdn));
        let done = plan.steps.into_iter().filter(|step| is_done(step) && !steps.contains(step));
        steps.extend(done.collect::<Vec<_>>());
    }
}

/// What there is, and what goes; of the names that may not be changed no more is asked.
async fn look(context: &Context<'_>, aws: &Aws, keep_key: bool, spared: &BTreeSet<Fqdn>) -> Result<(Seen, Plan)> {
    let progress = context.ui.progress("looking for what is there");
    let mut seen = progress.during(context.interrupt.or_stop(Box::pin(observe(context, aws)))).await??;
    seen.observed.close(spared);
    seen.spared = Some(RefCell::default());
    let plan = teardown(&seen.observed);
    Ok((seen, if keep_key { plan.keeping_keys() } else { plan }))
}

/// Waits where an `up` was interrupted a moment ago: what it has made last AWS may not show yet.
async fn until_shown(context: &Context<'_>, folder: &SecretsFolder, name: &InstanceName) -> Result<()> {
    let Some(age) = folder.launch_age(name)? else { return Ok(()) };
    let rest = SHOWN_WITHIN.saturating_sub(age);
    if rest.is_zero() {
        return Ok(());
    }
    let progress = context.ui.progress("waiting until AWS shows what an interrupted run has made");
    progress.during(context.interrupt.pause(rest)).await
}

fn left(name: &InstanceName, plan: &Plan) -> Error {
    let message = format!("{} resources of `{name}` are left", plan.steps.len());
    let error = Error::new(Kind::SomethingLeft, message);
    let said = plan.steps.iter().map(|step| {
        let id = step.action.id().map(|id| format!(" {id}")).unwrap_or_default();
        format!("{}{id}: {}", step.action.resource(), step.reason)
    });
    said.fold(error, Error::cause).hint("run `iac down` again; it goes on where it stopped")
}

/// Everything but these records is gone.
fn records_left(name: &InstanceName, records: &BTreeSet<Fqdn>) -> Error {
    let message = format!("{} resources of `{name}` are left", records.len());
    let error = Error::new(Kind::SomethingLeft, message);
    let causes = records.iter().map(|fqdn| format!("record `{fqdn}`: these credentials may not delete it"));
    let hints =
        records.iter().map(|fqdn| format!("with credentials that may, delete it with `iac dns delete --fqdn {fqdn}`"));
    hints.fold(causes.fold(error, Error::cause), Error::hint)
}

impl Shown<'_> {
    fn text(&self) -> String {
        let done = self.steps.iter().map(|step| {
            let id = step.action.id().map(|id| format!(" {id}")).unwrap_or_default();
            format!("{} {}{id}: done", step.action.verb(), step.action.resource())
        });
        let kept = self.kept.iter().map(|kept| {
            let id = kept.id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
            format!("kept {}{id}: {}", kept.resource, kept.reason)
        });
        let end = format!("{} resources left", self.left);
        done.chain(kept).chain([end]).map(|line| iac_core::text::plain(&line)).collect::<Vec<_>>().join("\n")
    }
}
