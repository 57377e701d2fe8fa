//! Any bytes as an image: read, measured and its signature checked, or refused; never a panic, and what is accepted has
//! the registers of a plain walk over its sections.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use nitro::eif::{Image, SectionKind};
use nitro::pcr::Pcr;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut image) = Image::open(Cursor::new(bytes)) else { return };
    let measured = image.measure(|_| {}).expect("bytes in memory can be read").measurements;
    if let Some(signature) = image.signature() {
        for entry in signature.entries() {
            let _ = entry.verify(&measured.pcr0);
        }
    }
    assert_eq!([measured.pcr0, measured.pcr1, measured.pcr2], walk(&image, bytes));
});

fn walk(image: &Image<Cursor<&[u8]>>, bytes: &[u8]) -> [Pcr; 3] {
    let mut contents = [Vec::new(), Vec::new(), Vec::new()];
    let mut register = 1;
    for section in image.sections() {
        let data = &bytes[section.data_offset() as usize..section.end() as usize];
        let second = match section.kind {
            SectionKind::Kernel | SectionKind::Cmdline => 1,
            SectionKind::Ramdisk => std::mem::replace(&mut register, 2),
            SectionKind::Signature | SectionKind::Metadata => continue,
        };
        contents[0].extend_from_slice(data);
        contents[second].extend_from_slice(data);
    }
    contents.map(|content| Pcr::of_content(&content))
}
