//! What enclaves need, checked against the rules that hold on every parent.
//!
//! It stands apart because these rules know no instance type: a demand that breaks one fits nowhere.

use thiserror::Error;

use crate::eif::Architecture;

/// The least memory of an enclave in MiB (`NE_MIN_ENCLAVE_MEM_SIZE`, <https://docs.kernel.org/virt/ne_overview.html>).
pub const LEAST_MEMORY_MIB: u64 = 64;

/// The most enclaves that run on one parent (<https://docs.aws.amazon.com/enclaves/latest/user/multiple-enclaves.html>).
pub const MOST_ENCLAVES: u32 = 4;

/// How many times the size of its image an enclave's memory must be (nitro-cli refuses less with E26).
const MEMORY_PER_IMAGE: u64 = 4;
const MIB: u64 = 1024 * 1024;

/// The least memory in MiB of an enclave whose image has this many bytes.
#[must_use]
pub const fn least_memory_mib(image_bytes: u64) -> u64 {
    // Divided first, so that no size overflows: a quarter of a MiB of image needs a MiB of memory.
    let least = image_bytes.div_ceil(MIB / MEMORY_PER_IMAGE);
    if least < LEAST_MEMORY_MIB { LEAST_MEMORY_MIB } else { least }
}

/// What one or several enclaves of one kind need; a value of it keeps the rules that no instance type changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    cpu_count: u32,
    memory_mib: u64,
    enclaves: u32,
    architecture: Option<Architecture>,
}

/// Why enclaves of this kind run on no instance type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DemandError {
    /// An enclave without a CPU.
    #[error("an enclave needs at least one CPU")]
    NoCpu,
    /// Less memory than any enclave needs.
    #[error("an enclave needs at least {LEAST_MEMORY_MIB} MiB of memory: {missing_mib} MiB too few")]
    TooLittleMemory {
        /// By how many MiB.
        missing_mib: u64,
    },
    /// Less memory than four times the image.
    #[error("an enclave of this image needs at least {needed_mib} MiB, four times its size: {missing_mib} MiB too few")]
    ImageTooLarge {
        /// What the image needs.
        needed_mib: u64,
        /// By how many MiB the demand falls short.
        missing_mib: u64,
    },
    /// No enclave at all.
    #[error("there must be at least one enclave")]
    NoEnclave,
    /// More enclaves than a parent runs.
    #[error("at most {MOST_ENCLAVES} enclaves run on one instance: {surplus} too many")]
    TooManyEnclaves {
        /// How many too many.
        surplus: u32,
    },
}

impl Demand {
    /// Asks for one enclave with this many CPUs and this much memory.
    ///
    /// # Errors
    /// No CPU, or less memory than [`LEAST_MEMORY_MIB`].
    pub const fn new(cpu_count: u32, memory_mib: u64) -> Result<Self, DemandError> {
        if cpu_count == 0 {
            return Err(DemandError::NoCpu);
        }
        if memory_mib < LEAST_MEMORY_MIB {
            return Err(DemandError::TooLittleMemory { missing_mib: LEAST_MEMORY_MIB - memory_mib });
        }
        Ok(Self { cpu_count, memory_mib, enclaves: 1, architecture: None })
    }

    /// Asks for this many such enclaves at the same time.
    ///
    /// # Errors
    /// None, or more than [`MOST_ENCLAVES`].
    pub const fn times(self, enclaves: u32) -> Result<Self, DemandError> {
        match enclaves {
            0 => Err(DemandError::NoEnclave),
            1..=MOST_ENCLAVES => Ok(Self { enclaves, ..self }),
            more => Err(DemandError::TooManyEnclaves { surplus: more - MOST_ENCLAVES }),
        }
    }

    /// Says how large the image of each enclave is, in bytes.
    ///
    /// # Errors
    /// The memory is less than [`least_memory_mib`] of it.
    pub const fn of_image(self, image_bytes: u64) -> Result<Self, DemandError> {
        let needed_mib = least_memory_mib(image_bytes);
        if self.memory_mib < needed_mib {
            let missing_mib = needed_mib - self.memory_mib;
            return Err(DemandError::ImageTooLarge { needed_mib, missing_mib });
        }
        Ok(self)
    }

    /// Says for which processor the image was made; without it, any will do.
    #[must_use]
    pub const fn on(self, architecture: Architecture) -> Self {
        Self { architecture: Some(architecture), ..self }
    }

    /// How many CPUs each enclave asks for.
    #[must_use]
    pub const fn cpu_count(&self) -> u32 {
        self.cpu_count
    }

    /// How much memory each enclave asks for, in MiB.
    #[must_use]
    pub const fn memory_mib(&self) -> u64 {
        self.memory_mib
    }

    /// How many enclaves there are to be.
    #[must_use]
    pub const fn enclaves(&self) -> u32 {
        self.enclaves
    }

    /// The processor that the image was made for, where it is known.
    #[must_use]
    pub const fn architecture(&self) -> Option<Architecture> {
        self.architecture
    }
}
