//! What is expected, gathered from the flags and the files that they name.

use std::path::Path;

use iac_core::text::plain;
use nitro::attestation::{ExpectationsError, Root};
use nitro::pcr::Measurements;

use crate::args::{BytesSource, ExpectationOptions};
use crate::error::Result;
use crate::proof::{self, ProofError, Wanted};
use crate::ui::Ui;
use crate::work::measured::measured;

/// Gathers what the flags expect, reading the files last.
pub(super) fn gather(ui: &Ui, options: &ExpectationOptions) -> Result<Wanted> {
    let mut wanted = Wanted {
        pcrs: options.registers.0.clone(),
        instance_id: options.instance_id.clone(),
        role_arn: options.role_arn.clone(),
        nonce: bytes(options.nonce.as_ref())?,
        user_data: bytes(options.user_data.as_ref())?,
        public_key: bytes(options.public_key.as_ref())?,
        max_age: options.max_age.map(|span| span.0),
        allow_debug: options.allow_debug,
        root: options.root.as_deref().map(root).transpose()?,
    };
    let conflict = |error: ExpectationsError| ProofError::from(error);
    if let Some(path) = &options.measurements {
        wanted.image(&measurements(path, options.enclave.as_deref())?).map_err(conflict)?;
    }
    if let Some(path) = &options.eif {
        let inspected = measured(ui, path)?;
        if let Some(damage) = inspected.damage() {
            return Err(ProofError::Damaged { name: proof::name_of(path), damage }.into());
        }
        wanted.image(&inspected.measured.measurements).map_err(conflict)?;
    }
    Ok(wanted)
}

fn bytes(source: Option<&BytesSource>) -> Result<Option<Vec<u8>>> {
    Ok(match source {
        None => None,
        Some(BytesSource::Typed(bytes)) => Some(bytes.clone()),
        Some(BytesSource::File(path)) => Some(proof::bytes(path)?),
    })
}

fn root(path: &Path) -> Result<Root> {
    let content = proof::small(path)?;
    let name = plain(&path.display().to_string());
    Ok(Root::from_file(&name, &content).map_err(|source| ProofError::Root { name: proof::name_of(path), source })?)
}

fn measurements(path: &Path, enclave: Option<&str>) -> Result<Measurements> {
    let name = || proof::name_of(path);
    let json = String::from_utf8(proof::small(path)?).map_err(|_| ProofError::NotText { name: name() })?;
    let measured = Measurements::from_nitro_cli(&json, enclave);
    Ok(measured.map_err(|source| ProofError::Measurements { name: name(), source })?)
}
