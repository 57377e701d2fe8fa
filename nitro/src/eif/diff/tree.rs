//! The paths that an image's archives name, and what of their order counts. Linux makes one entry after the other, so the
//! same entries in another order can be other files; this says where.
//!
//! - An entry whose folder is not there yet is not made, and a later entry of the same path comes on top of the earlier one.
//!   So an entry depends on which entries of its own path and of the folders above it came before it.
//! - Where a path leads through a symbolic link, holds `..`, or replaces something else than a folder by a folder, an entry
//!   can meet any other one. Then the whole order counts.

use std::collections::HashMap;

use super::file::FileKind;

/// The order that an entry came in, as far as it counts: the number of entries before it in its ramdisk of each folder above
/// it, of its own path, and of its group of hard links.
pub(super) type Context = Box<[u32]>;

/// Everything that was named so far.
pub(super) struct Tree {
    nodes: Vec<Node>,
    children: HashMap<(usize, Box<[u8]>), usize>,
}

/// One path.
#[derive(Clone, Default)]
struct Node {
    /// The last ramdisk that has an entry of this path, and how many it has.
    ramdisk: usize,
    entries: u32,
    /// What stands there.
    kind: Option<FileKind>,
    /// Whether a symbolic link stood there at any time.
    was_link: bool,
}

/// Where an entry belongs.
pub(super) struct Place {
    node: usize,
    /// As in [`Context`], without the group of hard links.
    pub(super) before: Vec<u32>,
    /// Whether the whole order counts.
    pub(super) is_delicate: bool,
    /// Folders of its path that no entry named before.
    pub(super) new: u64,
}

/// A path without what means nothing in it.
pub(super) struct Path {
    /// The components with `/` between them; `.` for the root.
    pub(super) text: Vec<u8>,
    /// Whether it holds `..`, or ends in `/` where no folder is meant.
    is_odd: bool,
}

impl Path {
    pub(super) fn new(name: &[u8], kind: FileKind) -> Self {
        let parts: Vec<&[u8]> = components(name).collect();
        let means_folder = parts.is_empty() || name.ends_with(b"/") || name.ends_with(b"/.");
        let is_odd = parts.contains(&&b".."[..]) || (means_folder && kind != FileKind::Directory);
        let text = if parts.is_empty() { b".".to_vec() } else { parts.join(&b'/') };
        Self { text, is_odd }
    }
}

fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && *part != b".")
}

impl Tree {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node { kind: Some(FileKind::Directory), ..Node::default() }], children: HashMap::new() }
    }

    /// Finds the place of an entry of this ramdisk.
    pub(super) fn place(&mut self, path: &Path, kind: FileKind, ramdisk: usize) -> Place {
        let (mut node, mut before, mut is_delicate, mut new) = (0, Vec::new(), path.is_odd, 0);
        for part in components(&path.text) {
            before.push(self.entries(node, ramdisk));
            is_delicate |= self.nodes[node].was_link;
            let next = self.nodes.len();
            node = *self.children.entry((node, part.into())).or_insert(next);
            if node == next {
                self.nodes.push(Node::default());
                new += 1;
            }
        }
        before.push(self.entries(node, ramdisk));
        let there = self.nodes[node].kind;
        is_delicate |= there.is_some_and(|there| (there, kind) != (FileKind::Directory, FileKind::Directory));
        Place { node, before, is_delicate, new: u64::saturating_sub(new, 1) }
    }

    /// Puts an entry there.
    pub(super) fn put(&mut self, place: &Place, kind: FileKind, ramdisk: usize) {
        let entries = self.entries(place.node, ramdisk) + 1;
        let node = &mut self.nodes[place.node];
        *node = Node { ramdisk, entries, kind: Some(kind), was_link: node.was_link || kind == FileKind::Link };
    }

    fn entries(&self, node: usize, ramdisk: usize) -> u32 {
        let node = &self.nodes[node];
        if node.ramdisk == ramdisk { node.entries } else { 0 }
    }
}
