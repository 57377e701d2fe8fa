//! `key delete`: rename `NAME.pem` to `NAME.pem.deleting`, delete the pair, remove the file, or go on where that stopped.

use super::{FileState, KeyFileName, KeyFiles};
use crate::observed::KeyPair;
use crate::tag::Owner;

/// What `key delete` does, in this order: rename, delete the pair, remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteWork {
    /// Whether `NAME.pem` becomes `NAME.pem.deleting` first.
    pub rename: bool,
    /// Whether the pair is there to be deleted.
    pub delete_pair: bool,
    /// The files to remove at the end, by the names they have then.
    pub remove: Vec<KeyFileName>,
    /// The files that stay and are named, because nothing proves that they are the pair's private half.
    pub stays: Vec<KeyFileName>,
}

/// Why `key delete` changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeleteRefusal {
    /// There is no such pair and nothing unfinished.
    NotFound {
        /// The files that stay and are named: nothing can prove any more what they are.
        stays: Vec<KeyFileName>,
    },
    /// Somebody else made the pair, and nothing forces its deletion.
    NotOurs,
}

/// Decides what `key delete` does, given the files and the pair of that name on AWS.
///
/// Pairs of the older tool are deleted by name as ours are; somebody else's only by force.
pub fn delete_work(files: &KeyFiles, pair: Option<&KeyPair>, force: bool) -> Result<DeleteWork, DeleteRefusal> {
    match pair {
        Some(pair) if pair.owner() == Owner::Someone && !force => Err(DeleteRefusal::NotOurs),
        Some(pair) => Ok(with_pair(files, pair)),
        None => without_pair(files),
    }
}

/// Decides what taking a whole environment away does: as [`delete_work`], and what interrupted runs left goes too.
///
/// A `.new` that is not the pair's was never in use, and a `.deleting` got its name when an earlier pair proved it. Without
/// the pair a second run would remove both, so the first does.
pub fn teardown_work(files: &KeyFiles, pair: Option<&KeyPair>) -> Result<DeleteWork, DeleteRefusal> {
    let mut work = delete_work(files, pair, false)?;
    let (stays, unfinished) = work.stays.iter().partition(|name| **name == KeyFileName::Pem);
    work.stays = stays;
    work.remove.extend::<Vec<_>>(unfinished);
    Ok(work)
}

fn with_pair(files: &KeyFiles, pair: &KeyPair) -> DeleteWork {
    // The new name says, when the pair is gone and proves nothing any more, that the file may go too. Where another
    // key is in the way, `NAME.pem` is removed under its own name.
    let rename = files.pem.is_private_half_of(pair) && files.deleting == FileState::Absent;
    let mut remove = files.which(|_, file| file.is_private_half_of(pair));
    if rename {
        remove.retain(|&name| name != KeyFileName::Pem);
        remove.push(KeyFileName::Deleting);
    }
    DeleteWork { rename, delete_pair: true, remove, stays: files.which(|_, file| !file.is_private_half_of(pair)) }
}

/// Finishes an interrupted run. `.deleting` got its name when the pair proved it, `.new` was never in use.
fn without_pair(files: &KeyFiles) -> Result<DeleteWork, DeleteRefusal> {
    let remove = files.which(|name, _| name != KeyFileName::Pem);
    let stays = files.which(|name, _| name == KeyFileName::Pem);
    if remove.is_empty() {
        return Err(DeleteRefusal::NotFound { stays });
    }
    Ok(DeleteWork { rename: false, delete_pair: false, remove, stays })
}
