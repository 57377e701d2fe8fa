//! AWS: the only folder that names an SDK crate.
//!
//! Each file holds one kind of resource: its requests as values (the SDK's input builders, made without a client), what
//! the answers mean in our own types, and the call that joins the two.

mod catalogue;
mod client;
mod console;
mod convert;
mod dns;
mod enclaves;
mod error;
mod http;
mod identity;
mod image;
mod ingress;
mod instance;
mod instance_type;
mod key_pair;
mod launch;
mod network;
mod network_interface;
mod operation;
mod pages;
mod power;
mod profile;
mod public_address;
mod quota;
mod security_group;
mod time_limits;
mod trial;
mod trust;
mod volume;

pub(crate) use catalogue::WantedTypes;
pub(crate) use client::{Aws, ConnectError, Connection, Way};
pub(crate) use error::{CallError, Failure, allowed};
pub(crate) use identity::Identity;
pub(crate) use image::MachineImage;
pub(crate) use instance::Wanted;
pub(crate) use key_pair::{ImportError, WantedKeyPairs};
pub(crate) use launch::{Launch, LaunchError};
pub(crate) use network::Subnet;
pub(crate) use network_interface::{Attached, NetworkInterface};
pub(crate) use profile::{Needs, ProfileError};
pub(crate) use public_address::{PublicAddressError, public_address};
pub(crate) use security_group::{Group, WantedGroups, is_group_unknown};
pub(crate) use trial::Given;
pub(crate) use trust::TrustError;
