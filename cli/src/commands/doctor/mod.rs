//! `iac doctor`: everything that must be right before there is a host, each thing with its mend; and nitro-cli's codes.
//!
//! It works as far as it can: a configuration with mistakes is a check that failed, and what depends on it is not checked.

mod cloud;
mod explain;
mod instance;
mod local;

use iac_core::doctor::{Check, Outcome};
use iac_core::table::{self, Cell};
use serde::Serialize;

use super::Context;
use crate::args::{DoctorCommand, DoctorVerb};
use crate::config::{ConfigError, Environment, Settings};
use crate::error::{Error, Kind, Label, Result};
use crate::interrupt::Interrupt;
use crate::ui::Ui;

/// What `doctor` prints.
#[derive(Serialize)]
struct Report<'a, E: Serialize> {
    #[serde(flatten)]
    error: Option<E>,
    ready: bool,
    checks: &'a [Check],
}

/// Explains codes, or makes every check; a check that failed is a failure of the command as well.
pub(super) async fn run(
    ui: &Ui,
    environment: &Environment,
    command: DoctorCommand,
    loaded: std::result::Result<Settings, ConfigError>,
) -> Result<u8> {
    if let Some(DoctorVerb::Explain { codes }) = command.verb {
        return explain::run(ui, &codes).map(|()| 0);
    }
    let checks = examine(ui, environment, &loaded).await?;
    let failed: Vec<&str> =
        checks.iter().filter(|each| each.outcome == Outcome::Failed).map(|each| each.check).collect();
    let error = (!failed.is_empty()).then(|| failure(&failed, checks.len()));
    let report = Report { error: error.as_ref().map(Error::document), ready: failed.is_empty(), checks: &checks };
    ui.data(&report, |width| text(&checks, width))?;
    Ok(error.map_or(0, |error| {
        ui.explain(&error);
        error.kind().exit()
    }))
}

/// Every check; those on this machine and those at AWS are made side by side.
async fn examine(
    ui: &Ui,
    environment: &Environment,
    loaded: &std::result::Result<Settings, ConfigError>,
) -> Result<Vec<Check>> {
    let interrupt = Interrupt::listen(ui.parting())?;
    let mut checks = vec![local::configuration(loaded, environment)];
    let Ok(settings) = loaded else {
        checks.push(local::programs().await);
        let others = local::NAMES.iter().chain(&cloud::NAMES);
        checks.extend(others.map(|name| Check::not_checked(name, "the configuration has to be mended first")));
        return Ok(checks);
    };
    let context = Context { ui, settings, interrupt };
    let progress = ui.progress("looking at everything that a host needs");
    let looking = Box::pin(async { tokio::join!(local::programs(), cloud::checks(&context)) });
    let (programs, at_aws) = progress.during(context.interrupt.or_stop(looking)).await?;
    drop(progress);
    checks.push(programs);
    checks.extend(local::files(settings));
    checks.extend(at_aws);
    Ok(checks)
}

fn failure(failed: &[&str], of: usize) -> Error {
    Error::new(Kind::ChecksFailed, format!("{} of {of} checks failed: {}", failed.len(), failed.join(", ")))
        .hint("do what is said to each, then run `iac doctor` again")
}

/// An error as a check. Where only the right to look is missing, nothing is known.
fn of_error(name: &'static str, error: impl Into<Error>) -> Check {
    let error = error.into();
    let lines = error.lines();
    let of = |wanted: Label| lines.iter().filter(move |(label, _)| *label == wanted).map(|(_, text)| text.as_str());
    let said: Vec<&str> = of(Label::Error).chain(of(Label::Cause)).collect();
    let mends: Vec<&str> = of(Label::Hint).collect();
    let outcome = if error.kind() == Kind::AwsDenied { Outcome::NotChecked } else { Outcome::Failed };
    let mend = (!mends.is_empty()).then(|| mends.join("; "));
    Check { check: name, outcome, found: said.join(": "), mend }
}

/// The checks as a table, and below it what mends those that need it: neither is ever shortened.
fn text(checks: &[Check], width: usize) -> String {
    let row =
        |check: &Check| vec![Cell::id(check.check), Cell::id(check.outcome.as_str()), Cell::sentence(&check.found)];
    let rows: Vec<_> = checks.iter().map(row).collect();
    let mut text = table::table(&["CHECK", "RESULT", "FOUND"], &rows, width);
    let mends = checks.iter().filter_map(|check| Some((check.check, check.mend.as_deref()?)));
    for (number, (check, mend)) in mends.enumerate() {
        let gap = if number == 0 { "\n" } else { "" };
        text.push_str(&format!("{gap}to mend {check}: {}\n", table::plain(mend)));
    }
    text
}
