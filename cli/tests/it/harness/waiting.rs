//! Waiting for what happens beside a test: for the event itself, never for a time.
//!
//! A limit only tells that something hangs, so it is far beyond what the busiest machine needs.

use std::thread;
use std::time::{Duration, Instant};

/// Nothing that a test waits for takes longer unless it hangs.
pub(crate) const LONGEST: Duration = Duration::from_mins(5);
/// Sandbox seconds that no test outlives: what takes so long happens when the test says so, with `Sandbox::hasten`.
pub(crate) const NEVER: u32 = 1_000_000_000;

/// Looks until something is so: soon at first, then every fiftieth of a second, which leaves the machine to the others.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let (limit, mut pause) = (Instant::now() + LONGEST, Duration::from_millis(1));
    while !is_so() {
        assert!(Instant::now() < limit, "waited in vain until {what}");
        rest(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

#[expect(clippy::disallowed_methods, reason = "a pause between two looks, which end with the event")]
fn rest(pause: Duration) {
    thread::sleep(pause);
}
