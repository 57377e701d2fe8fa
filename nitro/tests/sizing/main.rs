//! Sizing against its rules, restated here in another way: as questions to a finished allocation, not as arithmetic
//! towards one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

mod catalogue;
mod demands;
mod properties;
mod rules;
