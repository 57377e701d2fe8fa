//! `iac plan`, `up`, `status` and `down`: one environment as one thing.
//!
//! All four look at the same facts and ask the same two functions of `iac_core::plan` what follows from them. What is done
//! about it looks again before it changes anything, so that two runs at once, or one after a crash, end alike.

mod apply;
mod consent;
mod down;
mod everywhere;
mod host;
mod known;
mod leftovers;
mod names;
mod observe;
mod plan;
mod records;
mod refused;
mod status;
mod up;
mod want;

pub(super) use down::down;
pub(super) use plan::plan;
pub(super) use status::status;
pub(super) use up::up;

/// The exit status of `--check` when there are differences.
const DIFFERENCES: u8 = 3;
