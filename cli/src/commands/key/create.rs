//! `iac key create`: makes a key on this machine, imports its public half, and only then gives the file its name.

use iac_core::key_work::{create_refused_by_files, create_work};
use iac_core::observed::{KeyFile, KeyKind, ListedKeyPair};

use super::list;
use crate::args::KeyType;
use crate::config::Key;
use crate::error::Result;
use crate::files::SecretsFolder;
use crate::work::Context;
use crate::work::key::{Making, key_files};
use crate::work::lock::lock;

/// Makes a key pair, or finishes one whose making was interrupted.
pub(super) async fn create(context: &Context<'_>, kind: KeyType) -> Result<()> {
    let settings = context.settings;
    settings.require(&[Key::KeyName, Key::SecretsFolder])?;
    let name = settings.key_name()?;
    let (path, session) = (settings.secrets_folder()?, context.connect().await?);
    let folder = SecretsFolder::open(path)?;
    let lock = lock(context, &folder).await?;
    let making = Making { session: &session, folder: &folder, name, until_seen: true };
    let files = key_files(&folder, name).await?;
    if let Some(refusal) = create_refused_by_files(&files) {
        return Err(making.refused(refusal));
    }
    let progress = context.ui.progress("looking for a key pair of this name");
    let known = async { Ok(session.aws.key_pair(name).await?) };
    let (known, _) = progress.during(async { tokio::try_join!(known, session.account()) }).await?;
    drop(progress);
    let work = create_work(&files, known.as_ref()).map_err(|refusal| making.refused(refusal))?;
    let pair = making.run(work, files.new, known, &kind.into(), &lock).await?;
    let listed = ListedKeyPair { pair, file: Some(KeyFile::Ok) };
    context.ui.data(&listed, |width| list::text(std::slice::from_ref(&listed), width))
}

impl From<KeyType> for KeyKind {
    fn from(kind: KeyType) -> Self {
        match kind {
            KeyType::Ed25519 => Self::Ed25519,
            KeyType::Rsa => Self::Rsa,
        }
    }
}
