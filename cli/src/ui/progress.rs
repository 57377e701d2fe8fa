//! What is being waited for, with how long it takes so far. It stays silent for half a second, and where no person reads.

use std::cell::Cell;
use std::time::Duration;

use iac_core::text::plain;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use super::Ui;
use super::bars::{Bars, QUIET};

/// A wait that is shown on a terminal after half a second, until it is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    bars: Bars,
    started: Instant,
    is_shown: Cell<bool>,
}

impl Ui {
    /// Shows what is being waited for, once it takes a while, until the result is dropped.
    pub(crate) fn progress(&self, what: &str) -> Progress {
        // Hidden until it has taken long enough: a change of its message would draw at once.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        // Cut to the width of the terminal: what takes one line can be wiped away whole.
        let style = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}");
        bar.set_style(style.expect("the template is well-formed"));
        bar.set_message(plain(what));
        Progress { bar, bars: self.bars.clone(), started: Instant::now(), is_shown: Cell::new(false) }
    }
}

impl Progress {
    /// Waits for a future, drawing meanwhile once it has taken long enough.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        let first = self.started + QUIET;
        loop {
            let next = first.max(Instant::now() + Duration::from_millis(100));
            tokio::select! {
                result = &mut work => return result,
                () = tokio::time::sleep_until(next) => self.draw(),
            }
        }
    }

    fn draw(&self) {
        if !self.is_shown.replace(true) {
            self.bars.show(&self.bar);
        }
        self.bar.tick();
    }

    /// Changes what is said to be waited for.
    pub(crate) fn now(&self, what: &str) {
        self.bar.set_message(plain(what));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
