//! What iac decides, without any input or output: names and their escaping, who owns a resource, what an interrupted run
//! left to do, which ingress rules have to change, in which order zones are tried, what a console or a credentials file
//! says, what a host has to become and whether it has, and how a table looks.
//!
//! Nothing here reads a clock, a network, a file system or the environment. Facts come in as arguments.

pub mod address;
pub mod candidates;
pub mod console;
pub mod credentials_csv;
pub mod destination;
pub mod dns;
pub mod doctor;
pub mod duration;
pub mod environment;
pub mod fetched;
pub mod filter;
mod hash;
pub mod host;
pub mod ingress;
pub mod key_work;
pub mod known_hosts;
pub mod launch;
pub mod leftovers;
pub mod name;
pub mod nitro_cli;
pub mod observed;
pub mod partition;
pub mod plan;
pub mod policy;
pub mod power;
pub mod public_key;
pub mod quote;
pub mod secret;
pub mod ssh_block;
pub mod ssh_log;
pub mod ssh_options;
pub mod suggest;
pub mod table;
pub mod tag;
pub mod text;
pub mod url;
pub mod writable;
