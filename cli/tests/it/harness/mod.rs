//! The user's machine, the AWS it talks to, and what can go wrong between them.
//!
//! ```text
//! Laptop ── iac ──► Proxy ──► Sandbox (moto and our extension, real SSH)
//!    │                            ▲
//!    └── Run (what was said)      └── Aws (what is there, what was asked for)
//! ```

mod aws;
mod ending;
mod host;
mod http;
mod kill;
mod laptop;
mod proxy;
mod request;
mod run;
mod sandbox;
mod server;
mod terminal;
mod tls;
mod transcript;
mod waiting;

use std::path::Path;

pub(crate) use aws::{Aws, World, tags};
pub(crate) use ending::{finish, output, started};
pub(crate) use host::{Host, launched};
pub(crate) use kill::{Side, kill_at_every_call};
pub(crate) use laptop::{Laptop, Running, SECRET};
pub(crate) use proxy::{Fault, Proxy, When};
pub(crate) use request::Request;
pub(crate) use run::Run;
pub(crate) use terminal::{Screen, Terminal};
pub(crate) use waiting::{NEVER, until};

/// The root of the source tree.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
