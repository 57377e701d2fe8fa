//! Instances: launched once however many runs want one, waited for, stopped, started and ended.

pub(crate) mod end;
pub(crate) mod launch;
mod once;
pub(crate) mod power;
pub(crate) mod prepare;
pub(crate) mod wait;

pub(crate) use once::{await_instance, launch_once, mark_launch};
pub(crate) use prepare::Known;
