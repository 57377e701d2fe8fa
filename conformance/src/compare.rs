//! The comparison: what AWS's reader says of an image, and what `nitro` says of the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use aws_nitro_enclaves_image_format::defs::EifSectionHeader;
use aws_nitro_enclaves_image_format::utils::PcrSignatureChecker;
use aws_nitro_enclaves_image_format::utils::eif_reader::EifReader;
use fastrand::Rng;
use nitro::eif::{Error, Image, SectionKind};
use openssl::asn1::Asn1Time;
use openssl::x509::X509;

use crate::Failure;
use crate::build::{Recipe, Signers, sign};

type Ours<'a> = Image<Cursor<&'a [u8]>>;

fn same<T: PartialEq + std::fmt::Debug>(what: &str, ours: T, theirs: T) -> Result<(), Failure> {
    if ours == theirs { Ok(()) } else { Err(format!("{what}: {ours:?} here, {theirs:?} with AWS").into()) }
}

/// Compares everything that both sides can say of an image which both accept.
pub fn equal(bytes: &[u8], folder: &Path) -> Result<(), Failure> {
    let mut ours = Image::open(Cursor::new(bytes))?;
    let path = folder.join("compared.eif");
    fs::write(&path, bytes)?;
    let mut theirs = EifReader::from_eif(path.display().to_string())?;
    compare_header(&ours, &theirs)?;
    compare_sections(&ours, &theirs, bytes)?;
    let registers = compare_measurements(&mut ours, &mut theirs)?;
    let metadata = theirs.get_metadata().map(|metadata| serde_json::to_value(metadata).expect("it came from JSON"));
    let our_metadata = ours.metadata().map(|metadata| serde_json::to_value(metadata).expect("it came from JSON"));
    same("metadata", our_metadata, metadata)?;
    compare_signature(&mut ours, &mut theirs, registers, &path)
}

fn compare_header(ours: &Ours<'_>, theirs: &EifReader) -> Result<(), Failure> {
    let (ours, theirs) = (ours.header(), theirs.get_header());
    same("version", ours.version, theirs.version)?;
    same("flags", ours.flags, theirs.flags)?;
    same("memory", ours.default_memory, theirs.default_mem)?;
    same("CPUs", ours.default_cpus, theirs.default_cpus)
}

fn compare_sections(ours: &Ours<'_>, theirs: &EifReader, bytes: &[u8]) -> Result<(), Failure> {
    let header = theirs.get_header();
    let listed = (0..usize::from(header.num_sections)).map(|index| {
        let offset = header.section_offsets[index];
        let start = offset as usize;
        let section = EifSectionHeader::from_be_bytes(&bytes[start..start + EifSectionHeader::size()])?;
        Ok((section.section_type as u16, offset, section.section_size))
    });
    let theirs = listed.collect::<Result<Vec<_>, String>>()?;
    let ours = ours.sections().iter().map(|section| (section.kind as u16, section.offset, section.size)).collect();
    same("sections", ours, theirs)
}

fn compare_measurements(ours: &mut Ours<'_>, theirs: &mut EifReader) -> Result<BTreeMap<String, String>, Failure> {
    let measured = ours.measure(|_| {})?;
    same("computed checksum", measured.crc32, theirs.eif_crc)?;
    same("stated checksum", measured.stated_crc32, theirs.get_header().eif_crc32)?;
    same("intact", measured.is_intact(), theirs.check_crc())?;
    let registers = theirs.get_measurements()?;
    let found = measured.measurements;
    let named =
        [("PCR0", Some(found.pcr0)), ("PCR1", Some(found.pcr1)), ("PCR2", Some(found.pcr2)), ("PCR8", found.pcr8)];
    for (name, register) in named {
        same(name, register.map(|register| register.to_string()), registers.get(name).cloned())?;
    }
    Ok(registers)
}

fn compare_signature(
    ours: &mut Ours<'_>,
    theirs: &mut EifReader,
    registers: BTreeMap<String, String>,
    path: &Path,
) -> Result<(), Failure> {
    same("signed", ours.signature().is_some(), theirs.signature_section.is_some())?;
    let Some(signature) = ours.signature() else { return Ok(()) };
    let pcr0 = registers["PCR0"].parse()?;
    let entry = signature.first();
    let by_them = theirs.get_certificate_info(registers);
    let is_right = by_them.is_ok() && theirs.sign_check == Some(true);
    same("signature of PCR0", entry.verify(&pcr0).is_ok(), is_right)?;
    if is_right {
        PcrSignatureChecker::from_eif(&path.display().to_string())?.verify()?;
    }
    let certificate = entry.certificate();
    let parsed = X509::from_der(certificate.der())?;
    for (ours, theirs) in
        [(certificate.not_before(), parsed.not_before()), (certificate.not_after(), parsed.not_after())]
    {
        same("validity", Asn1Time::from_unix(ours)?.to_string(), theirs.to_string())?;
    }
    Ok(())
}

/// Changes a byte of a header and says whether the image is still accepted here; then AWS must find the same in it.
pub fn bent(image: &[u8], folder: &Path, random: &mut Rng) -> Result<bool, Failure> {
    let accepted = Image::open(Cursor::new(image))?;
    let headers = accepted.sections().iter().flat_map(|section| section.offset..section.data_offset());
    let places: Vec<u64> = if random.bool() { (0..548).collect() } else { headers.collect() };
    let mut image = image.to_vec();
    image[random.choice(places).expect("an image has headers") as usize] ^= random.u8(1..);
    if Image::open(Cursor::new(&image[..])).is_err() {
        return Ok(false);
    }
    equal(&image, folder)?;
    Ok(true)
}

/// Signs a signed image again with AWS's signer, which leaves the old size in the header's table. Says whether the image is
/// still accepted here; if not, that must be the reason.
pub fn signed_again(image: &[u8], signers: &Signers, recipe: &Recipe, folder: &Path) -> Result<bool, Failure> {
    let path = folder.join("again.eif");
    fs::write(&path, image)?;
    sign(&path, signers, recipe.signed.unwrap_or_default())?;
    let image = fs::read(&path)?;
    match Image::open(Cursor::new(&image[..])) {
        Ok(_) => equal(&image, folder).map(|()| true),
        Err(Error::Size { kind: SectionKind::Signature, .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The registers by AWS's reader alone.
pub fn oracle_registers(image: &[u8], folder: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let path = folder.join("compared.eif");
    fs::write(&path, image)?;
    Ok(EifReader::from_eif(path.display().to_string())?.get_measurements()?)
}
