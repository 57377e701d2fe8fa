//! Verifies an attestation document against an expected PCR0 and prints every step that was taken.
//!
//! ```text
//! cargo run -p nitro --example verify -- nitro/tests/data/nitro-1.cose \
//!     8bb159f202bb95d6d4d98e0e103918246cea734f1d57cd263e4fd56075ed53f6fa8c68854817a32749a241e11874c26b \
//!     2025-01-06T16:07:05.472Z
//! ```
//!
//! The last argument is the time as of which the document is verified; without it that is the present.

use std::{
    env,
    error::Error,
    fs,
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

use nitro::attestation::{Expectations, Report, Timestamp, VerificationError, VerifiedDocument, verify};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (path, pcr0, at) = match &arguments[..] {
        [path, pcr0] => (path, pcr0, now()?),
        [path, pcr0, at] => (path, pcr0, at.parse()?),
        _ => return Err("usage: verify DOCUMENT PCR0 [TIME]".into()),
    };
    let expectations = Expectations::builder().pcr(0, pcr0.parse()?).build()?;
    let outcome = verify(&fs::read(path)?, &expectations, at);
    print(outcome.as_ref().map_or_else(VerificationError::report, VerifiedDocument::report));
    Ok(if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn now() -> Result<Timestamp, Box<dyn Error>> {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(Timestamp::from_milliseconds(elapsed.as_millis().try_into()?))
}

#[expect(clippy::print_stdout, reason = "this program prints")]
fn print(report: &Report) {
    for step in &report.steps {
        println!("{} {:<18} {}", if step.passed { "ok    " } else { "FAILED" }, step.check, step.found);
    }
}
