//! What an AWS Nitro Enclave is: enclave image files (EIF), the measurements (PCRs) that Nitro takes of them, and the
//! attestation documents in which a Nitro Secure Module signs those measurements.
//!
//! The crate is pure: bytes, times and facts come in as arguments; nothing is read from a clock, a network, a file
//! system or the environment.

pub mod eif;
mod hash;
pub mod pcr;
