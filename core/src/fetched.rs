//! What an archive from an instance may put on this machine. The instance may be hostile: nothing it sends is written
//! outside the folder that was asked for, and no link it leaves there leads out of it.

use std::path::{Component, Path, PathBuf};

use thiserror::Error;

/// How many bytes a name may have: what Linux takes for a path, with its NUL (`PATH_MAX`).
pub const LONGEST_NAME: u64 = 4096;
/// How many folders deep an entry may lie. Removing what is refused takes an open file for each, and a process has few.
pub const DEEPEST: usize = 128;
/// How many bytes of names and places may be kept until all files are written.
pub const MOST_KEPT: usize = 64 << 20;

/// Why an entry of an archive is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EntryError {
    /// It is named by an absolute path, or with `..`.
    #[error("its name leads out of the folder")]
    Outside,
    /// It is a link whose target may lie elsewhere.
    #[error("it is a link that leads out of the folder")]
    LinkOutside,
    /// Its name is longer than [`LONGEST_NAME`].
    #[error("its name is longer than {LONGEST_NAME} bytes")]
    TooLong,
    /// It lies deeper than [`DEEPEST`].
    #[error("it lies more than {DEEPEST} folders deep")]
    TooDeep,
    /// With it, there is more to keep in memory than [`MOST_KEPT`].
    #[error("there are more folders and links than can be kept in memory")]
    TooMany,
    /// It is a device, a pipe, a hard link or the like.
    #[error("it is neither a file, a folder nor a symbolic link")]
    Kind,
}

/// Where an entry of this name belongs below the folder; the folder itself is the empty path.
pub fn place(name: &Path) -> Result<PathBuf, EntryError> {
    let mut place = PathBuf::new();
    for component in name.components() {
        match component {
            Component::Normal(part) => place.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(EntryError::Outside),
        }
    }
    if place.components().count() > DEEPEST {
        return Err(EntryError::TooDeep);
    }
    Ok(place)
}

/// Checks that a symbolic link at `place`, whose parents are real folders, stays within the folder.
///
/// It may climb only at its beginning and not above the folder. What follows can then pass only through links that
/// stay within it themselves; a `..` behind a name could climb from wherever a link by that name leads.
pub fn check_link(place: &Path, target: &Path) -> Result<(), EntryError> {
    let mut height = place.components().count().saturating_sub(1);
    let mut is_climbing = true;
    for component in target.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(_) => is_climbing = false,
            Component::ParentDir if is_climbing && height > 0 => height -= 1,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(EntryError::LinkOutside),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_below_the_folder_have_a_place() {
        for (name, expected) in [("./", ""), ("./a/./b", "a/b"), ("a b\n", "a b\n"), ("...", "...")] {
            assert_eq!(place(Path::new(name)), Ok(expected.into()), "{name:?}");
        }
        for name in ["..", "../a", "a/../b", "/", "/etc/passwd", "./../a"] {
            assert_eq!(place(Path::new(name)), Err(EntryError::Outside), "{name}");
        }
        assert!(place(Path::new(&"d/".repeat(DEEPEST))).is_ok());
        assert_eq!(place(Path::new(&"d/".repeat(DEEPEST + 1))), Err(EntryError::TooDeep));
    }

    #[test]
    fn a_link_stays_within_the_folder_whatever_it_passes_through() {
        for (link, target) in
            [("l", "a"), ("l", "nowhere/at/all"), ("d/l", "../a"), ("d/e/l", "../../a/b"), ("l", "./a")]
        {
            assert_eq!(check_link(Path::new(link), Path::new(target)), Ok(()), "{link} {target}");
        }
        for (link, target) in [
            ("l", "/etc"),
            ("l", ".."),
            ("d/l", "../.."),
            ("d/l", "../../a"),
            // Where `a` is a link to the folder itself, this is its parent's parent.
            ("l", "a/a/../.."),
            ("d/l", "../a/.."),
        ] {
            assert_eq!(check_link(Path::new(link), Path::new(target)), Err(EntryError::LinkOutside), "{link} {target}");
        }
    }
}
