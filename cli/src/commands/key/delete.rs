//! `iac key delete`: sets the file aside, deletes the pair, and only then removes the file.

use std::path::PathBuf;

use iac_core::key_work::{FileState, delete_work};
use iac_core::name::KeyName;
use serde::Serialize;

use crate::config::Key;
use crate::error::Result;
use crate::files::SecretsFolder;
use crate::work::Context;
use crate::work::key::{Deleting, key_files};
use crate::work::lock::lock;

/// What `key delete` prints.
#[derive(Debug, Serialize)]
struct Deleted {
    name: KeyName,
    /// The pair's id; `None` where only files of an interrupted run were left.
    id: Option<String>,
    /// The files that were removed.
    files: Vec<PathBuf>,
    /// The files that stay, because nothing proves that they are the pair's private half.
    kept: Vec<PathBuf>,
    /// The live instances that were launched with the pair.
    in_use_by: Vec<String>,
}

/// Deletes a key pair and its private half, or finishes a deletion that was interrupted.
pub(super) async fn delete(context: &Context<'_>, force: bool) -> Result<()> {
    let settings = context.settings;
    settings.require(&[Key::KeyName, Key::SecretsFolder])?;
    let name = settings.key_name()?;
    let (path, session) = (settings.secrets_folder()?, context.connect().await?);
    let folder = SecretsFolder::existing(path);
    let _lock = lock(context, &folder).await?;
    let files = key_files(&folder, name).await?;
    let deleting = Deleting { session: &session, folder: &folder, name };
    let progress = context.ui.progress("deleting the key pair");
    let (pair, in_use_by, _) =
        progress.during(async { tokio::try_join!(deleting.pair(), deleting.users(), session.account()) }).await?;
    let pair = match (pair, &files.new) {
        (None, FileState::Key(public_key)) => Some(deleting.unseen(public_key).await?),
        (pair, _) => pair,
    };
    let work = delete_work(&files, pair.as_ref(), force).map_err(|refusal| deleting.refused(refusal))?;
    if !in_use_by.is_empty() {
        context.ui.warn(&format!("key pair `{name}` is still used by {}", in_use_by.join(", ")));
    }
    context.interrupt.check()?;
    let removed = progress.during(deleting.run(&work, pair.as_ref())).await?;
    drop(progress);
    let deleted = Deleted {
        name: name.clone(),
        id: pair.map(|pair| pair.id),
        files: removed,
        kept: deleting.paths(&work.stays),
        in_use_by,
    };
    for kept in &deleted.kept {
        context.ui.warn(&format!("`{}` is not the pair's private half, and stays", kept.display()));
    }
    context.ui.data(&deleted, |_| deleted.text())
}

impl Deleted {
    fn text(&self) -> String {
        let pair = self.id.iter().map(|id| format!("deleted key pair `{}` {id}", self.name));
        let files =
            self.files.iter().map(|file| format!("removed `{}`", iac_core::text::plain(&file.display().to_string())));
        pair.chain(files).collect::<Vec<_>>().join("\n")
    }
}
