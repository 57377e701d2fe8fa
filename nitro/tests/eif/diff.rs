//! What makes two images differ, down to the file.

use nitro::eif::SectionKind;
use nitro::eif::diff::{Aspect, Difference, FileDifference, FileKind, Limits, RamdiskError, diff};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{Archive, Attributes, Builder, CMDLINE, FOLDER, KERNEL, LINK, PROGRAM, RAMDISK, gzip, open};

fn compare(before: &Builder, after: &Builder) -> Difference {
    let (before, after) = (before.build(), after.build());
    diff(&mut open(&before).unwrap(), &mut open(&after).unwrap(), &Limits::default()).unwrap()
}

/// Compares two ramdisks, as the only ones of two images that are the same otherwise.
pub(crate) fn compare_ramdisks(
    before: &[u8],
    after: &[u8],
    limits: &Limits,
) -> Result<Vec<FileDifference>, RamdiskError> {
    let image =
        |data| Builder::new(3).section(KERNEL, b"a kernel").section(CMDLINE, b"").section(RAMDISK, data).build();
    let (before, after) = (image(before), image(after));
    let mut found = diff(&mut open(&before).unwrap(), &mut open(&after).unwrap(), limits).unwrap();
    assert_eq!(found.sections.len(), 1);
    let section = found.sections.remove(0);
    assert_eq!((section.kind, section.number), (SectionKind::Ramdisk, 0));
    section.files.unwrap()
}

pub(crate) fn files(before: Archive, after: Archive) -> Vec<(String, Vec<Aspect>)> {
    let found = compare_ramdisks(&gzip(&before.finish()), &gzip(&after.finish()), &Limits::default()).unwrap();
    found.into_iter().map(|file| (file.path.clone(), file.aspects())).collect()
}

#[test]
fn an_image_does_not_differ_from_itself() {
    assert!(compare(&Builder::usual(), &Builder::usual()).is_empty());
}

#[test]
fn a_changed_section_is_named_with_its_registers() {
    let changes: [(usize, SectionKind, usize, &[u8]); 5] = [
        (0, SectionKind::Kernel, 0, &[0, 1]),
        (1, SectionKind::Cmdline, 0, &[0, 1]),
        (2, SectionKind::Metadata, 0, &[]),
        (3, SectionKind::Ramdisk, 0, &[0, 1]),
        (4, SectionKind::Ramdisk, 1, &[0, 2]),
    ];
    for (index, kind, number, registers) in changes {
        for grown in [false, true] {
            let mut after = Builder::usual();
            let data = &mut after.sections[index].1;
            // White space, so that metadata stays what it is.
            let place = data.iter().position(|&byte| byte == b' ').unwrap();
            if grown {
                data.insert(place, b' ');
            } else {
                data[place] = b'\t';
            }
            let found = compare(&Builder::usual(), &after);
            let [section] = &found.sections[..] else { panic!("{found:?}") };
            assert_eq!((section.kind, section.number, section.registers()), (kind, number, registers));
            assert_eq!(section.files.is_some(), kind == SectionKind::Ramdisk);
            assert!(section.before.is_some() && section.after.is_some());
            assert!(!found.order_changed && !found.header_changed);
        }
    }
}

#[test]
fn added_and_removed_sections_are_named() {
    let more = Builder::usual().section(CMDLINE, b"quiet");
    let (added, removed) = (compare(&Builder::usual(), &more), compare(&more, &Builder::usual()));
    for (found, is_added) in [(&added, true), (&removed, false)] {
        let [section] = &found.sections[..] else { panic!("{found:?}") };
        assert_eq!((section.kind, section.number), (SectionKind::Cmdline, 1));
        assert_eq!((section.before.is_none(), section.after.is_none()), (is_added, !is_added));
        assert!(!found.order_changed);
    }
}

#[test]
fn another_order_and_another_header_are_told() {
    let mut after = Builder::usual();
    after.sections.swap(0, 1);
    let found = compare(&Builder::usual(), &after);
    assert!(found.order_changed && found.sections.is_empty() && !found.is_empty());
    // Metadata is not measured, so it does not matter where it lies.
    let mut after = Builder::usual();
    after.sections.swap(2, 3);
    assert!(compare(&Builder::usual(), &after).is_empty());
    let mut after = Builder::usual();
    after.flags = 1;
    let found = compare(&Builder::usual(), &after);
    assert!(found.header_changed && found.sections.is_empty() && !found.is_empty());
}

#[test]
fn every_attribute_of_a_file_counts() {
    let one = |attributes, data: &[u8]| Archive::default().file("bin/app", attributes, data);
    let before = || one(PROGRAM, b"code");
    let changes = [
        (one(PROGRAM, b"Code"), vec![Aspect::Content]),
        (one(Attributes { mode: 0o104_755, ..PROGRAM }, b"code"), vec![Aspect::Permissions]),
        (one(Attributes { owner: (1, 0), ..PROGRAM }, b"code"), vec![Aspect::Owner]),
        (one(Attributes { owner: (0, 1), ..PROGRAM }, b"code"), vec![Aspect::Owner]),
        (one(Attributes { modified: 1_001, ..PROGRAM }, b"code"), vec![Aspect::Time]),
        (one(Attributes { device: (4, 64), ..PROGRAM }, b"code"), vec![Aspect::Device]),
        (one(Attributes { modified: 2, ..PROGRAM }, b"more code"), vec![Aspect::Content, Aspect::Time]),
    ];
    for (after, aspects) in changes {
        assert_eq!(files(before(), after), [("bin/app".to_owned(), aspects)]);
    }
    let device = Attributes { mode: 0o020_755, ..PROGRAM };
    assert_eq!(files(one(PROGRAM, b""), one(device, b"")), [("bin/app".to_owned(), vec![Aspect::Kind])]);
}

#[test]
fn a_link_shows_where_it_led_and_leads() {
    let link = |target: &[u8]| Archive::default().file("bin/sh", LINK, target).finish();
    let found = compare_ramdisks(&link(b"dash"), &link(b"bash"), &Limits::default()).unwrap();
    assert_eq!(found[0].aspects(), [Aspect::Target]);
    let [before, after] = [&found[0].before, &found[0].after].map(|file| file.clone().unwrap());
    assert_eq!(
        (before.kind, before.target.as_deref(), after.target.as_deref()),
        (FileKind::Link, Some("dash"), Some("bash"))
    );
}

#[test]
fn added_and_removed_files_are_sorted_by_path() {
    let before = Archive::default().file("z", PROGRAM, b"").file("b", PROGRAM, b"").file("same", PROGRAM, b"1");
    let after = Archive::default().file("same", PROGRAM, b"1").file("c", PROGRAM, b"").file("a", PROGRAM, b"");
    let found = compare_ramdisks(&before.finish(), &after.finish(), &Limits::default()).unwrap();
    let shown: Vec<_> =
        found.iter().map(|file| (&file.path[..], file.before.is_some(), file.after.is_some())).collect();
    assert_eq!(shown, [("a", false, true), ("b", true, false), ("c", false, true), ("z", true, false)]);
    assert!(found.iter().all(|file| file.aspects().is_empty()));
}

#[test]
fn a_path_that_is_no_text_is_shown_with_escapes() {
    let mut after = Archive::default();
    after.entry(b"caf\xe9", PROGRAM, b"");
    assert_eq!(files(Archive::default(), after), [("caf\\xe9".to_owned(), vec![])]);
}

#[test]
fn how_files_are_packed_makes_no_difference_to_them() {
    let (first, second) = (Archive::default().file("a", PROGRAM, b"x"), Archive::default().file("b", PROGRAM, b"yy"));
    let both = first.clone().file("b", PROGRAM, b"yy").finish();
    let (first, second) = (first.finish(), second.finish());
    let packed = [
        gzip(&both),
        [&first[..], &[0; 516], &second].concat(),
        [gzip(&first), gzip(&second)].concat(),
        [first.clone(), gzip(&second)].concat(),
        [gzip(&second), vec![0; 3], gzip(&first)].concat(),
        gzip(&[&second[..], &[0; 8], &first].concat()),
    ];
    for packed in packed {
        assert_eq!(compare_ramdisks(&both, &packed, &Limits::default()).unwrap(), []);
    }
}

pub(crate) fn refused(ramdisk: &[u8]) -> RamdiskError {
    compare_ramdisks(ramdisk, &Archive::default().finish(), &Limits::default()).unwrap_err()
}

#[test]
fn what_cannot_be_unpacked_is_told_in_its_place() {
    assert!(matches!(refused(b"elf"), RamdiskError::NotAnArchive { found: b'e' }));
    assert!(matches!(refused(b"\x28\xb5\x2f\xfd"), RamdiskError::Compression { with: "zstd" }));
    assert!(matches!(refused(b"\xfd7zXZ"), RamdiskError::Compression { with: "xz" }));
    let archive = Archive::default().file("a", PROGRAM, b"data").finish();
    let nested = gzip(&[&archive[..], &gzip(b"")].concat());
    assert!(matches!(refused(&nested), RamdiskError::NotAnArchive { found: 0x1f }));
    let packed = gzip(&archive);
    assert!(matches!(refused(&packed[..packed.len() - 4]), RamdiskError::Read(_)));
    let mut damaged = packed;
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    assert!(matches!(refused(&damaged), RamdiskError::Read(_)));
    assert!(matches!(refused(&archive[..113]), RamdiskError::Read(_)));
    for (at, byte) in [(5, b'9'), (20, b'g'), (20, b'+'), (101, b'0'), (111, b'x')] {
        let mut bent = archive.clone();
        bent[at] = byte;
        assert!(matches!(refused(&bent), RamdiskError::Header { position: 0 }), "{at}");
    }
    let mut second = archive;
    second[117] = b'x';
    assert!(matches!(refused(&second), RamdiskError::Header { position: 116 }));
}

#[test]
fn paths_and_targets_have_the_kernels_length_at_most() {
    let archive = |length: usize| Archive::default().file(&"a".repeat(length), PROGRAM, b"").finish();
    assert_eq!(compare_ramdisks(&archive(4095), &Archive::default().finish(), &Limits::default()).unwrap().len(), 1);
    assert!(matches!(refused(&archive(4096)), RamdiskError::Header { position: 0 }));
    let link = |length| Archive::default().file("a", LINK, &vec![b'x'; length]).finish();
    assert_eq!(compare_ramdisks(&link(4096), &Archive::default().finish(), &Limits::default()).unwrap().len(), 1);
    assert!(matches!(refused(&link(4097)), RamdiskError::LongTarget));
}

#[test]
fn a_ramdisk_beyond_the_limits_is_given_up() {
    let limits = Limits { files: 10, names: 100, unpacked: 100_000 };
    let exceeds = |ramdisk: &[u8]| match compare_ramdisks(ramdisk, b"", &limits) {
        Err(RamdiskError::Limit { limit, .. }) => limit,
        other => panic!("{other:?}"),
    };
    let many = (0..10).fold(Archive::default(), |archive, index| archive.file(&index.to_string(), PROGRAM, b""));
    assert_eq!(exceeds(&many.finish()), limits.files);
    let empty = Archive::default().finish();
    assert_eq!(exceeds(&[empty, gzip(b"").repeat(10)].concat()), limits.files);
    // Folders that are only named in a path are counted as well.
    assert_eq!(exceeds(&Archive::default().file(&"n/".repeat(11), FOLDER, b"").finish()), limits.files);
    assert_eq!(exceeds(&Archive::default().file(&"n".repeat(101), PROGRAM, b"").finish()), limits.names);
    assert_eq!(exceeds(&Archive::default().file("l", LINK, &[b't'; 100]).finish()), limits.names);
    let zeros = vec![0; 1 << 20];
    assert_eq!(exceeds(&zeros), limits.unpacked);
    assert_eq!(exceeds(&gzip(&[&Archive::default().finish()[..], &zeros].concat())), limits.unpacked);
    assert_eq!(exceeds(&gzip(&Archive::default().file("a", PROGRAM, &vec![0; 1 << 20]).finish())), limits.unpacked);
    // A size that lies is refused before anything is read.
    let mut lying = Archive::default().file("a", PROGRAM, b"").finish();
    lying[54..62].copy_from_slice(b"FFFFFFFF");
    assert_eq!(exceeds(&lying), limits.unpacked);
}

/// An image with two ramdisks.
pub(crate) fn two(first: &[u8], second: &[u8]) -> Builder {
    let base = Builder::new(3).section(KERNEL, b"a kernel").section(CMDLINE, b"");
    base.section(RAMDISK, first).section(RAMDISK, second)
}

#[test]
fn the_limits_are_those_of_all_ramdisks_of_an_image_together() {
    let archive = |name: &str| Archive::default().file(name, PROGRAM, b"12345678").finish();
    let other = archive("b");
    let limits = |files, names, unpacked| Limits { files, names, unpacked };
    let compare = |limits: &Limits| {
        let (before, after) = (two(&archive("a"), b"").build(), two(&archive("a"), &other).build());
        let mut found = diff(&mut open(&before).unwrap(), &mut open(&after).unwrap(), limits).unwrap();
        assert_eq!(found.sections.len(), 1);
        found.sections.remove(0).files.unwrap()
    };
    // Two files and two trailers, two names, and twice a kibibyte of zeros at most.
    assert_eq!(compare(&limits(4, 2, 2048)).unwrap().len(), 1);
    for (short, limit) in [(limits(3, 2, 2048), 3), (limits(4, 1, 2048), 1), (limits(4, 2, 700), 700)] {
        assert!(matches!(compare(&short), Err(RamdiskError::Limit { limit: found, .. }) if found == limit));
    }
}

#[test]
fn a_ramdisk_that_cannot_be_unpacked_leaves_the_rest_of_the_comparison() {
    let archive = Archive::default().file("a", PROGRAM, b"").finish();
    let before = two(&archive, b"1").section(KERNEL, b"1").section(RAMDISK, b"3");
    let after = two(&gzip(&archive), b"2").section(KERNEL, b"2").section(RAMDISK, b"4");
    let found = compare(&before, &after);
    assert_eq!(found.sections.len(), 4);
    assert!(found.sections[0].files.is_none());
    assert!(matches!(&found.sections[1].files, Some(Ok(files)) if files.is_empty()));
    assert!(matches!(found.sections[2].files, Some(Err(RamdiskError::NotAnArchive { found: b'1' }))));
    // Linux never comes to what is behind it.
    assert!(matches!(found.sections[3].files, Some(Err(RamdiskError::Earlier))));
}

fn small_limits() -> Limits {
    Limits { files: 1_000, names: 100_000, unpacked: 1 << 20 }
}

proptest! {
    #[test]
    fn any_bytes_are_unpacked_or_refused_without_panic(bytes in vec(any::<u8>(), 1..2000), first in 0..3_usize) {
        let first = [&b""[..], b"070701", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"][first];
        let ramdisk = [first, &bytes].concat();
        let _ = compare_ramdisks(&ramdisk, b"", &small_limits());
        let _ = compare_ramdisks(&gzip(&ramdisk), b"", &small_limits());
    }

    #[test]
    fn a_changed_archive_shows_a_difference_or_is_refused(at in 6..230_usize, by in 1..=255_u8) {
        let archive = Archive::default().file("init", PROGRAM, b"code").file("bin/sh", LINK, b"dash").finish();
        let mut bent = archive.clone();
        bent[at] ^= by;
        // What no file with one name keeps: inode, number of links, device of the archive, check; the case of digits;
        // padding; and of the mode what is beyond its 16 bits.
        let place = at % 120;
        let is_kept = match place {
            0..6 => true,
            14..18 => false,
            6..110 => !matches!((place - 6) / 8, 0 | 4 | 7 | 8 | 12),
            _ => place != 115,
        };
        prop_assume!(is_kept && !bent[at].eq_ignore_ascii_case(&archive[at]));
        if let Ok(found) = compare_ramdisks(&archive, &bent, &small_limits()) {
            prop_assert!(!found.is_empty(), "byte {at}");
        }
    }

    #[test]
    fn files_that_go_in_come_out(
        names in prop::collection::btree_set("[a-z]{1,9}(/[a-z]{1,9}){0,3}", 0..20), data in vec(any::<u8>(), 0..300)
    ) {
        let mut archive = Archive::default();
        for name in &names {
            archive.entry(name.as_bytes(), PROGRAM, &data[..data.len().min(name.len() * 20)]);
        }
        let found = compare_ramdisks(b"", &gzip(&archive.finish()), &Limits::default()).unwrap();
        let paths: Vec<_> = found.iter().map(|file| file.path.as_str()).collect();
        prop_assert_eq!(paths, names.iter().map(String::as_str).collect::<Vec<_>>());
        for file in &found {
            prop_assert_eq!(file.after.as_ref().unwrap().size as usize, data.len().min(file.path.len() * 20));
        }
    }
}
