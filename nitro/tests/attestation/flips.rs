//! No change of a document that passes leaves it passing for something else: every single bit by turns, and random damage of every other kind.

use std::thread;

use nitro::attestation::{Expectations, UnverifiedDocument, verify};
use proptest::{prelude::*, sample::Index};

use super::samples::{self, Sample};

/// Says whether these bytes pass as something that the genuine document does not say.
fn is_forgery(document: &Sample, expectations: &Expectations, bytes: &[u8]) -> bool {
    verify(bytes, expectations, document.made)
        .is_ok_and(|verified| verified.claims() != UnverifiedDocument::decode(&document.bytes).unwrap().claims())
}

#[test]
fn no_single_bit_can_be_changed() {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    for document in samples::all() {
        // Only the image is expected, and only by PCR0, so that nothing but the signatures guards the rest.
        let expectations = document.under_its_root().pcr(0, document.pcr(0)).build().unwrap();
        assert!(verify(&document.bytes, &expectations, document.made).is_ok());
        thread::scope(|scope| {
            for first in 0..threads {
                let expectations = &expectations;
                scope.spawn(move || {
                    let mut bytes = document.bytes.clone();
                    for bit in (first..bytes.len() * 8).step_by(threads) {
                        bytes[bit / 8] ^= 1 << (bit % 8);
                        assert!(!is_forgery(document, expectations, &bytes), "bit {bit}");
                        bytes[bit / 8] ^= 1 << (bit % 8);
                    }
                });
            }
        });
    }
}

/// One way to damage a document.
#[derive(Debug, Clone)]
enum Damage {
    Replace(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Truncate(Index),
    /// Copies some bytes over others.
    Copy(Index, Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        any::<Index>().prop_map(Damage::Remove),
        any::<Index>().prop_map(Damage::Truncate),
        (any::<Index>(), any::<Index>(), 1..100usize).prop_map(|(from, to, length)| Damage::Copy(from, to, length)),
    ]
}

fn apply(damage: &Damage, bytes: &mut Vec<u8>) {
    let length = bytes.len();
    match damage {
        Damage::Replace(at, byte) if length > 0 => bytes[at.index(length)] = *byte,
        Damage::Insert(at, byte) => bytes.insert(at.index(length + 1), *byte),
        Damage::Remove(at) if length > 0 => _ = bytes.remove(at.index(length)),
        Damage::Truncate(at) => bytes.truncate(at.index(length + 1)),
        Damage::Copy(from, to, count) if length > *count => {
            let start = from.index(length - count);
            bytes.copy_within(start..start + count, to.index(length - count));
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn no_damaged_document_passes(which in 0..2_usize, damages in prop::collection::vec(damage(), 1..6)) {
        let document = samples::all()[which];
        let expectations = document.under_its_root().pcr(0, document.pcr(0)).build().unwrap();
        let mut bytes = document.bytes.clone();
        for damage in &damages {
            apply(damage, &mut bytes);
        }
        prop_assert!(!is_forgery(document, &expectations, &bytes));
    }

    #[test]
    fn no_random_bytes_pass(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(UnverifiedDocument::decode(&bytes).is_err());
    }
}
