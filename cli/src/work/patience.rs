//! Waiting: looks that begin short, grow to a few seconds and end with the time-out.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, Kind, Result};
use crate::work::Context;

/// When a wait ends, and how long the next pause is.
#[derive(Debug)]
pub(crate) struct Patience {
    deadline: Instant,
    pause: Duration,
}

impl Patience {
    const FIRST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(3);
    const SHORTEST_LOOK: Duration = Duration::from_secs(1);

    /// Starts to count now.
    pub(crate) fn new(timeout: Duration) -> Self {
        Self { deadline: Instant::now() + timeout, pause: Self::FIRST }
    }

    /// How much time is left.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether the time is over.
    pub(crate) fn is_over(&self) -> bool {
        self.left().is_zero()
    }

    /// How long one look may take: the time that is left, within these bounds.
    ///
    /// At least a second, so that even a wait of no time looks once; at most `most`, so that what hangs once is tried
    /// again.
    pub(crate) fn one_look(&self, most: Duration) -> Duration {
        self.left().min(most).max(Self::SHORTEST_LOOK)
    }

    /// Pauses before the next look, each time a little longer, never past the end.
    pub(crate) async fn pause(&mut self, context: &Context<'_>) -> Result<()> {
        let pause = self.pause.min(self.left());
        self.pause = (self.pause * 5 / 4).min(Self::LONGEST);
        context.interrupt.pause(pause).await
    }
}

/// The end of a wait without what was waited for.
pub(crate) fn timed_out(what: &str) -> Error {
    Error::new(Kind::TimedOut, format!("stopped waiting for {what}"))
        .hint("run the command again to go on waiting, or allow more time with `--timeout`")
}
