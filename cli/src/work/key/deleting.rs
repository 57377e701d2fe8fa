//! The deletion of a pair: the file is set aside, the pair deleted, and only then the file removed.

use std::path::PathBuf;

use iac_core::key_work::{DeleteRefusal, DeleteWork, FileState, KeyFileName, teardown_work};
use iac_core::name::KeyName;
use iac_core::observed::KeyPair;
use iac_core::public_key::PublicKey;

use super::import::import;
use super::{key_files, made_file, public_beside};
use crate::aws::{CallError, Wanted};
use crate::error::{Error, Kind, Result};
use crate::files::{self, SecretsFolder};
use crate::work::lock::lock;
use crate::work::{Session, must_be_ours};

/// Deletes a pair of ours with its files, and what interrupted runs left of it; returns the files that were removed.
///
/// The caller has seen that nobody else uses the pair. What there is is looked at again under the lock of the folder.
pub(crate) async fn take_away(session: &Session<'_>, folder: &SecretsFolder, name: &KeyName) -> Result<Vec<PathBuf>> {
    let _lock = lock(session, folder).await?;
    let deleting = Deleting { session, folder, name };
    let (files, pair) = tokio::try_join!(key_files(folder, name), deleting.pair())?;
    let pair = match (pair, &files.new) {
        (None, FileState::Key(public_key)) => Some(deleting.unseen(public_key).await?),
        (pair, _) => pair,
    };
    session.interrupt.check()?;
    match teardown_work(&files, pair.as_ref()) {
        Ok(work) => deleting.run(&work, pair.as_ref()).await,
        // Another run was faster, or somebody else has taken the name.
        Err(DeleteRefusal::NotFound { .. } | DeleteRefusal::NotOurs) => Ok(Vec::new()),
    }
}

pub(crate) struct Deleting<'a> {
    pub(crate) session: &'a Session<'a>,
    pub(crate) folder: &'a SecretsFolder,
    pub(crate) name: &'a KeyName,
}

impl Deleting<'_> {
    pub(crate) async fn pair(&self) -> Result<Option<KeyPair>> {
        Ok(self.session.aws.key_pair(self.name).await?)
    }

    /// The pair of an interrupted `key create`, which EC2 may have without showing it yet. Only another import tells:
    /// it finds the name taken, or makes the pair so that it can be deleted. Otherwise it could be left behind.
    pub(crate) async fn unseen(&self, public_key: &PublicKey) -> Result<KeyPair> {
        self.session.interrupt.check()?;
        Ok(import(self.session, self.name, public_key).await?)
    }

    /// The ids of the live instances that were launched with the pair.
    pub(crate) async fn users(&self) -> Result<Vec<String>> {
        let instances = self.session.aws.instances(Wanted::KeyPair(self.name)).await?.into_iter();
        Ok(instances.filter(|instance| instance.state.is_live()).map(|instance| instance.id).collect())
    }

    /// Does the steps in their order and returns the files that were removed.
    pub(crate) async fn run(&self, work: &DeleteWork, pair: Option<&KeyPair>) -> Result<Vec<PathBuf>> {
        if work.rename {
            files::rename_new(&self.file(KeyFileName::Pem), &self.file(KeyFileName::Deleting))?;
        }
        if let Some(pair) = pair.filter(|_| work.delete_pair) {
            self.session
                .aws
                .delete_key_pair(self.name, &pair.id)
                .await
                .map_err(|error| self.not_deleted(error, work))?;
        }
        for &name in &work.remove {
            let path = self.file(name);
            files::remove(&path)?;
            if name == KeyFileName::New {
                files::remove(&public_beside(&path))?;
            }
        }
        // A file that was set aside in this run is named as its owner knows it.
        let known = |&name| if work.rename && name == KeyFileName::Deleting { KeyFileName::Pem } else { name };
        Ok(self.paths(&work.remove.iter().map(known).collect::<Vec<_>>()))
    }

    /// After a plain refusal the key is as good as before and gets its name back; otherwise the next run finishes.
    fn not_deleted(&self, error: CallError, work: &DeleteWork) -> Error {
        let deleting = self.file(KeyFileName::Deleting);
        let is_back = error.failure.changed_nothing()
            && work.rename
            && files::rename_new(&deleting, &self.file(KeyFileName::Pem)).is_ok();
        if !work.rename || is_back {
            return error.into();
        }
        Error::from(error).made([made_file(&deleting)]).hint("run `iac key delete` again to finish")
    }

    fn file(&self, name: KeyFileName) -> PathBuf {
        self.folder.key_file(self.name, name)
    }

    pub(crate) fn paths(&self, names: &[KeyFileName]) -> Vec<PathBuf> {
        names.iter().map(|&name| self.file(name)).collect()
    }

    pub(crate) fn refused(&self, refusal: DeleteRefusal) -> Error {
        let what = format!("key pair `{}`", self.name);
        match refusal {
            DeleteRefusal::NotOurs => must_be_ours(&iac_core::tag::Owner::Someone, &what, false)
                .expect_err("somebody else's pair is refused without force"),
            DeleteRefusal::NotFound { stays } => {
                let error = Error::new(Kind::KeyMissing, format!("there is no {what}"));
                let stays = self.paths(&stays).into_iter();
                stays
                    .fold(error, |error, path| {
                        error.cause(format!("`{}` stays: without a pair, nothing proves what it is", path.display()))
                    })
                    .hint("see which there are with `iac key list`")
            }
        }
    }
}
