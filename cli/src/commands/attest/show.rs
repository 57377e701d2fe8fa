//! `iac attest show`: everything in a document, and that none of it is proven.

use std::path::Path;

use data_encoding::HEXLOWER;
use nitro::attestation::{Claims, StatedCertificate, UnverifiedDocument};
use serde::Serialize;

use super::text::{self, line};
use crate::error::Result;
use crate::proof::{self, ProofError};
use crate::ui::Ui;

/// A document for scripts, which ask for `verified` first.
#[derive(Serialize)]
struct Shown<'a> {
    verified: bool,
    emulated: bool,
    algorithm: String,
    signature: String,
    claims: &'a Claims,
    /// Root first, leaf last; null for what is no certificate.
    certificates: Vec<Option<StatedCertificate>>,
}

/// Decodes a document and prints it, verifying nothing.
pub(super) fn run(ui: &Ui, file: &Path) -> Result<()> {
    let bytes = proof::document(file)?;
    let document = UnverifiedDocument::decode(&bytes)
        .map_err(|source| ProofError::Document { name: proof::name_of(file), source })?;
    let shown = Shown {
        verified: false,
        emulated: document.is_emulated(),
        algorithm: document.algorithm().to_string(),
        signature: HEXLOWER.encode(document.signature()),
        claims: document.claims(),
        certificates: document.certificates(),
    };
    ui.data(&shown, |_| shown.text())
}

impl Shown<'_> {
    fn text(&self) -> String {
        let mut text = String::from("NOT VERIFIED: anybody can write what follows; `iac attest verify` finds out\n\n");
        text += &text::claims(self.claims);
        text.push('\n');
        for (place, certificate) in self.certificates.iter().enumerate() {
            let name = match place {
                0 => "root".to_owned(),
                place if place + 1 == self.certificates.len() => "leaf".to_owned(),
                place => format!("authority {place}"),
            };
            line(&mut text, &name, &stated(certificate.as_ref()));
        }
        text.push('\n');
        let algorithm = if self.emulated { "an emulator, which signs nothing" } else { &self.algorithm };
        line(&mut text, "signed by", algorithm);
        line(&mut text, "signature", &self.signature);
        text
    }
}

fn stated(certificate: Option<&StatedCertificate>) -> String {
    let Some(StatedCertificate { subject, not_before, not_after, sha256, .. }) = certificate else {
        return "no certificate as Nitro uses them".to_owned();
    };
    format!("{subject}\n               {not_before} to {not_after}\n               SHA-256 {sha256}")
}
