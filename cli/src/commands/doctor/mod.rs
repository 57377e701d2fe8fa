//! `iac doctor`: everything that must be right before there is a host, each thing with its mend; and nitro-cli's codes.
//!
//! It works as far as it can: a configuration with mistakes is a check that failed, and only what depends on them is not
//! checked.

mod cloud;
mod explain;
mod facts;
mod group;
mod instance;
mod local;
mod names;
mod needs;
mod rights;

use iac_core::doctor::{Check, Outcome, Rights};
use iac_core::table::{self, Cell};
use serde::Serialize;

use self::needs::Open;
use super::Context;
use crate::args::{DoctorCommand, DoctorVerb};
use crate::config::{Environment, Settings, Unsound};
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
    rights: &'a Option<Rights>,
}

/// Explains codes, or makes every check; a check that failed is a failure of the command as well.
pub(super) async fn run(
    ui: &Ui,
    environment: &Environment,
    command: DoctorCommand,
    load: impl FnOnce() -> (Settings, Option<Unsound>),
) -> Result<u8> {
    if let Some(DoctorVerb::Explain { codes }) = command.verb {
        return explain::run(ui, &codes).map(|()| 0);
    }
    let (checks, rights) = examine(ui, environment, load()).await?;
    let failed: Vec<&str> =
        checks.iter().filter(|each| each.outcome == Outcome::Failed).map(|each| each.check).collect();
    let error = (!failed.is_empty()).then(|| failure(&failed, checks.len()));
    let report = Report {
        error: error.as_ref().map(Error::document),
        ready: failed.is_empty(),
        checks: &checks,
        rights: &rights,
    };
    ui.data(&report, |width| text(&checks, width) + &of_rights(rights.as_ref()))?;
    Ok(error.map_or(0, |error| {
        ui.explain(&error);
        error.kind().exit()
    }))
}

/// Every check; those on this machine and those at AWS are made side by side.
async fn examine(
    ui: &Ui,
    environment: &Environment,
    (settings, unsound): (Settings, Option<Unsound>),
) -> Result<(Vec<Check>, Option<Rights>)> {
    let open = Open::of(&settings, unsound.as_ref());
    let context = Context { ui, settings: &settings, interrupt: Interrupt::listen(ui.parting())? };
    let progress = ui.progress("looking at everything that a host needs");
    let looking = Box::pin(async { tokio::join!(local::programs(), cloud::checks(&context, &open)) });
    let (programs, (at_aws, rights)) = progress.during(context.interrupt.or_stop(looking)).await?;
    drop(progress);
    let files = local::files(&settings).into_iter().map(|check| open.instead_of(check.check).unwrap_or(check));
    let first = [local::configuration(&settings, unsound.as_ref(), environment), programs];
    Ok((first.into_iter().chain(files).chain(at_aws).collect(), rights))
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

/// What is not known of the rights, and the policy of those that are missing, to be copied.
fn of_rights(rights: Option<&Rights>) -> String {
    let Some(rights) = rights else { return String::new() };
    let unknown: Vec<String> = rights.unknown().map(|operation| format!("`{operation}`")).collect();
    let mut text = match unknown.as_slice() {
        [] => String::new(),
        unknown => format!("\nnot checkable beforehand: {}\n", unknown.join(", ")),
    };
    if let Some(policy) = rights.policy.as_ref().and_then(|policy| serde_json::to_string_pretty(policy).ok()) {
        let lines = policy.lines().map(|line| format!("{}\n", table::plain(line)));
        text.push_str(&format!("\nthe policy of the missing rights:\n{}", lines.collect::<String>()));
    }
    text
}
