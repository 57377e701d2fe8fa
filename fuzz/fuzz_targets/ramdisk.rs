//! Any bytes as a ramdisk whose files are compared with none: unpacked or refused, within the limits, never a panic.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use nitro::eif::Image;
use nitro::eif::diff::{Limits, diff};

const LIMITS: Limits = Limits { files: 1_000, names: 100_000, unpacked: 4 << 20 };

fuzz_target!(|bytes: &[u8]| {
    if bytes.is_empty() {
        return;
    }
    let (before, after) = (image(b""), image(bytes));
    let mut before = Image::open(Cursor::new(before)).expect("the image is right but for its ramdisk");
    let mut after = Image::open(Cursor::new(after)).expect("the image is right but for its ramdisk");
    let found = diff(&mut before, &mut after, &LIMITS).expect("bytes in memory can be read");
    let files = found.sections.into_iter().find_map(|section| section.files).expect("the ramdisk has changed");
    if let Ok(files) = files {
        assert!(files.len() as u64 <= LIMITS.files);
    }
});

/// The smallest image of version 3 around a ramdisk.
fn image(ramdisk: &[u8]) -> Vec<u8> {
    let sections: [(u16, &[u8]); 3] = [(1, b"kernel"), (2, b""), (3, ramdisk)];
    let (mut offsets, mut sizes, mut body) = ([0_u64; 32], [0_u64; 32], Vec::new());
    for (index, (kind, data)) in sections.into_iter().enumerate() {
        offsets[index] = 548 + body.len() as u64;
        sizes[index] = data.len() as u64;
        body.extend(kind.to_be_bytes());
        body.extend([0; 2]);
        body.extend(sizes[index].to_be_bytes());
        body.extend(data);
    }
    let mut image = b".eif\0\x03\0\0".to_vec();
    image.extend([0; 18]);
    image.extend(3_u16.to_be_bytes());
    image.extend(offsets.iter().chain(&sizes).flat_map(|number| number.to_be_bytes()));
    image.extend([0; 8]);
    image.extend(body);
    image
}
