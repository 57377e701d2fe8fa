//! Whether the header's table and the sections agree: together they must cover the file, once and in order.
//!
//! AWS's reader walks the sections and ignores the table, its signer believes the table. Where the two differ, different
//! programs would measure different things, so an image in which they do is refused. Pure: bytes come in, sections go
//! out.

use super::error::Error;
use super::header::{Fields, HEADER_SIZE, Header};
use super::section::{SECTION_HEADER_BYTES, SECTION_HEADER_SIZE, Section, SectionKind};

/// The sections of an image, checked one after the other.
pub(super) struct Layout<'a> {
    header: &'a Header,
    length: u64,
    sections: Vec<Section>,
}

impl<'a> Layout<'a> {
    /// Begins with the header and the length of the file, no section checked yet.
    pub(super) fn new(header: &'a Header, length: u64) -> Self {
        Self { header, length, sections: Vec::with_capacity(header.table.len()) }
    }

    /// Where the header of the next section lies, within the file as a whole; `None` after the last section.
    pub(super) fn next(&self) -> Option<Result<u64, Error>> {
        let index = self.sections.len();
        let entry = self.header.table.get(index)?;
        let (found, expected) = (entry.offset, self.end());
        Some(match found {
            _ if found < expected => Err(Error::Overlap { index, found, expected }),
            _ if found > expected => Err(Error::Gap { index, found, expected }),
            _ if self.length - expected < SECTION_HEADER_SIZE => {
                Err(Error::PastEnd { index, offset: found, size: entry.size, length: self.length })
            }
            _ => Ok(found),
        })
    }

    /// Checks the next section by its own header, which was read from where [`Layout::next`] said.
    pub(super) fn push(&mut self, bytes: &[u8; SECTION_HEADER_BYTES]) -> Result<(), Error> {
        let (index, offset) = (self.sections.len(), self.end());
        let mut fields = Fields(bytes);
        let (number, flags, size) = (fields.u16(), fields.u16(), fields.u64());
        let kind = SectionKind::from_number(number).ok_or(Error::SectionType { index, offset, found: number })?;
        let table = self.header.table[index].size;
        if size != table {
            return Err(Error::Size { index, kind, offset, found: size, table });
        }
        if size > self.length - offset - SECTION_HEADER_SIZE {
            return Err(Error::PastEnd { index, offset, size, length: self.length });
        }
        let alone = matches!(kind, SectionKind::Signature | SectionKind::Metadata);
        if alone && self.sections.iter().any(|section| section.kind == kind) {
            return Err(Error::Repeated { index, kind, offset });
        }
        self.sections.push(Section { kind, flags, offset, size });
        Ok(())
    }

    /// Gives the sections, once all are there and nothing else is.
    pub(super) fn finish(self) -> Result<Vec<Section>, Error> {
        let end = self.end();
        if end != self.length {
            return Err(Error::Tail { offset: end, length: self.length });
        }
        let metadata = (self.header.version >= 4).then_some(SectionKind::Metadata);
        let needed = [SectionKind::Kernel, SectionKind::Cmdline, SectionKind::Ramdisk].into_iter().chain(metadata);
        for kind in needed {
            if !self.sections.iter().any(|section| section.kind == kind) {
                return Err(Error::Missing { kind });
            }
        }
        Ok(self.sections)
    }

    fn end(&self) -> u64 {
        self.sections.last().map_or(HEADER_SIZE, Section::end)
    }
}
