//! The making of a pair: a key on this machine, then its public half at AWS, and only then the file's name.

use std::path::PathBuf;

use iac_core::key_work::{CreateRefusal, CreateWork, FileState, KeyFileName};
use iac_core::name::KeyName;
use iac_core::observed::{KeyKind, KeyPair};
use iac_core::public_key::PublicKey;

use super::import::{NotImported, import, seen};
use super::{file_state, made_file, made_pair, public_beside, remove_new};
use crate::error::{Error, Kind, Result};
use crate::files::{self, FolderLock, SecretsFolder};
use crate::ssh::keygen;
use crate::work::Session;

/// Who made `NAME.pem.new`: this run may take its own file away again, an earlier run's never without proof.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    ThisRun,
    EarlierRun,
}

pub(crate) struct Making<'a> {
    pub(crate) session: &'a Session<'a>,
    pub(crate) folder: &'a SecretsFolder,
    pub(crate) name: &'a KeyName,
    /// Whether to wait, but not for long, until AWS shows what it has imported: whoever calls next may look for it.
    pub(crate) until_seen: bool,
}

impl Making<'_> {
    /// Does the work from where it begins to its end: the pair is there and `NAME.pem` is its private half.
    pub(crate) async fn run(
        &self,
        work: CreateWork,
        new: FileState,
        known: Option<KeyPair>,
        kind: &KeyKind,
        lock: &FolderLock,
    ) -> Result<KeyPair> {
        self.session.interrupt.check()?;
        // An earlier run may have been killed before it took this away.
        files::remove(&public_beside(&self.file(KeyFileName::New)))?;
        if work == CreateWork::StartOver {
            remove_new(self.folder, self.name)?;
        }
        match (work, new, known) {
            (CreateWork::RenameNew, _, Some(pair)) => self.rename(pair),
            (CreateWork::RemoveNew, _, Some(pair)) => {
                remove_new(self.folder, self.name).map(|()| pair).map_err(Error::from)
            }
            (CreateWork::ImportNew, FileState::Key(public_key), _) => {
                self.rename(self.import(&public_key, Origin::EarlierRun).await?)
            }
            _ => {
                let public_key = self.generate(kind, lock).await?;
                self.rename(self.import(&public_key, Origin::ThisRun).await?)
            }
        }
    }

    /// Makes `NAME.pem.new` and returns its public half; after a failure nothing of it stays.
    async fn generate(&self, kind: &KeyKind, lock: &FolderLock) -> Result<PublicKey> {
        let progress = self.session.ui.progress("making a key");
        let made = progress.during(self.generate_file(kind, lock)).await.and_then(|public_key| {
            self.session.interrupt.check()?;
            Ok(public_key)
        });
        made.map_err(|error| self.without_new(error))
    }

    async fn generate_file(&self, kind: &KeyKind, lock: &FolderLock) -> Result<PublicKey> {
        let new = self.file(KeyFileName::New);
        let written = keygen::generate(&new, kind, self.name.as_str(), lock).await.map_err(Error::from);
        written.map_err(|error| match error.kind() {
            Kind::ToolFailed => error.hint("look whether `secrets_folder` has room and can be written to"),
            _ => error,
        })?;
        files::remove(&public_beside(&new))?;
        // `ssh-keygen` leaves what the umask leaves, under which its owner may not read it.
        files::make_private(&new)?;
        files::sync(&new)?;
        match file_state(&new).await? {
            FileState::Key(public_key) => Ok(public_key),
            FileState::Absent | FileState::Unreadable => {
                Err(Error::new(Kind::ToolFailed, format!("`ssh-keygen` wrote no key to `{}`", new.display())))
            }
        }
    }

    /// Imports the public half and returns the pair, once it is proven to be this key's.
    async fn import(&self, public_key: &PublicKey, origin: Origin) -> Result<KeyPair> {
        let progress = self.session.ui.progress("importing the public key");
        let imported = progress.during(import(self.session, self.name, public_key)).await;
        let pair = imported.map_err(|failure| self.not_imported(failure, origin))?;
        match &pair.public_key {
            Some(shown) if shown == public_key && pair.owner().is_ours() => {
                let seen = async {
                    self.session.interrupt.check()?;
                    let pair = match self.until_seen {
                        true => seen(self.session, self.name, pair.clone()).await?,
                        false => pair.clone(),
                    };
                    self.session.interrupt.check().map(|()| pair)
                };
                progress.during(seen).await.map_err(|error| self.unfinished(error, &pair))
            }
            // There was none when that was decided. No other plan brings its private half to this machine.
            Some(shown) if shown != public_key && origin == Origin::ThisRun => {
                Err(self.without_new(self.refused(CreateRefusal::PairExists)))
            }
            _ => Err(self.refused(CreateRefusal::PairIsAnothers)),
        }
    }

    /// A file of this run that was certainly not imported goes; otherwise it stays for the next run, and is named.
    fn not_imported(&self, failure: NotImported, origin: Origin) -> Error {
        match failure {
            NotImported::Call(error) if error.failure.changed_nothing() && origin == Origin::ThisRun => {
                self.without_new(error.into())
            }
            NotImported::Call(error) => Error::from(error)
                .made([made_file(&self.file(KeyFileName::New))])
                .hint("run `iac key create` again to finish, or `iac key delete` to take everything away"),
            NotImported::NotShown(error) => error.made([made_file(&self.file(KeyFileName::New))]),
        }
    }

    /// Gives the key its final name, never over a file.
    fn rename(&self, pair: KeyPair) -> Result<KeyPair> {
        let (new, pem) = (self.file(KeyFileName::New), self.file(KeyFileName::Pem));
        match files::rename_new(&new, &pem) {
            Ok(()) => Ok(pair),
            Err(error) if error.is_in_the_way() => Err(self.unfinished(self.refused(CreateRefusal::FileExists), &pair)),
            Err(error) => Err(self.unfinished(error.into(), &pair)),
        }
    }

    /// Names what exists when the last step was not done.
    fn unfinished(&self, error: Error, pair: &KeyPair) -> Error {
        error.made([made_pair(self.name, &pair.id), made_file(&self.file(KeyFileName::New))])
    }

    /// Takes away the file that this run made; where that fails too, the file is named.
    fn without_new(&self, error: Error) -> Error {
        match remove_new(self.folder, self.name) {
            Ok(()) => error,
            Err(_) => error.made([made_file(&self.file(KeyFileName::New))]),
        }
    }

    fn file(&self, name: KeyFileName) -> PathBuf {
        self.folder.key_file(self.name, name)
    }

    pub(crate) fn refused(&self, refusal: CreateRefusal) -> Error {
        let file = |name| self.file(name).display().to_string();
        match refusal {
            CreateRefusal::FileExists => {
                let pem = file(KeyFileName::Pem);
                Error::new(Kind::KeyFileExists, format!("`{pem}` exists already"))
                    .hint("see with `iac key list` whether it belongs to a key pair")
                    .hint("choose another name with `--key-name`, or move the file away")
            }
            CreateRefusal::DeleteInterrupted => {
                let message = format!("`{}` is left of an interrupted `iac key delete`", file(KeyFileName::Deleting));
                Error::new(Kind::KeyDeleteInterrupted, message)
                    .hint("finish it with `iac key delete`, then run this command again")
            }
            CreateRefusal::PairExists => self.pair_exists(),
            CreateRefusal::PairIsAnothers => {
                self.pair_exists().cause(format!("`{}` is not its private half, and stays", file(KeyFileName::New)))
            }
        }
    }

    fn pair_exists(&self) -> Error {
        Error::new(Kind::KeyExists, format!("key pair `{}` exists already", self.name))
            .hint("choose another name with `--key-name`, or delete the pair with `iac key delete`")
    }
}
