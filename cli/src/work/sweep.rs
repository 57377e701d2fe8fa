//! What runs leave behind in the secrets folder when they are killed, and host keys that nobody needs any more, because their
//! instance ended by itself or by somebody else's hand.

use iac_core::text::plain;

use crate::error::Result;
use crate::files::{self, SecretsFolder};
use crate::work::{Session, host_key};

/// Removes it, and says so. What cannot be removed is said too, and is no failure: the next sweep finds it again.
pub(crate) async fn sweep(session: &Session<'_>, folder: &SecretsFolder) {
    match host_key::sweep(session, folder).await {
        Ok(gone) if gone.is_empty() => {}
        Ok(gone) => session.ui.note(&format!("removed the host keys of instances that are gone: {}", gone.join(", "))),
        Err(error) => session.ui.note(&format!("the host keys of instances that are gone stay: {}", error.message())),
    }
    if let Err(error) = unfinished(session, folder) {
        session.ui.note(&format!("files that were never finished stay: {}", error.message()));
    }
}

fn unfinished(session: &Session<'_>, folder: &SecretsFolder) -> Result<()> {
    for path in files::unfinished(folder.path())? {
        files::remove(&path)?;
        session.ui.note(&format!("removed `{}`, which a killed run has left", plain(&path.display().to_string())));
    }
    Ok(())
}
