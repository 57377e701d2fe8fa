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

/// What one look has found.
#[derive(Debug)]
pub(crate) enum Look<T> {
    /// What is waited for.
    Found(T),
    /// Nothing yet; what the wait ends with where this was the last look.
    NotYet(Result<T>),
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

    /// Looks again and again, until a look has found what is waited for, or fails, or the time is over.
    ///
    /// A look that is under way when the user wants to stop comes to its end: it may change something. One that only looks is
    /// dropped by [`Interrupt::or_stop`](crate::interrupt::Interrupt::or_stop) inside it.
    pub(crate) async fn until<T>(
        &mut self,
        context: &Context<'_>,
        mut look: impl AsyncFnMut(&Self) -> Result<Look<T>>,
    ) -> Result<T> {
        loop {
            match look(self).await? {
                Look::Found(found) => return Ok(found),
                Look::NotYet(end) if self.is_over() => return end,
                Look::NotYet(_) => self.pause(context).await?,
            }
        }
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
