//! What an AWS Nitro Enclave is: enclave image files (EIF), the measurements (PCRs) that Nitro takes of them, the
//! attestation documents in which a Nitro Secure Module signs those measurements, and what enclaves need of their parent.
//!
//! The crate is pure: bytes, times and facts come in as arguments; nothing is read from a clock, a network, a file
//! system or the environment. It knows nothing of AWS's services and needs none of their tools.
//!
//! - [`pcr`]: the registers, the prediction of those that say where an enclave runs, measurements as nitro-cli prints them.
//! - [`attestation`]: documents, and whether to believe them.
//! - [`sizing`]: which instance types can be the parent of an enclave, and what its allocator must set aside.

pub mod attestation;
mod cbor;
mod cose;
pub mod eif;
mod hash;
pub mod pcr;
pub mod sizing;

/// Runs the examples of the page that people see first.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
