//! `iac ssh`: a shell on the instance, or one command with exactly the words that were given here.

use iac_core::quote;

use super::target::target;
use crate::args::SshCommand;
use crate::commands::Context;
use crate::error::Result;

/// Connects, and returns the status of what ran there, or OpenSSH's own 255.
pub(super) async fn run(context: &Context<'_>, command: SshCommand) -> Result<u8> {
    let target = Box::pin(target(context, &command.target)).await?;
    let line =
        (!command.argv.is_empty()).then(|| quote::command(&command.argv).expect("arguments of a process hold no NUL"));
    let output = context.interrupt.or_stop(target.attached(line.as_deref())).await??;
    if let Some(failure) = output.failure {
        context.ui.explain(&failure.into());
    }
    Ok(output.status)
}
