//! `iac attest`: what a document says, whether to believe it, and what a later one must say. Nothing here needs a
//! configuration, credentials or the network.

mod expectations;
mod show;
mod text;
mod verdict;
mod verify;

use nitro::pcr::{Pcr, pcr3, pcr4};
use serde::Serialize;

use crate::args::{AttestCommand, AttestVerb, PlaceOptions};
use crate::error::{Error, Kind, Result};
use crate::ui::Ui;

/// Runs `iac attest` and gives its exit status: a refused document is a result as well as a failure.
pub(super) fn run(ui: &Ui, command: AttestCommand) -> Result<u8> {
    match command.verb {
        AttestVerb::Show { file } => show::run(ui, &file).map(|()| 0),
        AttestVerb::Verify { file, expectations, write_receipt } => {
            verify::verify(ui, &file, &expectations, write_receipt.as_deref())
        }
        AttestVerb::Recheck { file, expectations, expected_by_receipt } => {
            verify::recheck(ui, &file, &expectations, expected_by_receipt)
        }
        AttestVerb::Predict { place } => predict(ui, &place).map(|()| 0),
    }
}

/// The registers that follow from where an enclave runs.
#[derive(Debug, Serialize)]
struct Predicted {
    pcr3: Option<Pcr>,
    pcr4: Option<Pcr>,
}

fn predict(ui: &Ui, place: &PlaceOptions) -> Result<()> {
    let refused = |error: nitro::pcr::IdentityError| Error::new(Kind::Usage, error.to_string());
    let predicted = Predicted {
        pcr3: place.role_arn.as_deref().map(pcr3).transpose().map_err(refused)?,
        pcr4: place.instance_id.as_deref().map(pcr4).transpose().map_err(refused)?,
    };
    ui.data(&predicted, |_| {
        let lines = [("PCR3", predicted.pcr3), ("PCR4", predicted.pcr4)];
        let lines = lines.into_iter().filter_map(|(name, value)| Some(format!("{name}  {}\n", value?)));
        lines.collect()
    })
}
