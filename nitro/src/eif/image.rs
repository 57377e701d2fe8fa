//! An image behind a reader: the only place that reads and seeks to find out what is in it. What the bytes mean is decided
//! by the modules it calls.

use std::io::{Read, Seek, SeekFrom};

use super::error::Error;
use super::header::{HEADER_SIZE, Header};
use super::layout::Layout;
use super::measure::{self, Measured};
use super::metadata::{MAX_METADATA, Metadata};
use super::section::{Section, SectionKind};
use super::signature::{MAX_SIGNATURE, Signature};

/// An enclave image whose header, table and sections agree, and whose metadata and signature section could be read.
///
/// That is all: whether its checksum holds is found by [`Image::measure`], whether its signature does by
/// [`SignatureEntry::verify`](super::SignatureEntry::verify).
#[derive(Debug)]
pub struct Image<R> {
    reader: R,
    length: u64,
    header: Header,
    sections: Vec<Section>,
    metadata: Option<Metadata>,
    signature: Option<Signature>,
}

impl<R: Read + Seek> Image<R> {
    /// Reads what an image says of itself: header, section headers, metadata and signature section. Kernel and ramdisks
    /// are passed over, so it takes no longer for a large image.
    ///
    /// The image is the whole of what the reader can seek to, from its beginning to its end.
    ///
    /// # Errors
    ///
    /// The reader fails, or the file breaks any rule of the format; the error says where.
    pub fn open(mut reader: R) -> Result<Self, Error> {
        let length = reader.seek(SeekFrom::End(0)).map_err(|source| Error::Read { offset: 0, source })?;
        if length < HEADER_SIZE {
            return Err(Error::TooShort { length });
        }
        let header = Header::parse(&read_at(&mut reader, 0)?)?;
        let sections = read_sections(&mut reader, &header, length)?;
        let mut image = Self { reader, length, header, sections, metadata: None, signature: None };
        image.metadata = image.read_metadata()?;
        image.signature = image.read_signature()?;
        Ok(image)
    }

    /// Its header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Its sections in the order of the file.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// What it says of itself, unmeasured. Always there in version 4.
    #[must_use]
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    /// Its signature section, unchecked.
    #[must_use]
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// Its size in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reads the whole image once and takes its measurements and its checksum.
    ///
    /// Two threads hash beside the calling one, which reads; memory stays below 8 MiB. `progress` is called with the
    /// number of bytes read so far, after every block and at the end with [`Image::length`].
    ///
    /// # Errors
    ///
    /// The reader fails, or no thread can be started. A wrong checksum is no error: the measurements are those of the
    /// bytes that are there, and [`Measured::is_intact`] tells.
    pub fn measure(&mut self, progress: impl FnMut(u64)) -> Result<Measured, Error> {
        let certificate = self.signature.as_ref().map(|signature| signature.first().certificate());
        let pcr8 = certificate.map(super::SigningCertificate::pcr8);
        measure::measure(&mut self.reader, &self.header, &self.sections, pcr8, progress)
    }

    /// Gives a section's data to read, from its beginning to its end.
    ///
    /// # Errors
    ///
    /// The reader cannot seek there.
    pub fn data(&mut self, section: &Section) -> Result<impl Read + '_, Error> {
        let offset = section.data_offset();
        seek_to(&mut self.reader, offset)?;
        Ok(self.reader.by_ref().take(section.size))
    }

    fn read_metadata(&mut self) -> Result<Option<Metadata>, Error> {
        let Some((data, offset)) = self.read_whole(SectionKind::Metadata, MAX_METADATA)? else { return Ok(None) };
        serde_json::from_slice(&data).map(Some).map_err(|source| Error::Metadata { offset, source })
    }

    fn read_signature(&mut self) -> Result<Option<Signature>, Error> {
        let Some((data, offset)) = self.read_whole(SectionKind::Signature, MAX_SIGNATURE)? else { return Ok(None) };
        Signature::parse(&data).map(Some).map_err(|source| Error::Signature { offset, source })
    }

    /// Reads the data of the one section of a kind, with the offset of its header, unless it is larger than `limit`.
    fn read_whole(&mut self, kind: SectionKind, limit: u64) -> Result<Option<(Vec<u8>, u64)>, Error> {
        let Some(section) = self.sections.iter().copied().find(|section| section.kind == kind) else {
            return Ok(None);
        };
        let (offset, size) = (section.offset, section.size);
        if size > limit {
            return Err(Error::TooLarge { kind, offset, size, limit });
        }
        let mut data = vec![0; usize::try_from(size).expect("the limit is far below what memory can hold")];
        seek_to(&mut self.reader, section.data_offset())?;
        read_exact(&mut self.reader, &mut data, section.data_offset())?;
        Ok(Some((data, offset)))
    }
}

fn read_sections(reader: &mut (impl Read + Seek), header: &Header, length: u64) -> Result<Vec<Section>, Error> {
    let mut layout = Layout::new(header, length);
    while let Some(offset) = layout.next() {
        layout.push(&read_at(reader, offset?)?)?;
    }
    layout.finish()
}

fn read_at<const N: usize>(reader: &mut (impl Read + Seek), offset: u64) -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    seek_to(reader, offset)?;
    read_exact(reader, &mut bytes, offset)?;
    Ok(bytes)
}

pub(super) fn seek_to(reader: &mut impl Seek, offset: u64) -> Result<(), Error> {
    reader.seek(SeekFrom::Start(offset)).map_err(|source| Error::Read { offset, source })?;
    Ok(())
}

pub(super) fn read_exact(reader: &mut impl Read, bytes: &mut [u8], offset: u64) -> Result<(), Error> {
    reader.read_exact(bytes).map_err(|source| Error::Read { offset, source })
}
