//! Enclave images, built here byte by byte so that they can be bent in every way.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

mod diff;
mod golden;
mod layout;
mod measure;
mod properties;
mod signature;
mod support;
mod unpacking;
