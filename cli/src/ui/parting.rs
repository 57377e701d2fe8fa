//! What a person sees who interrupts: that it was heard, and a clean terminal. It is used from beside the command, whose
//! own hands are full.

use super::bars::Bars;
use super::say;

/// The part of the terminal that an interruption needs.
#[derive(Debug)]
pub(crate) struct Parting {
    pub(super) terminal: bool,
    pub(super) bars: Bars,
}

impl Parting {
    /// Says that the first Ctrl-C was heard, and what a second one does.
    pub(crate) fn stopping(&self) {
        if self.terminal {
            say(&self.bars, "", "stopping after the call under way; Ctrl-C again leaves at once");
        }
    }

    /// Wipes away what is drawn.
    pub(crate) fn wipe(&self) {
        self.bars.wipe();
    }
}
