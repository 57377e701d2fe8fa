//! Unpacking the ramdisks of an image as far as is needed to compare them, by the rules of the kernel (`init/initramfs.c`):
//! entries of archives and gzip members one after the other, every file reduced to its attributes and a digest.
//!
//! Linux sees all ramdisks of an image as one, so they are unpacked one after the other with the same state: where an entry
//! may begin, which files are hard links of each other, and how much may still come. Where the kernel stops, or behaves
//! otherwise from version to version, nothing is compared.
//!
//! A ramdisk is input from anyone: the number of files, the length of all names, and the bytes that come out of the
//! compression have limits, and time is proportional to those.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};

use flate2::bufread::GzDecoder;

use super::cpio::{self, Entry, MAX_PATH};
use super::file::{File, FileKind, Listing, Record, text};
use super::limits::{Allowance, Limits};
use super::problem::RamdiskError;
use super::stream::Counted;
use super::tree::{Path, Tree};
use crate::eif::error::Error;
use crate::eif::image::Image;
use crate::eif::section::Section;
use crate::hash::Sha384;

const BUFFER: usize = 64 * 1024;

/// The flags of a gzip header that the kernel understands: text, and the name of the file.
const GZIP_FLAGS: u8 = 0x01 | 0x08;

/// The files of an image, ramdisk by ramdisk, up to the first that cannot be unpacked.
pub(super) struct Listings {
    whole: Vec<Option<Listing>>,
    error: Option<RamdiskError>,
}

impl Listings {
    /// Unpacks the ramdisks of an image.
    pub(super) fn read<R: Read + Seek>(image: &mut Image<R>, ramdisks: &[Section], limits: &Limits) -> Self {
        let mut unpacked = Unpacked::new(limits);
        let mut whole = Vec::new();
        for section in ramdisks {
            let data = image.data(section).map_err(|error| match error {
                Error::Read { source, .. } => RamdiskError::Read(source),
                other => RamdiskError::Read(io::Error::other(other)),
            });
            match data.and_then(|data| unpacked.ramdisk(data)) {
                Ok(listing) => whole.push(Some(listing)),
                Err(error) => return Self { whole, error: Some(error) },
            }
        }
        Self { whole, error: None }
    }

    /// Hands out the files of a ramdisk, once.
    pub(super) fn take(&mut self, number: usize) -> Result<Listing, RamdiskError> {
        if number == self.whole.len() {
            return Err(self.error.take().unwrap_or(RamdiskError::Earlier));
        }
        self.whole.get_mut(number).and_then(Option::take).ok_or(RamdiskError::Earlier)
    }
}

fn unknown(first: u8) -> RamdiskError {
    let compressions = [(0x02, "lz4"), (0x28, "zstd"), (b'B', "bzip2"), (0x5d, "lzma"), (0x89, "lzo"), (0xfd, "xz")];
    match compressions.into_iter().find(|(byte, _)| *byte == first) {
        Some((_, with)) => RamdiskError::Compression { with },
        None => RamdiskError::NotAnArchive { found: first },
    }
}

/// What entries of one file have in common: device and number of the inode, and the kind.
type Inode = ((u32, u32, u32), FileKind);

/// What has been unpacked of an image, and how much more may be.
struct Unpacked {
    allowance: Allowance,
    tree: Tree,
    /// The files with several names that the kernel still knows: the first name, and how many there were.
    links: HashMap<Inode, (Vec<u8>, u32)>,
    /// Which ramdisk is read, from 1.
    number: usize,
    /// Bytes of all ramdisks so far.
    position: u64,
    /// Whether there was an entry: from then on the kernel passes over zeros inside of compressed data too.
    began: bool,
    /// Whether the last entry was not compressed: then even compressed data must begin at a multiple of four.
    after_plain: bool,
    listing: Listing,
    sequence: Sha384,
}

impl Unpacked {
    fn new(limits: &Limits) -> Self {
        Self {
            allowance: Allowance::new(limits),
            tree: Tree::new(),
            links: HashMap::new(),
            number: 0,
            position: 0,
            began: false,
            after_plain: false,
            listing: Listing::default(),
            sequence: Sha384::new(),
        }
    }

    /// Unpacks the next ramdisk.
    fn ramdisk(&mut self, data: impl Read) -> Result<Listing, RamdiskError> {
        self.number += 1;
        let mut reader = Counted::at(BufReader::with_capacity(BUFFER, data), self.position);
        while let Some(first) = self.first_byte(&mut reader)? {
            if (first == b'0' || self.after_plain) && !reader.is_aligned() {
                return Err(odd_place(&reader));
            }
            match first {
                b'0' => {
                    // Where padding is missing, the next ramdisk begins at an odd place.
                    self.entry(&mut reader, false)?;
                    self.after_plain = true;
                }
                0x1f => {
                    self.gzip(&mut reader)?;
                    self.after_plain = false;
                }
                _ => return Err(unknown(first)),
            }
        }
        self.position = reader.position();
        self.listing.sequence = std::mem::replace(&mut self.sequence, Sha384::new()).finish().to_vec();
        Ok(std::mem::take(&mut self.listing))
    }

    /// Passes over the zeros between entries and says what byte follows, if any does.
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
            self.allowance.unpacked(length as u64)?;
        }
    }

    /// Unpacks one gzip member, which holds whole entries and nothing else.
    fn gzip(&mut self, reader: &mut Counted<impl BufRead>) -> Result<(), RamdiskError> {
        self.allowance.files(1)?;
        let position = reader.position();
        let mut head = [0; 4];
        reader.read_exact(&mut head)?;
        if head[3] & !GZIP_FLAGS != 0 {
            return Err(RamdiskError::Stops { position, problem: "a gzip header with more than a file name" });
        }
        let member = GzDecoder::new(Cursor::new(head).chain(reader));
        let mut inner = Counted::at(BufReader::with_capacity(BUFFER, member), 0);
        if !self.began && inner.fill_buf()?.first() != Some(&b'0') {
            return Err(RamdiskError::Stops { position, problem: "compressed data that does not begin with an entry" });
        }
        while let Some(first) = self.first_byte(&mut inner)? {
            match first {
                _ if !inner.is_aligned() => return Err(odd_place(&inner)),
                b'0' if self.entry(&mut inner, true)? => {}
                b'0' => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                found => return Err(RamdiskError::NotAnArchive { found }),
            }
        }
        Ok(())
    }

    /// Reads one entry, and says whether it is there to its end.
    fn entry(&mut self, reader: &mut Counted<impl BufRead>, compressed: bool) -> Result<bool, RamdiskError> {
        self.allowance.files(1)?;
        let position = reader.position();
        let entry = cpio::next(reader)?;
        self.allowance.unpacked(reader.position() - position + u64::from(entry.size))?;
        if entry.is_passed_over() {
            // Where the kernel goes on after one depends on what it read before, and on how the data came in pieces.
            if compressed || !self.began {
                let problem = "an entry with content that is neither a file nor a link";
                return Err(RamdiskError::Stops { position, problem });
            }
            return cpio::data(reader, entry.size, |_| {});
        }
        self.began = true;
        if entry.is_trailer() {
            self.links.clear();
            return cpio::data(reader, entry.size, |_| {});
        }
        self.file(reader, &entry)
    }

    fn file(&mut self, reader: &mut Counted<impl BufRead>, entry: &Entry) -> Result<bool, RamdiskError> {
        let kind = entry.kind();
        let mut target = (kind == FileKind::Link).then(Vec::new);
        if target.is_some() && entry.size > MAX_PATH {
            return Err(RamdiskError::LongTarget);
        }
        let target_size = if target.is_some() { u64::from(entry.size) } else { 0 };
        self.allowance.names(entry.name.len() as u64 + target_size)?;
        let mut digest = Sha384::new();
        let is_whole = cpio::data(reader, entry.size, |piece| {
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
            linked_to: None,
        };
        self.put(entry, file)?;
        Ok(is_whole)
    }

    /// Puts a file at its path, with what it is linked to and what came before it.
    fn put(&mut self, entry: &Entry, mut file: File) -> Result<(), RamdiskError> {
        let path = Path::new(&entry.name, file.kind);
        let place = self.tree.place(&path, file.kind, self.number);
        self.allowance.files(place.new)?;
        self.tree.put(&place, file.kind, self.number);
        let mut context = place.before;
        if entry.links > 1 && matches!(file.kind, FileKind::Regular | FileKind::Special(_)) {
            let group = self.links.entry((entry.inode, file.kind));
            let (first, names) = group.or_insert_with(|| (path.text.clone(), 0));
            if *names > 0 {
                file.linked_to = Some(text(first.clone()));
                context.push(*names);
            }
            *names += 1;
        }
        self.sequence.update(&path.text);
        self.sequence.update(format!("\0{file:?}\0").as_bytes());
        if place.is_delicate && self.listing.delicate.is_none() {
            self.listing.delicate = Some(path.text.clone());
        }
        self.listing.records.entry(path.text).or_default().push(Record { file, context: context.into() });
        Ok(())
    }
}

fn odd_place(reader: &Counted<impl BufRead>) -> RamdiskError {
    RamdiskError::Stops { position: reader.position(), problem: "an archive that does not begin at a multiple of four" }
}
