//! A bar for work whose size is known in bytes, done without a runtime. Like every progress it stays silent for half a
//! second, and where no person reads.

use std::time::Instant;

use iac_core::text::plain;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Ui;
use super::bars::{Bars, QUIET};

/// Work that is told how many bytes are done; it disappears when it is dropped.
#[derive(Debug)]
pub(crate) struct Bar {
    drawn: ProgressBar,
    bars: Bars,
    started: Instant,
    /// Whether it is not shown yet.
    waits: bool,
}

impl Ui {
    /// Shows how far work on so many bytes is, once it takes a while.
    pub(crate) fn bar(&self, what: &str, length: u64) -> Bar {
        self.drawn(what, Some(length), "[{bar:10}] {bytes} of {total_bytes} {wide_msg}")
    }

    /// Shows how much work has read that cannot say how much there is, once it takes a while.
    pub(crate) fn counter(&self, what: &str) -> Bar {
        self.drawn(what, None, "{spinner} {bytes} read {wide_msg}")
    }

    fn drawn(&self, what: &str, length: Option<u64>, template: &str) -> Bar {
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(template).expect("the template is well-formed");
        bar.set_style(style.progress_chars("=> "));
        bar.set_message(plain(what));
        Bar { drawn: bar, bars: self.bars.clone(), started: Instant::now(), waits: true }
    }
}

impl Bar {
    /// Says that so many bytes are done.
    pub(crate) fn at(&mut self, done: u64) {
        if self.waits && self.started.elapsed() >= QUIET {
            self.waits = false;
            self.bars.show(&self.drawn);
        }
        self.drawn.set_position(done);
    }

    /// Says that so many more bytes are done.
    pub(crate) fn more(&mut self, bytes: u64) {
        self.at(self.drawn.position() + bytes);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.drawn.finish_and_clear();
    }
}
