//! `/etc/nitro_enclaves/allocator.yaml`: what is set aside for enclaves, in a form that nitro-cli's allocator reads.
//!
//! Its reader is a loop in bash and no YAML reader: what an editor does to a file without anybody seeing it (a blank line,
//! CR LF, no newline at the end) makes the reservation fail. So the file is also read here by those rules.
//! <https://github.com/aws/aws-nitro-enclaves-cli/blob/main/bootstrap/nitro-enclaves-allocator>

use nitro::sizing::{Allocation, Demand};
use thiserror::Error;

use crate::text::excerpt;

/// Where the file lies on a host.
pub const PATH: &str = "/etc/nitro_enclaves/allocator.yaml";

/// How many threads share a core at most.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-optimize-cpu.html>
const MOST_THREADS: u32 = 2;

/// What a host sets aside for all its enclaves together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocator {
    /// Processors as Linux counts them: with SMT two share a core, and only whole cores are taken.
    pub cpu_count: u32,
    /// Memory in MiB; the allocator rounds it up to whole huge pages.
    pub memory_mib: u64,
}

/// Why nitro-cli's allocator does not take a file, or takes something else than it seems to say.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AllocatorMistake {
    /// Nothing before such a line is read.
    #[error("no line is exactly `---`, and all before it is ignored")]
    NoStart,
    /// A line that is no key of the file ends the reading.
    #[error("line {line} is empty")]
    BlankLine {
        /// The line, counted from 1.
        line: usize,
    },
    /// Carriage returns become part of the values.
    #[error("line {line} ends in a carriage return")]
    CarriageReturn {
        /// The line, counted from 1.
        line: usize,
    },
    /// Only four keys are known.
    #[error("line {line} sets `{}`, which the allocator does not know", excerpt(key, 40))]
    UnknownKey {
        /// The line, counted from 1.
        line: usize,
        /// The key as it is written.
        key: String,
    },
    /// A key needs a whole number; a comment behind it would be part of it.
    #[error("line {line}: `{}` is no number", excerpt(value, 40))]
    NotANumber {
        /// The line, counted from 1.
        line: usize,
        /// What stands there.
        value: String,
    },
    /// The shell's `read` leaves out a line without its newline.
    #[error("the last line has no newline, so it is not read")]
    NoFinalNewline,
    /// There must be memory.
    #[error("it sets no `memory_mib`")]
    NoMemory,
    /// There must be processors.
    #[error("it sets neither `cpu_count` nor `cpu_pool`")]
    NoProcessors,
    /// There must be one way of choosing processors.
    #[error("it sets both `cpu_count` and `cpu_pool`")]
    TwoWays,
    /// A list of processors that somebody chose.
    #[error("it names processors by `cpu_pool`")]
    Pool,
}

impl From<Allocation> for Allocator {
    fn from(Allocation { cpu_count, memory_mib, .. }: Allocation) -> Self {
        Self { cpu_count, memory_mib }
    }
}

impl Allocator {
    /// Sets aside what enclaves need on a type of which nothing is known but that at most two threads share a core: what is
    /// whole for two is whole for one.
    #[must_use]
    pub fn on_any_type(demand: &Demand) -> Self {
        let cpu_count = u32::try_from(demand.vcpus(MOST_THREADS)).unwrap_or(u32::MAX - 1);
        Self { cpu_count, memory_mib: demand.pages_mib() }
    }

    /// Writes the file.
    #[must_use]
    pub fn file(&self) -> String {
        format!("---\nmemory_mib: {}\ncpu_count: {}\n", self.memory_mib, self.cpu_count)
    }

    /// Reads a file as nitro-cli's allocator does. One that names its processors by `cpu_pool` is good for the allocator,
    /// but not what is written here, so that is told too.
    pub fn read(file: &str) -> Result<Self, AllocatorMistake> {
        let (mut memory, mut count, mut pool, mut has_started) = (None, None, false, false);
        for (line, text) in (1..).zip(file.split_inclusive('\n')) {
            let Some(text) = text.strip_suffix('\n') else { return Err(AllocatorMistake::NoFinalNewline) };
            let text = text.trim_matches([' ', '\t']);
            if text.starts_with('#') {
                continue;
            }
            if text == "---" {
                has_started = true;
                continue;
            }
            if !has_started {
                continue;
            }
            if text.ends_with('\r') {
                return Err(AllocatorMistake::CarriageReturn { line });
            }
            let (key, value) = entry(line, text)?;
            match key {
                "memory_mib" => memory = Some(number(line, value)?),
                "cpu_count" => count = Some(u32::try_from(number(line, value)?).unwrap_or(u32::MAX)),
                "cpu_pool" => pool = true,
                _ => return Err(AllocatorMistake::UnknownKey { line, key: key.to_owned() }),
            }
        }
        if !has_started {
            return Err(AllocatorMistake::NoStart);
        }
        match (memory, count, pool) {
            (None, _, _) => Err(AllocatorMistake::NoMemory),
            (_, None, false) => Err(AllocatorMistake::NoProcessors),
            (_, Some(_), true) => Err(AllocatorMistake::TwoWays),
            (_, None, true) => Err(AllocatorMistake::Pool),
            (Some(memory_mib), Some(cpu_count), false) => Ok(Self { cpu_count, memory_mib }),
        }
    }
}

/// Takes a line apart: the key up to the first colon, the value behind the last, without one pair of quotes.
fn entry(line: usize, text: &str) -> Result<(&str, &str), AllocatorMistake> {
    if text.is_empty() {
        return Err(AllocatorMistake::BlankLine { line });
    }
    let (key, _) = text.split_once(':').unwrap_or((text, ""));
    let value = text.rsplit_once(':').map_or("", |(_, value)| value).trim();
    let value = value.strip_prefix('"').unwrap_or(value);
    Ok((key, value.strip_suffix('"').unwrap_or(value)))
}

fn number(line: usize, value: &str) -> Result<u64, AllocatorMistake> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let read = if is_number { value.parse().ok() } else { None };
    read.ok_or_else(|| AllocatorMistake::NotANumber { line, value: value.to_owned() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_file_that_the_package_ships_is_read() {
        let shipped = "---\n# Enclave configuration file.\n#\n# How much memory.\nmemory_mib: 512\n#\n# How many CPUs.\n\
                       cpu_count: 2\n#\n# cpu_pool: 2,3,6-9\n";
        assert_eq!(Allocator::read(shipped), Ok(Allocator { cpu_count: 2, memory_mib: 512 }));
        let quoted = "ignored: here\n---\nmemory_mib: \"512\"\n  cpu_count:   4\n";
        assert_eq!(Allocator::read(quoted), Ok(Allocator { cpu_count: 4, memory_mib: 512 }));
    }

    #[test]
    fn what_the_allocator_does_not_take_is_named() {
        let refused = [
            "",
            "memory_mib: 512\ncpu_count: 2\n",
            "--- \r\nmemory_mib: 512\n",
            "---\nmemory_mib: 512\r\ncpu_count: 2\r\n",
            "---\nmemory_mib: 512\n\ncpu_count: 2\n",
            "---\nmemory_mib: 512\ncpu_count: 2",
            "---\nmemory_mib: 512 # half\ncpu_count: 2\n",
            "---\nmemory_mib:\ncpu_count: 2\n",
            "---\nmemory: 512\n",
            "---\ncpu_count: 2\n",
            "---\nmemory_mib: 512\n",
            "---\nmemory_mib: 512\ncpu_count: 2\ncpu_pool: 2,3\n",
            "---\nmemory_mib: 512\ncpu_pool: 2,3\n",
        ];
        let said = refused.map(|file| Allocator::read(file).expect_err(file).to_string());
        insta::assert_snapshot!(said.join("\n"), @"
        no line is exactly `---`, and all before it is ignored
        no line is exactly `---`, and all before it is ignored
        no line is exactly `---`, and all before it is ignored
        line 2 ends in a carriage return
        line 3 is empty
        the last line has no newline, so it is not read
        line 2: `512 # half` is no number
        line 2: `` is no number
        line 2 sets `memory`, which the allocator does not know
        it sets no `memory_mib`
        it sets neither `cpu_count` nor `cpu_pool`
        it sets both `cpu_count` and `cpu_pool`
        it names processors by `cpu_pool`
        ");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(cpu_count in 1u32..4096, memory_mib in 64u64..1 << 24) {
            let wanted = Allocator { cpu_count, memory_mib };
            prop_assert_eq!(Allocator::read(&wanted.file()), Ok(wanted));
        }
    }
}
