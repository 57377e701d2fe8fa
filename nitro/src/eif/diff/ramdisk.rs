//! Unpacking a ramdisk as far as is needed to compare it: archives and gzip members one after the other, as the kernel
//! takes them (`init/initramfs.c`), every file reduced to its attributes and a digest.
//!
//! A ramdisk is input from anyone: the number of files, the length of all names, and the bytes that come out of the
//! compression have limits, and time is proportional to those.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::cpio::{Archive, Entry, MAX_PATH};
use super::file::{File, FileKind, Files, text};
use crate::hash::Sha384;

const BUFFER: usize = 64 * 1024;

/// How much of a ramdisk is unpacked before it is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files in a ramdisk, archives and gzip members counted with them. A file takes about 200 bytes of memory and its
    /// path.
    pub files: u64,
    /// Bytes in all paths and link targets of a ramdisk together.
    pub names: u64,
    /// Bytes that a ramdisk has when it is unpacked.
    pub unpacked: u64,
}

impl Default for Limits {
    /// 250,000 files, 32 MiB of names, and 16 GiB unpacked: more than a parent instance could start.
    fn default() -> Self {
        Self { files: 250_000, names: 32 << 20, unpacked: 16 << 30 }
    }
}

/// Why the files of a ramdisk cannot be compared. It may well boot for all that.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RamdiskError {
    /// The image cannot be read, the ramdisk ends too early, or its compression is damaged.
    #[error("cannot unpack the ramdisk")]
    Read(#[from] io::Error),
    /// The ramdisk is compressed in a way that is not unpacked here.
    #[error("the ramdisk is compressed with {with}, only gzip is unpacked")]
    Compression {
        /// Name of the compression.
        with: &'static str,
    },
    /// What comes next is neither an archive nor compressed.
    #[error("the ramdisk is no cpio archive: byte {found:#04x} where one should begin")]
    NotAnArchive {
        /// The byte found.
        found: u8,
    },
    /// An entry's header, or its name, is not in the `newc` form.
    #[error("the header at byte {position} of an archive is not in the cpio form `newc`")]
    Header {
        /// Where the header begins, in bytes from the beginning of its archive as it is unpacked.
        position: u64,
    },
    /// The target of a symbolic link is longer than Linux allows.
    #[error("the target of a symbolic link is longer than {MAX_PATH} bytes")]
    LongTarget,
    /// The ramdisk passes one of the [`Limits`].
    #[error("the ramdisk has more than {limit} {of}")]
    Limit {
        /// What there is too much of.
        of: &'static str,
        /// How much is allowed.
        limit: u64,
    },
}

/// Reads all files of a ramdisk. Where two archives have the same path the later file counts, as for the kernel.
pub(super) fn files(ramdisk: impl Read, limits: &Limits) -> Result<Files, RamdiskError> {
    let mut reader = BufReader::with_capacity(BUFFER, ramdisk);
    let mut unpacked = Unpacked { limits: *limits, left: *limits, files: Files::new() };
    while let Some(first) = unpacked.first_byte(&mut reader)? {
        match first {
            b'0' => unpacked.archive(&mut reader)?,
            0x1f => unpacked.gzip(&mut reader)?,
            _ => return Err(unknown(first)),
        }
    }
    Ok(unpacked.files)
}

fn unknown(first: u8) -> RamdiskError {
    let compressions = [(0x02, "lz4"), (0x28, "zstd"), (b'B', "bzip2"), (0x5d, "lzma"), (0x89, "lzo"), (0xfd, "xz")];
    match compressions.into_iter().find(|(byte, _)| *byte == first) {
        Some((_, with)) => RamdiskError::Compression { with },
        None => RamdiskError::NotAnArchive { found: first },
    }
}

/// What has been unpacked, and how much more may be.
struct Unpacked {
    limits: Limits,
    left: Limits,
    files: Files,
}

impl Unpacked {
    /// Passes over the zeros between archives and says what byte follows, if any does.
    fn first_byte(&mut self, reader: &mut impl BufRead) -> Result<Option<u8>, RamdiskError> {
        loop {
            let bytes = reader.fill_buf()?;
            let found = bytes.iter().position(|&byte| byte != 0);
            let length = bytes.len();
            if let Some(position) = found {
                let first = bytes[position];
                reader.consume(position);
                return Ok(Some(first));
            }
            if length == 0 {
                return Ok(None);
            }
            reader.consume(length);
            self.charge_bytes(length as u64)?;
        }
    }

    /// Unpacks one gzip member, which holds whole archives and nothing else.
    fn gzip(&mut self, reader: &mut impl BufRead) -> Result<(), RamdiskError> {
        self.charge_file()?;
        let mut inner = BufReader::with_capacity(BUFFER, GzDecoder::new(reader));
        while let Some(first) = self.first_byte(&mut inner)? {
            match first {
                b'0' => self.archive(&mut inner)?,
                found => return Err(RamdiskError::NotAnArchive { found }),
            }
        }
        Ok(())
    }

    fn archive(&mut self, reader: &mut impl BufRead) -> Result<(), RamdiskError> {
        self.charge_file()?;
        let mut archive = Archive::new(reader);
        let mut charged = 0;
        while let Some(entry) = archive.next()? {
            self.charge_file()?;
            self.charge_bytes(archive.position() - charged + u64::from(entry.size))?;
            charged = archive.position() + u64::from(entry.size);
            self.file(&mut archive, entry)?;
        }
        Ok(())
    }

    fn file(&mut self, archive: &mut Archive<'_, impl BufRead>, entry: Entry) -> Result<(), RamdiskError> {
        let kind = FileKind::of_mode(entry.mode);
        let mut target = (kind == FileKind::Link).then(Vec::new);
        if target.is_some() && entry.size > MAX_PATH {
            return Err(RamdiskError::LongTarget);
        }
        let target_size = if target.is_some() { u64::from(entry.size) } else { 0 };
        charge(&mut self.left.names, entry.name.len() as u64 + target_size, "bytes of names", self.limits.names)?;
        let mut digest = Sha384::new();
        archive.data(entry.size, |piece| {
            digest.update(piece);
            if let Some(target) = &mut target {
                target.extend_from_slice(piece);
            }
        })?;
        let file = File {
            kind,
            permissions: entry.mode & 0o7777,
            user: entry.user,
            group: entry.group,
            modified: entry.modified,
            size: entry.size,
            digest: digest.finish(),
            target: target.map(text),
            device: entry.device,
        };
        self.files.insert(entry.name, file);
        Ok(())
    }

    fn charge_file(&mut self) -> Result<(), RamdiskError> {
        charge(&mut self.left.files, 1, "files", self.limits.files)
    }

    fn charge_bytes(&mut self, bytes: u64) -> Result<(), RamdiskError> {
        charge(&mut self.left.unpacked, bytes, "bytes when it is unpacked", self.limits.unpacked)
    }
}

fn charge(left: &mut u64, amount: u64, of: &'static str, limit: u64) -> Result<(), RamdiskError> {
    *left = left.checked_sub(amount).ok_or(RamdiskError::Limit { of, limit })?;
    Ok(())
}
