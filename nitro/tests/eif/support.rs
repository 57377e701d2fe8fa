//! A writer of images that writes what it is told, right or wrong, and a second, plain way to measure one: the walk that
//! AWS's reader does, over bytes in memory, believing nothing but the sections' own headers.

use std::io::Cursor;

use nitro::eif::{Error, Image, Measured};
use nitro::pcr::Pcr;

pub(crate) const KERNEL: u16 = 1;
pub(crate) const CMDLINE: u16 = 2;
pub(crate) const RAMDISK: u16 = 3;
pub(crate) const SIGNATURE: u16 = 4;
pub(crate) const METADATA: u16 = 5;

pub(crate) const OFFSET_TABLE: usize = 28;
pub(crate) const SIZE_TABLE: usize = OFFSET_TABLE + 32 * 8;
pub(crate) const CRC: usize = 544;

pub(crate) const METADATA_JSON: &str = r#"{
    "ImageName": "hello", "ImageVersion": "1.0",
    "BuildMetadata": {
        "BuildTime": "2026-01-02T03:04:05+00:00", "BuildTool": "nitro-cli", "BuildToolVersion": "1.4.0",
        "OperatingSystem": "Linux", "KernelVersion": "4.14.256"
    },
    "DockerInfo": {"Architecture": "amd64"}, "CustomMetadata": null
}"#;

/// An image under construction.
#[derive(Clone, Debug)]
pub(crate) struct Builder {
    pub(crate) version: u16,
    pub(crate) flags: u16,
    pub(crate) sections: Vec<(u16, Vec<u8>)>,
}

impl Builder {
    pub(crate) fn new(version: u16) -> Self {
        Self { version, flags: 0, sections: Vec::new() }
    }

    /// The image that nitro-cli would write: kernel, command line, metadata and two ramdisks.
    pub(crate) fn usual() -> Self {
        Self::new(4)
            .section(KERNEL, b"a kernel")
            .section(CMDLINE, b"reboot=k panic=30")
            .section(METADATA, METADATA_JSON.as_bytes())
            .section(RAMDISK, b"what boots")
            .section(RAMDISK, b"the application")
    }

    pub(crate) fn section(mut self, kind: u16, data: &[u8]) -> Self {
        self.sections.push((kind, data.to_vec()));
        self
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let mut body = Vec::new();
        let mut offsets = [0_u64; 32];
        let mut sizes = [0_u64; 32];
        for (index, (kind, data)) in self.sections.iter().enumerate() {
            if index < 32 {
                offsets[index] = 548 + body.len() as u64;
                sizes[index] = data.len() as u64;
            }
            body.extend(kind.to_be_bytes());
            body.extend([0; 2]);
            body.extend((data.len() as u64).to_be_bytes());
            body.extend(data);
        }
        let mut image = b".eif".to_vec();
        image.extend(self.version.to_be_bytes());
        image.extend(self.flags.to_be_bytes());
        image.extend((1_u64 << 30).to_be_bytes());
        image.extend(2_u64.to_be_bytes());
        image.extend([0; 2]);
        image.extend(u16::try_from(self.sections.len()).unwrap().to_be_bytes());
        image.extend(offsets.iter().chain(&sizes).flat_map(|number| number.to_be_bytes()));
        image.extend([0; 8]);
        image.extend(body);
        seal(&mut image);
        image
    }
}

/// Puts the right checksum into an image.
pub(crate) fn seal(image: &mut [u8]) {
    let crc = crc(image);
    image[CRC..CRC + 4].copy_from_slice(&crc.to_be_bytes());
}

fn crc(image: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&image[..CRC]);
    hasher.update(&image[CRC + 4..]);
    hasher.finalize()
}

pub(crate) fn open(bytes: &[u8]) -> Result<Image<Cursor<&[u8]>>, Error> {
    Image::open(Cursor::new(bytes))
}

pub(crate) fn measure(bytes: &[u8]) -> Measured {
    open(bytes).unwrap().measure(|_| {}).unwrap()
}

/// The registers and the checksum by AWS's own walk; `None` where its reader would stop with an error.
pub(crate) fn walk(image: &[u8]) -> Option<[Pcr; 3]> {
    let (mut whole, mut boot, mut application) = (Vec::new(), Vec::new(), Vec::new());
    let mut booted = false;
    let mut rest = image.get(548..)?;
    while let Some((header, after)) = rest.split_first_chunk::<12>() {
        let kind = u16::from_be_bytes([header[0], header[1]]);
        let size = usize::try_from(u64::from_be_bytes(header[4..].try_into().unwrap())).unwrap();
        let (data, after) = after.split_at_checked(size)?;
        rest = after;
        match kind {
            KERNEL | CMDLINE => boot.extend(data),
            RAMDISK if booted => application.extend(data),
            RAMDISK => {
                boot.extend(data);
                booted = true;
            }
            SIGNATURE | METADATA => continue,
            _ => return None,
        }
        whole.extend(data);
    }
    Some([&whole, &boot, &application].map(|content| Pcr::of_content(content)))
}

/// A cpio archive under construction, in the form `newc`.
#[derive(Clone, Default)]
pub(crate) struct Archive(Vec<u8>);

/// What an entry's header says; the rest of it is zero.
#[derive(Clone, Copy)]
pub(crate) struct Attributes {
    pub(crate) mode: u32,
    pub(crate) owner: (u32, u32),
    pub(crate) modified: u32,
    pub(crate) device: (u32, u32),
    /// Number of the inode and of its names.
    pub(crate) inode: (u32, u32),
}

pub(crate) const PROGRAM: Attributes =
    Attributes { mode: 0o100_755, owner: (0, 0), modified: 1_000, device: (0, 0), inode: (0, 1) };
pub(crate) const LINK: Attributes = Attributes { mode: 0o120_777, ..PROGRAM };
pub(crate) const FOLDER: Attributes = Attributes { mode: 0o040_755, inode: (0, 2), ..PROGRAM };

impl Archive {
    pub(crate) fn file(mut self, path: &str, attributes: Attributes, data: &[u8]) -> Self {
        self.entry(path.as_bytes(), attributes, data);
        self
    }

    pub(crate) fn entry(&mut self, path: &[u8], attributes: Attributes, data: &[u8]) {
        let Attributes { mode, owner, modified, device, inode } = attributes;
        let size = u32::try_from(data.len()).unwrap();
        let name_size = u32::try_from(path.len() + 1).unwrap();
        let fields = [inode.0, mode, owner.0, owner.1, inode.1, modified, size, 0, 0, device.0, device.1, name_size, 0]
            .map(|field| format!("{field:08X}"));
        self.0.extend(format!("070701{}", fields.concat()).bytes());
        self.0.extend(path);
        self.0.push(0);
        self.pad(4);
        self.0.extend(data);
        self.pad(4);
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.trailer();
        self.pad(512);
        self.0
    }

    /// What there is so far, without a trailer.
    pub(crate) fn unfinished(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn trailer(&mut self) {
        self.entry(b"TRAILER!!!", Attributes { mode: 0, modified: 0, ..PROGRAM }, b"");
    }

    fn pad(&mut self, to: usize) {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}
