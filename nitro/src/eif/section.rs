//! A section: what kinds there are, and where one lies.

use std::fmt;

/// Size of the header in front of each section's data, in bytes: type u16, flags u16, size u64.
pub const SECTION_HEADER_SIZE: u64 = SECTION_HEADER_BYTES as u64;

pub(super) const SECTION_HEADER_BYTES: usize = 12;

/// What a section holds (source: `EifSectionType` in AWS's `aws-nitro-enclaves-image-format`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum SectionKind {
    /// The Linux kernel. Measured in PCR0 and PCR1.
    Kernel = 1,
    /// The kernel's command line. Measured in PCR0 and PCR1.
    Cmdline = 2,
    /// A ramdisk. The first one, which boots, is measured in PCR0 and PCR1; the others, which hold the application, in
    /// PCR0 and PCR2.
    Ramdisk = 3,
    /// Signatures of PCR0 with their certificates. The first certificate is measured in PCR8.
    Signature = 4,
    /// What the image is called and how it was built, as JSON. Not measured.
    Metadata = 5,
}

impl SectionKind {
    /// The registers that the data of such a section is measured into: their numbers, in order. `number` is its place among
    /// the sections of its kind, from 0, because of several ramdisks the first one boots.
    ///
    /// Of a signature section, PCR8 measures the first certificate and not the data.
    ///
    /// Source: <https://docs.aws.amazon.com/enclaves/latest/user/set-up-attestation.html>.
    #[must_use]
    pub const fn registers(self, number: usize) -> &'static [u8] {
        match (self, number) {
            (Self::Kernel | Self::Cmdline, _) | (Self::Ramdisk, 0) => &[0, 1],
            (Self::Ramdisk, _) => &[0, 2],
            (Self::Signature, _) => &[8],
            (Self::Metadata, _) => &[],
        }
    }

    pub(super) fn from_number(number: u16) -> Option<Self> {
        [Self::Kernel, Self::Cmdline, Self::Ramdisk, Self::Signature, Self::Metadata]
            .into_iter()
            .find(|&kind| kind as u16 == number)
    }
}

impl fmt::Display for SectionKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Kernel => "kernel",
            Self::Cmdline => "cmdline",
            Self::Ramdisk => "ramdisk",
            Self::Signature => "signature",
            Self::Metadata => "metadata",
        })
    }
}

/// A section of an image, which lies wholly within the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// What it holds.
    pub kind: SectionKind,
    /// Flags as they are in the file; they have no meaning yet.
    pub flags: u16,
    /// Offset of its header from the beginning of the file, in bytes.
    pub offset: u64,
    /// Size of its data in bytes, without the header.
    pub size: u64,
}

impl Section {
    /// Offset of its data from the beginning of the file, in bytes.
    #[must_use]
    pub fn data_offset(&self) -> u64 {
        self.offset + SECTION_HEADER_SIZE
    }

    /// Offset of the first byte after it.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.data_offset() + self.size
    }
}

/// Gives each section with its place among those of its kind, from 0, as [`SectionKind::registers`] asks for it.
pub fn numbered(sections: &[Section]) -> impl Iterator<Item = (Section, usize)> + '_ {
    sections.iter().enumerate().map(|(index, section)| {
        let before = sections[..index].iter().filter(|other| other.kind == section.kind);
        (*section, before.count())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_counted_for_each_kind_by_itself() {
        use SectionKind::{Cmdline, Kernel, Metadata, Ramdisk, Signature};

        let kinds = [Ramdisk, Kernel, Cmdline, Ramdisk, Metadata, Signature, Ramdisk, Kernel];
        let sections = kinds.map(|kind| Section { kind, flags: 0, offset: 0, size: 0 });
        let registers: Vec<_> = numbered(&sections).map(|(section, number)| section.kind.registers(number)).collect();
        let (boot, application): (&[u8], &[u8]) = (&[0, 1], &[0, 2]);
        assert_eq!(registers, [boot, boot, boot, application, &[], &[8], application, boot]);
    }
}
