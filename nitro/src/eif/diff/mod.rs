//! What makes two images differ: "why did PCR0 change?" gets an answer.
//!
//! Sections are paired by their kind and their place among those of the same kind: the first ramdisk with the first
//! ramdisk. Of a ramdisk that changed, the files are compared. What is here only reads and compares; how it is told is the
//! caller's business.

mod cpio;
mod file;
mod limits;
mod problem;
mod ramdisk;
mod stream;
mod tree;

use std::io::{self, Read, Seek};

pub use file::{Aspect, File, FileDifference, FileKind};
pub use limits::Limits;
pub use problem::RamdiskError;

use self::ramdisk::Listings;
use super::error::Error;
use super::image::Image;
use super::section::{Section, SectionKind};

/// What differs between two images; empty if they measure the same and say the same.
#[derive(Debug)]
pub struct Difference {
    /// Sections that were added, removed or changed, in the order of their kinds: kernel, command line, ramdisk,
    /// signature, metadata.
    pub sections: Vec<SectionDifference>,
    /// Whether as many measured sections of each kind are there as before, but in another order, which changes PCR0
    /// even where every section is the same.
    pub order_changed: bool,
    /// Whether the headers differ in version, flags, memory or CPUs, which no register shows.
    pub header_changed: bool,
}

impl Difference {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty() && !self.order_changed && !self.header_changed
    }
}

/// A section that is not the same in two images.
#[derive(Debug)]
pub struct SectionDifference {
    /// What it holds.
    pub kind: SectionKind,
    /// Its place among the sections of its kind, from 0.
    pub number: usize,
    /// Where it lies in the earlier image; `None` if it was added.
    pub before: Option<Section>,
    /// Where it lies in the later image; `None` if it was removed.
    pub after: Option<Section>,
    /// What differs in the files of a ramdisk that is in both; `None` for every other section. An empty list means that
    /// Linux makes the same files of both, which are packed in another way: compression, padding, or an order that does
    /// not count.
    pub files: Option<Result<Vec<FileDifference>, RamdiskError>>,
}

impl SectionDifference {
    /// The registers that this section is measured into: their numbers, in order.
    #[must_use]
    pub fn registers(&self) -> &'static [u8] {
        self.kind.registers(self.number)
    }
}

/// Compares two images, reading both once and, where a ramdisk changed, their ramdisks twice. Memory is that of the files
/// of all ramdisks of both, within the limits for each image.
///
/// # Errors
///
/// One of the readers fails. A ramdisk that cannot be unpacked is no error, but told in its place.
pub fn diff<B, A>(before: &mut Image<B>, after: &mut Image<A>, limits: &Limits) -> Result<Difference, Error>
where
    B: Read + Seek,
    A: Read + Seek,
{
    let mut sections = Vec::new();
    let kinds = [
        SectionKind::Kernel,
        SectionKind::Cmdline,
        SectionKind::Ramdisk,
        SectionKind::Signature,
        SectionKind::Metadata,
    ];
    for kind in kinds {
        let (old, new) = (of_kind(before, kind), of_kind(after, kind));
        for number in 0..old.len().max(new.len()) {
            let (old, new) = (old.get(number).copied(), new.get(number).copied());
            if let (Some(old), Some(new)) = (old, new)
                && same_data(before, &old, after, &new)?
            {
                continue;
            }
            sections.push(SectionDifference { kind, number, before: old, after: new, files: None });
        }
    }
    compare_files(before, after, limits, &mut sections);
    let header_changed = header_facts(before) != header_facts(after);
    Ok(Difference { sections, order_changed: order_changed(before, after), header_changed })
}

fn of_kind<R: Read + Seek>(image: &Image<R>, kind: SectionKind) -> Vec<Section> {
    image.sections().iter().copied().filter(|section| section.kind == kind).collect()
}

fn header_facts<R: Read + Seek>(image: &Image<R>) -> (u16, u16, u64, u64) {
    let header = image.header();
    (header.version, header.flags, header.default_memory, header.default_cpus)
}

fn order_changed<B: Read + Seek, A: Read + Seek>(before: &Image<B>, after: &Image<A>) -> bool {
    let (before, after) = (measured_kinds(before), measured_kinds(after));
    let sorted = |kinds: &[u16]| {
        let mut kinds = kinds.to_vec();
        kinds.sort_unstable();
        kinds
    };
    before != after && sorted(&before) == sorted(&after)
}

fn measured_kinds<R: Read + Seek>(image: &Image<R>) -> Vec<u16> {
    let is_measured =
        |kind: &SectionKind| matches!(kind, SectionKind::Kernel | SectionKind::Cmdline | SectionKind::Ramdisk);
    image.sections().iter().map(|section| section.kind).filter(is_measured).map(|kind| kind as u16).collect()
}

fn same_data<B: Read + Seek, A: Read + Seek>(
    before: &mut Image<B>,
    old: &Section,
    after: &mut Image<A>,
    new: &Section,
) -> Result<bool, Error> {
    if old.size != new.size {
        return Ok(false);
    }
    let (mut old_data, mut new_data) = (before.data(old)?, after.data(new)?);
    let mut blocks = [vec![0; BLOCK], vec![0; BLOCK]];
    let mut done = 0;
    while done < old.size {
        let length = usize::try_from(old.size - done).map_or(BLOCK, |rest| rest.min(BLOCK));
        let [old_block, new_block] = blocks.each_mut().map(|block| &mut block[..length]);
        let failed = |section: &Section| {
            let offset = section.data_offset() + done;
            move |source: io::Error| Error::Read { offset, source }
        };
        old_data.read_exact(old_block).map_err(failed(old))?;
        new_data.read_exact(new_block).map_err(failed(new))?;
        if old_block != new_block {
            return Ok(false);
        }
        done += length as u64;
    }
    Ok(true)
}

const BLOCK: usize = 256 * 1024;

/// Compares the files of the ramdisks that changed. All of them are unpacked, since Linux sees them as one.
fn compare_files<B: Read + Seek, A: Read + Seek>(
    before: &mut Image<B>,
    after: &mut Image<A>,
    limits: &Limits,
    sections: &mut [SectionDifference],
) {
    let is_changed = |section: &&mut SectionDifference| {
        section.kind == SectionKind::Ramdisk && section.before.is_some() && section.after.is_some()
    };
    let changed: Vec<_> = sections.iter_mut().filter(is_changed).collect();
    if changed.is_empty() {
        return;
    }
    let ramdisks = (of_kind(before, SectionKind::Ramdisk), of_kind(after, SectionKind::Ramdisk));
    let mut old = Listings::read(before, &ramdisks.0, limits);
    let mut new = Listings::read(after, &ramdisks.1, limits);
    for section in changed {
        let number = section.number;
        let both = old.take(number).and_then(|old| Ok((old, new.take(number)?)));
        section.files = Some(both.map(|(old, new)| file::compare(&old, &new)));
    }
}
