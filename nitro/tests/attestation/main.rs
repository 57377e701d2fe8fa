//! Attestation documents, verified from outside: two genuine ones and those of a PKI that can be bent.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

mod flips;
mod genuine;
mod samples;
