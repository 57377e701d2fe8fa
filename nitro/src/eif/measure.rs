//! Taking an image's measurements and its checksum in one pass over the file.
//!
//! SHA-384 is what costs time: every measured byte goes into PCR0 and into one of PCR1 and PCR2, so a single thread would
//! hash the image twice. Three share the work instead: the calling one reads blocks, a second hashes PCR0, a third the
//! checksum and PCR2. PCR1 costs nothing as long as it is a prefix of PCR0, which it is in every image that a tool of
//! AWS's wrote: the state of PCR0 is copied where the second ramdisk begins. Where a kernel or a command line comes after
//! that, the third thread hashes PCR1 from the beginning; it never does more than the second.

use std::io::{Read, Seek};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::error::Error;
use super::header::{CRC_OFFSET, HEADER_SIZE, Header};
use super::image::{read_exact, seek_to};
use super::section::{self, SECTION_HEADER_SIZE, Section, SectionKind};
use crate::hash::Sha384;
use crate::pcr::{Measurements, Pcr};

/// Large enough that handing one over costs nothing, small enough that it is still in a cache when it is hashed.
const BLOCK: usize = 256 * 1024;

/// How many blocks may wait for a thread.
const WAITING: usize = 8;

/// What was measured of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// PCR0, PCR1, PCR2, and PCR8 if the image is signed. Of the bytes that are there, whatever the checksum says.
    pub measurements: Measurements,
    /// CRC-32 (IEEE) over the whole file but the four bytes of the header that hold it.
    pub crc32: u32,
    /// The CRC-32 that the header holds.
    pub stated_crc32: u32,
}

impl Measured {
    /// Whether the checksum is the one that the header holds. It guards against accidents, not against people.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.crc32 == self.stated_crc32
    }
}

/// Which registers a piece of the file goes into; all of the file goes into the checksum.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Share {
    /// No register: headers, metadata, signature.
    Unmeasured,
    /// PCR0 and PCR1: what boots.
    Boot,
    /// PCR0 and PCR2: the application.
    Application,
}

impl Share {
    /// PCR8 is taken from a certificate, not from the file.
    fn of(kind: SectionKind, number: usize) -> Self {
        let registers = kind.registers(number);
        match (registers.contains(&1), registers.contains(&2)) {
            (true, _) => Self::Boot,
            (false, true) => Self::Application,
            (false, false) => Self::Unmeasured,
        }
    }
}

/// How the pieces of an image are shared out among the registers.
struct Plan {
    shares: Vec<(Section, Share)>,
    /// Whether nothing of PCR1 comes after something of PCR2.
    prefix: bool,
}

impl Plan {
    fn new(sections: &[Section]) -> Self {
        let numbered = section::numbered(sections);
        let shares: Vec<_> = numbered.map(|(section, number)| (section, Share::of(section.kind, number))).collect();
        let measured = || shares.iter().filter(|(_, share)| *share != Share::Unmeasured);
        let prefix = measured().is_sorted_by_key(|(_, share)| *share == Share::Application);
        Self { shares, prefix }
    }
}

/// A piece of the file on its way to the threads.
#[derive(Clone)]
struct Block {
    buffer: Arc<Vec<u8>>,
    length: usize,
    share: Share,
}

impl Block {
    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

/// Measures the sections of the image behind `reader`; see [`Image::measure`](super::Image::measure).
pub(super) fn measure<R: Read + Seek>(
    reader: &mut R,
    header: &Header,
    sections: &[Section],
    pcr8: Option<Pcr>,
    progress: impl FnMut(u64),
) -> Result<Measured, Error> {
    let plan = Plan::new(sections);
    let prefix = plan.prefix;
    let (whole, whole_blocks) = sync_channel(WAITING);
    let (parts, part_blocks) = sync_channel(WAITING);
    thread::scope(|scope| {
        let spawned = |source| Error::Thread { source };
        let whole_thread =
            thread::Builder::new().spawn_scoped(scope, move || Whole::hash(&whole_blocks, prefix)).map_err(spawned)?;
        let parts_thread =
            thread::Builder::new().spawn_scoped(scope, move || Parts::hash(&part_blocks, prefix)).map_err(spawned)?;
        // The pump owns the senders and drops them at its end, which ends the threads, also when reading failed.
        Pump { reader, whole, parts, buffers: Vec::new(), turn: 0, progress }.run(&plan)?;
        let whole = whole_thread.join().expect("hashing does not panic");
        let parts = parts_thread.join().expect("hashing does not panic");
        let pcr1 = if prefix { whole.boot.unwrap_or_else(|| whole.pcr0.clone()) } else { parts.pcr1 };
        let register = |hash: Sha384| Pcr::of_content_digest(&hash.finish());
        let (pcr0, pcr1, pcr2) = (register(whole.pcr0), register(pcr1), register(parts.pcr2));
        let measurements = Measurements { pcr0, pcr1, pcr2, pcr8 };
        Ok(Measured { measurements, crc32: parts.crc.finalize(), stated_crc32: header.crc32 })
    })
}

/// Reads the file and hands it out, a block at a time, in buffers that are used again once every thread is done with them.
struct Pump<'a, R, P> {
    reader: &'a mut R,
    whole: SyncSender<Block>,
    parts: SyncSender<Block>,
    buffers: Vec<Arc<Vec<u8>>>,
    turn: usize,
    progress: P,
}

impl<R: Read + Seek, P: FnMut(u64)> Pump<'_, R, P> {
    fn run(mut self, plan: &Plan) -> Result<(), Error> {
        seek_to(self.reader, 0)?;
        self.span(0, CRC_OFFSET, Share::Unmeasured)?;
        seek_to(self.reader, HEADER_SIZE)?;
        for (section, share) in &plan.shares {
            self.span(section.offset, SECTION_HEADER_SIZE, Share::Unmeasured)?;
            self.span(section.data_offset(), section.size, *share)?;
        }
        Ok(())
    }

    fn span(&mut self, mut offset: u64, length: u64, share: Share) -> Result<(), Error> {
        let end = offset + length;
        while offset < end {
            let length = usize::try_from(end - offset).map_or(BLOCK, |rest| rest.min(BLOCK));
            let buffer = self.fill(offset, length)?;
            let block = Block { buffer, length, share };
            // A receiver is gone only if its thread has panicked, which joining it brings to light.
            if share != Share::Unmeasured {
                let _ = self.whole.send(block.clone());
            }
            let _ = self.parts.send(block);
            offset += length as u64;
            (self.progress)(offset);
        }
        Ok(())
    }

    /// Reads into the buffer that was handed out longest ago. There are more buffers than can wait and be hashed at once,
    /// so it is free again; should it not be, a new one takes its place, and memory is bounded all the same.
    fn fill(&mut self, offset: u64, length: usize) -> Result<Arc<Vec<u8>>, Error> {
        if self.buffers.is_empty() {
            self.buffers = (0..WAITING + 3).map(|_| Arc::new(vec![0; BLOCK])).collect();
        }
        let turn = self.turn;
        self.turn = (turn + 1) % self.buffers.len();
        let buffer = &mut self.buffers[turn];
        if Arc::get_mut(buffer).is_none() {
            *buffer = Arc::new(vec![0; BLOCK]);
        }
        let bytes = Arc::get_mut(buffer).expect("a buffer that is free, or new, is nobody else's");
        read_exact(self.reader, &mut bytes[..length], offset)?;
        Ok(Arc::clone(buffer))
    }
}

/// The second thread's work: PCR0, and its state where PCR1 ends.
struct Whole {
    pcr0: Sha384,
    boot: Option<Sha384>,
}

impl Whole {
    fn hash(blocks: &Receiver<Block>, prefix: bool) -> Self {
        let mut this = Self { pcr0: Sha384::new(), boot: None };
        for block in blocks {
            if prefix && block.share == Share::Application && this.boot.is_none() {
                this.boot = Some(this.pcr0.clone());
            }
            this.pcr0.update(block.bytes());
        }
        this
    }
}

/// The third thread's work: checksum and PCR2, and PCR1 where it is no prefix of PCR0.
struct Parts {
    crc: crc32fast::Hasher,
    pcr1: Sha384,
    pcr2: Sha384,
}

impl Parts {
    fn hash(blocks: &Receiver<Block>, prefix: bool) -> Self {
        let mut this = Self { crc: crc32fast::Hasher::new(), pcr1: Sha384::new(), pcr2: Sha384::new() };
        for block in blocks {
            this.crc.update(block.bytes());
            match block.share {
                Share::Boot if !prefix => this.pcr1.update(block.bytes()),
                Share::Application => this.pcr2.update(block.bytes()),
                Share::Boot | Share::Unmeasured => {}
            }
        }
        this
    }
}
