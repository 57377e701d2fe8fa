//! `iac eif show`: header, sections, registers, signature and metadata of an image.

use std::fmt::Write as _;
use std::path::Path;

use iac_core::table::{self, Cell};
use iac_core::text::plain;
use nitro::eif::{Header, Metadata, Section, SigningCertificate, numbered};
use nitro::pcr::Measurements;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::proof::{self, Inspected, ProofError};
use crate::ui::Ui;
use crate::work::measured::measured;

/// An image for scripts. `Measurements` is written as nitro-cli writes it, so that this is input for `--measurements`.
#[derive(Serialize)]
struct Shown<E: Serialize> {
    #[serde(flatten)]
    error: Option<E>,
    file: String,
    length: u64,
    version: u16,
    architecture: String,
    default_memory: u64,
    default_cpus: u64,
    crc32: String,
    intact: bool,
    sections: Vec<ShownSection>,
    #[serde(rename = "Measurements")]
    measurements: Measurements,
    signature: Option<ShownSignature>,
    metadata: Option<Metadata>,
}

#[derive(Serialize)]
struct ShownSection {
    kind: String,
    offset: u64,
    size: u64,
    /// The registers that it is measured into.
    pcrs: Vec<u8>,
}

#[derive(Serialize)]
struct ShownSignature {
    valid: bool,
    problem: Option<String>,
    algorithm: Option<i64>,
    subject: String,
    issuer: String,
    not_before: String,
    not_after: String,
    /// Whether the certificate is valid now; nitro-cli starts no enclave otherwise.
    current: bool,
}

/// Shows an image. One that would not start is shown too, and then it is an error.
pub(super) fn run(ui: &Ui, path: &Path) -> Result<u8> {
    let inspected = measured(ui, path)?;
    let damage = inspected.damage().map(|damage| ProofError::Damaged { name: proof::name_of(path), damage });
    let error = damage.map(Error::from);
    let shown = shown(path, &inspected, error.as_ref().map(Error::document));
    ui.data(&shown, |width| shown.text(width))?;
    Ok(error.map_or(0, |error| {
        ui.explain(&error);
        error.kind().exit()
    }))
}

fn shown<E: Serialize>(path: &Path, inspected: &Inspected, error: Option<E>) -> Shown<E> {
    let (image, measured) = (&inspected.image, &inspected.measured);
    let header: &Header = image.header();
    Shown {
        error,
        file: path.display().to_string(),
        length: image.length(),
        version: header.version,
        architecture: header.architecture().to_string(),
        default_memory: header.default_memory,
        default_cpus: header.default_cpus,
        crc32: format!("{:08x}", measured.stated_crc32),
        intact: measured.is_intact(),
        sections: sections(image.sections()),
        measurements: measured.measurements.clone(),
        signature: signature(inspected),
        metadata: image.metadata().cloned(),
    }
}

fn sections(sections: &[Section]) -> Vec<ShownSection> {
    let shown = |(section, number): (Section, usize)| {
        let pcrs = section.kind.registers(number).to_vec();
        ShownSection { kind: section.kind.to_string(), offset: section.offset, size: section.size, pcrs }
    };
    numbered(sections).map(shown).collect()
}

fn signature(inspected: &Inspected) -> Option<ShownSignature> {
    let certificate: &SigningCertificate = inspected.image.signature()?.first().certificate();
    let seal = inspected.seal.as_ref()?;
    Some(ShownSignature {
        valid: seal.is_ok(),
        problem: seal.as_ref().err().map(ToString::to_string),
        algorithm: seal.as_ref().ok().map(|algorithm| algorithm.cose_number()),
        subject: certificate.subject().to_owned(),
        issuer: certificate.issuer().to_owned(),
        not_before: date(certificate.not_before()),
        not_after: date(certificate.not_after()),
        current: certificate.is_valid_at(jiff::Timestamp::now().as_second()),
    })
}

fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| format!("{seconds} s"), |date| date.to_string())
}

impl<E: Serialize> Shown<E> {
    fn text(&self, width: usize) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            writeln!(text, "{name:<12} {}", plain(value)).expect("writing to a string cannot fail");
        };
        line("image", &format!("{}, {} bytes", self.file, self.length));
        line("format", &format!("EIF version {} for {}", self.version, self.architecture));
        let mebibytes = self.default_memory / (1024 * 1024);
        line("defaults", &format!("{} CPUs, {mebibytes} MiB of memory", self.default_cpus));
        line("checksum", &format!("{} {}", self.crc32, if self.intact { "holds" } else { "DOES NOT HOLD" }));
        let Measurements { pcr0, pcr1, pcr2, pcr8 } = &self.measurements;
        for (name, value) in [("PCR0", Some(pcr0)), ("PCR1", Some(pcr1)), ("PCR2", Some(pcr2)), ("PCR8", pcr8.as_ref())]
        {
            line(name, &value.map_or_else(|| "zeros: the image is not signed".to_owned(), ToString::to_string));
        }
        match &self.signature {
            None => line("signature", "none"),
            Some(signature) => signature.lines(&mut line),
        }
        if let Some(metadata) = &self.metadata {
            lines(metadata, &mut line);
        }
        text + "\n" + &self.table(width)
    }

    fn table(&self, width: usize) -> String {
        let row = |section: &ShownSection| {
            let pcrs: Vec<_> = section.pcrs.iter().map(|index| format!("PCR{index}")).collect();
            let measured = if pcrs.is_empty() { "nothing".to_owned() } else { pcrs.join(", ") };
            let (offset, size) = (section.offset.to_string(), section.size.to_string());
            vec![Cell::text(&section.kind), Cell::id(&offset), Cell::id(&size), Cell::text(&measured)]
        };
        let rows: Vec<_> = self.sections.iter().map(row).collect();
        table::table(&["SECTION", "OFFSET", "BYTES", "MEASURED INTO"], &rows, width)
    }
}

impl ShownSignature {
    fn lines(&self, line: &mut impl FnMut(&str, &str)) {
        match &self.problem {
            None => line("signature", "holds"),
            Some(problem) => line("signature", &format!("DOES NOT HOLD: {problem}")),
        }
        let now = if self.current { "" } else { ", not valid now: nitro-cli would not start the image" };
        line("signed by", &format!("{}, issued by {}", self.subject, self.issuer));
        line("valid", &format!("{} to {}{now}", self.not_before, self.not_after));
    }
}

/// What the metadata says, with the reminder that it is measured nowhere.
fn lines(metadata: &Metadata, line: &mut impl FnMut(&str, &str)) {
    let Metadata { image_name, image_version, build_metadata, docker_info, custom_metadata } = metadata;
    let build = build_metadata;
    line("metadata", "not measured: whoever has the file can write anything here");
    line("  name", &format!("{image_name} {image_version}"));
    line("  built", &format!("{} by {} {}", build.build_time, build.build_tool, build.build_tool_version));
    line("  kernel", &format!("{} {}", build.operating_system, build.kernel_version));
    for (name, value) in [("  docker", docker_info), ("  custom", custom_metadata)] {
        if !value.is_null() {
            line(name, &value.to_string());
        }
    }
}
