//! `iac types`: which instance types of the region can host the wanted enclave, and why the others cannot.

use iac_core::candidates::{self, Candidate};
use iac_core::observed::{Architecture, InstanceType};
use iac_core::table::{self, Cell};
use nitro::sizing::{self, Demand, least_memory_mib};

use crate::args::{Processor, TypesCommand};
use crate::aws::WantedTypes;
use crate::config::{Key, Settings, Source};
use crate::error::{Error, Kind, Result};
use crate::proof;
use crate::work::Context;

/// Prints the types that fit, the best first, and with `--all` the others with their reasons.
pub(super) async fn run(context: &Context<'_>, command: TypesCommand) -> Result<()> {
    let image = command.eif.as_deref().map(proof::open).transpose()?;
    let image = image.map(|image| (image.length(), image.header().architecture()));
    let architecture = architecture(command.arch, image.map(|(_, architecture)| architecture))?;
    let demand = demand(context.settings, image.map(|(bytes, _)| bytes))?.times(command.enclaves)?.on(architecture);
    let wanted = if command.all { WantedTypes::All } else { WantedTypes::ForEnclaves(of_ec2(architecture)) };
    let session = context.connect().await?;
    let progress = context.ui.progress("asking what the region offers");
    let asking = context.interrupt.or_stop(session.aws.catalogue(&wanted));
    let (types, offers) = progress.during(asking).await??;
    drop(progress);
    let mut found = candidates::judge(&demand, types, &offers);
    let fitting = found.iter().filter(|candidate| candidate.fits()).count();
    if !command.all {
        found.truncate(fitting);
    }
    context.ui.data(&found, |width| text(&found, &session.aws.region, width))?;
    context.ui.note(&summary(fitting, &demand, &of_ec2(architecture)));
    Ok(())
}

/// The architecture that was typed, or the image's; that of most images where nothing says more.
fn architecture(typed: Option<Processor>, image: Option<sizing::Architecture>) -> Result<sizing::Architecture> {
    let typed = typed.map(|typed| match typed {
        Processor::X86_64 => sizing::Architecture::X86_64,
        Processor::Arm64 => sizing::Architecture::Aarch64,
    });
    match (typed, image) {
        (Some(typed), Some(image)) if typed != image => {
            let (typed, image) = (of_ec2(typed), of_ec2(image));
            Err(Error::new(Kind::Usage, format!("the image is for {image}, not for {typed}"))
                .hint("leave `--arch` out: the image says what it needs"))
        }
        (typed, image) => Ok(typed.or(image).unwrap_or(sizing::Architecture::X86_64)),
    }
}

fn of_ec2(architecture: sizing::Architecture) -> Architecture {
    match architecture {
        sizing::Architecture::X86_64 => Architecture::X86_64,
        sizing::Architecture::Aarch64 => Architecture::Arm64,
    }
}

/// What is set, with as much memory as the image needs; memory that was typed must be enough by itself.
fn demand(settings: &Settings, image_bytes: Option<u64>) -> Result<Demand> {
    let image_bytes = image_bytes.unwrap_or(0);
    let memory_mib = match settings.source(Key::MemoryMib) {
        Source::Flag(_) => settings.memory_mib(),
        _ => settings.memory_mib().max(least_memory_mib(image_bytes)),
    };
    Ok(Demand::new(settings.cpu_count(), memory_mib)?.of_image(image_bytes)?)
}

fn summary(fitting: usize, demand: &Demand, architecture: &Architecture) -> String {
    let types = match fitting {
        0 => "no type fits".to_owned(),
        1 => "1 type fits".to_owned(),
        many => format!("{many} types fit"),
    };
    let enclaves =
        if demand.enclaves() == 1 { "an enclave".to_owned() } else { format!("{} enclaves", demand.enclaves()) };
    let each = if demand.enclaves() == 1 { "" } else { " each" };
    let (cpus, memory) = (demand.cpu_count(), demand.memory_mib());
    format!("{types} {enclaves} for {architecture} with {cpus} CPUs and {memory} MiB{each}")
}

/// The types that fit and where they are; below them, where asked for, the others and why: so both have room.
fn text(found: &[Candidate], region: &str, width: usize) -> String {
    let (fitting, others): (Vec<_>, Vec<_>) = found.iter().partition(|candidate| candidate.fits());
    let mut tables = Vec::new();
    if fitting.is_empty() {
        tables.push("no instance type fits\n".to_owned());
    } else {
        let headers = ["TYPE", "VCPUS", "MEMORY", "ARCHITECTURE", &format!("ZONES OF {region}")];
        let rows: Vec<_> = fitting.into_iter().map(|candidate| fitting_row(candidate, region)).collect();
        tables.push(table::table(&headers, &rows, width));
    }
    if !others.is_empty() {
        let rows: Vec<_> = others.into_iter().map(other_row).collect();
        tables.push(table::table(&["TYPE", "VCPUS", "MEMORY", "WHY NOT"], &rows, width));
    }
    tables.join("\n")
}

fn fitting_row(candidate: &Candidate, region: &str) -> Vec<Cell> {
    let architectures = candidate.instance_type.architectures.iter().map(Architecture::as_str);
    let zones: Vec<&str> = candidate.zones.iter().map(|zone| zone.strip_prefix(region).unwrap_or(zone)).collect();
    let mut row = size(&candidate.instance_type);
    row.push(Cell::text(&architectures.collect::<Vec<_>>().join(", ")));
    row.push(Cell::text(&zones.join(" ")));
    row
}

fn other_row(candidate: &Candidate) -> Vec<Cell> {
    let reasons: Vec<String> = candidate.reasons.iter().map(ToString::to_string).collect();
    let mut row = size(&candidate.instance_type);
    row.push(Cell::sentence(&reasons.join("; ")));
    row
}

fn size(instance_type: &InstanceType) -> Vec<Cell> {
    let InstanceType { name, vcpus, memory_mib, .. } = instance_type;
    vec![Cell::id(name), Cell::id(&vcpus.to_string()), Cell::id(&memory(*memory_mib))]
}

fn memory(mib: u64) -> String {
    match mib % 1024 {
        0 => format!("{} GiB", mib / 1024),
        _ => format!("{mib} MiB"),
    }
}
