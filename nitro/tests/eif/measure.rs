//! Registers and checksum, against the plain walk over the same bytes.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use nitro::eif::{Error, Image};

use crate::support::{Builder, CMDLINE, CRC, KERNEL, METADATA, METADATA_JSON, RAMDISK, measure, walk};

fn assert_measured_like_the_walk(bytes: &[u8]) {
    let measured = measure(bytes);
    let found = [measured.measurements.pcr0, measured.measurements.pcr1, measured.measurements.pcr2];
    assert_eq!(Some(found), walk(bytes));
    assert!(measured.is_intact());
}

#[test]
fn the_usual_image_is_measured() {
    assert_measured_like_the_walk(&Builder::usual().build());
}

#[test]
fn sections_count_in_the_order_of_the_file() {
    let parts: [(u16, &[u8]); 5] =
        [(KERNEL, b"k"), (CMDLINE, b"c"), (RAMDISK, b"one"), (RAMDISK, b"two"), (METADATA, METADATA_JSON.as_bytes())];
    let mut seen = std::collections::HashSet::new();
    for first in 0..parts.len() {
        for second in 0..parts.len() {
            let mut order = parts;
            order.swap(0, first);
            order.swap(1, second);
            let bytes = order.iter().fold(Builder::new(4), |image, (kind, data)| image.section(*kind, data)).build();
            assert_measured_like_the_walk(&bytes);
            seen.insert(measure(&bytes).measurements.pcr0);
        }
    }
    assert!(seen.len() > 5, "the order changes PCR0");
}

#[test]
fn kernels_and_command_lines_after_the_application_count_in_pcr1() {
    let image = Builder::usual().section(KERNEL, b"another kernel").section(RAMDISK, b"x").section(CMDLINE, b"more");
    assert_measured_like_the_walk(&image.build());
}

#[test]
fn a_single_ramdisk_leaves_pcr2_to_nothing() {
    let image = Builder::new(3).section(KERNEL, b"k").section(CMDLINE, b"c").section(RAMDISK, b"r").build();
    assert_measured_like_the_walk(&image);
    assert_eq!(measure(&image).measurements.pcr2, nitro::pcr::Pcr::of_content(b""));
}

#[test]
fn sections_longer_than_all_buffers_together_are_measured() {
    let data: Vec<u8> = (0..5_000_003_u32).map(|number| number.to_le_bytes()[1] ^ number.to_le_bytes()[0]).collect();
    let image = Builder::usual().section(RAMDISK, &data).section(RAMDISK, &data[..262_144]).section(KERNEL, &data);
    assert_measured_like_the_walk(&image.build());
}

#[test]
fn a_wrong_checksum_is_told_and_the_measurements_are_those_of_the_bytes() {
    let whole = Builder::usual().build();
    let mut damaged = whole.clone();
    damaged[CRC] ^= 1;
    let (before, after) = (measure(&whole), measure(&damaged));
    assert!(!after.is_intact());
    assert_eq!(after.crc32, before.crc32);
    assert_eq!(after.stated_crc32, before.stated_crc32 ^ 1 << 24);
    assert_eq!(after.measurements, before.measurements);
}

#[test]
fn progress_rises_to_the_length_of_the_image() {
    let bytes = Builder::usual().section(RAMDISK, &vec![7; 1 << 20]).build();
    let mut steps = Vec::new();
    Image::open(Cursor::new(&bytes)).unwrap().measure(|done| steps.push(done)).unwrap();
    assert!(steps.is_sorted());
    assert!(steps.len() > 4, "a progress bar would not move");
    assert_eq!(steps.last(), Some(&(bytes.len() as u64)));
}

/// A reader that gives a few bytes at a time, and from some offset on an error.
struct Awkward {
    inner: Cursor<Vec<u8>>,
    fails_at: u64,
}

impl Read for Awkward {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.inner.position() >= self.fails_at {
            return Err(io::Error::other("the disk is gone"));
        }
        let length = buffer.len().min(7);
        self.inner.read(&mut buffer[..length])
    }
}

impl Seek for Awkward {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}

#[test]
fn a_reader_that_gives_little_at_a_time_makes_no_difference() {
    let bytes = Builder::usual().build();
    let reader = Awkward { inner: Cursor::new(bytes.clone()), fails_at: u64::MAX };
    assert_eq!(Image::open(reader).unwrap().measure(|_| {}).unwrap(), measure(&bytes));
}

#[test]
fn a_reader_that_fails_is_named_with_the_offset() {
    let bytes = Builder::usual().section(RAMDISK, &vec![7; 1 << 20]).build();
    let fails_at = bytes.len() as u64 - (1 << 19);
    let mut image = Image::open(Awkward { inner: Cursor::new(bytes), fails_at }).unwrap();
    let Err(Error::Read { offset, source }) = image.measure(|_| {}) else { panic!("measured what cannot be read") };
    assert!(offset <= fails_at && fails_at - offset < 1 << 20, "{offset}");
    assert_eq!(source.to_string(), "the disk is gone");
}
