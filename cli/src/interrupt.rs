//! Ctrl-C in two stages: the first lets the call in flight return and then stops, the second leaves at once.
//!
//! SIGTERM counts as Ctrl-C, so that a supervisor's stop leaves no half-done work unsaid either.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::error::{Error, Kind, Result};
use crate::ui::Parting;

/// A command that stops sooner than this after the first Ctrl-C need not say that it has heard it.
const HEARD: Duration = Duration::from_millis(500);

/// Whether the user wants to stop; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    stopping: watch::Receiver<bool>,
    /// The same signals once more, for [`Interrupt::check`].
    signals: Arc<Mutex<Signals>>,
}

/// The two signals, and whether one of them has come.
#[derive(Debug)]
struct Signals {
    each: [Signal; 2],
    has_come: bool,
}

impl Interrupt {
    /// Starts to listen. Must run inside a tokio runtime.
    pub(crate) fn listen(parting: Parting) -> Result<Self> {
        let (sender, stopping) = watch::channel(false);
        let failed = |error| Error::new(Kind::Internal, "cannot listen for signals").cause(error);
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let again = |kind| signal(kind).map_err(failed);
        let each = [again(SignalKind::interrupt())?, again(SignalKind::terminate())?];
        let signals = Arc::new(Mutex::new(Signals { each, has_come: false }));
        tokio::spawn(async move {
            let mut next = async || {
                tokio::select! {
                    _ = interrupt.recv() => (),
                    _ = terminate.recv() => (),
                }
            };
            next().await;
            // Whoever waits no longer has ended already.
            sender.send(true).ok();
            tokio::select! {
                () = next() => (),
                () = tokio::time::sleep(HEARD) => {
                    parting.stopping();
                    next().await;
                }
            }
            parting.wipe();
            leave();
        });
        Ok(Self { stopping, signals })
    }

    /// Refuses to begin the next step once the user wants to stop.
    pub(crate) fn check(&self) -> Result<()> {
        if *self.stopping.borrow() || self.is_signalled() { Err(interrupted()) } else { Ok(()) }
    }

    /// Whether a signal has come that the task which listens has not heard yet: where it comes together with an answer of
    /// AWS's, the runtime goes on with the command first.
    fn is_signalled(&self) -> bool {
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        let mut context = Context::from_waker(Waker::noop());
        signals.has_come |= signals.each.iter_mut().any(|signal| signal.poll_recv(&mut context).is_ready());
        signals.has_come
    }

    /// Waits a while, or until the user wants to stop.
    pub(crate) async fn pause(&self, span: Duration) -> Result<()> {
        let mut stopping = self.stopping.clone();
        tokio::select! {
            () = tokio::time::sleep(span) => Ok(()),
            _ = stopping.wait_for(|stop| *stop) => Err(interrupted()),
        }
    }

    /// Works until it is done or the user wants to stop; then the work is dropped where it stands.
    pub(crate) async fn or_stop<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        let mut stopping = self.stopping.clone();
        let result = tokio::select! {
            result = work => result,
            _ = stopping.wait_for(|stop| *stop) => return Err(interrupted()),
        };
        // A child of the same terminal has got the same Ctrl-C: what it ended with is no result.
        self.check().map(|()| result)
    }
}

fn interrupted() -> Error {
    Error::new(Kind::Interrupted, "interrupted").hint("run the command again; it goes on where it stopped")
}

#[expect(clippy::disallowed_methods, reason = "the second Ctrl-C leaves at once, whatever is under way")]
fn leave() {
    std::process::exit(i32::from(Kind::Interrupted.exit()));
}
