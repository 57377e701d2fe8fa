//! A file of a ramdisk as far as it counts for a measurement, and what can differ between two of them.

use std::collections::BTreeMap;
use std::fmt;

/// Everything of a file that is in the ramdisk, its content as a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct File {
    /// What kind of file it is.
    pub kind: FileKind,
    /// Permissions with set-user-id, set-group-id and sticky bit: the lower 12 bits of the mode.
    pub permissions: u32,
    /// Id of the user who owns it.
    pub user: u32,
    /// Id of the group that owns it.
    pub group: u32,
    /// When its content was last changed, in seconds since 1970-01-01T00:00:00Z.
    pub modified: u32,
    /// Size of its content in bytes. Of several hard links, the last in the archive carries the content.
    pub size: u32,
    /// SHA-384 of its content.
    pub digest: [u8; 48],
    /// Where a symbolic link leads.
    pub target: Option<String>,
    /// Major and minor number of a device, else zeros.
    pub device: (u32, u32),
}

/// What kind of file something is: the upper bits of its mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A character or block device, a pipe, a socket, or a kind that Linux does not know; with the upper bits of the mode.
    Special(u32),
}

impl FileKind {
    pub(super) fn of_mode(mode: u32) -> Self {
        match mode & 0o170_000 {
            0o100_000 => Self::Regular,
            0o040_000 => Self::Directory,
            0o120_000 => Self::Link,
            other => Self::Special(other),
        }
    }
}

/// What is not the same about a file in two ramdisks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// It is another kind of file.
    Kind,
    /// Its content.
    Content,
    /// Its permissions.
    Permissions,
    /// The user or the group that owns it.
    Owner,
    /// When it was last changed. Times of a build are the most frequent reason why the same sources give another PCR.
    Time,
    /// Where the symbolic link leads.
    Target,
    /// Which device it stands for.
    Device,
}

impl fmt::Display for Aspect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Kind => "kind",
            Self::Content => "content",
            Self::Permissions => "permissions",
            Self::Owner => "owner",
            Self::Time => "time",
            Self::Target => "target",
            Self::Device => "device",
        })
    }
}

/// A path at which two ramdisks have different files, and the two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDifference {
    /// Path as it stands in the archive; where that is not UTF-8, with escapes such as `\xff`.
    pub path: String,
    /// The file in the earlier image; `None` if it was added.
    pub before: Option<File>,
    /// The file in the later image; `None` if it was removed.
    pub after: Option<File>,
}

impl FileDifference {
    /// What differs between the two; nothing if the file was added or removed.
    #[must_use]
    pub fn aspects(&self) -> Vec<Aspect> {
        let (Some(before), Some(after)) = (&self.before, &self.after) else { return Vec::new() };
        // A link's content is its target, which is shown in its place.
        let is_link = before.kind == FileKind::Link && after.kind == FileKind::Link;
        [
            (Aspect::Kind, before.kind != after.kind),
            (Aspect::Content, before.digest != after.digest && !is_link),
            (Aspect::Permissions, before.permissions != after.permissions),
            (Aspect::Owner, (before.user, before.group) != (after.user, after.group)),
            (Aspect::Time, before.modified != after.modified),
            (Aspect::Target, before.target != after.target),
            (Aspect::Device, before.device != after.device),
        ]
        .into_iter()
        .filter_map(|(aspect, differs)| differs.then_some(aspect))
        .collect()
    }
}

/// The files of a ramdisk by their paths.
pub(super) type Files = BTreeMap<Vec<u8>, File>;

/// Compares the files of two ramdisks; sorted by path.
pub(super) fn compare(before: Files, mut after: Files) -> Vec<FileDifference> {
    let mut differences = BTreeMap::new();
    for (path, old) in before {
        let new = after.remove(&path);
        if new.as_ref() != Some(&old) {
            differences.insert(path, (Some(old), new));
        }
    }
    differences.extend(after.into_iter().map(|(path, new)| (path, (None, Some(new)))));
    let named = |(path, (before, after))| FileDifference { path: text(path), before, after };
    differences.into_iter().map(named).collect()
}

/// Makes text of bytes that need not be: a path, a link's target.
pub(super) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| error.as_bytes().escape_ascii().to_string())
}
