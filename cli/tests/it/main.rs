//! The built `iac` from end to end, as a user runs it: over HTTP and SSH, against the sandbox.
//!
//! `harness/` makes the user's machine, the AWS it talks to, and what can go wrong between them. Every other file is
//! one area of the tool. One binary, so that it is linked once and its cases share two sandboxes.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as it should be")]

mod announce;
mod attest;
mod aws;
mod certificates;
mod config;
mod deploy;
mod doctor;
mod documentation;
mod eif;
mod environment;
mod faults;
mod fetch;
mod harness;
mod host;
mod host_key;
mod instance;
mod key;
mod key_interrupted;
mod layering;
mod live;
mod manual;
mod output;
mod pages;
mod policy;
mod recording;
mod sandbox;
mod screens;
mod security_group;
mod ssh;
mod ssh_block;
mod ssh_settings;
mod story;
mod terminal;
mod types;
