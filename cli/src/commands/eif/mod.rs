//! `iac eif`: what is in an enclave image, what Nitro will measure of it, and why two images differ.

mod diff;
mod show;

use crate::args::{EifCommand, EifVerb};
use crate::error::Result;
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
