//! A reader that says how much was read through it, for work that reports no progress of its own.

use std::io::{self, Read, Seek, SeekFrom};

/// A reader with somebody to tell.
pub(crate) struct Watched<R, W> {
    pub(crate) reader: R,
    /// Is told of every read how many bytes it gave.
    pub(crate) watch: W,
}

impl<R: Read, W: FnMut(u64)> Read for Watched<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        (self.watch)(length as u64);
        Ok(length)
    }
}

impl<R: Seek, W> Seek for Watched<R, W> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.reader.seek(position)
    }
}
