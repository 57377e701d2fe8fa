//! How fast an image of 1 GiB is measured, beside what OpenSSL's SHA-384 does on one core in the same run.
//!
//! `cargo bench -p nitro --bench measure`, on a quiet machine. The image has 10 % and then 90 % of its bytes in the second
//! ramdisk, which is hashed into PCR0 and PCR2; the rest goes into PCR0 and PCR1. Each round asks
//! `openssl speed -elapsed -evp sha384 -bytes 16384` first and measures then; the ratio is bytes per second over bytes per
//! second. Nothing is asserted: a busy machine is not a defect.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it found")]

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::Command;
use std::time::Instant;

use nitro::eif::Image;

const ROUNDS: usize = 5;
const MIB: u64 = 1 << 20;
const RAMDISKS: u64 = 1016 * MIB;
const METADATA: &[u8] = br#"{"ImageName":"bench","ImageVersion":"1","BuildMetadata":{"BuildTime":"","BuildTool":"",
"BuildToolVersion":"","OperatingSystem":"","KernelVersion":""},"DockerInfo":null,"CustomMetadata":null}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    for share in [10, 90] {
        let path = folder.path().join("image.eif");
        write_image(&path, share)?;
        let mut ratios = Vec::new();
        println!("ramdisks after the first: {share} %");
        for _ in 0..ROUNDS {
            let openssl = openssl_speed()?;
            let ours = measuring_speed(&path)?;
            ratios.push(ours / openssl);
            println!("  {ours:.0} MB/s, openssl {openssl:.0} MB/s, ratio {:.2}", ours / openssl);
        }
        ratios.sort_by(f64::total_cmp);
        println!("  median ratio {:.2}, best {:.2}", ratios[ROUNDS / 2], ratios[ROUNDS - 1]);
    }
    println!("peak memory: {}", peak_memory()?);
    Ok(())
}

/// Measures the image once and gives millions of bytes per second.
fn measuring_speed(path: &std::path::Path) -> Result<f64, Box<dyn Error>> {
    let mut image = Image::open(File::open(path)?)?;
    let begin = Instant::now();
    let measured = image.measure(|_| {})?;
    let seconds = begin.elapsed().as_secs_f64();
    // The writer leaves the checksum empty, so nothing but the measuring has read the image before.
    if measured.stated_crc32 != 0 {
        return Err("this is not the image that was written".into());
    }
    #[expect(clippy::cast_precision_loss, reason = "a speed needs few digits")]
    Ok(image.length() as f64 / seconds / 1e6)
}

/// Asks OpenSSL for its speed on one core, in millions of bytes per second.
fn openssl_speed() -> Result<f64, Box<dyn Error>> {
    let arguments = ["speed", "-elapsed", "-mr", "-seconds", "2", "-bytes", "16384", "-evp", "sha384"];
    let output = Command::new("openssl").args(arguments).output()?;
    let text = String::from_utf8(output.stdout)?;
    // Machine-readable: `+F:NUMBER:sha384:BYTES_PER_SECOND`.
    let line = text.lines().find(|line| line.starts_with("+F:")).ok_or("openssl printed no speed")?;
    let speed: f64 = line.rsplit(':').next().unwrap_or_default().parse()?;
    Ok(speed / 1e6)
}

/// Writes an image whose second ramdisk has `share` percent of both ramdisks, a mebibyte at a time.
fn write_image(path: &std::path::Path, share: u64) -> Result<(), Box<dyn Error>> {
    let application = RAMDISKS * share / 100;
    let sections = [(1, 8 * MIB), (2, 32), (5, METADATA.len() as u64), (3, RAMDISKS - application), (3, application)];
    let mut file = BufWriter::new(File::create(path)?);
    write_header(&mut file, &sections)?;
    let filler: Vec<u8> = (0..MIB).map(|index| index.wrapping_mul(0x9e37_79b9).to_be_bytes()[5]).collect();
    for (kind, size) in sections {
        file.write_all(&u16::to_be_bytes(kind))?;
        file.write_all(&[0; 2])?;
        file.write_all(&size.to_be_bytes())?;
        if kind == 5 {
            file.write_all(METADATA)?;
            continue;
        }
        let mut rest = size;
        while rest > 0 {
            let length = rest.min(MIB);
            file.write_all(&filler[..usize::try_from(length)?])?;
            rest -= length;
        }
    }
    file.flush()?;
    Ok(())
}

fn write_header(file: &mut impl Write, sections: &[(u16, u64)]) -> Result<(), Box<dyn Error>> {
    let (mut offsets, mut sizes, mut offset) = ([0; 32], [0; 32], 548);
    for (index, (_, size)) in sections.iter().enumerate() {
        (offsets[index], sizes[index]) = (offset, *size);
        offset += 12 + size;
    }
    file.write_all(b".eif\0\x04\0\0")?;
    file.write_all(&[0; 18])?;
    file.write_all(&u16::try_from(sections.len())?.to_be_bytes())?;
    for number in offsets.iter().chain(&sizes) {
        file.write_all(&u64::to_be_bytes(*number))?;
    }
    file.write_all(&[0; 8])?;
    Ok(())
}

/// The most memory that this process has had at once, as Linux tells it.
fn peak_memory() -> Result<String, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("Linux told no peak")?;
    Ok(line.trim().to_owned())
}
