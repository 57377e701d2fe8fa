//! `iac doctor explain`: what nitro-cli's codes mean, typed or found in what it printed.

use std::io::Read;

use iac_core::nitro_cli::{self, Explanation};

use crate::error::{Error, Kind, Result};
use crate::ui::Ui;

/// No output of nitro-cli is longer.
const LONGEST: u64 = 1 << 20;

/// Prints what these codes mean, or those of the output on stdin.
pub(super) fn run(ui: &Ui, codes: &[String]) -> Result<()> {
    let explanations = if codes.is_empty() { from_input()? } else { typed(codes)? };
    ui.data(&explanations, |_| explanations.iter().map(text).collect::<Vec<_>>().join("\n"))
}

fn typed(codes: &[String]) -> Result<Vec<Explanation>> {
    let explain = |code: &String| {
        nitro_cli::explain(code)
            .map_err(|error| Error::new(Kind::CodeUnknown, error.to_string()).hint("give a code such as `E39`"))
    };
    codes.iter().map(explain).collect()
}

fn from_input() -> Result<Vec<Explanation>> {
    let mut output = Vec::new();
    let read = std::io::stdin().lock().take(LONGEST).read_to_end(&mut output);
    read.map_err(|error| Error::new(Kind::FileFailed, "cannot read stdin").cause(error))?;
    let explanations = nitro_cli::explain_output(&String::from_utf8_lossy(&output));
    if explanations.is_empty() {
        return Err(Error::new(Kind::CodeUnknown, "there is no error code of nitro-cli on stdin")
            .hint("pipe in what it printed, such as `nitro-cli run-enclave … 2>&1 | iac doctor explain`")
            .hint("or give the code: `iac doctor explain E39`"));
    }
    Ok(explanations)
}

fn text(explanation: &Explanation) -> String {
    let Explanation { code, failed, cause, mend } = explanation;
    format!("{code}   {failed}\ncause {cause}\nmend  {mend}\n")
}
