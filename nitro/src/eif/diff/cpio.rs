//! The archive format of Linux's ramdisks, `newc` (source: `Documentation/driver-api/early-userspace/buffer-format.rst`
//! of the kernel): one entry after the other, each a header of 110 bytes in hexadecimal, a name, and data.
//!
//! Read here and not by a crate, because those that exist keep whole entries in memory or stop at the first archive, and
//! because a ramdisk is what an image consists of. What an entry does to the files that are there is `ramdisk`'s business.

use std::io::{self, BufRead, Read};

use super::file::FileKind;
use super::problem::RamdiskError;
use super::stream::Counted;

/// The longest path in bytes, which is the kernel's `PATH_MAX`; targets of symbolic links obey it too.
pub(super) const MAX_PATH: u32 = 4096;

const HEADER: usize = 110;
const TRAILER: &[u8] = b"TRAILER!!!";

/// What an entry's header says, with its name.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) mode: u32,
    pub(super) user: u32,
    pub(super) group: u32,
    pub(super) modified: u32,
    pub(super) size: u32,
    pub(super) device: (u32, u32),
    /// How many names the file has, it says.
    pub(super) links: u32,
    /// Device and number of the inode: what entries of one file have in common.
    pub(super) inode: (u32, u32, u32),
}

impl Entry {
    pub(super) fn kind(&self) -> FileKind {
        FileKind::of_mode(self.mode)
    }

    /// Whether the entry ends an archive. The kernel takes a symbolic link of that name for a link.
    pub(super) fn is_trailer(&self) -> bool {
        self.name == TRAILER && self.kind() != FileKind::Link
    }

    /// Whether the kernel passes over the entry without a look at its name, because such a file has no content.
    pub(super) fn is_passed_over(&self) -> bool {
        self.size > 0 && !matches!(self.kind(), FileKind::Regular | FileKind::Link)
    }
}

/// Reads the next entry up to its data.
pub(super) fn next(reader: &mut Counted<impl BufRead>) -> Result<Entry, RamdiskError> {
    let position = reader.position();
    let mut header = [0; HEADER];
    reader.read_exact(&mut header)?;
    let (mut entry, name_size) = parse(&header).ok_or(RamdiskError::Header { position })?;
    if !(1..=MAX_PATH).contains(&name_size) {
        return Err(RamdiskError::Header { position });
    }
    let mut name = vec![0; name_size as usize];
    reader.read_exact(&mut name)?;
    if name.iter().position(|&byte| byte == 0) != Some(name.len() - 1) {
        return Err(RamdiskError::Header { position });
    }
    name.pop();
    reader.pad()?;
    entry.name = name;
    Ok(entry)
}

/// Reads an entry's data, which must be done once after [`next`], piece by piece. Says whether the padding after it was all
/// there.
pub(super) fn data(
    reader: &mut Counted<impl BufRead>,
    size: u32,
    mut each: impl FnMut(&[u8]),
) -> Result<bool, RamdiskError> {
    let mut rest = u64::from(size);
    while rest > 0 {
        let piece = reader.fill_buf()?;
        if piece.is_empty() {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let length = piece.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
        each(&piece[..length]);
        reader.consume(length);
        rest -= length as u64;
    }
    Ok(reader.pad()?)
}

/// Gives an entry without its name, and the name's size with its final NUL.
///
/// The form with checksums, `070702`, is refused: only newer kernels read it, older ones stop there.
fn parse(header: &[u8; HEADER]) -> Option<(Entry, u32)> {
    let (magic, digits) = header.split_at(6);
    if magic != b"070701" {
        return None;
    }
    let mut fields = [0; 13];
    for (field, digits) in fields.iter_mut().zip(digits.chunks_exact(8)) {
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        *field = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    let [number, mode, user, group, links, modified, size, own_major, own_minor, major, minor, name_size, _check] =
        fields;
    let (device, inode) = ((major, minor), (own_major, own_minor, number));
    let entry = Entry { name: Vec::new(), mode, user, group, modified, size, device, links, inode };
    Some((entry, name_size))
}
