//! A file of a ramdisk as far as it counts for a measurement, and what can differ between two of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::tree::Context;

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
    /// Of hard links, the path of the first in the archive; none for that one and for a file with one name.
    pub linked_to: Option<String>,
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
    /// Which file it is a hard link of.
    Links,
    /// What the archive has at this path before, and replaces.
    Replaced,
    /// Where among the others it comes in the archive, where Linux makes something else of another order.
    Order,
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
            Self::Links => "hard links",
            Self::Replaced => "what it replaces",
            Self::Order => "order in the archive",
        })
    }
}

/// A path at which two ramdisks have different files, and the two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDifference {
    /// Path from the root, without `.` and needless `/`; where that is not UTF-8, with escapes such as `\xff`.
    pub path: String,
    /// The file in the earlier image; `None` if it was added.
    pub before: Option<File>,
    /// The file in the later image; `None` if it was removed.
    pub after: Option<File>,
    /// What differs and is not seen in the two files.
    unseen: Option<Aspect>,
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
            (Aspect::Links, before.linked_to != after.linked_to),
        ]
        .into_iter()
        .filter_map(|(aspect, differs)| differs.then_some(aspect))
        .chain(self.unseen)
        .collect()
    }
}

/// A file as an archive has it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) file: File,
    pub(super) context: Context,
}

/// Everything that a ramdisk names.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// By path; where one stands more than once, in the order of the archive.
    pub(super) records: BTreeMap<Vec<u8>, Vec<Record>>,
    /// SHA-384 of all paths and files in the order of the archive.
    pub(super) sequence: Vec<u8>,
    /// The first path that makes the whole order count, if one does.
    pub(super) delicate: Option<Vec<u8>>,
}

impl Listing {
    fn at(&self, path: &[u8]) -> &[Record] {
        self.records.get(path).map_or(&[], Vec::as_slice)
    }
}

/// Compares the files of two ramdisks; sorted by path. Nothing differs only if Linux makes the same of both.
pub(super) fn compare(before: &Listing, after: &Listing) -> Vec<FileDifference> {
    let paths: BTreeSet<&Vec<u8>> = before.records.keys().chain(after.records.keys()).collect();
    let each = |path: &Vec<u8>| difference(path, before.at(path), after.at(path));
    let mut differences: Vec<_> = paths.into_iter().filter_map(each).collect();
    let delicate = before.delicate.as_ref().or(after.delicate.as_ref());
    if let Some(path) = delicate.filter(|_| differences.is_empty() && before.sequence != after.sequence) {
        let last = |listing: &Listing| listing.at(path).last().map(|record| record.file.clone());
        let unseen = Some(Aspect::Order);
        differences.push(FileDifference { path: text(path.clone()), before: last(before), after: last(after), unseen });
    }
    differences
}

/// Compares what two ramdisks have at one path.
fn difference(path: &[u8], before: &[Record], after: &[Record]) -> Option<FileDifference> {
    let same_files = before.iter().map(|record| &record.file).eq(after.iter().map(|record| &record.file));
    let same_order = before.iter().map(|record| &record.context).eq(after.iter().map(|record| &record.context));
    if same_files && same_order {
        return None;
    }
    let (old, new) = (before.last().map(|record| &record.file), after.last().map(|record| &record.file));
    let unseen = match (old == new, same_files) {
        (true, false) => Some(Aspect::Replaced),
        (true, true) => Some(Aspect::Order),
        (false, _) => None,
    };
    Some(FileDifference { path: text(path.to_vec()), before: old.cloned(), after: new.cloned(), unseen })
}

/// Makes text of bytes that need not be: a path, a link's target.
pub(super) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| error.as_bytes().escape_ascii().to_string())
}
