//! A reader that knows how far it has read: where an entry of an archive may begin, and how it is padded, depends on that.

use std::io::{self, BufRead, Read};

/// A buffered reader and the number of bytes that were taken from it.
pub(super) struct Counted<R> {
    reader: R,
    position: u64,
}

impl<R: BufRead> Counted<R> {
    /// Counts on from a position.
    pub(super) fn at(reader: R, position: u64) -> Self {
        Self { reader, position }
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Whether an entry may begin here.
    pub(super) fn is_aligned(&self) -> bool {
        self.position.is_multiple_of(4)
    }

    /// Passes over the bytes up to the next multiple of four, and says whether all of them were there.
    pub(super) fn pad(&mut self) -> io::Result<bool> {
        let padding = self.position.next_multiple_of(4) - self.position;
        Ok(io::copy(&mut self.by_ref().take(padding), &mut io::sink())? == padding)
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        self.position += length as u64;
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.reader.consume(length);
        self.position += length as u64;
    }
}
