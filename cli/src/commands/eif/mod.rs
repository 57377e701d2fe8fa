//! `iac eif`: what is in an enclave image, what Nitro will measure of it, and why two images differ.

mod diff;
mod show;

use std::path::Path;

use crate::args::{EifCommand, EifVerb};
use crate::error::Result;
use crate::proof::{self, Inspected};
use crate::ui::Ui;

/// The exit status for differences, where they were asked about.
const DIFFERENT: u8 = 3;

/// Runs `iac eif` and gives its exit status: a damaged image is shown, and is a failure as well.
pub(super) fn run(ui: &Ui, command: EifCommand) -> Result<u8> {
    match command.verb {
        EifVerb::Show { file } => show::run(ui, &file),
        EifVerb::Diff { before, after, check } => {
            diff::run(ui, &before, &after).map(|identical| if check && !identical { DIFFERENT } else { 0 })
        }
    }
}

/// Opens and measures an image, showing how far it is.
pub(super) fn measured(ui: &Ui, path: &Path) -> Result<Inspected> {
    let image = proof::open(path)?;
    let mut bar = ui.bar(&format!("measuring {}", path.display()), image.length());
    Ok(proof::inspect(path, image, |done| bar.at(done))?)
}
