//! `iac ssh`: a shell on the instance, or one command with exactly the words that were given here, or the `Host` block with
//! which other programs reach it.

use iac_core::name::InstanceName;
use iac_core::quote;

use crate::args::{SshCommand, TargetOptions};
use crate::error::{Error, Kind, Result};
use crate::ssh::{self, Target};
use crate::work::Context;
use crate::work::target::target;

/// Connects, and returns the status of what ran there, or OpenSSH's own 255.
pub(super) async fn run(context: &Context<'_>, command: SshCommand) -> Result<u8> {
    let target = Box::pin(target(context, &command.target)).await?;
    if command.config {
        return print_block(context, &command.target, &target).await.map(|()| 0);
    }
    let line =
        (!command.argv.is_empty()).then(|| quote::command(&command.argv).expect("arguments of a process hold no NUL"));
    let output = context.interrupt.or_stop(target.attached(line.as_deref())).await??;
    if let Some(failure) = output.failure {
        context.ui.explain(&failure.into());
    }
    Ok(output.status)
}

/// Prints the block; the host key is proven by now, so that whoever uses it is as safe as `iac ssh`.
async fn print_block(context: &Context<'_>, options: &TargetOptions, target: &Target) -> Result<()> {
    // An id may be that of an instance with another name.
    let name = context.settings.optional_instance_name().filter(|_| options.id.is_none()).map(InstanceName::as_str);
    let block = target.host_block(name, ssh::version().await?).map_err(|error| {
        Error::new(Kind::SettingInvalid, "the `Host` block cannot be written")
            .cause(error)
            .hint("choose another `secrets_folder` or `key_name`")
    })?;
    context.ui.text(&format!(
        "# The address changes when the instance is stopped and started: then print this anew.\n{block}"
    ))
}
