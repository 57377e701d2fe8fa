//! The archive format of Linux's ramdisks, `newc` (source: `Documentation/driver-api/early-userspace/buffer-format.rst`
//! of the kernel): one entry after the other, each a header of 110 bytes in hexadecimal, a name, and data.
//!
//! Read here and not by a crate, because those that exist keep whole entries in memory or stop at the first archive, and
//! because a ramdisk is what an image consists of.

use std::io::{self, BufRead, Read};

use super::ramdisk::RamdiskError;

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
}

/// An archive that is read from its beginning.
pub(super) struct Archive<'a, R> {
    reader: &'a mut R,
    /// Bytes read of this archive, on which its padding depends.
    position: u64,
}

impl<'a, R: BufRead> Archive<'a, R> {
    pub(super) fn new(reader: &'a mut R) -> Self {
        Self { reader, position: 0 }
    }

    /// How many bytes of the archive have been read.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Reads the next entry up to its data; `None` after the trailer, or where the input ends between two entries, which
    /// the kernel takes for an end as well.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, RamdiskError> {
        if self.reader.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let begin = self.position;
        let mut header = [0; HEADER];
        self.read(&mut header)?;
        let (mut entry, name_size) = parse(&header).ok_or(RamdiskError::Header { position: begin })?;
        if !(1..=MAX_PATH).contains(&name_size) {
            return Err(RamdiskError::Header { position: begin });
        }
        let mut name = vec![0; name_size as usize];
        self.read(&mut name)?;
        if name.iter().position(|&byte| byte == 0) != Some(name.len() - 1) {
            return Err(RamdiskError::Header { position: begin });
        }
        name.pop();
        self.pad()?;
        entry.name = name;
        Ok((entry.name != TRAILER).then_some(entry))
    }

    /// Reads an entry's data, which must be done once after [`Archive::next`], piece by piece.
    pub(super) fn data(&mut self, size: u32, mut each: impl FnMut(&[u8])) -> Result<(), RamdiskError> {
        let mut rest = u64::from(size);
        while rest > 0 {
            let piece = self.reader.fill_buf()?;
            if piece.is_empty() {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            let length = piece.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
            each(&piece[..length]);
            self.reader.consume(length);
            rest -= length as u64;
            self.position += length as u64;
        }
        self.pad()
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(), RamdiskError> {
        self.reader.read_exact(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }

    /// Passes over the bytes up to the next multiple of four. At the very end of the input they may be missing.
    fn pad(&mut self) -> Result<(), RamdiskError> {
        let padding = self.position.next_multiple_of(4) - self.position;
        self.position += io::copy(&mut self.reader.by_ref().take(padding), &mut io::sink())?;
        Ok(())
    }
}

/// Gives an entry without its name, and the name's size with its final NUL.
fn parse(header: &[u8; HEADER]) -> Option<(Entry, u32)> {
    let (magic, digits) = header.split_at(6);
    if !matches!(magic, b"070701" | b"070702") {
        return None;
    }
    let mut fields = [0; 13];
    for (field, digits) in fields.iter_mut().zip(digits.chunks_exact(8)) {
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        *field = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    let [_inode, mode, user, group, _links, modified, size, _, _, major, minor, name_size, _check] = fields;
    let entry = Entry { name: Vec::new(), mode, user, group, modified, size, device: (major, minor) };
    Some((entry, name_size))
}
