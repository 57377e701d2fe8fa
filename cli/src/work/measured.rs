//! An enclave image on this machine, measured while a person sees how far that is.

use std::path::Path;

use crate::error::Result;
use crate::proof::{self, Inspected};
use crate::ui::Ui;

/// Opens and measures an image, showing how far it is.
pub(crate) fn measured(ui: &Ui, path: &Path) -> Result<Inspected> {
    let image = proof::open(path)?;
    let mut bar = ui.bar(&format!("measuring {}", path.display()), image.length());
    Ok(proof::inspect(path, image, |done| bar.at(done))?)
}
