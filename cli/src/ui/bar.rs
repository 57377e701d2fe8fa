//! A bar for work whose size is known in bytes, done without a runtime. Like every progress it stays silent for half a
//! second, and where no person reads.

use std::time::Instant;

use iac_core::text::plain;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{QUIET, Ui};

/// Work that is told how many bytes are done; it disappears when it is dropped.
#[derive(Debug)]
pub(crate) struct Bar {
    drawn: ProgressBar,
    started: Instant,
    /// Whether there is something still to be drawn on.
    waits: bool,
}

impl Ui {
    /// Shows how far work on so many bytes is, once it takes a while.
    pub(crate) fn bar(&self, what: &str, length: u64) -> Bar {
        self.drawn(what, Some(length), "{msg} [{bar:30}] {bytes} of {total_bytes} ({elapsed})")
    }

    /// Shows how much work has read that cannot say how much there is, once it takes a while.
    pub(crate) fn counter(&self, what: &str) -> Bar {
        self.drawn(what, None, "{spinner} {msg}: {bytes} read ({elapsed})")
    }

    fn drawn(&self, what: &str, length: Option<u64>, template: &str) -> Bar {
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(template).expect("the template is well-formed");
        bar.set_style(style.progress_chars("=> "));
        bar.set_message(plain(what));
        Bar { drawn: bar, started: Instant::now(), waits: self.terminal }
    }
}

impl Bar {
    /// Says that so many bytes are done.
    pub(crate) fn at(&mut self, done: u64) {
        if self.waits && self.started.elapsed() >= QUIET {
            self.waits = false;
            self.drawn.set_draw_target(ProgressDrawTarget::stderr());
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
