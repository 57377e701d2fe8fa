//! What an image may look like, and every way in which it may not.

use nitro::eif::{Architecture, Error, SectionKind};

use crate::support::{
    Builder, CMDLINE, KERNEL, METADATA, METADATA_JSON, OFFSET_TABLE, RAMDISK, SIGNATURE, SIZE_TABLE, open, seal,
};

#[test]
fn an_image_of_nitro_cli_is_read() {
    let mut builder = Builder::usual();
    builder.flags = 1;
    let bytes = builder.build();
    let image = open(&bytes).unwrap();
    let header = image.header();
    assert_eq!((header.version, header.architecture()), (4, Architecture::Aarch64));
    assert_eq!((header.default_memory, header.default_cpus), (1 << 30, 2));
    let found: Vec<_> = image.sections().iter().map(|section| (section.kind, section.offset, section.size)).collect();
    let json = METADATA_JSON.len() as u64;
    assert_eq!(
        found,
        [
            (SectionKind::Kernel, 548, 8),
            (SectionKind::Cmdline, 568, 17),
            (SectionKind::Metadata, 597, json),
            (SectionKind::Ramdisk, 609 + json, 10),
            (SectionKind::Ramdisk, 631 + json, 15),
        ]
    );
    assert_eq!(image.length(), bytes.len() as u64);
    let metadata = image.metadata().unwrap();
    assert_eq!(metadata.image_name, "hello");
    assert_eq!(metadata.build_metadata.kernel_version, "4.14.256");
    assert_eq!(metadata.docker_info["Architecture"], "amd64");
    assert!(image.signature().is_none());
}

#[test]
fn a_section_gives_its_data() {
    let bytes = Builder::usual().build();
    let mut image = open(&bytes).unwrap();
    let ramdisk = image.sections()[4];
    let mut data = Vec::new();
    std::io::Read::read_to_end(&mut image.data(&ramdisk).unwrap(), &mut data).unwrap();
    assert_eq!(data, b"the application");
}

#[test]
fn version_3_needs_no_metadata_and_version_4_does() {
    let bare =
        |version| Builder::new(version).section(KERNEL, b"k").section(CMDLINE, b"").section(RAMDISK, b"r").build();
    assert!(open(&bare(3)).unwrap().metadata().is_none());
    assert!(matches!(open(&bare(4)), Err(Error::Missing { kind: SectionKind::Metadata })));
}

#[test]
fn other_versions_are_refused() {
    for version in [0, 1, 2, 5, 0x0400] {
        let mut builder = Builder::usual();
        builder.version = version;
        let refused = open(&builder.build()).unwrap_err();
        assert!(matches!(refused, Error::Version { found } if found == version), "{refused}");
    }
}

#[test]
fn what_is_no_image_is_said_to_be_none() {
    assert!(matches!(open(b""), Err(Error::TooShort { length: 0 })));
    assert!(matches!(open(&[0; 547]), Err(Error::TooShort { length: 547 })));
    assert!(matches!(open(&[b'x'; 548]), Err(Error::Magic { found: [b'x', b'x', b'x', b'x'] })));
}

#[test]
fn the_number_of_sections_is_2_to_32() {
    for count in [0_u16, 1, 33, 65_535] {
        let mut bytes = Builder::usual().build();
        bytes[26..28].copy_from_slice(&count.to_be_bytes());
        assert!(matches!(open(&bytes), Err(Error::SectionCount { found }) if found == count));
    }
    let full = (0..28).fold(Builder::usual().section(RAMDISK, b""), |builder, _| builder.section(RAMDISK, b"x"));
    assert!(matches!(open(&full.build()), Err(Error::SectionCount { found: 34 })));
    let full = (0..27).fold(Builder::usual(), |builder, _| builder.section(RAMDISK, b"x"));
    assert_eq!(open(&full.build()).unwrap().sections().len(), 32);
}

#[test]
fn every_needed_section_must_be_there() {
    let needed = [
        (KERNEL, SectionKind::Kernel),
        (CMDLINE, SectionKind::Cmdline),
        (RAMDISK, SectionKind::Ramdisk),
        (METADATA, SectionKind::Metadata),
    ];
    for (number, expected) in needed {
        let mut builder = Builder::usual();
        builder.sections.retain(|(kind, _)| *kind != number);
        assert!(matches!(open(&builder.build()), Err(Error::Missing { kind }) if kind == expected));
    }
}

#[test]
fn metadata_and_signature_are_there_once() {
    let twice = Builder::usual().section(METADATA, METADATA_JSON.as_bytes()).build();
    let offset = (twice.len() - METADATA_JSON.len() - 12) as u64;
    let refused = open(&twice).unwrap_err();
    assert!(
        matches!(refused, Error::Repeated { index: 5, kind: SectionKind::Metadata, offset: at } if at == offset),
        "{refused}"
    );
    let twice = Builder::usual().section(SIGNATURE, b"\x80").section(SIGNATURE, b"\x80").build();
    assert!(matches!(open(&twice), Err(Error::Repeated { index: 6, kind: SectionKind::Signature, .. })));
}

#[test]
fn an_unknown_type_is_refused_where_it_lies() {
    for number in [0, 6, 256, 65_535] {
        let mut bytes = Builder::usual().build();
        bytes[568..570].copy_from_slice(&u16::to_be_bytes(number));
        assert!(matches!(open(&bytes), Err(Error::SectionType { index: 1, offset: 568, found }) if found == number));
    }
}

/// Adds to one number of the header's table.
fn bend(bytes: &mut [u8], at: usize, by: i64) {
    let number = u64::from_be_bytes(bytes[at..at + 8].try_into().unwrap());
    bytes[at..at + 8].copy_from_slice(&number.wrapping_add_signed(by).to_be_bytes());
    seal(bytes);
}

#[test]
fn the_table_may_leave_no_gap_and_no_overlap() {
    let mut gap = Builder::usual().build();
    bend(&mut gap, OFFSET_TABLE + 8, 1);
    assert!(matches!(open(&gap), Err(Error::Gap { index: 1, found: 569, expected: 568 })));
    let mut overlap = Builder::usual().build();
    bend(&mut overlap, OFFSET_TABLE + 8, -1);
    assert!(matches!(open(&overlap), Err(Error::Overlap { index: 1, found: 567, expected: 568 })));
    let mut into_header = Builder::usual().build();
    bend(&mut into_header, OFFSET_TABLE, -548);
    assert!(matches!(open(&into_header), Err(Error::Overlap { index: 0, found: 0, expected: 548 })));
    let mut far = Builder::usual().build();
    bend(&mut far, OFFSET_TABLE, i64::MIN);
    assert!(matches!(open(&far), Err(Error::Gap { index: 0, .. })));
}

#[test]
fn the_table_and_the_sections_state_the_same_sizes() {
    let mut bytes = Builder::usual().build();
    bend(&mut bytes, SIZE_TABLE, 1);
    let refused = open(&bytes).unwrap_err();
    assert!(
        matches!(refused, Error::Size { index: 0, kind: SectionKind::Kernel, offset: 548, found: 8, table: 9 }),
        "{refused}"
    );
}

#[test]
fn unused_entries_of_the_table_are_zero() {
    for at in [OFFSET_TABLE + 5 * 8, SIZE_TABLE + 31 * 8] {
        let mut bytes = Builder::usual().build();
        bend(&mut bytes, at, 1);
        assert!(matches!(open(&bytes), Err(Error::UnusedEntry { index: 5 | 31, count: 5 })));
    }
}

#[test]
fn a_section_ends_before_the_file_does_and_the_file_with_the_last_section() {
    let whole = Builder::usual().build();
    let end = whole.len() as u64;
    for cut in [1, 15, 16, 27] {
        let refused = open(&whole[..whole.len() - cut]).unwrap_err();
        assert!(matches!(refused, Error::PastEnd { index: 4, length, .. } if length == end - cut as u64), "{refused}");
    }
    let mut tail = whole.clone();
    tail.push(0);
    let refused = open(&tail).unwrap_err();
    assert!(matches!(refused, Error::Tail { offset, length } if offset == end && length == end + 1), "{refused}");
}

#[test]
fn a_size_beyond_all_memory_reserves_nothing() {
    let mut bytes = Builder::usual().build();
    for at in [SIZE_TABLE, 548 + 4] {
        bytes[at..at + 8].copy_from_slice(&u64::MAX.to_be_bytes());
    }
    seal(&mut bytes);
    assert!(matches!(open(&bytes), Err(Error::PastEnd { index: 0, size: u64::MAX, .. })));
}

#[test]
fn metadata_and_signature_have_a_largest_size() {
    let mut builder = Builder::usual();
    builder.sections[2].1 = vec![b' '; 256 * 1024 + 1];
    assert!(matches!(
        open(&builder.build()),
        Err(Error::TooLarge { kind: SectionKind::Metadata, offset: 597, size: 262_145, limit: 262_144 })
    ));
    let large = Builder::usual().section(SIGNATURE, &vec![0; 32_769]).build();
    assert!(matches!(
        open(&large),
        Err(Error::TooLarge { kind: SectionKind::Signature, size: 32_769, limit: 32_768, .. })
    ));
}

#[test]
fn metadata_is_the_json_of_an_image() {
    for text in ["", "null", "{}", "[]", r#"{"ImageName": "hello"}"#, &format!("{METADATA_JSON} x")] {
        let mut builder = Builder::usual();
        builder.sections[2].1 = text.as_bytes().to_vec();
        assert!(matches!(open(&builder.build()), Err(Error::Metadata { offset: 597, .. })), "{text}");
    }
}
