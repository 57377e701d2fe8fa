//! Who else can write a file of this machine, or a folder above it: the facts, for `iac_core::writable` to judge.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use iac_core::writable::{Permissions, Place, Writers, writers};

/// A file or folder that somebody else can write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Writable {
    pub(crate) path: PathBuf,
    /// Whether it is a folder above what was asked about.
    pub(crate) is_above: bool,
    /// Its permission bits.
    pub(crate) mode: u32,
    /// The number of the user who can write it because it is his.
    pub(crate) owner: Option<u32>,
}

/// Finds what others can write of a file or folder and the folders above it, also of those that links lead to. What is
/// not there nobody has written.
pub(crate) fn writable_by_others(path: &Path) -> Vec<Writable> {
    let mut ways = vec![std::path::absolute(path).unwrap_or_else(|_| path.to_owned())];
    ways.extend(path.canonicalize());
    let mut found: Vec<Writable> = Vec::new();
    for way in ways {
        for (distance, path) in way.ancestors().enumerate() {
            let place = if distance == 0 { Place::Itself } else { Place::Above };
            let new = look(path, place).filter(|new| !found.iter().any(|known| known.path == new.path));
            found.extend(new);
        }
    }
    found
}

fn look(path: &Path, place: Place) -> Option<Writable> {
    let metadata = path.metadata().ok()?;
    let permissions = Permissions { owner: metadata.uid(), group: metadata.gid(), mode: metadata.mode() & 0o7777 };
    let writers = writers(&permissions, place, rustix::process::geteuid().as_raw())?;
    let owner = match writers {
        Writers::Permitted => None,
        Writers::Owner(owner) => Some(owner),
    };
    Some(Writable { path: path.to_owned(), is_above: place == Place::Above, mode: permissions.mode, owner })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_file_and_every_folder_above_it_is_looked_at_also_behind_a_link() {
        let base = tempfile::tempdir().unwrap();
        let home = base.path().canonicalize().unwrap();
        let (real, shared) = (home.join("real"), home.join("shared"));
        fs::create_dir_all(&real).unwrap();
        fs::create_dir_all(shared.join("mine")).unwrap();
        let file = real.join("file");
        fs::write(&file, "").unwrap();
        let link = shared.join("mine/link");
        symlink(&file, &link).unwrap();
        let paths = |path: &Path| writable_by_others(path).into_iter().map(|one| one.path).collect::<Vec<_>>();
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert_eq!((paths(&file), paths(&link)), (vec![], vec![]));
        assert_eq!(paths(&real.join("none")), Vec::<PathBuf>::new());
        for (path, mode) in [(&file, 0o602), (&shared, 0o777)] {
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        }
        assert_eq!(paths(&file), std::slice::from_ref(&file));
        // What the link itself leads to is found under the link's name, which is the one that is known.
        assert_eq!(paths(&link), [&link, &shared, &file].map(Clone::clone));
        let above = writable_by_others(&shared.join("mine"));
        assert_eq!(above, [Writable { path: shared.clone(), is_above: true, mode: 0o777, owner: None }]);
        fs::set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
        assert_eq!(writable_by_others(&shared.join("mine")), []);
    }
}
