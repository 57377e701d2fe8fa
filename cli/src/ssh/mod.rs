//! OpenSSH: the user's own client, so that agents, jump hosts and hardware keys work, told to trust nothing but what we
//! have proven.

mod error;
mod failure;
mod keyscan;
mod known_hosts;
mod run;
mod target;

pub(crate) use error::SshError;
pub(crate) use failure::{Failure, Trouble};
pub(crate) use known_hosts::{KnownHosts, KnownHostsError};
pub(crate) use run::Output;
pub(crate) use target::Target;
