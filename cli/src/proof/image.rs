//! Enclave images on this machine: opened, measured, and asked whether their checksum and signature hold.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use nitro::eif::{Image, Measured, SignatureAlgorithm, SignatureError};

use super::input::refuse_pointer;
use super::{InputError, ProofError, Watched, name_of};

/// An image with what was measured of it.
pub(crate) struct Inspected {
    pub(crate) image: Image<File>,
    pub(crate) measured: Measured,
    pub(crate) seal: Option<Seal>,
}

/// Whether the key of an image's certificate signed the image, and how.
pub(crate) type Seal = Result<SignatureAlgorithm, SignatureError>;

/// Opens an image.
pub(crate) fn open(path: &Path) -> Result<Image<File>, ProofError> {
    image(path, file(path)?)
}

/// Opens an image whose reading somebody watches.
pub(crate) fn open_watched<W: FnMut(u64)>(path: &Path, watch: W) -> Result<Image<Watched<File, W>>, ProofError> {
    image(path, Watched { reader: file(path)?, watch })
}

fn image<R: Read + Seek>(path: &Path, reader: R) -> Result<Image<R>, ProofError> {
    Image::open(reader).map_err(|source| ProofError::Image { name: name_of(path), source })
}

/// Opens an ordinary file. Nothing else is opened at all: a pipe would wait for a writer, and cannot be read twice.
fn file(path: &Path) -> Result<File, InputError> {
    let name = || name_of(path);
    let unreadable = |source| InputError::Unreadable { name: name(), source };
    let kind = std::fs::metadata(path).map_err(unreadable)?.file_type();
    if kind.is_dir() {
        return Err(InputError::Folder { name: name() });
    }
    if !kind.is_file() {
        return Err(InputError::NotAFile { name: name() });
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let mut beginning = Vec::new();
    file.by_ref().take(BEGINNING).read_to_end(&mut beginning).and_then(|_| file.rewind()).map_err(unreadable)?;
    refuse_pointer(&beginning, name)?;
    Ok(file)
}

/// More than is needed to tell a pointer of Git LFS.
const BEGINNING: u64 = 100;

/// Reads an image once from end to end; `progress` is told how many bytes are done.
pub(crate) fn inspect(path: &Path, mut image: Image<File>, progress: impl FnMut(u64)) -> Result<Inspected, ProofError> {
    let measured = image.measure(progress);
    let measured = measured.map_err(|source| ProofError::Image { name: name_of(path), source })?;
    let seal = seal(&image, &measured);
    Ok(Inspected { image, measured, seal })
}

/// Checks the signature that counts, if the image has one.
fn seal(image: &Image<File>, measured: &Measured) -> Option<Seal> {
    image.signature().map(|signature| signature.first().verify(&measured.measurements.pcr0))
}

impl Inspected {
    /// Says what is wrong with an image that can be measured and will not start: its checksum or its signature.
    pub(crate) fn damage(&self) -> Option<String> {
        if !self.measured.is_intact() {
            let Measured { crc32, stated_crc32, .. } = self.measured;
            return Some(format!("its checksum is {crc32:08x}, and its header says {stated_crc32:08x}"));
        }
        self.seal.as_ref()?.as_ref().err().map(ToString::to_string)
    }
}
