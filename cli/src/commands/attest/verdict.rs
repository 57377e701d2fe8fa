//! How a verdict is told: every check with what was found, what failed first at the top, and what the verdict leaves open.

use std::fmt::Write as _;

use iac_core::table::{Cell, table};
use nitro::attestation::{Check, Claims, Report, Root, Step, VerificationError, VerifiedDocument};
use nitro::pcr::Pcr;
use serde::Serialize;

use super::text;
use crate::error::{Error, Result};
use crate::proof::Taken;
use crate::ui::Ui;

/// Which time a document was verified as of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AsOf {
    Now,
    Time,
    Document,
    Receipt,
}

/// The end of a verification.
pub(super) struct Verdict {
    pub(super) outcome: std::result::Result<VerifiedDocument, VerificationError>,
    pub(super) as_of: AsOf,
    /// The checks whose expectation came from a receipt.
    pub(super) taken: Taken,
    /// What a refusal means, if it is one.
    pub(super) refusal: Option<Error>,
}

/// The verdict for scripts; a refused one is an error document too.
#[derive(Serialize)]
struct Document<'a, E: Serialize> {
    #[serde(flatten)]
    error: Option<E>,
    verified: bool,
    as_of: AsOf,
    caveats: &'a [String],
    expected_by_receipt: &'a [Check],
    report: &'a Report,
    /// What a document says that is not believed is worth nothing, so it is left out.
    claims: Option<&'a Claims>,
}

impl Verdict {
    /// Prints the verdict and gives the exit status.
    pub(super) fn show(&self, ui: &Ui) -> Result<u8> {
        let caveats = self.caveats();
        let document = Document {
            error: self.refusal.as_ref().map(Error::document),
            verified: self.outcome.is_ok(),
            as_of: self.as_of,
            caveats: &caveats,
            expected_by_receipt: &self.taken,
            report: self.report(),
            claims: self.claims(),
        };
        ui.data(&document, |width| self.text(&caveats, width))?;
        Ok(self.refusal.as_ref().map_or(0, |refusal| {
            ui.explain(refusal);
            refusal.kind().exit()
        }))
    }

    fn report(&self) -> &Report {
        self.outcome.as_ref().map_or_else(VerificationError::report, VerifiedDocument::report)
    }

    fn claims(&self) -> Option<&Claims> {
        self.outcome.as_ref().ok().map(VerifiedDocument::claims)
    }

    /// What a reader of the verdict could take for more than it is.
    fn caveats(&self) -> Vec<String> {
        let Report { root, verified_at, .. } = self.report();
        let is_debug = |claims: &Claims| (0..=2).any(|index| claims.pcrs.get(&index).is_some_and(Pcr::is_zero));
        let mut caveats = Vec::new();
        if !root.is_aws() {
            caveats.push(format!("the root that was trusted is not AWS's: {}", shown(root)));
        }
        if self.claims().is_some_and(is_debug) {
            caveats.push("the enclave ran in debug mode: whoever ran it could look into it".to_owned());
        }
        match self.as_of {
            AsOf::Document => caveats.push(format!(
                "checked as of the document's own time, {verified_at}: that it was fresh when it arrived is not proven"
            )),
            AsOf::Receipt => caveats.push(format!(
                "checked as of {verified_at}, a time that the receipt claims: when it was written is not proven"
            )),
            AsOf::Now | AsOf::Time => {}
        }
        if !self.taken.is_empty() {
            let names: Vec<_> = self.taken.iter().map(ToString::to_string).collect();
            caveats.push(format!("expected by the receipt, and by nobody else: {}", names.join(", ")));
        }
        caveats
    }

    fn text(&self, caveats: &[String], width: usize) -> String {
        let mut shown = self.headline() + "\n";
        for caveat in caveats {
            writeln!(shown, "  note: {caveat}").expect("writing to a string cannot fail");
        }
        shown.push('\n');
        let rows: Vec<_> = self.report().steps.iter().flat_map(|step| self.rows(step)).collect();
        shown += &table(&["RESULT", "CHECK", "FOUND"], &rows, width);
        if let Some(claims) = self.claims() {
            shown += "\nthe document says, proven by the checks above:\n";
            shown += &text::claims(claims);
        }
        shown
    }

    fn headline(&self) -> String {
        let Report { root, verified_at, .. } = self.report();
        match self.report().failed() {
            Some(step) => format!("REFUSED at `{}`, as of {verified_at}", step.check),
            None if root.is_aws() => format!("VERIFIED under the root of AWS Nitro Enclaves, as of {verified_at}"),
            None => format!("VERIFIED under another root than AWS's, as of {verified_at}"),
        }
    }

    /// What was found, and where that is not what was expected, the latter below it.
    fn rows(&self, step: &Step) -> Vec<Vec<Cell>> {
        let Step { check, passed, expected, found, .. } = step;
        let source = if self.taken.contains(check) { " (expected by the receipt)" } else { "" };
        let row = |result, check: &str, text: &str| vec![Cell::id(result), Cell::id(check), Cell::sentence(text)];
        if *passed {
            return vec![row("ok", &check.to_string(), &format!("{found}{source}"))];
        }
        vec![row("FAILED", &check.to_string(), found), row("", "  expected", &format!("{expected}{source}"))]
    }
}

fn shown(root: &Root) -> String {
    format!("`{}`, SHA-256 {}", root.name(), root.sha256())
}
