//! `iac eif diff`: which registers of two images differ, and which files are the reason.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::Path;

use iac_core::text::plain;
use nitro::eif::Section;
use nitro::eif::diff::{Difference, FileDifference, Limits, SectionDifference, diff};
use nitro::pcr::{Measurements, Pcr};
use serde::Serialize;

use crate::error::Result;
use crate::proof::{self, ProofError};
use crate::ui::Ui;
use crate::work::measured::measured;

/// Two images for scripts.
#[derive(Serialize)]
struct Shown {
    identical: bool,
    before: Side,
    after: Side,
    header_changed: bool,
    order_changed: bool,
    sections: Vec<ShownSection>,
}

#[derive(Serialize)]
struct Side {
    file: String,
    #[serde(rename = "Measurements")]
    measurements: Measurements,
}

#[derive(Serialize)]
struct ShownSection {
    kind: String,
    /// Its place among the sections of its kind, from 0.
    number: usize,
    pcrs: &'static [u8],
    change: Change,
    bytes_before: Option<u64>,
    bytes_after: Option<u64>,
    files: Option<Vec<ShownFile>>,
    /// Why the files of a ramdisk could not be compared.
    problem: Option<String>,
}

#[derive(Serialize)]
struct ShownFile {
    path: String,
    change: Change,
    aspects: Vec<String>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Change {
    Added,
    Removed,
    Changed,
}

impl Change {
    fn between<T>(before: Option<&T>, after: Option<&T>) -> Self {
        match (before, after) {
            (None, _) => Self::Added,
            (_, None) => Self::Removed,
            _ => Self::Changed,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// Measures both images, compares them section by section and file by file, and returns whether they are identical.
pub(super) fn run(ui: &Ui, before: &Path, after: &Path) -> Result<bool> {
    // Both are opened first: a mistake in the second name should not cost the measuring of the first.
    proof::open(before)?;
    proof::open(after)?;
    let (old, new) = (measured(ui, before)?, measured(ui, after)?);
    let difference = compare(ui, before, after)?;
    let side = |path: &Path, measurements| Side { file: path.display().to_string(), measurements };
    let shown = Shown {
        identical: difference.is_empty(),
        before: side(before, old.measured.measurements),
        after: side(after, new.measured.measurements),
        header_changed: difference.header_changed,
        order_changed: difference.order_changed,
        sections: difference.sections.iter().map(section).collect(),
    };
    ui.data(&shown, |_| shown.text())?;
    Ok(shown.identical)
}

fn compare(ui: &Ui, before: &Path, after: &Path) -> Result<Difference> {
    let bar = RefCell::new(ui.counter(&format!("comparing {} with {}", before.display(), after.display())));
    let watch = |bytes| bar.borrow_mut().more(bytes);
    let (mut old, mut new) = (proof::open_watched(before, watch)?, proof::open_watched(after, watch)?);
    let name = || format!("{} or {}", proof::name_of(before), proof::name_of(after));
    let difference = diff(&mut old, &mut new, &Limits::default());
    Ok(difference.map_err(|source| ProofError::Image { name: name(), source })?)
}

fn section(difference: &SectionDifference) -> ShownSection {
    let SectionDifference { kind, number, before, after, files } = difference;
    let size = |section: &Option<Section>| section.as_ref().map(|section| section.size);
    ShownSection {
        kind: kind.to_string(),
        number: *number,
        pcrs: difference.registers(),
        change: Change::between(before.as_ref(), after.as_ref()),
        bytes_before: size(before),
        bytes_after: size(after),
        files: files.as_ref().and_then(|files| Some(files.as_ref().ok()?.iter().map(file).collect())),
        problem: files.as_ref().and_then(|files| files.as_ref().err()).map(because),
    }
}

/// An error with what lies beneath it, on one line.
fn because(error: &impl std::error::Error) -> String {
    let below = std::iter::successors(error.source(), |cause| (*cause).source());
    below.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

fn file(difference: &FileDifference) -> ShownFile {
    ShownFile {
        path: difference.path.clone(),
        change: Change::between(difference.before.as_ref(), difference.after.as_ref()),
        aspects: difference.aspects().iter().map(ToString::to_string).collect(),
    }
}

impl Shown {
    fn text(&self) -> String {
        let mut text = String::new();
        let (before, after) = (&self.before.measurements, &self.after.measurements);
        for (name, before, after) in [
            ("PCR0", Some(before.pcr0), Some(after.pcr0)),
            ("PCR1", Some(before.pcr1), Some(after.pcr1)),
            ("PCR2", Some(before.pcr2), Some(after.pcr2)),
            ("PCR8", before.pcr8, after.pcr8),
        ] {
            text += &register(name, before, after);
        }
        text.push('\n');
        if self.identical {
            return text + "the images are the same\n";
        }
        if self.header_changed {
            text += "the headers differ, which no PCR shows\n";
        }
        if self.order_changed {
            text += "the sections stand in another order, which PCR0 shows\n";
        }
        self.sections.iter().fold(text, |text, section| text + &section.text())
    }
}

fn register(name: &str, before: Option<Pcr>, after: Option<Pcr>) -> String {
    let value = |pcr: Option<Pcr>| pcr.map_or_else(|| "zeros: not signed".to_owned(), |pcr| pcr.to_string());
    if before == after {
        return format!("{name}  same     {}\n", value(before));
    }
    format!("{name}  before   {}\n      after    {}\n", value(before), value(after))
}

impl ShownSection {
    fn text(&self) -> String {
        let pcrs: Vec<_> = self.pcrs.iter().map(|index| format!("PCR{index}")).collect();
        let measured = if pcrs.is_empty() { "no PCR".to_owned() } else { pcrs.join(" and ") };
        let size = |bytes: Option<u64>| bytes.map_or_else(|| "none".to_owned(), |bytes| format!("{bytes} bytes"));
        let (name, change) = (format!("{} {}", self.kind, self.number + 1), self.change.word());
        let sizes = format!("{}, then {}", size(self.bytes_before), size(self.bytes_after));
        let mut text = format!("{name} {change}, seen in {measured}: {sizes}\n");
        if let Some(problem) = &self.problem {
            writeln!(text, "  its files cannot be compared: {}", plain(problem))
                .expect("writing to a string cannot fail");
        }
        if self.files.as_ref().is_some_and(Vec::is_empty) {
            text += "  the same files, packed in another way\n";
        }
        for ShownFile { path, change, aspects } in self.files.iter().flatten() {
            let line = format!("  {:<8} {}  {}", change.word(), plain(path), aspects.join(", "));
            writeln!(text, "{}", line.trim_end()).expect("writing to a string cannot fail");
        }
        text
    }
}
