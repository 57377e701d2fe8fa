//! Waiting for the right to change what is in the secrets folder.

use std::time::Duration;

use crate::error::{Error, Kind, Result};
use crate::files::{FolderLock, SecretsFolder};
use crate::work::Context;
use crate::work::patience::Patience;

/// How long another run may keep the folder; the longest step under the lock is one call to AWS.
const BUSY_FOR: Duration = Duration::from_secs(10);

/// Locks the secrets folder against every other run on this machine.
pub(crate) async fn lock(context: &Context<'_>, folder: &SecretsFolder) -> Result<FolderLock> {
    let progress = context.ui.progress(&format!("waiting for another `iac` in {}", folder.path().display()));
    let mut patience = Patience::new(BUSY_FOR);
    loop {
        if let Some(lock) = folder.try_lock()? {
            return Ok(lock);
        }
        if patience.is_over() {
            let message = format!("another `iac` works in `{}`", folder.path().display());
            return Err(
                Error::new(Kind::FolderBusy, message).hint("wait until it has ended, then run the command again")
            );
        }
        progress.during(patience.pause(context)).await?;
    }
}
