//! What Linux makes of ramdisks (`init/initramfs.c`) is what counts: the same entries packed so that it makes other files of
//! them are never called the same, and where it stops nothing is compared.

use nitro::eif::diff::{Aspect, Limits, RamdiskError, diff};

use crate::diff::{compare_ramdisks, files, refused, two};
use crate::support::{Archive, Attributes, FOLDER, LINK, PROGRAM, gzip, open};

/// The first of several names of a file; `linked(5)` of an archive are one file.
fn linked(inode: u32) -> Attributes {
    Attributes { inode: (inode, 2), ..PROGRAM }
}

fn archive() -> Archive {
    Archive::default()
}

fn found(path: &str, aspects: &[Aspect]) -> Vec<(String, Vec<Aspect>)> {
    vec![(path.to_owned(), aspects.to_vec())]
}

/// Compares plain ramdisks.
fn plain(before: &[u8], after: &[u8]) -> Vec<(String, Vec<Aspect>)> {
    let found = compare_ramdisks(before, after, &Limits::default()).unwrap();
    found.into_iter().map(|file| (file.path.clone(), file.aspects())).collect()
}

#[test]
fn the_body_of_a_trailer_is_passed_over() {
    let hidden = archive().file("hidden", PROGRAM, b"evil").finish();
    let regular = Attributes { mode: 0o100_000, ..PROGRAM };
    let nothing = Attributes { mode: 0, ..PROGRAM };
    for trailer in [regular, nothing] {
        let before = archive().file("a", PROGRAM, b"x").file("TRAILER!!!", trailer, &hidden).finish();
        let after = [archive().file("a", PROGRAM, b"x").finish(), hidden.clone()].concat();
        assert_eq!(plain(&before, &after), found("hidden", &[]));
        assert_eq!(plain(&before, &archive().file("a", PROGRAM, b"x").finish()), []);
    }
    // What follows an end is unpacked, and a link of that name is a link.
    let mut two_ends = archive().file("a", PROGRAM, b"x");
    two_ends.trailer();
    assert_eq!(files(archive().file("a", PROGRAM, b"x"), two_ends.file("b", PROGRAM, b"")), found("b", &[]));
    assert_eq!(files(archive(), archive().file("TRAILER!!!", LINK, b"x")), found("TRAILER!!!", &[]));
}

#[test]
fn what_begins_at_an_odd_place_stops_linux() {
    let (first, second) = (archive().file("a", PROGRAM, b"x").finish(), archive().file("b", PROGRAM, b"").finish());
    let mut odd = gzip(&second);
    while odd.len().is_multiple_of(4) {
        odd.push(0);
    }
    let place = |ramdisk: &[u8]| match refused(ramdisk) {
        RamdiskError::Stops { position, .. } => position,
        other => panic!("{other}"),
    };
    let (begin, after) = (first.len() as u64 + 2, odd.len() as u64);
    assert_eq!(place(&[&first[..], &[0; 2], &second].concat()), begin);
    assert_eq!(place(&gzip(&[&first[..], &[0; 2], &second].concat())), begin);
    assert_eq!(place(&[&first[..], &[0; 2], &gzip(&second)].concat()), begin);
    assert_eq!(place(&[&odd[..], &first].concat()), after);
    // Compressed data may follow compressed data anywhere.
    assert_eq!(plain(&[&odd[..], &gzip(&first)].concat(), &[&first[..], &second].concat()), []);
    // And so for the ramdisks of an image, which Linux sees as one.
    for (ramdisk, stops) in [(&odd[..], true), (&first[..first.len() - 1], false), (&first[..], false)] {
        let (before, after) = (two(ramdisk, b"").build(), two(ramdisk, &second).build());
        let files = diff(&mut open(&before).unwrap(), &mut open(&after).unwrap(), &Limits::default()).unwrap();
        let files = files.sections.into_iter().next().unwrap().files.unwrap();
        let is_odd = !ramdisk.len().is_multiple_of(4);
        assert_eq!(matches!(files, Err(RamdiskError::Stops { .. })), stops || is_odd, "{files:?}");
    }
}

#[test]
fn compressed_data_begins_with_an_entry_and_ends_behind_one() {
    let one = archive().file("a", PROGRAM, b"xyz").unfinished();
    let stops = |ramdisk: &[u8]| assert!(matches!(refused(ramdisk), RamdiskError::Stops { .. }));
    stops(&gzip(b""));
    stops(&gzip(&[&[0; 4], &one[..]].concat()));
    assert!(matches!(refused(&gzip(&one[..one.len() - 1])), RamdiskError::Read(_)));
    // A second one may be empty, and begin with zeros; uncompressed, the padding at the very end may be missing.
    let again = [gzip(&one), gzip(b""), gzip(&[0; 4])].concat();
    assert_eq!(plain(&again, &one[..one.len() - 1]), []);
    // Of the header's flags the kernel knows that of the file's name.
    for (flags, is_known) in [(0x01, true), (0x04, false), (0x02, false), (0x10, false)] {
        let mut flagged = gzip(&one);
        flagged[3] = flags;
        let is_refused = matches!(compare_ramdisks(&flagged, b"", &Limits::default()), Err(RamdiskError::Stops { .. }));
        assert_eq!(is_refused, !is_known, "{flags:#04x}");
    }
}

#[test]
fn a_ramdisk_must_be_whole_before_the_next_begins() {
    let one = archive().file("a", PROGRAM, b"xyz").unfinished();
    let (before, after) = (two(&one[..one.len() - 1], b"").build(), two(&one[..one.len() - 1], b"0").build());
    let files = diff(&mut open(&before).unwrap(), &mut open(&after).unwrap(), &Limits::default()).unwrap();
    let files = files.sections.into_iter().next().unwrap().files.unwrap();
    assert!(matches!(files, Err(RamdiskError::Stops { .. })), "{files:?}");
}

#[test]
fn entries_that_kernels_treat_differently_are_not_compared() {
    let mut checked = archive().file("a", PROGRAM, b"").finish();
    checked[5] = b'2';
    assert!(matches!(refused(&checked), RamdiskError::Header { position: 0 }));
    // A folder with content is passed over, where that is what every kernel does.
    let full = archive().file("a", PROGRAM, b"").file("d", FOLDER, b"content").finish();
    assert_eq!(plain(&full, &archive().file("a", PROGRAM, b"").finish()), []);
    assert!(matches!(refused(&gzip(&full)), RamdiskError::Stops { position: 112, .. }));
    let first = archive().file("d", FOLDER, b"content").finish();
    assert!(matches!(refused(&first), RamdiskError::Stops { position: 0, .. }));
}

#[test]
fn hard_links_are_no_files_of_their_own() {
    let apart = || archive().file("a", PROGRAM, b"").file("b", PROGRAM, b"");
    let together = || archive().file("a", linked(5), b"").file("b", linked(5), b"");
    assert_eq!(files(apart(), together()), found("b", &[Aspect::Links]));
    // The number of the inode does not matter, nor do files of one name each that share it.
    assert_eq!(files(together(), archive().file("a", linked(9), b"").file("b", linked(9), b"")), []);
    let shared = Attributes { inode: (7, 1), ..PROGRAM };
    assert_eq!(files(apart(), archive().file("a", shared, b"").file("b", shared, b"")), []);
    // Which files belong together does, and so does which comes first.
    let three = |groups: [u32; 3]| {
        let [a, b, c] = groups.map(linked);
        archive().file("a", a, b"").file("b", b, b"").file("c", c, b"")
    };
    assert_eq!(
        files(three([5, 5, 6]), three([5, 6, 5])),
        [("b".to_owned(), vec![Aspect::Links]), ("c".to_owned(), vec![Aspect::Links])]
    );
    let turned = archive().file("b", linked(5), b"").file("a", linked(5), b"");
    assert!(!files(together(), turned).is_empty());
    // The end of an archive ends the group.
    let mut ended = archive().file("a", linked(5), b"");
    ended.trailer();
    assert_eq!(files(apart(), ended.file("b", linked(5), b"")), []);
}

#[test]
fn an_order_that_makes_other_files_is_told() {
    let order = [Aspect::Order];
    let folder = || archive().file("d", FOLDER, b"");
    // A file whose folder is not there yet is not made.
    let late = archive().file("d/x", PROGRAM, b"1").file("d", FOLDER, b"");
    assert_eq!(files(folder().file("d/x", PROGRAM, b"1"), late), found("d/x", &order));
    // A path leads through a link or not, depending on which comes first.
    let link_first = folder().file("l", LINK, b"d").file("l/x", PROGRAM, b"1");
    let file_first = folder().file("l/x", PROGRAM, b"1").file("l", LINK, b"d");
    assert_eq!(files(link_first, file_first), found("l/x", &order));
    // Through a link two paths are one file, and the later one counts.
    let through = |first: &str, second: &str| {
        let link = folder().file("l", LINK, b"d");
        let content = |path: &str| if path == "d/x" { b"1" } else { b"2" };
        link.file(first, PROGRAM, content(first)).file(second, PROGRAM, content(second))
    };
    assert_eq!(files(through("d/x", "l/x"), through("l/x", "d/x")), found("l/x", &order));
    assert_eq!(files(through("d/x", "e/../d/x"), through("e/../d/x", "d/x")), found("e/../d/x", &order));
    // Two spellings of a path are one path.
    let spelled = |first: &str, second: &str| archive().file(first, PROGRAM, b"1").file(second, PROGRAM, b"2");
    assert_eq!(files(spelled("./a", "a"), spelled("a", "/a")), []);
    let turned = archive().file("a", PROGRAM, b"2").file("./a", PROGRAM, b"1");
    assert_eq!(files(spelled("a", "./a"), turned), found("a", &[Aspect::Content]));
}

#[test]
fn an_entry_that_is_replaced_is_never_the_same() {
    let last = || archive().file("init", PROGRAM, b"new");
    let replaced = |data: &[u8]| archive().file("init", PROGRAM, data).file("init", PROGRAM, b"new");
    assert_eq!(files(replaced(b"old"), last()), found("init", &[Aspect::Replaced]));
    assert_eq!(files(replaced(b"old"), replaced(b"one")), found("init", &[Aspect::Replaced]));
    assert_eq!(files(last(), archive().file("init", PROGRAM, b"old")), found("init", &[Aspect::Content]));
    // Where one is replaced, the others count in their order too: it may be a hard link of any of them.
    let with = |first: bool| {
        let before = if first { archive().file("b", linked(5), b"") } else { archive() };
        let again = before.file("a", linked(5), b"1").file("a", PROGRAM, b"2");
        if first { again } else { again.file("b", linked(5), b"") }
    };
    assert!(!files(with(true), with(false)).is_empty());
    // The same entries in the same order stay the same, however they are packed.
    assert_eq!(plain(&replaced(b"old").finish(), &gzip(&replaced(b"old").finish())), []);
}

#[test]
fn an_order_that_makes_the_same_files_is_the_same() {
    // Builders write folders more than once.
    let one = archive().file("d", FOLDER, b"").file("d/x", PROGRAM, b"1").file("e", FOLDER, b"").file("d", FOLDER, b"");
    let other =
        archive().file("e", FOLDER, b"").file("d", FOLDER, b"").file("d/x", PROGRAM, b"1").file("d", FOLDER, b"");
    assert_eq!(files(one, other), []);
    let dotted = archive().file(".", FOLDER, b"").file("./d/", FOLDER, b"").file("./d/x", PROGRAM, b"1");
    let bare = archive().file(".", FOLDER, b"").file("d", FOLDER, b"").file("d/x", PROGRAM, b"1");
    assert_eq!(files(dotted, bare), []);
}
