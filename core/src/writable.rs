//! Who else can write a file or folder, told from its owner, its group and its permission bits. Whoever can write a folder
//! can put another file in the place of one in it, so the folders above count too.

/// The bit of folders in which only its owner may rename or remove a file, such as `/tmp`.
const STICKY: u32 = 0o1000;
/// The owner of what belongs to nobody whom a user namespace knows.
const UNKNOWN: u32 = 65_534;
const ROOT: u32 = 0;

/// What a file system says of a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// The number of its owner.
    pub owner: u32,
    /// The number of its group.
    pub group: u32,
    /// Its permission bits, from those of `chmod`.
    pub mode: u32,
}

/// Where it stands to what is to be protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is the thing itself.
    Itself,
    /// It is a folder above, in which the thing has its name.
    Above,
}

/// Who can write it besides its user and root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writers {
    /// Whom the permission bits let: everybody, or a group.
    Permitted,
    /// Another user, whose it is.
    Owner(u32),
}

/// Returns who besides `user` and root can write it, if anybody.
///
/// A group that has its owner's number is the one that Linux gives to each user, in which nobody else is. A folder above
/// in which everybody may keep files of his own does no harm to those of others.
#[must_use]
pub fn writers(permissions: &Permissions, place: Place, user: u32) -> Option<Writers> {
    let Permissions { owner, group, mode } = *permissions;
    let by_group = mode & 0o020 != 0 && group != owner;
    let by_anybody = mode & 0o002 != 0;
    let names_are_safe = place == Place::Above && mode & STICKY != 0;
    if (by_group || by_anybody) && !names_are_safe {
        return Some(Writers::Permitted);
    }
    (![user, ROOT, UNKNOWN].contains(&owner)).then_some(Writers::Owner(owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: u32 = 1000;

    fn of(owner: u32, group: u32, mode: u32, place: Place) -> Option<Writers> {
        writers(&Permissions { owner, group, mode }, place, USER)
    }

    #[test]
    fn everybody_and_groups_of_several_are_others() {
        for place in [Place::Itself, Place::Above] {
            for mode in [0o600, 0o644, 0o700, 0o755, 0o711] {
                assert_eq!(of(USER, 100, mode, place), None, "{mode:o}");
            }
            for mode in [0o602, 0o666, 0o777, 0o722, 0o620, 0o775] {
                assert_eq!(of(USER, 100, mode, place), Some(Writers::Permitted), "{mode:o}");
            }
        }
    }

    #[test]
    fn a_group_of_its_user_alone_is_nobody_else() {
        assert_eq!(of(USER, USER, 0o664, Place::Itself), None);
        assert_eq!(of(ROOT, ROOT, 0o775, Place::Above), None);
        assert_eq!(of(USER, USER, 0o666, Place::Itself), Some(Writers::Permitted));
    }

    #[test]
    fn a_folder_for_everybodys_files_keeps_their_names_and_takes_new_ones() {
        assert_eq!(of(ROOT, ROOT, 0o1777, Place::Above), None);
        assert_eq!(of(ROOT, ROOT, 0o1777, Place::Itself), Some(Writers::Permitted));
        assert_eq!(of(1001, 1001, 0o1777, Place::Above), Some(Writers::Owner(1001)));
    }

    #[test]
    fn an_owner_can_always_write() {
        assert_eq!(of(1001, 1001, 0o400, Place::Itself), Some(Writers::Owner(1001)));
        assert_eq!(of(ROOT, ROOT, 0o755, Place::Above), None);
        assert_eq!(of(UNKNOWN, UNKNOWN, 0o755, Place::Above), None);
    }
}
