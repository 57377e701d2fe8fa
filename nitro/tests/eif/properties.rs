//! Whatever the bytes are: no panic, and what is accepted is measured as AWS's walk measures it.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{Builder, CMDLINE, KERNEL, METADATA, METADATA_JSON, RAMDISK, open, walk};

fn images() -> impl Strategy<Value = Vec<u8>> {
    let data = || vec(any::<u8>(), 0..200);
    let section = prop_oneof![
        data().prop_map(|data| (KERNEL, data)),
        data().prop_map(|data| (CMDLINE, data)),
        data().prop_map(|data| (RAMDISK, data)),
    ];
    let needed = [(KERNEL, vec![1]), (CMDLINE, vec![2]), (RAMDISK, vec![3]), (METADATA, METADATA_JSON.into())];
    (vec(section, 0..12), Just(needed), any::<bool>(), 3..=4_u16)
        .prop_map(|(more, needed, arm, version)| Builder {
            version,
            flags: arm.into(),
            sections: more.into_iter().chain(needed).collect(),
        })
        .prop_flat_map(|builder| (Just(builder.sections.clone()).prop_shuffle(), Just(builder)))
        .prop_map(|(sections, builder)| Builder { sections, ..builder }.build())
}

/// Either the image is refused, or its registers are those of the walk.
fn is_refused_or_measured_like_the_walk(bytes: &[u8]) -> Result<bool, TestCaseError> {
    let Ok(mut image) = open(bytes) else { return Ok(false) };
    let measured = image.measure(|_| {}).unwrap().measurements;
    prop_assert_eq!(Some([measured.pcr0, measured.pcr1, measured.pcr2]), walk(bytes));
    Ok(true)
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_panic(bytes in vec(any::<u8>(), 0..1500)) {
        prop_assert!(open(&bytes).is_err());
    }

    #[test]
    fn any_bytes_after_a_right_beginning_are_refused_or_measured(
        count in 0..40_u16, bytes in vec(any::<u8>(), 520..1500)
    ) {
        let mut image = b".eif\0\x04\0\0".to_vec();
        image.extend([0; 18]);
        image.extend(count.to_be_bytes());
        image.extend(bytes);
        is_refused_or_measured_like_the_walk(&image)?;
    }

    #[test]
    fn every_image_is_measured_like_the_walk(image in images()) {
        prop_assert!(is_refused_or_measured_like_the_walk(&image)?);
    }

    #[test]
    fn a_changed_image_is_refused_or_measured_like_the_walk(
        image in images(), at in any::<prop::sample::Index>(), by in 1..=255_u8
    ) {
        let mut image = image;
        let at = at.index(image.len());
        image[at] ^= by;
        is_refused_or_measured_like_the_walk(&image)?;
    }

    #[test]
    fn a_change_of_the_header_table_is_refused(image in images(), at in 28..540_usize, by in 1..=255_u8) {
        let mut image = image;
        image[at] ^= by;
        prop_assert!(open(&image).is_err());
    }

    #[test]
    fn a_shortened_or_lengthened_image_is_refused(image in images(), by in 1..40_usize) {
        prop_assert!(open(&image[..image.len() - by]).is_err());
        prop_assert!(open(&[&image[..], &vec![0; by]].concat()).is_err());
    }
}
