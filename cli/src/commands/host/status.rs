//! `iac host status`: whether the host is what it should be, and with `--fix` what can be done about it from here.

use std::time::Duration;

use iac_core::host::report::{Check, Report};
use iac_core::host::{Wanted, script};
use iac_core::table::{self, Cell};
use serde::Serialize;

use super::setup::tell_kept;
use crate::args::TargetOptions;
use crate::error::{Error, Kind, Result};
use crate::work::Context;
use crate::work::host::{end, reach_host, remote};
use crate::work::target::Reached;

/// What `host status` prints.
#[derive(Debug, Serialize)]
struct Status<'a> {
    instance: &'a str,
    #[serde(flatten)]
    report: &'a Report,
}

/// Prints every check; the exit status is 1 where one fails.
pub(super) async fn run(context: &Context<'_>, options: &TargetOptions, fix: bool) -> Result<u8> {
    let (host, wanted) = reach_host(context, options).await?;
    let within = options.timeout.0;
    let mut report = looked(context, &host, &wanted, within).await?;
    if fix {
        if !report.ready {
            mend(context, &host, &wanted, &report, within).await?;
            report = looked(context, &host, &wanted, within).await?;
        }
        end::tag(&host.session, &host.instance, report.ends).await?;
    }
    let id = host.instance.id.as_str();
    context.ui.data(&Status { instance: id, report: &report }, |width| text(&report, width))?;
    if report.ready {
        return Ok(0);
    }
    context.ui.explain(&not_ready(id, &report, fix));
    Ok(Kind::HostNotReady.exit())
}

async fn looked(context: &Context<'_>, host: &Reached<'_>, wanted: &Wanted, within: Duration) -> Result<Report> {
    let progress = context.ui.progress(&format!("looking at {}", host.instance.id));
    progress.during(remote::look(context, &host.target, wanted, within)).await
}

/// Sets up what the set-up sees to, and arms the end. A step that fails is said; what is left shows in the next look.
async fn mend(
    context: &Context<'_>,
    host: &Reached<'_>,
    wanted: &Wanted,
    report: &Report,
    within: Duration,
) -> Result<()> {
    let progress = context.ui.progress(&format!("mending {}", host.instance.id));
    if report.failed().any(|check| check.check == "end") {
        context.interrupt.check()?;
        let arming = remote::run_within(context, &host.target, script::ARM, String::new(), within);
        progress.during(arming).await?;
    }
    let Some(script) = script::set_up(wanted) else { return Ok(()) };
    context.interrupt.check()?;
    match progress.during(remote::set_up(context, &host.target, script)).await {
        Err(error) if error.kind() == Kind::SetUpFailed => context.ui.note(error.message()),
        result => tell_kept(context, &result?.kept),
    }
    Ok(())
}

fn not_ready(id: &str, report: &Report, fixed: bool) -> Error {
    let failed: Vec<&str> = report.failed().map(|check| check.check.as_str()).collect();
    let of = report.checks.len();
    let error =
        Error::new(Kind::HostNotReady, format!("{} of {of} checks fail on {id}: {}", failed.len(), failed.join(", ")));
    if fixed { error } else { error.hint("mend what can be mended with `iac host status --fix`") }
}

fn text(report: &Report, width: usize) -> String {
    let row = |check: &Check| {
        vec![
            Cell::id(&check.check),
            Cell::id(if check.ok { "ok" } else { "fails" }),
            Cell::sentence(&check.found),
            Cell::sentence(check.mend.as_deref().unwrap_or_default()),
        ]
    };
    table::table(&["CHECK", "RESULT", "FOUND", "MEND"], &report.checks.iter().map(row).collect::<Vec<_>>(), width)
}
