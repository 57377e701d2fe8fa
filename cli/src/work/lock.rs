//! Waiting for the right to change what is in the secrets folder.

use std::time::Duration;

use crate::error::{Error, Kind, Result};
use crate::files::{FolderLock, SecretsFolder};
use crate::work::Context;
use crate::work::patience::{Look, Patience};

/// How long another run may keep the folder; the longest step under the lock is one call to AWS.
const BUSY_FOR: Duration = Duration::from_secs(10);

/// Locks the secrets folder against every other run on this machine.
pub(crate) async fn lock(context: &Context<'_>, folder: &SecretsFolder) -> Result<FolderLock> {
    let progress = context.ui.progress(&format!("waiting for another `iac` in {}", folder.path().display()));
    let busy = || {
        Error::new(Kind::FolderBusy, format!("another `iac` works in `{}`", folder.path().display()))
            .hint("wait until it has ended, then run the command again")
    };
    let mut patience = Patience::new(BUSY_FOR);
    let look = async |_: &_| Ok(folder.try_lock()?.map_or_else(|| Look::NotYet(Err(busy())), Look::Found));
    progress.during(patience.until(context, look)).await
}
