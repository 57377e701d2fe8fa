//! Images as AWS's builder and signer write them, in every shape that they can be given.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use aws_nitro_enclaves_image_format::defs::{EifBuildInfo, EifHeader, EifIdentityInfo};
use aws_nitro_enclaves_image_format::utils::eif_reader::EifReader;
use aws_nitro_enclaves_image_format::utils::{EifBuilder, EifSigner, SignKeyData};
use fastrand::Rng;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::{X509, X509NameBuilder};
use sha2::{Digest, Sha384};

use crate::Failure;

const HEADER: usize = EifHeader::size();
const CRC: usize = HEADER - 4;

/// Keys with certificates on the three curves, in files, since AWS's signer takes paths.
pub struct Signers(Vec<(PathBuf, PathBuf)>);

impl Signers {
    pub fn new(folder: &Path) -> Result<Self, Failure> {
        let curves = [Nid::X9_62_PRIME256V1, Nid::SECP384R1, Nid::SECP521R1];
        curves.into_iter().map(|curve| write_signer(folder, curve)).collect::<Result<_, _>>().map(Self)
    }

    pub fn data(&self, index: usize) -> Result<SignKeyData, Failure> {
        let (key, certificate) = &self.0[index];
        Ok(SignKeyData::new(key.to_str().ok_or("the folder's name is not UTF-8")?, certificate)?)
    }
}

fn write_signer(folder: &Path, curve: Nid) -> Result<(PathBuf, PathBuf), Failure> {
    let key = PKey::from_ec_key(EcKey::generate(EcGroup::from_curve_name(curve)?.as_ref())?)?;
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_text("CN", "conformance")?;
    name.append_entry_by_text("O", "iac")?;
    let name = name.build();
    let mut certificate = X509::builder()?;
    certificate.set_version(2)?;
    certificate.set_serial_number(BigNum::from_u32(1)?.to_asn1_integer()?.as_ref())?;
    certificate.set_subject_name(&name)?;
    certificate.set_issuer_name(&name)?;
    certificate.set_not_before(Asn1Time::days_from_now(0)?.as_ref())?;
    certificate.set_not_after(Asn1Time::days_from_now(365)?.as_ref())?;
    certificate.set_pubkey(&key)?;
    certificate.sign(&key, MessageDigest::sha384())?;
    let stem = curve.short_name()?;
    let paths = (folder.join(format!("{stem}.key")), folder.join(format!("{stem}.pem")));
    fs::write(&paths.0, key.private_key_to_pem_pkcs8()?)?;
    fs::write(&paths.1, certificate.build().to_pem()?)?;
    Ok(paths)
}

/// What goes into an image.
#[derive(Debug)]
pub struct Recipe {
    pub kernel: usize,
    pub cmdline: usize,
    pub ramdisks: Vec<usize>,
    pub arm: bool,
    pub signed: Option<usize>,
    pub reordered: bool,
    pub version_3: bool,
}

impl Recipe {
    pub fn random(random: &mut Rng) -> Self {
        let reordered = random.u8(..3) == 0;
        Self {
            kernel: random.usize(1..200_000),
            cmdline: random.usize(..300),
            ramdisks: (0..random.usize(1..=5)).map(|_| random.usize(..300_000)).collect(),
            arm: random.bool(),
            signed: random.bool().then(|| random.usize(..3)),
            reordered,
            version_3: random.u8(..5) == 0,
        }
    }

    /// An image of a few kilobytes in the shape that nitro-cli gives it.
    pub fn small(signed: Option<usize>) -> Self {
        Self { kernel: 64, cmdline: 32, ramdisks: vec![48, 96], arm: false, signed, reordered: false, version_3: false }
    }

    /// Builds the image, with other sections in other places where the recipe says so, and then signs it.
    pub fn build(&self, signers: &Signers, folder: &Path, random: &mut Rng) -> Result<Vec<u8>, Failure> {
        let path = folder.join("image.eif");
        let plain = !self.reordered && !self.version_3;
        let key = if plain { self.signed } else { None };
        self.write(&path, key.map(|index| signers.data(index)).transpose()?, folder, random)?;
        if !plain {
            let image = self.rearrange(&fs::read(&path)?, random);
            fs::write(&path, &image)?;
            seal(&path)?;
            if let Some(index) = self.signed {
                sign(&path, signers, index)?;
            }
        }
        Ok(fs::read(&path)?)
    }

    fn write(&self, path: &Path, key: Option<SignKeyData>, folder: &Path, random: &mut Rng) -> Result<(), Failure> {
        let mut part = |name: &str, size: usize| -> Result<PathBuf, Failure> {
            let part = folder.join(name);
            fs::write(&part, (0..size).map(|_| random.u8(..)).collect::<Vec<_>>())?;
            Ok(part)
        };
        let kernel = part("kernel", self.kernel)?;
        let ramdisks = self.ramdisks.iter().enumerate().map(|(index, &size)| part(&format!("ramdisk-{index}"), size));
        let ramdisks = ramdisks.collect::<Result<Vec<_>, _>>()?;
        let cmdline = (0..self.cmdline).map(|_| random.alphanumeric()).collect();
        let mut builder = EifBuilder::new(&kernel, cmdline, key, Sha384::new(), self.arm.into(), identity());
        for ramdisk in ramdisks {
            builder.add_ramdisk(&ramdisk);
        }
        builder.write_to(&mut File::create(path)?);
        Ok(())
    }

    /// Puts the sections into another order and leaves metadata out of some images of version 3.
    fn rearrange(&self, image: &[u8], random: &mut Rng) -> Vec<u8> {
        let mut header = EifHeader::from_be_bytes(&image[..HEADER]).expect("AWS's builder writes a header");
        let mut sections: Vec<&[u8]> = (0..usize::from(header.num_sections))
            .map(|index| {
                let (start, size) = (header.section_offsets[index], header.section_sizes[index]);
                &image[start as usize..(start + size) as usize + 12]
            })
            .collect();
        if self.version_3 {
            header.version = 3;
            if random.bool() {
                sections.remove(2);
            }
        }
        if self.reordered {
            random.shuffle(&mut sections);
        }
        let mut body = Vec::new();
        (header.section_offsets, header.section_sizes) = ([0; 32], [0; 32]);
        for (index, section) in sections.iter().enumerate() {
            header.section_offsets[index] = (HEADER + body.len()) as u64;
            header.section_sizes[index] = section.len() as u64 - 12;
            body.extend_from_slice(section);
        }
        header.num_sections = sections.len() as u16;
        [header.to_be_bytes(), body].concat()
    }
}

/// Puts the checksum that AWS's reader computes into the header.
fn seal(path: &Path) -> Result<(), Failure> {
    let crc = EifReader::from_eif(path.display().to_string())?.eif_crc;
    let mut image = fs::read(path)?;
    image[CRC..HEADER].copy_from_slice(&crc.to_be_bytes());
    Ok(fs::write(path, image)?)
}

/// Signs an image as `nitro-cli sign-eif` does.
pub fn sign(path: &Path, signers: &Signers, index: usize) -> Result<(), Failure> {
    let signer = EifSigner::new(Some(signers.data(index)?)).ok_or("AWS's signer took no key")?;
    Ok(signer.sign_image(&path.display().to_string())?)
}

fn identity() -> EifIdentityInfo {
    EifIdentityInfo {
        img_name: "hello".to_owned(),
        img_version: "1.0".to_owned(),
        build_info: EifBuildInfo {
            build_time: "2026-01-02T03:04:05+00:00".to_owned(),
            build_tool: "conformance".to_owned(),
            build_tool_version: "0.1.0".to_owned(),
            img_os: "Linux".to_owned(),
            img_kernel: "4.14.256".to_owned(),
        },
        docker_info: serde_json::json!({"Architecture": "amd64", "Config": {"Env": ["PATH=/bin"]}}),
        custom_info: serde_json::Value::Null,
    }
}
