//! `iac down`: takes away everything of the environment, waits until AWS says that it is gone, and looks again.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use iac_core::dns::Fqdn;
use iac_core::name::InstanceName;
use iac_core::plan::{Action, Consent, Kept, Plan, Record, Step, teardown};
use serde::Serialize;

use super::apply::Worker;
use super::observe::{Seen, observe};
use super::{consent, leftovers};
use crate::args::DownOptions;
use crate::error::{Error, Kind, Result};
use crate::files::SecretsFolder;
use crate::work::patience::Patience;
use crate::work::sweep::sweep;
use crate::work::{Context, Session, existing_folder};

/// How long after an interrupted `up` AWS may not show yet what that has made.
const SHOWN_WITHIN: Duration = Duration::from_secs(10);

/// What `down` prints.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    environment: &'a InstanceName,
    /// What was done.
    steps: &'a [Step],
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
    let session = context.connect().await?;
    let folder = existing_folder(settings);
    if let Some(folder) = &folder {
        until_shown(context, folder, name).await?;
    }
    let (mut consent, mut record) = (Consent::given(options.yes), Record::default());
    let mut patience = Patience::new(options.timeout.0);
    let mut spared = BTreeSet::new();
    let mut is_first = true;
    loop {
        let (seen, plan) = look(&session, options.keep_key, &spared).await?;
        if plan.is_empty() {
            if let Some(folder) = &folder {
                folder.remove_launch(name)?;
                sweep(&session, folder).await;
            }
            if !spared.is_empty() {
                return Err(records_left(name, &spared));
            }
            let shown = Shown { environment: name, steps: record.steps(), kept: plan.kept, left: 0 };
            return context.ui.data(&shown, |_| shown.text());
        }
        if !is_first && patience.is_over() {
            return Err(left(name, &plan));
        }
        if consent::ask(context, &mut consent, &plan, (&plan.text(), "take this away?"), &record).await? {
            // The time-out is for the work, not for whoever is asked.
            patience = Patience::new(options.timeout.0);
        }
        if !is_first {
            // AWS still shows what was taken away, or another run has made something since.
            patience.pause(context).await?;
        }
        is_first = false;
        let timeout = patience.left();
        let worker = Worker { session: &session, folder: folder.as_ref(), seen: &seen, ssh_from: None, timeout };
        let outcome = worker.run(&plan).await;
        spared.extend(seen.spared.map(RefCell::into_inner).unwrap_or_default());
        let is_done = |step: &Step| !matches!(&step.action, Action::ForgetName(fqdn) if spared.contains(fqdn));
        let done: Vec<usize> = outcome.done.into_iter().filter(|&place| is_done(&plan.steps[place])).collect();
        record.add(&plan, &done);
        consent.used(done.iter().map(|&place| &plan.steps[place]));
        match outcome.failure {
            None => {}
            Some(error) if error.has_world_moved() && !patience.is_over() => context.ui.note(error.message()),
            Some(error) => return Err(error),
        }
    }
}

/// What there is, and what goes; of the names that may not be changed no more is asked.
async fn look(session: &Session<'_>, keep_key: bool, spared: &BTreeSet<Fqdn>) -> Result<(Seen, Plan)> {
    let mut seen = session.look("looking for what is there", Box::pin(observe(session))).await??;
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
