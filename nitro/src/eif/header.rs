//! The 548 bytes at the beginning of an image, as numbers.
//!
//! Pure: it decides what the bytes say and whether the header can be true taken alone. Whether it agrees with the
//! sections is `layout`'s question.

use super::error::Error;

/// Size of the header in bytes.
pub const HEADER_SIZE: u64 = HEADER_BYTES as u64;

pub(super) const HEADER_BYTES: usize = 548;

/// The most sections an image can have, and the number of entries in the header's table.
pub const MAX_SECTIONS: usize = 32;

/// Where the header keeps its CRC-32, the only bytes that the CRC-32 leaves out.
pub(super) const CRC_OFFSET: u64 = HEADER_SIZE - 4;

const MAGIC: [u8; 4] = *b".eif";
const FLAG_AARCH64: u16 = 1;

/// The processor an image is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Architecture {
    /// Intel and AMD, `x86_64`.
    X86_64,
    /// AWS Graviton, `aarch64`.
    Aarch64,
}

impl std::fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        })
    }
}

/// The header of an image, all numbers big-endian in the file (source: `EifHeader` in AWS's
/// `aws-nitro-enclaves-image-format`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Version of the format, 3 or 4.
    pub version: u16,
    /// Flags as they are in the file; bit 0 stands for aarch64, the others have no meaning yet.
    pub flags: u16,
    /// Memory for the enclave in bytes, unless the one who starts it says otherwise.
    pub default_memory: u64,
    /// Number of vCPUs for the enclave, unless the one who starts it says otherwise.
    pub default_cpus: u64,
    /// CRC-32 (IEEE) that the builder computed over the whole file but these four bytes.
    pub crc32: u32,
    pub(super) table: Vec<TableEntry>,
}

/// Where the header's table puts a section: offset of the section's own header, and size of its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TableEntry {
    pub(super) offset: u64,
    pub(super) size: u64,
}

impl Header {
    /// Reads the header from its bytes.
    ///
    /// # Errors
    ///
    /// Another magic number, a version other than 3 and 4, fewer than 2 or more than 32 sections, or entries in the
    /// table beyond the last section.
    pub(super) fn parse(bytes: &[u8; HEADER_BYTES]) -> Result<Self, Error> {
        let mut fields = Fields(bytes);
        let magic = fields.take();
        if magic != MAGIC {
            return Err(Error::Magic { found: magic });
        }
        let version = fields.u16();
        if !matches!(version, 3 | 4) {
            return Err(Error::Version { found: version });
        }
        let flags = fields.u16();
        let default_memory = fields.u64();
        let default_cpus = fields.u64();
        let _reserved = fields.u16();
        let count = fields.u16();
        let offsets: [u64; MAX_SECTIONS] = std::array::from_fn(|_| fields.u64());
        let sizes: [u64; MAX_SECTIONS] = std::array::from_fn(|_| fields.u64());
        let _unused = fields.u32();
        let crc32 = fields.u32();
        let table = table(count, &offsets, &sizes)?;
        Ok(Self { version, flags, default_memory, default_cpus, crc32, table })
    }

    /// The processor the image is made for.
    #[must_use]
    pub fn architecture(&self) -> Architecture {
        if self.flags & FLAG_AARCH64 == 0 { Architecture::X86_64 } else { Architecture::Aarch64 }
    }
}

fn table(count: u16, offsets: &[u64], sizes: &[u64]) -> Result<Vec<TableEntry>, Error> {
    let used = usize::from(count);
    if !(2..=MAX_SECTIONS).contains(&used) {
        return Err(Error::SectionCount { found: count });
    }
    let mut table: Vec<_> = offsets.iter().zip(sizes).map(|(&offset, &size)| TableEntry { offset, size }).collect();
    let unused = table.split_off(used);
    match unused.iter().position(|entry| entry.offset != 0 || entry.size != 0) {
        Some(position) => Err(Error::UnusedEntry { index: used + position, count }),
        None => Ok(table),
    }
}

/// The bytes that are still to be read of something whose size is known.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) =
            self.0.split_first_chunk().expect("the fields add up to the size of what they are read from");
        self.0 = rest;
        *field
    }

    pub(super) fn u16(&mut self) -> u16 {
        u16::from_be_bytes(self.take())
    }

    fn u32(&mut self) -> u32 {
        u32::from_be_bytes(self.take())
    }

    pub(super) fn u64(&mut self) -> u64 {
        u64::from_be_bytes(self.take())
    }
}
