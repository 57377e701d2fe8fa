//! The key pair of an environment: it is there and its private half is here, whatever earlier runs left.
//!
//! Unlike `key create` this finds nothing wrong with a pair that is finished, imports a file that lost its pair, and takes
//! back a file that an interrupted deletion set aside.

use iac_core::key_work::{CreateRefusal, FileState, KeyFileName, KeyFiles, create_work};
use iac_core::name::KeyName;
use iac_core::observed::{KeyKind, KeyPair};
use iac_core::public_key::PublicKey;

use super::import::import;
use super::making::Making;
use super::{key_files, remove_new};
use crate::error::Result;
use crate::files::{self, SecretsFolder};
use crate::work::Session;
use crate::work::lock::lock;

/// Makes the pair, finishes it, or finds it finished. What there is is looked at under the lock of the folder, so that of
/// two runs on one machine the second finds what the first has done.
pub(crate) async fn ensure(session: &Session<'_>, folder: &SecretsFolder, name: &KeyName) -> Result<KeyPair> {
    let lock = lock(session, folder).await?;
    let (files, pair) = tokio::join!(key_files(folder, name), session.aws.key_pair(name));
    let (mut files, pair) = (files?, pair?);
    session.interrupt.check()?;
    let making = Making { session, folder, name, until_seen: false };
    match &pair {
        Some(pair) if files.pem.is_private_half_of(pair) => {
            if files.new.is_private_half_of(pair) {
                remove_new(folder, name)?;
            }
            return Ok(pair.clone());
        }
        Some(pair) if is_set_aside(&files, pair) => {
            let [from, to] = [KeyFileName::Deleting, KeyFileName::Pem].map(|file| folder.key_file(name, file));
            files::rename_new(&from, &to)?;
            return Ok(pair.clone());
        }
        None => {
            if let FileState::Key(public_key) = &files.pem {
                return import_finished(&making, &files, public_key).await;
            }
            // Its pair is gone and it got its name from a deletion: what is left of that is this file.
            files::remove(&folder.key_file(name, KeyFileName::Deleting))?;
        }
        Some(_) => {}
    }
    files.deleting = FileState::Absent;
    let work = create_work(&files, pair.as_ref()).map_err(|refusal| making.refused(refusal))?;
    making.run(work, files.new, pair, &KeyKind::Ed25519, &lock).await
}

/// Whether an interrupted deletion has set the private half aside and got no further.
fn is_set_aside(files: &KeyFiles, pair: &KeyPair) -> bool {
    let is_free = !files.pem.is_present();
    is_free && !files.new.is_private_half_of(pair) && files.deleting.is_private_half_of(pair)
}

/// Imports the public half of `NAME.pem`, whose pair is gone or was never in this region.
async fn import_finished(making: &Making<'_>, files: &KeyFiles, public_key: &PublicKey) -> Result<KeyPair> {
    let pair = import(making.session, making.name, public_key).await?;
    if pair.public_key.as_ref() != Some(public_key) {
        return Err(making.refused(CreateRefusal::PairExists));
    }
    if files.new == files.pem {
        remove_new(making.folder, making.name)?;
    }
    Ok(pair)
}
