//! Attestation documents, verified from outside: a genuine one and those of a PKI that can be bent.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

mod chains;
mod decoding;
mod expectations;
mod flips;
mod forgeries;
mod genuine;
mod pki;
mod samples;
mod writer;
