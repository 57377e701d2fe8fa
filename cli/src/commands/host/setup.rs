//! `iac host setup`: the same set-up as at the first boot, on an instance that runs.

use iac_core::host::script;
use iac_core::host::set_up::{Outcome, SetUp, Step};
use serde::Serialize;

use crate::args::TargetOptions;
use crate::error::{Error, Kind, Result};
use crate::work::Context;
use crate::work::host::{reach_host, remote};

/// What `host setup` prints.
#[derive(Debug, Serialize)]
struct Made {
    instance: String,
    steps: Vec<Step>,
    /// Where the files that were written over are kept.
    kept: Vec<String>,
}

/// Says where the files are kept that a set-up has written over.
pub(super) fn tell_kept(context: &Context<'_>, kept: &[String]) {
    for path in kept {
        context.ui.note(&iac_core::text::plain(&format!("what was there before is kept on the host: `{path}`")));
    }
}

/// Sets the host up and says what that changed.
pub(super) async fn run(context: &Context<'_>, options: &TargetOptions) -> Result<()> {
    let (host, wanted) = reach_host(context, options).await?;
    let script = script::set_up(&wanted).ok_or_else(|| {
        Error::new(Kind::SettingInvalid, format!("an ordinary instance has nothing to set up: {}", host.instance.id))
            .hint("launch one with enclaves: set `instance_kind` to `nitro`")
    })?;
    let progress = context.ui.progress(&format!("setting {} up", host.instance.id));
    let set_up = progress.during(remote::set_up(context, &host.target, script)).await?;
    drop(progress);
    let changed = changed(&set_up);
    tell_kept(context, &set_up.kept);
    let made = Made { instance: host.instance.id.clone(), steps: set_up.steps, kept: set_up.kept };
    context.ui.data(&made, |_| match changed.as_slice() {
        [] => format!("nothing to change on {}", made.instance),
        changed => format!("changed on {}: {}", made.instance, changed.join(", ")),
    })
}

fn changed(set_up: &SetUp) -> Vec<String> {
    let changed = set_up.steps.iter().filter(|step| step.outcome == Outcome::Changed);
    changed.map(|step| iac_core::text::plain(&step.step)).collect()
}
