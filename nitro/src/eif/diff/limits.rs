//! How much of an image is unpacked: a ramdisk is input from anyone. Apart from the unpacking, because what is counted, and
//! that it is counted for the image as a whole, is a decision of its own.

use super::problem::RamdiskError;

/// How much of an image's ramdisks is unpacked before they are given up: all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files in the ramdisks, gzip members and folders that are only named in paths counted with them. A file takes about
    /// 400 bytes of memory and its path.
    pub files: u64,
    /// Bytes in all paths and link targets together.
    pub names: u64,
    /// Bytes that the ramdisks have when they are unpacked.
    pub unpacked: u64,
}

impl Default for Limits {
    /// 250,000 files, 32 MiB of names, and 16 GiB unpacked: more than a parent instance could start.
    fn default() -> Self {
        Self { files: 250_000, names: 32 << 20, unpacked: 16 << 30 }
    }
}

/// What is left of the limits.
pub(super) struct Allowance {
    limits: Limits,
    left: Limits,
}

impl Allowance {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { limits: *limits, left: *limits }
    }

    pub(super) fn files(&mut self, number: u64) -> Result<(), RamdiskError> {
        charge(&mut self.left.files, number, "files", self.limits.files)
    }

    pub(super) fn names(&mut self, bytes: u64) -> Result<(), RamdiskError> {
        charge(&mut self.left.names, bytes, "bytes of names", self.limits.names)
    }

    pub(super) fn unpacked(&mut self, bytes: u64) -> Result<(), RamdiskError> {
        charge(&mut self.left.unpacked, bytes, "bytes when they are unpacked", self.limits.unpacked)
    }
}

fn charge(left: &mut u64, amount: u64, of: &'static str, limit: u64) -> Result<(), RamdiskError> {
    *left = left.checked_sub(amount).ok_or(RamdiskError::Limit { of, limit })?;
    Ok(())
}
