//! The host an enclave runs on: what it needs, the scripts that bring it there and end it in time, and what it says of
//! itself.
//!
//! Everything on the host is text that is made or read here; nothing here connects to it.

pub mod allocator;
pub mod end;
pub mod facts;
pub mod report;
pub mod script;
pub mod services;
pub mod set_up;

use std::time::Duration;

use self::allocator::Allocator;

/// What a host is to become. Its scripts are a pure function of this, so that a launch repeated with the same
/// configuration asks for the same thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The login user, who is to run enclaves without `sudo`.
    pub login_user: String,
    /// What is set aside for enclaves; `None` for an ordinary instance.
    pub enclaves: Option<Allocator>,
    /// Whether enclaves are to reach KMS, which takes a role and the proxy on the host.
    pub kms: bool,
    /// After how long the instance ends itself, counted from its first boot.
    pub ttl: Option<Duration>,
}

/// The packages of nitro-cli; without the second the kernel and init of an enclave are missing.
/// <https://docs.aws.amazon.com/enclaves/latest/user/nitro-enclave-cli-install.html>
pub const PACKAGES: [&str; 2] = ["aws-nitro-enclaves-cli", "aws-nitro-enclaves-cli-devel"];
/// The groups whose members use enclaves and docker without `sudo`.
pub const GROUPS: [&str; 2] = ["ne", "docker"];
