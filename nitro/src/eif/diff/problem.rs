//! Why the files of a ramdisk cannot be compared. Apart from the unpacking, because readers of every layer give these errors.

use std::io;

use super::cpio::MAX_PATH;

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
        /// Where the header begins, in bytes from the beginning of the image's first ramdisk or of the gzip member, as it is
        /// unpacked.
        position: u64,
    },
    /// Linux stops unpacking here, or not every version of it goes on.
    #[error("Linux does not unpack what is at byte {position} of the ramdisk: {problem}")]
    Stops {
        /// Where that is, counted as for [`RamdiskError::Header`].
        position: u64,
        /// What is wrong there.
        problem: &'static str,
    },
    /// An earlier ramdisk of the same image cannot be unpacked, and what comes after it depends on it.
    #[error("an earlier ramdisk of the image cannot be unpacked")]
    Earlier,
    /// The target of a symbolic link is longer than Linux allows.
    #[error("the target of a symbolic link is longer than {MAX_PATH} bytes")]
    LongTarget,
    /// The ramdisks of an image pass one of the [`Limits`](super::Limits).
    #[error("the ramdisks of the image have more than {limit} {of}")]
    Limit {
        /// What there is too much of.
        of: &'static str,
        /// How much is allowed.
        limit: u64,
    },
}
