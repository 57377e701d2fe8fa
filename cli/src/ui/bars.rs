//! All that is drawn on a terminal and disappears again. Several may be drawn at once, and messages come between them, so
//! there is one owner of the lines that they take.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};

use super::lines::Lines;

/// Work that takes longer than this shows what is being waited for.
pub(super) const QUIET: Duration = Duration::from_millis(500);

/// How often bars are drawn at most.
const PER_SECOND: u8 = 20;

/// The lines at the end of the terminal that are drawn anew and again.
#[derive(Debug, Clone)]
pub(super) struct Bars {
    drawn: MultiProgress,
}

impl Bars {
    /// Makes an owner of no lines, on a terminal where lines can be drawn anew.
    pub(super) fn new(can_draw: bool) -> Self {
        let lines = || ProgressDrawTarget::term_like_with_hz(Box::new(Lines), PER_SECOND);
        let target = if can_draw { lines() } else { ProgressDrawTarget::hidden() };
        Self { drawn: MultiProgress::with_draw_target(target) }
    }

    /// Begins to draw a bar, below those that are drawn.
    pub(super) fn show(&self, bar: &ProgressBar) {
        self.drawn.add(bar.clone());
    }

    /// Writes something while no bar is there, and draws them again below it.
    pub(super) fn beside(&self, write: impl FnOnce()) {
        self.drawn.suspend(write);
    }

    /// Wipes every bar away, because the process ends before they do.
    pub(super) fn wipe(&self) {
        // A terminal that has gone needs no wiping.
        self.drawn.clear().ok();
    }
}
