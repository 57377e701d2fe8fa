//! `key create`: write `NAME.pem.new`, import its public half, rename it to `NAME.pem`, or go on where that stopped.

use super::{FileState, KeyFiles};
use crate::observed::KeyPair;

/// Where `key create` begins; each goes on with what the ones after it do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateWork {
    /// Nothing is there: make a key in `.new`, import it, rename it.
    Start,
    /// `.new` is no key and was never imported: remove it, then start.
    StartOver,
    /// `.new` is a key that was not imported yet: import it, then rename it.
    ImportNew,
    /// `.new` is the private half of our pair: rename it.
    RenameNew,
    /// `NAME.pem` and `.new` are both the private half of our pair: remove `.new`.
    RemoveNew,
}

/// Why `key create` changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateRefusal {
    /// `NAME.pem` is there and nothing says that it is unfinished.
    FileExists,
    /// `NAME.pem.deleting` is there: a `key delete` has to be finished first.
    DeleteInterrupted,
    /// The pair is there.
    PairExists,
    /// The pair is there and `NAME.pem.new` is not its private half, or the pair is not ours; the file stays.
    PairIsAnothers,
}

/// Tells what the files alone decide, before AWS is asked.
#[must_use]
pub fn create_refused_by_files(files: &KeyFiles) -> Option<CreateRefusal> {
    let is_file_finished = match (&files.pem, &files.new) {
        (FileState::Absent, _) => false,
        (FileState::Key(finished), FileState::Key(new)) => finished != new,
        _ => true,
    };
    if is_file_finished {
        Some(CreateRefusal::FileExists)
    } else if files.deleting.is_present() {
        Some(CreateRefusal::DeleteInterrupted)
    } else {
        None
    }
}

/// Decides what `key create` does, given the files and the pair of that name on AWS.
pub fn create_work(files: &KeyFiles, pair: Option<&KeyPair>) -> Result<CreateWork, CreateRefusal> {
    if let Some(refusal) = create_refused_by_files(files) {
        return Err(refusal);
    }
    let is_own = |pair: &KeyPair| pair.owner().is_ours() && files.new.is_private_half_of(pair);
    if files.pem.is_present() {
        // That it is the same key as `.new` the files alone have shown.
        return if pair.is_some_and(is_own) { Ok(CreateWork::RemoveNew) } else { Err(CreateRefusal::FileExists) };
    }
    match (&files.new, pair) {
        (FileState::Absent, None) => Ok(CreateWork::Start),
        (FileState::Absent, Some(_)) => Err(CreateRefusal::PairExists),
        (FileState::Unreadable, None) => Ok(CreateWork::StartOver),
        (FileState::Key(_), None) => Ok(CreateWork::ImportNew),
        (FileState::Key(_), Some(pair)) if is_own(pair) => Ok(CreateWork::RenameNew),
        (FileState::Key(_) | FileState::Unreadable, Some(_)) => Err(CreateRefusal::PairIsAnothers),
    }
}
