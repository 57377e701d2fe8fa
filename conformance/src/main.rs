//! Builds images with AWS's own crate and holds what `nitro` makes of them against what AWS's reader makes of them.
//!
//! `cargo run` compares 200 images and as many bent ones; `cargo run -- fixtures FOLDER` writes the two small images that
//! the tests of `nitro` carry. Outside the workspace, because the oracle brings OpenSSL and a client of KMS.

mod build;
mod compare;

use std::path::Path;
use std::process::ExitCode;

use tempfile::TempDir;

use crate::build::{Recipe, Signers};

const IMAGES: u64 = 200;
const BENT_A_IMAGE: usize = 50;

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare_images(),
        ["fixtures", folder] => write_fixtures(Path::new(folder)),
        _ => Err("usage: conformance [fixtures FOLDER]".into()),
    };
    match done {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What was seen, so that a run which compared less than it should is noticed.
#[derive(Default)]
struct Tally {
    signed: usize,
    arm: usize,
    reordered: usize,
    version_3: usize,
    ramdisks: [usize; 6],
    bent_refused: usize,
    bent_equal: usize,
    resigned_refused: usize,
    resigned_equal: usize,
}

fn compare_images() -> Result<String, Failure> {
    let folder = TempDir::new()?;
    let signers = Signers::new(folder.path())?;
    let mut tally = Tally::default();
    for seed in 0..IMAGES {
        let mut random = fastrand::Rng::with_seed(seed);
        let recipe = Recipe::random(&mut random);
        let image = recipe.build(&signers, folder.path(), &mut random)?;
        compare::equal(&image, folder.path()).map_err(|error| format!("image {seed} ({recipe:?}): {error}"))?;
        for _ in 0..BENT_A_IMAGE {
            match compare::bent(&image, folder.path(), &mut random)
                .map_err(|error| format!("image {seed} ({recipe:?}), bent: {error}"))?
            {
                true => tally.bent_equal += 1,
                false => tally.bent_refused += 1,
            }
        }
        if recipe.signed.is_some() {
            match compare::signed_again(&image, &signers, &recipe, folder.path())
                .map_err(|error| format!("image {seed} ({recipe:?}), signed again: {error}"))?
            {
                true => tally.resigned_equal += 1,
                false => tally.resigned_refused += 1,
            }
        }
        tally.signed += usize::from(recipe.signed.is_some());
        tally.arm += usize::from(recipe.arm);
        tally.reordered += usize::from(recipe.reordered);
        tally.version_3 += usize::from(recipe.version_3);
        tally.ramdisks[recipe.ramdisks.len()] += 1;
    }
    Ok(format!(
        "{IMAGES} images equal in registers, sections, checksum, metadata and signature: {} signed, {} for aarch64, \
         {} in unusual order, {} of version 3, {:?} with 1 to 5 ramdisks\n\
         {} bent images: {} refused, {} equal\n\
         {} images signed again by AWS's signer: {} refused for the size in the header's table, {} equal",
        tally.signed,
        tally.arm,
        tally.reordered,
        tally.version_3,
        &tally.ramdisks[1..],
        tally.bent_refused + tally.bent_equal,
        tally.bent_refused,
        tally.bent_equal,
        tally.resigned_refused + tally.resigned_equal,
        tally.resigned_refused,
        tally.resigned_equal,
    ))
}

fn write_fixtures(folder: &Path) -> Result<String, Failure> {
    let scratch = TempDir::new()?;
    let signers = Signers::new(scratch.path())?;
    let mut report = String::new();
    for (name, signed) in [("plain.eif", None), ("signed.eif", Some(1))] {
        let image = Recipe::small(signed).build(&signers, scratch.path(), &mut fastrand::Rng::with_seed(0))?;
        compare::equal(&image, scratch.path())?;
        std::fs::write(folder.join(name), &image)?;
        report += &format!("{name}: {:?}\n", compare::oracle_registers(&image, scratch.path())?);
    }
    Ok(report)
}
